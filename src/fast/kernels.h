/* The hot loops over tiles, compiled once per instruction set from one source (src/fast/kernels), and which set this
 * processor runs. "[...][8]" ends every shape that is held in tiles; those are 32-byte aligned. */
#ifndef LENET5_FAST_KERNELS_H
#define LENET5_FAST_KERNELS_H

#include <stddef.h>

#include "base/error.h"
#include "fast/tile.h"
#include "nn/activation.h"
#include "nn/pool.h"

/* A convolution over an input whose padding is already written around it. */
struct tile_conv {
    int filters, channels, f, s;
    int rows, cols;       /* of the output */
    int x_cols, x_pixels; /* of the padded input: pixels a row, pixels a channel */
};

struct conv_kernels {
    /* y [filters][rows][cols][8], overwritten; x [channels][x_pixels][8]; bias may be NULL. */
    void (*forward)(float *y, const float *x, const float *w, const float *bias, const struct tile_conv *conv);
    /* The gradient of one tile, summed over its images: d_w [filters][channels][f][f], d_bias [filters]; overwrites. */
    void (*gradient)(float *d_w, float *d_bias, const float *d_y, const float *x, const struct tile_conv *conv);
};

/* The tiles of a minibatch as a dense layer's weight gradient sees them. */
struct dense_batch {
    int tiles;
    size_t distance;    /* floats from one tile to the next */
    int inputs, stride; /* stride: floats from one image to the next, at least inputs, rounded up to whole vectors */
};

struct dense_kernels {
    /* y [units][8], overwritten; x [inputs][8]. */
    void (*forward)(float *y, const float *x, const float *w, const float *bias, int inputs, int units);
    /* d_x [inputs][8], overwritten; d_y [units][8]. */
    void (*data)(float *d_x, const float *d_y, const float *w, int inputs, int units);
    /* Image by image instead of lane by lane: out [8][stride], x [count][8]; stride >= count. */
    void (*transpose)(float *out, const float *x, int count, int stride);
    /* The gradient of `units` rows of weights over a whole minibatch; overwrites d_w [units][inputs], d_bias [units].
     * x and d_y point to the first tile's [8][stride], image by image, and [units][8], from the first of the rows. */
    void (*gradient)(float *d_w, float *d_bias, const float *x, const float *d_y, const struct dense_batch *batch,
                     int units);
};

struct pool_kernels {
    void (*forward)(float *y, const float *x, const struct pool *pool);                      /* overwrites y */
    void (*backward)(float *d_x, const float *d_y, const float *x, const struct pool *pool); /* overwrites d_x */
};

struct activation_kernels {
    void (*forward)(float *y, int count, enum activation activation);                    /* in place, y [count][8] */
    void (*backward)(float *d_y, const float *y, int count, enum activation activation); /* d_y *= f'(x) */
};

struct kernels {
    const char *name; /* "portable", "avx2" */
    const struct conv_kernels *conv;
    const struct dense_kernels *dense;
    const struct pool_kernels *pool;
    const struct activation_kernels *activation;
};

/* The fastest set that this processor runs, or the one that LENET5_KERNEL names.
 * Fails with ERROR_USAGE (NULL) where LENET5_KERNEL names one that does not exist or that this processor lacks. */
const struct kernels *kernels_pick(struct error *err);

/* The set of that name; NULL and ERROR_USAGE as above. */
const struct kernels *kernels_find(const char *name, struct error *err);

/* The names of all sets of this build, fastest last; NULL ends them. */
const char *const *kernels_names(void);

#endif
