#include "nn/dense.h"

#include <string.h>

void dense_forward(real *restrict y, const real *restrict x, const real *w, const real *bias, const struct dense *dense)
{
    for (int o = 0; o < dense->units; o++) {
        real sum = bias[o];
        for (int i = 0; i < dense->inputs; i++)
            sum += w[o * dense->inputs + i] * x[i];
        y[o] = sum;
    }
}

void dense_backward(real *restrict d_x, real *d_w, real *d_bias, const real *restrict d_y, const real *restrict x,
                    const real *w, const struct dense *dense)
{
    if (d_x != NULL)
        memset(d_x, 0, (size_t)dense->inputs * sizeof *d_x);
    for (int o = 0; o < dense->units; o++) {
        d_bias[o] += d_y[o];
        for (int i = 0; i < dense->inputs; i++) {
            d_w[o * dense->inputs + i] += d_y[o] * x[i];
            if (d_x != NULL)
                d_x[i] += d_y[o] * w[o * dense->inputs + i];
        }
    }
}
