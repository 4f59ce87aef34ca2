/* One pixel of what `lenet5 filter` has worked out, told step by step. */
#ifndef LENET5_CLI_FILTER_STEPS_H
#define LENET5_CLI_FILTER_STEPS_H

#include "base/error.h"
#include "pages/filtered.h"

/* "R,C", from 0. Fails with ERROR_USAGE. */
int filter_steps_parse(int *row, int *col, const char *text, struct error *err);

/* Fails with ERROR_USAGE when the convolution's result has no such pixel. */
int filter_steps_check(const struct filtered *filtered, int row, int col, struct error *err);

/* Prints how that pixel came about, and the pooling window that holds it; filter_steps_check() has passed. */
void filter_steps_print(const struct filtered *filtered, int row, int col);

#endif
