/* The optimiser's step over any number of parameters. */
#include "fast/kernels.h"
#include "fast/kernels/descend.h"
#include "fast/kernels/tier.h"

static void step(float *w, float *v, const float *d_w, int count, struct rates rates)
{
    const struct descent descent = descent_of(rates);
    int i = 0;
    for (; i + TILE <= count; i += TILE)
        descend_lanes(w + i, v + i, lanes_load_unaligned(d_w + i), TILE, &descent);
    if (i < count)
        descend_lanes(w + i, v + i, lanes_load_first(d_w + i, count - i), count - i, &descent);
}

const struct optimizer_kernels TIER_NAME(optimizer_kernels) = {step};
