/* How many threads a command uses: what --threads says, exactly; without it the processors this process may use. */
#ifndef LENET5_CLI_THREADS_H
#define LENET5_CLI_THREADS_H

#include <stdbool.h>

#include "cli/options.h"

/* The row of every table that has it; 0 in *threads stands for "not given". */
struct option_spec threads_option(int *threads);

/* The number to use for what was asked; warns once, on stderr, when it is above the processors there are. */
int threads_resolve(int asked);

#endif
