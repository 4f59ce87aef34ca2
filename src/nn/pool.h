/* The pooling layer: each f x f window of a feature map becomes one number, so that the map shrinks by s on each axis.
 *
 * Maximum: padding never wins; of equal values the first in row order does, and alone gets the gradient.
 * Average: the sum over the window divided by f*f, padding counted as zeros. (The paper's S2 and S4 multiply the sum by
 * a trained coefficient and add a trained bias; LeCun et al. 1998, section II-B. Here pooling has no parameters.) */
#ifndef LENET5_NN_POOL_H
#define LENET5_NN_POOL_H

#include "base/error.h"
#include "base/real.h"
#include "nn/shape.h"

enum pool_mode { POOL_MAX, POOL_AVERAGE };

struct pool {
    enum pool_mode mode;
    int f, s, p;
    struct shape in, out;
};

/* Fails with ERROR_MODEL where the window does not fit or p > f/2 (a window could lie on padding alone). */
int pool_output_shape(struct shape *out, const struct pool *pool, struct shape in, struct error *err);

void pool_forward(real *restrict y,       /* [channels][out.rows][out.cols], overwritten */
                  const real *restrict x, /* [channels][in.rows][in.cols] */
                  const struct pool *pool);

/* Overwrites d_x. */
void pool_backward(real *restrict d_x, const real *restrict d_y, const real *restrict x, const struct pool *pool);

#endif
