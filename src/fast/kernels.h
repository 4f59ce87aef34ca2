/* The hot loops over tiles, compiled once per instruction set from one source (src/fast/kernels), and which set this
 * processor runs.
 *
 * Two layouts, and a third for convolutions on the way back:
 *     [...][8]            in tiles: forward, eight images in the lanes of a vector; 64-byte aligned
 *     [8][stride]         image by image: backward; stride is a whole number of vectors
 *     [8][pixel][depth]   image by image, the channels of a pixel side by side, their number rounded up to 8 */
#ifndef LENET5_FAST_KERNELS_H
#define LENET5_FAST_KERNELS_H

#include <stddef.h>

#include "base/error.h"
#include "fast/tile.h"
#include "nn/activation.h"
#include "nn/optimizer.h"
#include "nn/pool.h"

/* ---- Bytes and layouts ---- */

/* Eight pictures as bytes, and where they go: x [channels][x_pixels][8], behind a pad of `pad` pixels. */
struct tile_input {
    int channels, rows, cols; /* of the bytes */
    int pad, x_cols, x_pixels;
    float scale, shift; /* x = byte * scale + shift */
};

struct image_kernels {
    /* Overwrites x, pad and all; the pad is `shift`, byte 0. */
    void (*to_tile)(float *x, const unsigned char *const *images, const struct tile_input *input);
    /* One picture, x [channels][x_pixels]: the same numbers; the pixels by the one, the pad by the other. */
    void (*to_planes)(float *x, const unsigned char *image, const struct tile_input *input);
    void (*pad_planes)(float *x, const struct tile_input *input);
    /* x [8][stride], its numbers from count to stride 0; y [count][8]. */
    void (*from_tile)(float *x, const float *y, int count, int stride);
    /* x [8][image_pixels][depth] from y [channels][rows * cols][8]: pixel (r, k) goes to r * x_cols + k; the channels
     * that are not there become 0. */
    void (*to_depth)(float *x, const float *y, int channels, int rows, int cols, int x_cols, int image_pixels);
    /* The way back for one image: planes [channels][rows * cols] from x [pixel][depth]. */
    void (*from_depth)(float *planes, const float *x, int channels, int rows, int cols, int x_cols);
};

/* ---- Convolution ---- */

/* A convolution over an input whose padding is already written around it. */
struct tile_conv {
    int filters, channels, f, s;
    int rows, cols;       /* of the output; of the pooled one where a pool follows at once */
    int x_cols, x_pixels; /* of the padded input: pixels a row, pixels a channel */
};

/* What a 2x2 pool right behind the convolution leaves for the way back. */
struct tile_pooled {
    enum pool_mode mode;
    enum activation activation;
    /* Maximum: [filters][rows * cols] for each, bit i for image i: the winner was in the lower row, in the right
     * column. May be NULL. */
    unsigned char *lower, *right;
    /* Average: [filters][rows * cols][4][8], what was averaged: the activated outputs. May be NULL. */
    float *whole;
};

struct conv_kernels {
    /* y [filters][rows][cols][8], overwritten; x [channels][x_pixels][8]. */
    void (*forward)(float *y, const float *x, const float *w, const float *bias, const struct tile_conv *conv);
};

struct conv_pool_kernels {
    /* Convolution, activation and 2x2 pool in one; y [filters][rows][cols][8], overwritten; packed [8 filters' weights]
     * is room to work in. */
    void (*forward)(float *y, float *packed, const struct tile_pooled *pooled, const float *x, const float *w,
                    const float *bias, const struct tile_conv *conv);
};

/* ---- Convolution, backward: by the gradients that are not zero ----
 * Behind a 2x2 maximum three of four outputs have no gradient, and ReLU takes more. What is left of one filter's
 * outputs in one image becomes a list of entries; each is multiplied into the weights' gradient, and from the weights
 * into the input's. Both are runs of neighbouring numbers: a row of the filter over all channels of a pixel. */

struct tile_entries {
    int *at;  /* [count]: where the window of this output begins in the input, in floats */
    float *d; /* [count]: its gradient; both have room for 16 more */
};

/* The outputs of a filter, in row order. */
struct tile_outputs {
    int count;
    const int *at;                      /* [count rounded up to 8]: where each one's (pooled: first) window begins */
    const unsigned char *lower, *right; /* by maximum: [count], read up to 7 behind; as in tile_pooled; else NULL */
    int below, beside;                  /* floats from one window to the one below it, to the one beside it */
};

/* How a filter lies over one image's input: `rows` runs of `run` floats, `distance` from one run to the next. */
struct tile_runs {
    int rows, run; /* run: a whole number of vectors */
    int distance;
};

struct entry_kernels {
    /* Gives the number of entries; adds the gradients into sums [8]. d [count] may be read up to 7 behind its end. */
    int (*list)(const struct tile_entries *entries, float *sums, const float *d, const struct tile_outputs *outputs,
                int image);
    /* Adds into d_w [rows][run]; x: one image. */
    void (*weights)(float *d_w, const struct tile_entries *entries, int count, const float *x,
                    const struct tile_runs *runs);
    /* The weights [filters][channels][f][f] as `data` wants them, the channels of a tap side by side. `packed` has room
     * for filters * rows * (run + 16). */
    void (*pack)(float *packed, const float *w, int filters, int channels, const struct tile_runs *runs);
    /* Adds into d_x, one image, what the entries of one filter give; 8 floats behind a window may be written as they
     * were. */
    void (*data)(float *d_x, const struct tile_entries *entries, int count, const float *packed, int filter,
                 const struct tile_runs *runs);
};

/* ---- Dense ---- */

/* The tiles of a minibatch as a dense layer's update sees them: x [8][x_stride] and d_y [8][d_stride] of the first, and
 * `distance` floats from one tile to the next. */
struct dense_batch {
    int tiles;
    size_t distance;
    const float *x, *d_y;
    int inputs, x_stride, d_stride;
};

struct dense_kernels {
    /* y [units][8], overwritten; x [inputs][8]; series [inputs + 1][8] is room to work in. The inputs of even index are
     * summed apart from those of odd index, those from the bias and these from 0, and added at the end. */
    void (*forward)(float *y, float *series, const float *x, const float *w, const float *bias, int inputs, int units);
};

struct dense_back_kernels {
    /* d_x [8][x_stride], overwritten up to `inputs`, in whole vectors; d_y [8][d_stride]. */
    void (*data)(float *d_x, const float *d_y, const float *w, int inputs, int units, int x_stride, int d_stride);
    /* Rows first .. first + units - 1 of the weights, and their biases: the gradient over a whole minibatch, and at
     * once the step of the optimiser. w, v [all units][inputs]. */
    void (*update)(float *w, float *v, float *bias, float *bias_v, const struct dense_batch *batch, int first,
                   int units, struct rates rates);
};

/* ---- Altered images ---- */

/* Where the pixels of an altered image come from. A pixel (r, k) is taken from (row, col) of the source, whose first
 * pixel is (0, 0):
 *     row = y + y_row * r + y_col * k + the displacement along rows        col: x, x_row, x_col alike
 * The displacement is a cubic B-spline: a knot's weight in a row times its weight in a column. It has been summed over
 * the columns' knots already. */
struct tile_warp {
    int rows, cols;
    float y, y_row, y_col, x, x_row, x_col;
    int stride;             /* cols rounded up to 8 */
    const int *first_knot;  /* [rows]: four knots have a say in a row, this one and those behind it; NULL: no spline */
    const float *knots;     /* [rows][4]: their weights */
    const float *displaced; /* [knots][2: along rows, along columns][stride] */
};

struct warp_kernels {
    /* displaced [2][stride] of one knot, from the displacements at [2][knots] and the columns' weights
     * [knots][stride]. */
    void (*spread)(float *displaced, const float *at, const float *weights, int knots, int stride);
    /* Makes strokes of a picture [rows + 3][stride] thicker (weight above 0) or thinner, by that many 256ths of a pixel
     * on each side. Its first row and column and its last two are background, and stay so. */
    void (*thicken)(unsigned char *restrict thick, const unsigned char *restrict picture, int weight, int rows,
                    int cols, int stride);
    /* The four pixels around each place between pixels, in one number: table [rows + 2][stride - 8] from a picture as
     * above. */
    void (*pack)(int *table, const unsigned char *picture, int rows, int stride);
    /* Overwrites out [rows][cols], and up to 7 bytes behind it; `table_stride` is a row of the table. Beyond the
     * source is background. Bilinear; no fused operation: the same bytes on every set. */
    void (*sample)(unsigned char *out, const int *table, int table_stride, const struct tile_warp *warp);
};

/* ---- The rest ---- */

struct pool_kernels {
    void (*forward)(float *y, const float *x, const struct pool *pool); /* overwrites y; in tiles */
};

struct activation_kernels {
    /* In place; y [count][8] of any layout. */
    void (*forward)(float *y, int count, enum activation activation);
    void (*backward)(float *d_y, const float *y, int count, enum activation activation); /* d_y *= f'(x) */
};

struct loss_kernels {
    /* Softmax with cross-entropy (nn/loss.h) of `count` images: overwrites d_y [classes][8], every image's gradient
     * times `share`, 0 in lanes without an image, and gives the losses' sum.
     * `with_none`: "no class" competes, as a class more whose score is always 0, and is right for an image whose label
     * is `classes` or more. */
    double (*cross_entropy)(float *d_y, const float *y, const unsigned char *labels, int count, int classes,
                            int with_none, float share);
};

struct optimizer_kernels {
    /* The step of the optimiser, as nn/optimizer.h has it, for any number of parameters. */
    void (*step)(float *w, float *v, const float *d_w, int count, struct rates rates);
};

struct kernels {
    const char *name; /* "portable", "avx2", "avx512", "neon" */
    const struct image_kernels *image;
    const struct conv_kernels *conv;
    const struct conv_pool_kernels *conv_pool;
    const struct entry_kernels *entry;
    const struct dense_kernels *dense;
    const struct dense_back_kernels *dense_back;
    const struct pool_kernels *pool;
    const struct activation_kernels *activation;
    const struct loss_kernels *loss;
    const struct optimizer_kernels *optimizer;
    const struct warp_kernels *warp;
    const struct single_kernels *single; /* one image alone: fast/single.h */
    /* 2 * WIDE * rounds operations of nothing but multiply-adds in registers, for measuring the processor's peak. */
    double (*peak)(long rounds);
};

/* The fastest set that this processor runs, or the one that LENET5_KERNEL names.
 * Fails with ERROR_USAGE (NULL) where LENET5_KERNEL names one that does not exist or that this processor lacks. */
const struct kernels *kernels_pick(struct error *err);

/* The set of that name; NULL and ERROR_USAGE as above. */
const struct kernels *kernels_find(const char *name, struct error *err);

/* The names of all sets of this build, fastest last; NULL ends them. */
const char *const *kernels_names(void);

#endif
