/* Softmax with cross-entropy over a tile. */
#include "base/real.h"
#include "fast/kernels.h"
#include "fast/kernels/squash.h"
#include "fast/kernels/tier.h"

/* A smaller gradient of a score changes nothing, and what it is multiplied into would be numbers so small that
 * processors compute with them a hundred times slower. */
#define LEAST 1e-20f

/* Of each image its label, of `classes` or more where it is of no class; -1 in lanes without an image. */
LANES_INLINE lane_mask truth_of(const unsigned char *labels, int count)
{
    unsigned char bytes[TILE] = {0};
    memcpy(bytes, labels, (size_t)count);
    return lanes_of_bytes(bytes) | ~lanes_first(count);
}

/* The right class's gradient is p - 1, and p may be nearly 1: the other classes' sum gives it without cancelling. */
static double cross_entropy(float *d_y, const float *y, const unsigned char *labels, int count, int classes,
                            int with_none, float share)
{
    const lanes zero = lanes_broadcast(0);
    const lane_mask truth = truth_of(labels, count);
    lanes top = lanes_load(y, 0), others = zero, own = zero;
    for (int k = 1; k < classes; k++)
        top = lanes_max(top, lanes_load(y, k));
    if (with_none)
        top = lanes_max(top, zero);
    for (int k = 0; k < classes; k++) {
        const lanes power = squash_exp(lanes_load(y, k) - top);
        const lane_mask here = truth == k;
        others += lanes_select(here, zero, power);
        own += lanes_select(here, power, zero);
        lanes_store(d_y, k, power);
    }
    if (with_none) {
        const lanes power = squash_exp(zero - top);
        others += lanes_select(truth >= classes, zero, power);
        own += lanes_select(truth >= classes, power, zero);
    }
    const lanes sum = others + own, factor = lanes_broadcast(share) / sum;
    for (int k = 0; k < classes; k++) {
        const lanes d = lanes_select(truth == k, zero - others, lanes_load(d_y, k)) * factor;
        lanes_store(d_y, k, (lanes)((lane_mask)lanes_without_tiny(d, LEAST) & lanes_first(count)));
    }
    double loss = 0;
    for (int image = 0; image < count; image++) {
        const double score = labels[image] < classes ? (double)y[labels[image] * TILE + image] : 0;
        loss += real_log((double)others[image] + (double)own[image]) + ((double)top[image] - score);
    }
    return loss;
}

const struct loss_kernels TIER_NAME(loss_kernels) = {cross_entropy};
