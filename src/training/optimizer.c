#include "training/optimizer.h"

void optimizer_update(float *restrict w, float *restrict v, const float *restrict d_w, int count, struct rates rates)
{
    const float kept = 1 - rates.lr * rates.decay;
    for (int i = 0; i < count; i++) {
        v[i] = rates.momentum * v[i] + d_w[i];
        w[i] = kept * w[i] - rates.lr * v[i];
    }
}
