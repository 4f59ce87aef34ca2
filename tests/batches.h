/* A minibatch of a random network, what the plain layers make of it, and whether the fast plan makes the same of it. */
#ifndef LENET5_TESTS_BATCHES_H
#define LENET5_TESTS_BATCHES_H

#include <stddef.h>

#include "base/rng.h"
#include "fast/plan.h"

enum { BATCHES_IMAGES = 24 };

struct batch {
    char name[64];
    const struct architecture *architecture;
    int count;
    float *parameters;
    unsigned char *pixels, *images[BATCHES_IMAGES], labels[BATCHES_IMAGES];
    float *scores;       /* [count][classes] */
    float *d_parameters; /* of the mean loss */
    double loss;         /* summed */
    int correct;
};

/* Zeros; fails the test where there is no memory. */
void *batches_room(size_t count, size_t size);

/* Draws parameters and images, the latter far from every kink. 0, with nothing to free, where that does not come about.
 * Nothing here is for the tests in double. */
int batches_create(struct batch *out, const char *name, const struct architecture *architecture, int count,
                   struct rng *rng);
void batches_free(struct batch *batch);

const unsigned char *const *batches_images(const struct batch *batch, int first);

/* Fails the test where scores, loss or a gradient of the plan are further than 1e-5 of the largest number of the tensor
 * from those of the plain layers, on any kernel set that runs here. All memory starts as NaN: nothing may be read that
 * was not written. */
void batches_compare(const struct batch *batch);

/* All of it; gives whether it could be checked. */
int batches_check(const char *name, const struct architecture *architecture, int count, struct rng *rng);

#endif
