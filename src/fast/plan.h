/* How an architecture is run fast: its layers as steps over tiles of 8 images, with their places in memory.
 *
 * A convolution with a 2x2 pool right behind it is one step, and an activation belongs to its layer's step. Forward
 * goes in tiles, eight images in the lanes of a vector. Backward goes image by image, since there most gradients are
 * zero, other ones in each image.
 *
 * Activations on their way are in a *scratch*, one a thread. What the weight gradients need afterwards goes into a
 * *record*, one a tile of the minibatch. The gradients of a minibatch are summed in *items* (some filters, or a block
 * of rows of a dense layer), each by whoever takes it, who takes the optimiser's step for them at once: every sum runs
 * over the records in order, so the bytes do not depend on the number of threads.
 *
 *     for each tile:  plan_forward(scratch)  plan_backward(record[tile])          any thread, own scratch
 *     for each item:  plan_update(all records)                                    any thread, after a barrier */
#ifndef LENET5_FAST_PLAN_H
#define LENET5_FAST_PLAN_H

#include <stddef.h>

#include "base/error.h"
#include "fast/kernels.h"
#include "nn/architecture.h"

enum {
    PLAN_ITEM_ROWS = 24,   /* of a dense layer: a whole number of kernel blocks */
    PLAN_ITEM_FILTERS = 8, /* of a convolution */
    PLAN_SPARSE_SIDE = 7   /* f: larger filters go backward on the plain layer */
};

#define PLAN_SCRATCH ((size_t)1 << 30) /* bytes a thread: a network that needs more is refused */

/* What a scratch is for: the way back needs more memory. */
enum plan_use { PLAN_INFERENCE, PLAN_TRAINING };

enum step_kind { STEP_CONV, STEP_CONV_POOL, STEP_POOL, STEP_DENSE };

struct plan_step {
    enum step_kind kind;
    struct layer layer; /* the first of the step */
    struct pool pool;   /* STEP_CONV_POOL: the layer behind it */
    struct shape out;
    enum activation below; /* of the step below: whoever makes its gradient multiplies it with that slope */
    int is_plain;          /* goes backward on the plain layer, image by image */

    /* Forward, in scratch. */
    struct tile_conv conv; /* over the padded input */
    size_t y;              /* [out][8] */
    size_t bits, whole;    /* STEP_CONV_POOL, training: see struct tile_pooled */

    /* Backward. */
    struct tile_outputs outputs; /* at: into plan->places */
    struct tile_runs runs;       /* one filter over the input */
    int groups;                  /* how many times: the channels one by one where planes are the input, else 1 */
    int group_distance;          /* floats from one to the next */
    int depth;                   /* channels rounded up to 8; 0 where planes are the input */
    size_t x_image;              /* floats of one image's padded input */
    size_t x;                    /* in scratch: input image by image, as this step needs it; not for dense */
    int x_stride, d_stride;      /* of [8][stride]: inputs and outputs, rounded up to whole vectors */
    size_t record_x, record_d_y; /* in a record, dense: [8][x_stride], [8][d_stride] */
    size_t record_gradient;      /* in a record, convolution: [filters][groups][rows][run], then [filters][8] */
};

struct plan_item {
    int step, first, count; /* rows of a dense layer; filters of a conv layer */
};

struct plan {
    const struct architecture *architecture; /* borrowed: outlives the plan */
    const struct kernels *kernels;
    struct tile_input input;
    int with_none; /* in the loss "no class" competes, with a score of 0 (kernels.h); set by whoever wants it */

    int step_count;
    struct plan_step steps[ARCHITECTURE_LAYERS];
    /* In scratch: input tile, padded tile, dense inputs in series or packed weights; from `backward_from` on what only
     * training needs: two gradients, one image's window of a gradient, its entries, packed weights, sums, planes. */
    size_t x, window, series;
    size_t backward_from, d[2], d_window, entries_at, entries_d, packed, sums, planes;
    size_t scratch_floats, record_floats;
    int item_count;
    struct plan_item *items; /* released by plan_free(), as are the places */
    int *places;
};

struct scratch {
    float *block;
    enum plan_use use;
    const unsigned char *images[TILE]; /* of the last plan_forward(); never NULL after it */
    int count;
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

/* Bytes of a scratch, and of a record. */
size_t plan_scratch_bytes(const struct plan *plan, enum plan_use use);
size_t plan_record_bytes(const struct plan *plan);

int scratch_create(struct scratch *out, const struct plan *plan, enum plan_use use, struct error *err);
void scratch_free(struct scratch *scratch);
int records_create(struct records *out, int tiles, const struct plan *plan, struct error *err);
void records_free(struct records *records);

/* Runs 1..8 images; lanes from `count` on repeat the first. images[i] is [channels][rows][cols] bytes, which have to
 * stay until plan_backward() is done. */
void plan_forward(struct scratch *scratch, const float *parameters, const unsigned char *const *images, int count,
                  const struct plan *plan);

/* The scores of image 0..7 after plan_forward(): overwrites scores [classes]. */
void plan_scores(float *scores, const struct scratch *scratch, int image, const struct plan *plan);

/* After plan_forward() with a scratch for training: overwrites the record of that tile. `share` multiplies every
 * image's loss gradient: 1 over the images of the minibatch. Labels are below the number of classes; with_none, others
 * are of no class. */
void plan_backward(struct records *records, int tile, struct scratch *scratch, const float *parameters,
                   const unsigned char *labels, float share, const struct plan *plan);

/* What a teacher says of the tile's images, and how much that weighs against their labels: 0 to 1. */
struct plan_taught {
    const float *probabilities; /* [8][classes] */
    float weight;
};

/* The same towards (1 - weight) * label + weight * the teacher's probabilities. */
void plan_backward_taught(struct records *records, int tile, struct scratch *scratch, const float *parameters,
                          const unsigned char *labels, const struct plan_taught *taught, float share,
                          const struct plan *plan);

/* The gradient of the item's parameters, summed over records 0..tiles-1, and the optimiser's step with it: changes that
 * part of parameters and velocity. With lr and momentum 0 and decay 0 the velocity is the gradient afterwards.
 * `scratch` is the calling thread's. */
void plan_update(float *parameters, float *velocity, struct scratch *scratch, const struct records *records, int tiles,
                 const struct plan_item *item, struct rates rates, const struct plan *plan);

/* ---- The same in parts, for whoever wants to time them ---- */

void plan_forward_input(struct scratch *scratch, const unsigned char *const *images, int count,
                        const struct plan *plan);
void plan_forward_step(struct scratch *scratch, const float *parameters, int step, const struct plan *plan);
/* Gives the gradient [8][d_stride] of the scores, image by image. */
float *plan_backward_loss(struct records *records, int tile, struct scratch *scratch, const unsigned char *labels,
                          float share, const struct plan *plan);
/* Takes the gradient of a step's output and gives that of its input (of the step below), or NULL for the first. */
float *plan_backward_step(struct records *records, int tile, struct scratch *scratch, const float *parameters,
                          float *d_y, int step, const struct plan *plan);

/* Whether a layer that another follows makes one step with it: a convolution under a 2x2 pool. One that goes backward
 * on the plain layer keeps its pool apart. */
int plan_fuses(const struct layer *layer);

/* Multiply-adds of an image's way through a step. */
long long plan_step_multiply_adds(const struct plan_step *step);

/* The parts of the parameters that belong to an item: where they start and how many they are. */
struct plan_range {
    size_t weights, biases;
    int weight_count, bias_count;
};
struct plan_range plan_item_range(const struct plan_item *item, const struct plan *plan);

#endif
