/* Convolution over a tile. A block of a few filters by a few neighbouring output pixels is summed in registers, so that
 * each input pixel loaded serves all those filters and each weight all those pixels. */
#include "fast/kernels.h"
#include "fast/kernels/tier.h"
#include "fast/lanes.h"

enum { BLOCK_FILTERS = 2, BLOCK_COLS = 4 };

/* `filters` filters from w on (each `per_filter` weights), `cols` output pixels from x on; the compiler sees all three
 * block sizes as constants. */
LANES_INLINE void forward_block(float *y, const float *x, const float *w, const float *bias,
                                const struct tile_conv *conv, int filters, int cols, int f)
{
    const int per_filter = conv->channels * f * f, plane = conv->rows * conv->cols;
    lanes sum[BLOCK_FILTERS][BLOCK_COLS];
    for (int m = 0; m < filters; m++)
        for (int k = 0; k < cols; k++)
            sum[m][k] = lanes_broadcast(bias[m]);
    for (int c = 0; c < conv->channels; c++)
        for (int i = 0; i < f; i++) {
            const float *row = x + (size_t)(c * conv->x_pixels + i * conv->x_cols) * TILE;
            const float *weights = w + (c * f + i) * f;
            for (int j = 0; j < f; j++)
                for (int m = 0; m < filters; m++) {
                    const lanes weight = lanes_broadcast(weights[m * per_filter + j]);
                    for (int k = 0; k < cols; k++)
                        sum[m][k] = lanes_fma(weight, lanes_load(row, k * conv->s + j), sum[m][k]);
                }
        }
    for (int m = 0; m < filters; m++)
        for (int k = 0; k < cols; k++)
            lanes_store(y, m * plane + k, sum[m][k]);
}

LANES_INLINE void forward_filters(float *y, const float *x, const float *w, const float *bias,
                                  const struct tile_conv *conv, int filters, int f)
{
    for (int r = 0; r < conv->rows; r++) {
        const float *from = x + (size_t)(r * conv->s * conv->x_cols) * TILE;
        float *to = y + (size_t)(r * conv->cols) * TILE;
        int k = 0;
        for (; k + BLOCK_COLS <= conv->cols; k += BLOCK_COLS)
            forward_block(to + k * TILE, from + k * conv->s * TILE, w, bias, conv, filters, BLOCK_COLS, f);
        for (; k + 2 <= conv->cols; k += 2)
            forward_block(to + k * TILE, from + k * conv->s * TILE, w, bias, conv, filters, 2, f);
        for (; k < conv->cols; k++)
            forward_block(to + k * TILE, from + k * conv->s * TILE, w, bias, conv, filters, 1, f);
    }
}

LANES_INLINE void forward_side(float *y, const float *x, const float *w, const float *bias,
                               const struct tile_conv *conv, int f)
{
    const int per_filter = conv->channels * f * f, plane = conv->rows * conv->cols;
    int m = 0;
    for (; m + BLOCK_FILTERS <= conv->filters; m += BLOCK_FILTERS)
        forward_filters(y + (size_t)(m * plane) * TILE, x, w + m * per_filter, bias + m, conv, BLOCK_FILTERS, f);
    if (m < conv->filters)
        forward_filters(y + (size_t)(m * plane) * TILE, x, w + m * per_filter, bias + m, conv, 1, f);
}

static void forward(float *y, const float *x, const float *w, const float *bias, const struct tile_conv *conv)
{
    if (conv->f == 5)
        forward_side(y, x, w, bias, conv, 5);
    else if (conv->f == 3)
        forward_side(y, x, w, bias, conv, 3);
    else
        forward_side(y, x, w, bias, conv, conv->f);
}

const struct conv_kernels TIER_NAME(conv_kernels) = {forward};
