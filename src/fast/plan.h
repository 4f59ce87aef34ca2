/* How an architecture is run fast: its layers as steps over tiles of 8 images, with their places in memory.
 *
 * Forward and backward go through a *scratch*, one a thread. What the weight gradients need afterwards goes into a
 * *record*, one a tile of the minibatch. The gradients of a minibatch come out in *items* (a convolution, or a block of
 * rows of a dense layer), each by whoever takes it: every sum runs over the records in order, so the bytes do not
 * depend on the number of threads.
 *
 *     for each tile:  plan_forward(scratch)  plan_backward(record[tile])          any thread, own scratch
 *     for each item:  plan_gradient(all records)                                  any thread, after a barrier */
#ifndef LENET5_FAST_PLAN_H
#define LENET5_FAST_PLAN_H

#include <stddef.h>

#include "base/error.h"
#include "fast/kernels.h"
#include "nn/architecture.h"

enum { PLAN_ITEM_ROWS = 8 }; /* a whole number of kernel blocks */

#define PLAN_SCRATCH ((size_t)1 << 30) /* bytes a thread: a network that needs more is refused */

struct plan_step {
    struct layer layer;
    struct tile_conv forward, backward; /* conv: over the padded input; over the spread gradient */
    size_t y;                           /* in scratch: the output */
    size_t record_x, record_d_y;        /* in a record, dense: input image by image; gradient of the output */
    size_t record_gradient;             /* in a record, conv: gradient of weights, then of biases */
    int stride;                         /* dense: inputs, rounded up to whole vectors */
};

struct plan_item {
    int step, first, count; /* rows of a dense layer; all filters of a conv layer */
};

struct plan {
    const struct architecture *architecture; /* borrowed: outlives the plan */
    const struct kernels *kernels;
    float background, value[256]; /* normalised pixels by byte */
    struct plan_step steps[ARCHITECTURE_LAYERS];
    size_t x, d[2], window, flipped; /* in scratch: input, gradients, padded planes, flipped weights */
    size_t scratch_floats, record_floats;
    int item_count;
    struct plan_item *items; /* the only allocation; released by plan_free() */
};

struct scratch {
    float *block; /* [plan.scratch_floats] */
};

struct records {
    float *block; /* [tiles][plan.record_floats] */
    double *loss; /* [tiles], summed over the images of the tile */
    int *correct; /* [tiles], how many of them the network answered right, before the update */
};

/* Fails with ERROR_MODEL on a network whose scratch would be larger than PLAN_SCRATCH. */
int plan_create(struct plan *out, const struct architecture *architecture, const struct kernels *kernels,
                struct error *err);
void plan_free(struct plan *plan);

int scratch_create(struct scratch *out, const struct plan *plan, struct error *err);
void scratch_free(struct scratch *scratch);
int records_create(struct records *out, int tiles, const struct plan *plan, struct error *err);
void records_free(struct records *records);

/* Runs 1..8 images; lanes from `count` on hold background. images[i] is [channels][rows][cols] bytes. */
void plan_forward(struct scratch *scratch, const float *parameters, const unsigned char *const *images, int count,
                  const struct plan *plan);

/* The scores of image 0..7 after plan_forward(): overwrites scores [classes]. */
void plan_scores(float *scores, const struct scratch *scratch, int image, const struct plan *plan);

/* After plan_forward() of the same images: overwrites the record of that tile. `share` multiplies every image's loss
 * gradient: 1 over the images of the minibatch. */
void plan_backward(struct records *records, int tile, struct scratch *scratch, const float *parameters,
                   const unsigned char *labels, int count, float share, const struct plan *plan);

/* Overwrites the item's part of d_parameters with the gradient of the minibatch, summed over its records 0..tiles-1. */
void plan_gradient(float *d_parameters, const struct records *records, int tiles, const struct plan_item *item,
                   const struct plan *plan);

/* The parts of the parameters that belong to an item: where they start and how many they are. */
struct plan_range {
    size_t weights, biases;
    int weight_count, bias_count;
};
struct plan_range plan_item_range(const struct plan_item *item, const struct plan *plan);

#endif
