/* How many threads a command uses: what --threads says, exactly; without it the processors this process may use. */
#ifndef LENET5_CLI_THREADS_H
#define LENET5_CLI_THREADS_H

#include "cli/options.h"

/* The row of every table that has it; 0 in *threads stands for "not given". */
struct option_spec threads_option(int *threads);

/* Before anything else, with all of main's argv: threads that wait for each other are to sleep soon. GNU's OpenMP lets
 * them spin for milliseconds, which costs most of the speed when another program wants the processor, and reads its
 * setting before main: where the user has not set one, this sets it and starts the program once more. */
void threads_let_sleep(char **argv);

/* The number to use for what was asked; warns once, on stderr, when it is above the processors there are. */
int threads_resolve(int asked);

#endif
