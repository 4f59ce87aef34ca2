/* Sharpness-aware steps (Foret et al. 2021, "Sharpness-Aware Minimization for Efficiently Improving Generalization",
 * equations 2 and 3): the gradient that a step goes by is taken not where the weights are but a little way up the
 * steepest slope from there, w + radius * g / |g|, so that training ends where the loss is low all around. A minibatch
 * is gone through twice, and takes twice as long.
 *
 *     gradient g at w -> sharpness_gather(), item by item -> sharpness_climb() -> gradient at the higher place
 *     -> sharpness_return(): w again, bit by bit -> the optimiser's step from w with that gradient
 *
 * Between two of these all items have to be done. Who does an item does not change the result. */
#ifndef LENET5_TRAINING_SHARPNESS_H
#define LENET5_TRAINING_SHARPNESS_H

#include <stddef.h>

#include "base/error.h"
#include "fast/plan.h"

struct sharpness {
    double radius;         /* of all weights and biases together, Euclidean; 0: off, and there is no memory */
    float *gradient;       /* [parameter_count], at w */
    float *kept;           /* [parameter_count], w while the parameters are elsewhere */
    double *squared_norms; /* [plan.item_count], of each item's part of the gradient */
};

/* Floats for a network of so many parameters. */
size_t sharpness_floats(double radius, size_t parameters);

/* Released by sharpness_free(). Where memory is out it fails, and *out is as it was. */
int sharpness_create(struct sharpness *out, double radius, const struct plan *plan, struct error *err);
void sharpness_free(struct sharpness *sharpness);

/* Overwrites the item's part of the gradient, summed over records 0..tiles-1. `parameters` stay as they are. `scratch`
 * is the calling thread's. */
void sharpness_gather(struct sharpness *sharpness, float *parameters, struct scratch *scratch,
                      const struct records *records, int tiles, int item, const struct plan *plan);

/* Keeps the item's parameters and moves them uphill. Where the whole gradient is 0 they stay. */
void sharpness_climb(struct sharpness *sharpness, float *parameters, int item, const struct plan *plan);

/* Puts the item's parameters back. */
void sharpness_return(const struct sharpness *sharpness, float *parameters, int item, const struct plan *plan);

#endif
