/* Which model a command uses when --model does not say: $LENET5_MODEL, then the one that is shipped with the program.
 */
#ifndef LENET5_CLI_DEFAULT_MODEL_H
#define LENET5_CLI_DEFAULT_MODEL_H

#include "cli/options.h"

enum { DEFAULT_MODEL_PATH = 4096 };

/* The row of every table that has it; *model stays NULL where it is not given. */
struct option_spec default_model_option(const char **model);

/* Gives `asked` if not NULL, else $LENET5_MODEL if set and not empty, else models/lenet5.json or
 * share/lenet5/lenet5.json found from the place of the program itself; the path is kept in `buffer` where it is made.
 * Fails (NULL) with ERROR_MODEL: says where it was looked for. */
const char *default_model(char buffer[DEFAULT_MODEL_PATH], const char *asked, struct error *err);

#endif
