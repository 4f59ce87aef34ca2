/* Random numbers that are the same on every machine: splitmix64 (Steele, Lea and Flood 2014), seeded by a seed and a
 * stream, so that weights, shuffles and later uses never share numbers. */
#ifndef LENET5_BASE_RNG_H
#define LENET5_BASE_RNG_H

#include <stdint.h>

struct rng {
    uint64_t state;
};

enum rng_stream { RNG_WEIGHTS = 1, RNG_SHUFFLE = 2, RNG_DRAWING = 3, RNG_AUGMENT = 4 };

struct rng rng_make(uint64_t seed, uint64_t stream);
uint64_t rng_next(struct rng *rng);

/* Uniform in [0, 1), a multiple of 2^-24: exact as a float. */
float rng_unit(struct rng *rng);

/* Uniform in 0..below-1 without bias; below > 0. */
uint32_t rng_below(struct rng *rng, uint32_t below);

#endif
