/* How often a command looks at each image before it answers. */
#ifndef LENET5_CLI_VIEWS_H
#define LENET5_CLI_VIEWS_H

#include "cli/options.h"

/* The row of every table that has it; *views is 1 where it is not given. */
struct option_spec views_option(int *views);

#endif
