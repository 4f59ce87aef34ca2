#include "base/rng.h"

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

struct rng rng_make(uint64_t seed, uint64_t stream)
{
    return (struct rng){mix(seed + 0x9e3779b97f4a7c15u) ^ mix(stream * 0xd1342543de82ef95u + 1)};
}

uint64_t rng_next(struct rng *rng)
{
    rng->state += 0x9e3779b97f4a7c15u;
    return mix(rng->state);
}

float rng_unit(struct rng *rng)
{
    return (float)(rng_next(rng) >> 40) * 0x1p-24f;
}

uint32_t rng_below(struct rng *rng, uint32_t below)
{
    /* Numbers under 2^32 mod below would make the small results too frequent: draw again. */
    uint32_t surplus = (uint32_t)(-below) % below;
    uint32_t number;
    do
        number = (uint32_t)(rng_next(rng) >> 32);
    while (number < surplus);
    return number % below;
}
