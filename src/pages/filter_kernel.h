/* The filters that `lenet5 filter` knows by name, and any other written as rows of numbers. */
#ifndef LENET5_PAGES_FILTER_KERNEL_H
#define LENET5_PAGES_FILTER_KERNEL_H

#include <stdbool.h>

#include "base/error.h"
#include "base/real.h"

enum {
    FILTER_KERNEL_SIDE = 15,
    FILTER_KERNEL_WEIGHT = 1000000, /* the largest size of a weight */
};

struct filter_kernel {
    int f;
    real w[FILTER_KERNEL_SIDE * FILTER_KERNEL_SIDE]; /* [f][f] */
};

/* `text` is a name, or a square as JSON: "[[1,0,-1],[1,0,-1],[1,0,-1]]". Fails with ERROR_USAGE. */
int filter_kernel_parse(struct filter_kernel *out, const char *text, struct error *err);

/* Whether the weights sum to 0, but for rounding: such a filter answers to differences alone, with either sign. */
bool filter_kernel_is_difference(const struct filter_kernel *kernel);

#endif
