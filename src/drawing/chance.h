/* Numbers from chance, as drawing needs them, with nothing of libm. */
#ifndef LENET5_DRAWING_CHANCE_H
#define LENET5_DRAWING_CHANCE_H

#include "base/rng.h"

/* Uniform from low to high. */
static inline double chance_between(struct rng *rng, double low, double high)
{
    return low + (high - low) * (double)rng_unit(rng);
}

/* Nearly normal around 0, never beyond 4.3 spreads: the sum of six uniform numbers. */
static inline double chance_around(struct rng *rng, double spread)
{
    double sum = 0;
    for (int i = 0; i < 6; i++)
        sum += (double)rng_unit(rng);
    return spread * (sum - 3) * 0x1.6a09e667f3bcdp0; /* sqrt 2: a sum of six has the variance 1/2 */
}

static inline int chance_happens(struct rng *rng, double chance)
{
    return (double)rng_unit(rng) < chance;
}

#endif
