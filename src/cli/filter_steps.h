/* What `lenet5 filter` has worked out, and one pixel of it told step by step. */
#ifndef LENET5_CLI_FILTER_STEPS_H
#define LENET5_CLI_FILTER_STEPS_H

#include <stdbool.h>

#include "base/error.h"
#include "cli/filter_kernel.h"
#include "image/picture.h"
#include "nn/conv.h"
#include "nn/pool.h"

struct filtered {
    struct filter_kernel kernel;
    struct picture picture; /* as it was read */
    struct conv conv;
    real *y;             /* [conv.out.rows][conv.out.cols], what the layer gave; malloc'ed */
    bool is_difference;  /* how y became gray: |y| * 255 / largest, or y clipped to 0..255 */
    double largest;      /* of all |y| */
    struct picture gray; /* [conv.out.rows][conv.out.cols] */
    bool is_pooled;
    struct pool pool;      /* over gray */
    struct picture pooled; /* [pool.out.rows][pool.out.cols], rounded */
};

/* The gray of an answer y of the filter, before it is rounded. */
double filter_steps_gray(const struct filtered *filtered, real y);

/* "R,C", from 0. Fails with ERROR_USAGE. */
int filter_steps_parse(int *row, int *col, const char *text, struct error *err);

/* Fails with ERROR_USAGE when the convolution's result has no such pixel. */
int filter_steps_check(const struct filtered *filtered, int row, int col, struct error *err);

/* Prints how that pixel came about, and the pooling window that holds it; filter_steps_check() has passed. */
void filter_steps_print(const struct filtered *filtered, int row, int col);

#endif
