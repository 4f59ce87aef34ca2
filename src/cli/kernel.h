/* Which set of kernels a command uses: what --kernel says; without it what kernels_pick() picks. */
#ifndef LENET5_CLI_KERNEL_H
#define LENET5_CLI_KERNEL_H

#include "cli/options.h"
#include "fast/kernels.h"

enum { KERNEL_UNASKED = -1 }; /* the choice before the command line is read */

/* The row of every table that has it. */
struct option_spec kernel_option(int *choice);

/* Fails (NULL) with ERROR_USAGE where this processor lacks what was asked for, or as kernels_pick() does. */
const struct kernels *kernel_chosen(int choice, struct error *err);

#endif
