/* Where a window of side f, moved by stride s over an axis padded by p, fits: shared by convolution and pooling. */
#ifndef LENET5_NN_WINDOW_H
#define LENET5_NN_WINDOW_H

#include "base/error.h"
#include "nn/shape.h"

/* The number of places along one axis: floor((in + 2p - f) / s) + 1; 0 or less where the window does not fit. */
static inline int window_places(int in, int f, int s, int p)
{
    return in + 2 * p < f ? 0 : (in + 2 * p - f) / s + 1;
}

/* Gives out->rows and out->cols. Fails with ERROR_MODEL and a sentence that names what would fit; `what` is "filter" or
 * "pooling window". */
int window_output(struct shape *out, const char *what, int f, int s, int p, struct shape in, struct error *err);

#endif
