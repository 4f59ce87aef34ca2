/* Small random networks and pictures for tests, and how near two tensors are. Seeded: the same ones every time.
 * Nothing here knows `real`, so that these helpers serve the tests in float and the one in double alike. */
#ifndef LENET5_TESTS_NETWORKS_H
#define LENET5_TESTS_NETWORKS_H

#include <stddef.h>

#include "base/rng.h"
#include "nn/architecture.h"

/* Layers to build architectures from. */
struct layer networks_conv(int filters, int f, int s, int p, enum activation activation);
struct layer networks_pool(enum pool_mode mode, int f, int s, int p);
struct layer networks_dense(int units, enum activation activation);

/* Resolved, without pad; the bytes of a picture go in as they are, divided by 255. Fails the test where it cannot be.
 */
struct architecture networks_make(int channels, int rows, int cols, int layer_count, const struct layer *layers);

/* Up to four conv and pool layers of f 1..7, s 1..3, p 0..f-1 (pool: 0..f/2) and any activation, up to two dense ones
 * behind them, and a last one of 2 to 10 classes; 1 to 3 input channels of unequal sides, pad 0..2. */
struct architecture networks_random(struct rng *rng);

/* Uniform in -range .. range. */
float networks_random_number(struct rng *rng, float range);

/* Random weights to suit the fan-in, and random biases. */
void networks_random_parameters(float *parameters, const struct architecture *architecture, struct rng *rng);

void networks_random_pixels(unsigned char *pixels, size_t count, struct rng *rng);

/* max |a - b| / max |b|; infinite where a number is not finite, or where b is all 0 and a is not. */
double networks_distance(const float *a, const float *b, size_t count);

#endif
