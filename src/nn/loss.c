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

/* -log p[k] of the label, or the mean of all where there is none, less what that is where all are alike. */
static double price(const real *y, double log_sum, int label, int classes)
{
    double mean = 0;
    if (label < classes)
        return log_sum - (double)y[label];
    for (int k = 0; k < classes; k++)
        mean += (double)y[k] / classes;
    return log_sum - mean - real_log(classes);
}

double loss_cross_entropy(real *d_y, const real *y, int label, int classes)
{
    const real top = y[loss_answer(y, classes)];
    const double sum = sum_of_powers(y, top, classes);
    for (int k = 0; d_y != NULL && k < classes; k++) {
        const double target = label < classes ? k == label : 1.0 / classes;
        d_y[k] = (real)(real_exp((double)(y[k] - top)) / sum - target);
    }
    return price(y, real_log(sum) + (double)top, label, classes);
}
