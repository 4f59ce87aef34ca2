#include "nn/optimizer.h"

void optimizer_update(real *restrict w, real *restrict v, const real *restrict d_w, int count, struct rates rates)
{
    const real lr = (real)rates.lr, momentum = (real)rates.momentum, kept = 1 - lr * (real)rates.decay;
    for (int i = 0; i < count; i++) {
        const real step = momentum * v[i] + d_w[i];
        v[i] = step < OPTIMIZER_LEAST && step > -OPTIMIZER_LEAST ? 0 : step;
        w[i] = kept * w[i] - lr * (rates.is_nesterov ? d_w[i] + momentum * v[i] : v[i]);
    }
}
