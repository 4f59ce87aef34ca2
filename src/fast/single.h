/* One image alone, as fast as its scores can be had on one thread: for whoever waits for the answer to one picture.
 *
 * A tile has eight images in the lanes of a vector, and for one image seven of them would idle. Here a vector holds
 * the neighbours within the image instead: of a convolution several filters at one output pixel, or several output
 * pixels in a row of one filter, whichever leaves fewer lanes empty; of a dense layer several units. The weights are
 * packed for that once. Each sum has the same products in the same order as in a tile, so the scores are those of
 * plan_forward(), bit for bit.
 *
 * What flows between the steps is in planes: [channels][x_pixels], a row every x_cols numbers, with the padding of the
 * step that reads it already around it, so that no window has to be cut to the image. */
#ifndef LENET5_FAST_SINGLE_H
#define LENET5_FAST_SINGLE_H

#include <stddef.h>

#include "base/error.h"
#include "fast/kernels.h"
#include "nn/architecture.h"

/* ---- The kernels ---- */

/* A convolution, its activation, and the 2x2 pool where one is right behind it. */
struct single_conv {
    int filters, channels, f, s;
    int rows, cols;       /* outputs that are needed: of the convolution, before the pool */
    int x_cols, x_pixels; /* planes that it reads */
    int y_cols, y_pixels; /* planes that it writes */
    enum activation activation;
    int is_pooled;
    enum pool_mode mode;
    int blocks, members; /* weights [blocks][channels * f * f][members]: the filters of a block side by side */
    int step;            /* across filters: output pixels in a row that are summed at a time */
    const int *at;       /* [channels * f * f]: where a weight's pixel is, from the corner of the window */
};

struct single_pool {
    enum pool_mode mode;
    int f, s, channels;
    int rows, cols; /* of the output */
    int x_cols, x_pixels, y_cols, y_pixels;
};

/* weights [blocks][2][half the inputs][members]: those of even inputs, then those of odd ones; of an odd number of
 * inputs the half is rounded up, and the last row is 0. */
struct single_dense {
    int inputs;
    enum activation activation;
    int blocks, members;
};

/* An input of a dense layer and its row of weights, among those of even or those of odd inputs. */
struct single_entry {
    int row;
    float x;
};

/* y is where the first pixel goes: what is around the planes stays as it is. `stage` is room to work in. */
struct single_conv_kernels {
    /* Members: a vector of filters, `step` pixels in a row at a time. */
    void (*filters)(float *y, float *stage, const float *x, const float *w, const float *bias,
                    const struct single_conv *conv);
    /* Members: 1..most filters, a vector of pixels in a row at a time; s is 1. */
    void (*columns)(float *y, float *stage, const float *x, const float *w, const float *bias,
                    const struct single_conv *conv);
};

struct single_kernels {
    int width; /* numbers in a vector */
    int most;  /* vectors that a convolution sums at a time, in each of two rows; a dense layer twice as many */
    const struct single_conv_kernels *conv;
    void (*pool)(float *y, const float *x, const struct single_pool *pool);
    /* y [blocks * members]; entries [inputs + 1]. All weights are finite, and biases behind the last unit not 0. */
    void (*dense)(float *y, struct single_entry *entries, const float *x, const float *w, const float *bias,
                  const struct single_dense *dense);
};

/* ---- A network, ready to run ---- */

/* Planes in the block. */
struct single_planes {
    size_t at;
    struct shape shape; /* without what is around it */
    int pad, cols, pixels;
};

enum single_kind { SINGLE_FILTERS, SINGLE_COLUMNS, SINGLE_POOL, SINGLE_DENSE };

struct single_step {
    enum single_kind kind;
    const struct layer *layer; /* the first of the step; the architecture's */
    struct single_planes x;
    union {
        struct single_conv conv;
        struct single_pool pool;
        struct single_dense dense;
    };
    size_t weights, biases, at; /* in the block; at: of a convolution */
};

struct single {
    const struct architecture *architecture; /* borrowed: outlives this */
    const struct kernels *kernels;
    struct tile_input input;
    int step_count;
    struct single_step steps[ARCHITECTURE_LAYERS];
    struct single_planes scores;
    size_t stage, entries; /* in the block, behind all else: room for steps to work in */
    size_t floats;         /* of the block */
    float *block;          /* released by single_free() */
};

/* Packs the parameters, which are not needed afterwards.
 * Fails with ERROR_MODEL on a network that would need more than PLAN_SCRATCH, with ERROR_FAILED without memory. */
int single_create(struct single *out, const struct architecture *architecture, const float *parameters,
                  const struct kernels *kernels, struct error *err);
void single_free(struct single *single);

/* Overwrites scores [classes] with those of the image, bytes [channels][rows][cols]. Not two at a time: the image on
 * its way is in *single. */
void single_scores(float *scores, struct single *single, const unsigned char *pixels);

#endif
