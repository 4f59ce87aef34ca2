/* A dense layer backward: to its inputs for a tile, and to its weights for a whole minibatch, image by image. */
#include "fast/kernels.h"
#include "fast/kernels/descend.h"
#include "fast/kernels/tier.h"
#include "fast/wide.h"

/* ---- To the inputs ---- */

/* Blocks of the size that registers allow: images by vectors of inputs. */
#if defined(__AVX512F__)
enum { DATA_IMAGES = 8, DATA_VECTORS = 4 };
#else
enum { DATA_IMAGES = 4, DATA_VECTORS = 3 };
#endif

/* Inputs of some images; the last vector may have `last` (1..8) inputs only. */
LANES_INLINE void data_block(float *d_x, const float *d_y, const float *w, int inputs, int units, int x_stride,
                             int d_stride, int vectors, int last)
{
    const int wides = vectors / 2, odd = vectors % 2;
    struct wide sum[DATA_IMAGES][DATA_VECTORS / 2];
    lanes rest[DATA_IMAGES];
    LANES_UNROLL
    for (int image = 0; image < DATA_IMAGES; image++) {
        LANES_UNROLL
        for (int v = 0; v < wides; v++)
            sum[image][v] = wide_broadcast(0);
        rest[image] = lanes_broadcast(0);
    }
    for (int o = 0; o < units; o++) {
        const float *row = w + (size_t)o * (size_t)inputs;
        struct wide weights[DATA_VECTORS / 2];
        lanes others = lanes_broadcast(0);
        LANES_UNROLL
        for (int v = 0; v < wides; v++)
            weights[v] = wide_load(row + v * WIDE);
        if (odd)
            others =
                last == TILE ? lanes_load_unaligned(row + wides * WIDE) : lanes_load_first(row + wides * WIDE, last);
        LANES_UNROLL
        for (int image = 0; image < DATA_IMAGES; image++) {
            const struct wide d = wide_broadcast(d_y[image * d_stride + o]);
            LANES_UNROLL
            for (int v = 0; v < wides; v++)
                sum[image][v] = wide_fma(d, weights[v], sum[image][v]);
            if (odd)
                rest[image] = lanes_fma(wide_low(d), others, rest[image]);
        }
    }
    LANES_UNROLL
    for (int image = 0; image < DATA_IMAGES; image++) {
        LANES_UNROLL
        for (int v = 0; v < wides; v++)
            wide_store(d_x + image * x_stride + v * WIDE, sum[image][v]);
        if (odd)
            lanes_store_unaligned(d_x + image * x_stride + wides * WIDE, rest[image]);
    }
}

static void data(float *d_x, const float *d_y, const float *w, int inputs, int units, int x_stride, int d_stride)
{
    for (int image = 0; image < TILE; image += DATA_IMAGES) {
        float *to = d_x + image * x_stride;
        const float *from = d_y + image * d_stride;
        int i = 0;
        for (; i + DATA_VECTORS * TILE <= inputs; i += DATA_VECTORS * TILE)
            data_block(to + i, from, w + i, inputs, units, x_stride, d_stride, DATA_VECTORS, TILE);
        for (; i + TILE <= inputs; i += TILE)
            data_block(to + i, from, w + i, inputs, units, x_stride, d_stride, 1, TILE);
        if (i < inputs)
            data_block(to + i, from, w + i, inputs, units, x_stride, d_stride, 1, inputs - i);
    }
}

/* ---- To the weights ---- */

#if defined(__AVX512F__)
enum { BLOCK_ROWS = 6, BLOCK_VECTORS = 4 };
#else
enum { BLOCK_ROWS = 6, BLOCK_VECTORS = 2 };
#endif

/* `rows` rows by some inputs, summed in registers over the whole minibatch: tile by tile, image by image, so that the
 * order of a sum does not depend on who computes it. d: from the first of these rows; w and v at the first weight. */
LANES_INLINE void rows_block(float *w, float *v, const struct dense_batch *batch, const float *x, const float *d,
                             int rows, int vectors, int last, const struct descent *descent)
{
    const int wides = vectors / 2, odd = vectors % 2;
    struct wide sum[BLOCK_ROWS][BLOCK_VECTORS / 2];
    lanes rest[BLOCK_ROWS];
    LANES_UNROLL
    for (int o = 0; o < rows; o++) {
        LANES_UNROLL
        for (int k = 0; k < wides; k++)
            sum[o][k] = wide_broadcast(0);
        rest[o] = lanes_broadcast(0);
    }
    for (int t = 0; t < batch->tiles; t++, x += batch->distance, d += batch->distance)
        for (int image = 0; image < TILE; image++) {
            const float *inputs = x + image * batch->x_stride, *d_rows = d + image * batch->d_stride;
            struct wide pixels[BLOCK_VECTORS / 2];
            lanes others = lanes_broadcast(0);
            LANES_UNROLL
            for (int k = 0; k < wides; k++)
                pixels[k] = wide_load(inputs + k * WIDE);
            if (odd)
                others = lanes_load_unaligned(inputs + wides * WIDE);
            LANES_UNROLL
            for (int o = 0; o < rows; o++) {
                const struct wide d_row = wide_broadcast(d_rows[o]);
                LANES_UNROLL
                for (int k = 0; k < wides; k++)
                    sum[o][k] = wide_fma(d_row, pixels[k], sum[o][k]);
                if (odd)
                    rest[o] = lanes_fma(wide_low(d_row), others, rest[o]);
            }
        }
    LANES_UNROLL
    for (int o = 0; o < rows; o++) {
        const size_t row = (size_t)o * (size_t)batch->inputs;
        LANES_UNROLL
        for (int k = 0; k < wides; k++)
            descend_wide(w + row + k * WIDE, v + row + k * WIDE, sum[o][k], descent);
        if (odd)
            descend_lanes(w + row + wides * WIDE, v + row + wides * WIDE, rest[o], last, descent);
    }
}

/* All rows under some inputs, so that these stay in the first cache. */
LANES_INLINE void column_of_rows(float *w, float *v, const struct dense_batch *batch, int at, int first, int units,
                                 int vectors, int last, const struct descent *descent)
{
    const float *x = batch->x + at;
    int o = 0;
#define TAKE(n)                                                                                                        \
    for (; o + (n) <= units; o += (n)) {                                                                               \
        const size_t from = (size_t)(first + o) * (size_t)batch->inputs + (size_t)at;                                  \
        rows_block(w + from, v + from, batch, x, batch->d_y + first + o, n, vectors, last, descent);                   \
    }
    TAKE(BLOCK_ROWS)
    TAKE(1)
#undef TAKE
}

static void update_biases(float *bias, float *bias_v, const struct dense_batch *batch, int first, int units,
                          const struct descent *descent)
{
    for (int o = 0; o < units; o += TILE) {
        const float *d = batch->d_y + first + o;
        const int some = units - o < TILE ? units - o : TILE;
        lanes sum = lanes_broadcast(0);
        for (int t = 0; t < batch->tiles; t++, d += batch->distance)
            for (int image = 0; image < TILE; image++)
                sum += lanes_load_first(d + image * batch->d_stride, some);
        descend_lanes(bias + first + o, bias_v + first + o, sum, some, descent);
    }
}

static void update(float *w, float *v, float *bias, float *bias_v, const struct dense_batch *batch, int first,
                   int units, struct rates rates)
{
    const struct descent descent = descent_of(rates);
    const int inputs = batch->inputs;
    int at = 0;
    for (; at + BLOCK_VECTORS * TILE <= inputs; at += BLOCK_VECTORS * TILE)
        column_of_rows(w, v, batch, at, first, units, BLOCK_VECTORS, TILE, &descent);
    for (; at + TILE <= inputs; at += TILE)
        column_of_rows(w, v, batch, at, first, units, 1, TILE, &descent);
    if (at < inputs)
        column_of_rows(w, v, batch, at, first, units, 1, inputs - at, &descent);
    rates.decay = 0;
    const struct descent bias_descent = descent_of(rates);
    update_biases(bias, bias_v, batch, first, units, &bias_descent);
}

const struct dense_back_kernels TIER_NAME(dense_back_kernels) = {data, update};
