/* The convolution layer: `filters` filters of f x f x channels slide over the input and give one feature map each.
 *
 *     y[m][r][k] = bias[m] + sum over c, i, j of w[m][c][i][j] * x[c][r*s + i - p][k*s + j - p]
 *
 * Outside the image x is 0 (padding p). As everywhere in the field this is a cross-correlation: the filter is not
 * flipped. Source: LeCun et al. 1998, section II-A. */
#ifndef LENET5_NN_CONV_H
#define LENET5_NN_CONV_H

#include "base/error.h"
#include "base/real.h"
#include "nn/shape.h"

struct conv {
    int filters, f, s, p;
    struct shape in, out; /* out by conv_output_shape() */
};

/* out = filters x floor((in + 2p - f) / s) + 1 on each axis. Fails with ERROR_MODEL where the filter does not fit. */
int conv_output_shape(struct shape *out, const struct conv *conv, struct shape in, struct error *err);

/* f * f * channels * filters weights, and one bias a filter beside them: (f*f*channels + 1) * filters in all. */
int conv_weight_count(const struct conv *conv);

void conv_forward(real *restrict y,       /* [filters][out.rows][out.cols], overwritten */
                  const real *restrict x, /* [channels][in.rows][in.cols] */
                  const real *w,          /* [filters][channels][f][f] */
                  const real *bias,       /* [filters] */
                  const struct conv *conv);

/* Adds into d_w and d_bias; overwrites d_x. d_x may be NULL: the first layer needs no gradient below it. */
void conv_backward(real *restrict d_x, real *d_w, real *d_bias, const real *restrict d_y, const real *restrict x,
                   const real *w, const struct conv *conv);

#endif
