/* Dense layers over a tile, and their weight gradients over a whole minibatch. */
#include "fast/kernels.h"
#include "fast/kernels/tier.h"
#include "fast/lanes.h"

enum { BLOCK_UNITS = 8, BLOCK_ROWS = 4, BLOCK_VECTORS = 2 };

LANES_INLINE void forward_block(float *y, const float *x, const float *w, const float *bias, int inputs, int units)
{
    lanes sum[BLOCK_UNITS];
    for (int o = 0; o < units; o++)
        sum[o] = lanes_broadcast(bias[o]);
    for (int i = 0; i < inputs; i++) {
        const lanes pixel = lanes_load(x, i);
        for (int o = 0; o < units; o++)
            sum[o] = lanes_fma(lanes_broadcast(w[(size_t)o * (size_t)inputs + (size_t)i]), pixel, sum[o]);
    }
    for (int o = 0; o < units; o++)
        lanes_store(y, o, sum[o]);
}

static void forward(float *y, const float *x, const float *w, const float *bias, int inputs, int units)
{
    int o = 0;
    for (; o + BLOCK_UNITS <= units; o += BLOCK_UNITS)
        forward_block(y + o * TILE, x, w + (size_t)o * (size_t)inputs, bias + o, inputs, BLOCK_UNITS);
    for (; o + 2 <= units; o += 2)
        forward_block(y + o * TILE, x, w + (size_t)o * (size_t)inputs, bias + o, inputs, 2);
    if (o < units)
        forward_block(y + o * TILE, x, w + (size_t)o * (size_t)inputs, bias + o, inputs, 1);
}

LANES_INLINE void data_block(float *d_x, const float *d_y, const float *w, int inputs, int units, int count)
{
    lanes sum[BLOCK_UNITS];
    for (int i = 0; i < count; i++)
        sum[i] = lanes_broadcast(0);
    for (int o = 0; o < units; o++) {
        const lanes d = lanes_load(d_y, o);
        const float *row = w + (size_t)o * (size_t)inputs;
        for (int i = 0; i < count; i++)
            sum[i] = lanes_fma(lanes_broadcast(row[i]), d, sum[i]);
    }
    for (int i = 0; i < count; i++)
        lanes_store(d_x, i, sum[i]);
}

static void data(float *d_x, const float *d_y, const float *w, int inputs, int units)
{
    int i = 0;
    for (; i + BLOCK_UNITS <= inputs; i += BLOCK_UNITS)
        data_block(d_x + i * TILE, d_y, w + i, inputs, units, BLOCK_UNITS);
    for (; i < inputs; i++)
        data_block(d_x + i * TILE, d_y, w + i, inputs, units, 1);
}

static void transpose(float *out, const float *x, int count, int stride)
{
    for (int i = 0; i < count; i++)
        for (int image = 0; image < TILE; image++)
            out[image * stride + i] = x[i * TILE + image];
}

/* Where tile t of the minibatch lies, image by image; see kernels.h. */
LANES_INLINE const float *image_of(const float *x, const struct dense_batch *batch, int t, int image)
{
    return x + (size_t)t * batch->distance + (size_t)image * (size_t)batch->stride;
}

LANES_INLINE lanes gradient_of(const float *d_y, const struct dense_batch *batch, int t, int image, int row)
{
    return lanes_broadcast(d_y[(size_t)t * batch->distance + (size_t)(row * TILE + image)]);
}

/* `rows` rows of weights by `vectors` x 8 inputs from column `at` on, summed in registers over the whole minibatch:
 * tile by tile, image by image, so that the order of a sum does not depend on who computes it. */
LANES_INLINE void gradient_block(float *d_w, const float *x, const float *d_y, const struct dense_batch *batch, int row,
                                 int at, int rows, int vectors)
{
    lanes sum[BLOCK_ROWS][BLOCK_VECTORS];
    for (int o = 0; o < rows; o++)
        for (int v = 0; v < vectors; v++)
            sum[o][v] = lanes_broadcast(0);
    for (int t = 0; t < batch->tiles; t++)
        for (int image = 0; image < TILE; image++) {
            const float *inputs = image_of(x, batch, t, image) + at;
            lanes pixels[BLOCK_VECTORS];
            for (int v = 0; v < vectors; v++)
                pixels[v] = lanes_load_unaligned(inputs + v * TILE);
            for (int o = 0; o < rows; o++) {
                const lanes d = gradient_of(d_y, batch, t, image, row + o);
                for (int v = 0; v < vectors; v++)
                    sum[o][v] = lanes_fma(d, pixels[v], sum[o][v]);
            }
        }
    for (int o = 0; o < rows; o++)
        for (int v = 0; v < vectors; v++)
            lanes_store_unaligned(d_w + (size_t)(row + o) * (size_t)batch->inputs + at + v * TILE, sum[o][v]);
}

/* The last inputs % 8 columns of one row: summed 8 wide like the others (x is padded to the stride), stored singly. */
LANES_INLINE void gradient_rest(float *d_w, const float *x, const float *d_y, const struct dense_batch *batch, int row,
                                int at)
{
    lanes sum = lanes_broadcast(0);
    for (int t = 0; t < batch->tiles; t++)
        for (int image = 0; image < TILE; image++)
            sum = lanes_fma(gradient_of(d_y, batch, t, image, row),
                            lanes_load_unaligned(image_of(x, batch, t, image) + at), sum);
    for (int i = at; i < batch->inputs; i++)
        d_w[(size_t)row * (size_t)batch->inputs + (size_t)i] = sum[i - at];
}

LANES_INLINE void gradient_rows(float *d_w, const float *x, const float *d_y, const struct dense_batch *batch, int row,
                                int rows)
{
    int at = 0;
    for (; at + BLOCK_VECTORS * TILE <= batch->inputs; at += BLOCK_VECTORS * TILE)
        gradient_block(d_w, x, d_y, batch, row, at, rows, BLOCK_VECTORS);
    for (; at + TILE <= batch->inputs; at += TILE)
        gradient_block(d_w, x, d_y, batch, row, at, rows, 1);
    if (at < batch->inputs)
        for (int o = 0; o < rows; o++)
            gradient_rest(d_w, x, d_y, batch, row + o, at);
}

static void gradient(float *d_w, float *d_bias, const float *x, const float *d_y, const struct dense_batch *batch,
                     int units)
{
    int row = 0;
    for (; row + BLOCK_ROWS <= units; row += BLOCK_ROWS)
        gradient_rows(d_w, x, d_y, batch, row, BLOCK_ROWS);
    for (; row < units; row++)
        gradient_rows(d_w, x, d_y, batch, row, 1);
    for (int o = 0; o < units; o++) {
        lanes sum = lanes_broadcast(0);
        for (int t = 0; t < batch->tiles; t++)
            sum += lanes_load(d_y + (size_t)t * batch->distance, o);
        d_bias[o] = lanes_sum(sum);
    }
}

const struct dense_kernels TIER_NAME(dense_kernels) = {forward, data, transpose, gradient};
