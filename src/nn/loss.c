#include "nn/loss.h"

#include <stddef.h>

int loss_answer(const real *y, int classes)
{
    int best = 0;
    for (int k = 1; k < classes; k++)
        if (y[k] > y[best])
            best = k;
    return best;
}

/* sum over k of e^(y[k] - top) */
static double sum_of_powers(const real *y, real top, int classes)
{
    double sum = 0;
    for (int k = 0; k < classes; k++)
        sum += real_exp((double)(y[k] - top));
    return sum;
}

void loss_softmax(real *p, const real *y, int classes)
{
    const real top = y[loss_answer(y, classes)];
    const double sum = sum_of_powers(y, top, classes);
    for (int k = 0; k < classes; k++)
        p[k] = (real)(real_exp((double)(y[k] - top)) / sum);
}

double loss_cross_entropy(real *d_y, const real *y, int label, int classes)
{
    const real top = y[loss_answer(y, classes)];
    const double sum = sum_of_powers(y, top, classes);
    const double loss = real_log(sum) + (double)top - (double)y[label];
    if (d_y != NULL)
        for (int k = 0; k < classes; k++)
            d_y[k] = (real)(real_exp((double)(y[k] - top)) / sum - (k == label));
    return loss;
}
