/* The dense (fully connected) layer: every unit sees the whole input.
 *
 *     y[o] = bias[o] + sum over i of w[o][i] * x[i]
 */
#ifndef LENET5_NN_DENSE_H
#define LENET5_NN_DENSE_H

#include "base/real.h"

struct dense {
    int inputs, units;
};

void dense_forward(real *restrict y,       /* [units], overwritten */
                   const real *restrict x, /* [inputs] */
                   const real *w,          /* [units][inputs] */
                   const real *bias,       /* [units] */
                   const struct dense *dense);

/* Adds into d_w and d_bias; overwrites d_x, which may be NULL. */
void dense_backward(real *restrict d_x, real *d_w, real *d_bias, const real *restrict d_y, const real *restrict x,
                    const real *w, const struct dense *dense);

#endif
