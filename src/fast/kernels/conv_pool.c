/* Convolution, activation and 2x2 pool in one go: a window's four outputs, for some filters, are summed in registers
 * and leave them as one number. Nothing of full size is ever written, and a weight serves four outputs of eight images.
 */
#include "fast/kernels.h"
#include "fast/kernels/tier.h"
#include "fast/wide.h"

/* How many filters at once: as many as there are registers for, two wide sums each. */
#if defined(__AVX512F__)
enum { MOST_FILTERS = 8 };
#else
enum { MOST_FILTERS = 3 };
#endif

extern const struct activation_kernels TIER_NAME(activation_kernels);

/* What the loops below share; every pointer is at the first filter of the block. */
struct place {
    float *y, *whole;
    unsigned char *lower, *right;
    const float *w, *bias;
    float *packed; /* [channels][f][f][filters of the block]: so that a weight is found by one address */
};

/* The pixels at p and one stride to its right. */
LANES_INLINE struct wide two_columns(const float *p, int s)
{
    return s == 1 ? wide_load(p) : wide_join(lanes_load(p, 0), lanes_load(p, s));
}

LANES_INLINE void pack_block(float *packed, const float *w, int filters, int per_filter)
{
    int at = 0;
    for (; filters == TILE && at + TILE <= per_filter; at += TILE) {
        lanes square[TILE];
        for (int m = 0; m < TILE; m++)
            square[m] = lanes_load_unaligned(w + m * per_filter + at);
        lanes_transpose(square);
        for (int k = 0; k < TILE; k++)
            lanes_store_unaligned(packed + (at + k) * TILE, square[k]);
    }
    for (; at < per_filter; at++)
        for (int m = 0; m < filters; m++)
            packed[at * filters + m] = w[m * per_filter + at];
}

/* The four outputs of one window under `filters` filters: upper two and lower two. */
LANES_INLINE void sum_window(struct wide *upper, struct wide *lower, const float *x, const struct place *place,
                             const struct tile_conv *conv, int filters, int s)
{
    const int f = conv->f, down = s * conv->x_cols * TILE;
    const float *w = place->packed;
    LANES_UNROLL
    for (int m = 0; m < filters; m++)
        upper[m] = lower[m] = wide_broadcast(place->bias[m]);
    for (int c = 0; c < conv->channels; c++)
        for (int i = 0; i < f; i++) {
            const float *at = x + (size_t)(c * conv->x_pixels + i * conv->x_cols) * TILE, *end = at + f * TILE;
            LANES_ROLL
            for (; at < end; at += TILE, w += filters) {
                const struct wide above = two_columns(at, s), below = two_columns(at + down, s);
                LANES_UNROLL
                for (int m = 0; m < filters; m++) {
                    const struct wide weight = wide_broadcast(w[m]);
                    upper[m] = wide_fma(weight, above, upper[m]);
                    lower[m] = wide_fma(weight, below, lower[m]);
                }
            }
        }
}

LANES_INLINE void keep_maximum(float *y, unsigned char *in_lower, unsigned char *in_right, struct wide upper,
                               struct wide lower, enum activation activation)
{
    const lanes a = wide_low(upper), b = wide_high(upper), c = wide_low(lower), d = wide_high(lower);
    const lanes top = lanes_max(a, b), bottom = lanes_max(c, d), zero = lanes_broadcast(0);
    lanes best = lanes_max(top, bottom);
    if (in_lower != NULL) {
        const unsigned low = lanes_bits_above(bottom, top);
        *in_lower = (unsigned char)low;
        *in_right = (unsigned char)((low & lanes_bits_above(d, c)) | (~low & lanes_bits_above(b, a)));
    }
    if (activation == ACTIVATION_RELU)
        best = lanes_select(best < zero, zero, best); /* NaN stays NaN: what has diverged must show in the loss */
    lanes_store(y, 0, best);
}

LANES_INLINE void keep_average(float *y, float *whole, struct wide upper, struct wide lower, enum activation activation)
{
    _Alignas(TILE_ALIGN) float four[4 * TILE];
    wide_store(four, upper);
    wide_store(four + WIDE, lower);
    TIER_NAME(activation_kernels).forward(four, 4, activation);
    const lanes a = lanes_load(four, 0), b = lanes_load(four, 1), c = lanes_load(four, 2), d = lanes_load(four, 3);
    lanes_store(y, 0, ((a + b) + (c + d)) * lanes_broadcast(0.25f));
    if (whole != NULL)
        memcpy(whole, four, sizeof four);
}

LANES_INLINE void pool_filters(const struct place *place, const struct tile_pooled *pooled, const float *x,
                               const struct tile_conv *conv, int filters, int s)
{
    const int plane = conv->rows * conv->cols;
    struct wide upper[MOST_FILTERS], lower[MOST_FILTERS];
    pack_block(place->packed, place->w, filters, conv->channels * conv->f * conv->f);
    for (int at = 0, r = 0; r < conv->rows; r++)
        for (int k = 0; k < conv->cols; k++, at++) {
            const float *corner = x + (size_t)(2 * s * (r * conv->x_cols + k)) * TILE;
            sum_window(upper, lower, corner, place, conv, filters, s);
            LANES_UNROLL
            for (int m = 0; m < filters; m++) {
                const int to = m * plane + at;
                if (pooled->mode == POOL_MAX)
                    keep_maximum(place->y + (size_t)to * TILE, place->lower != NULL ? place->lower + to : NULL,
                                 place->lower != NULL ? place->right + to : NULL, upper[m], lower[m],
                                 pooled->activation);
                else
                    keep_average(place->y + (size_t)to * TILE,
                                 place->whole != NULL ? place->whole + (size_t)to * 4 * TILE : NULL, upper[m], lower[m],
                                 pooled->activation);
            }
        }
}

LANES_INLINE void next_filters(struct place *place, int filters, const struct tile_conv *conv)
{
    const size_t outputs = (size_t)filters * (size_t)(conv->rows * conv->cols);
    place->y += outputs * TILE;
    place->w += (size_t)filters * (size_t)(conv->channels * conv->f * conv->f);
    place->bias += filters;
    if (place->lower != NULL) {
        place->lower += outputs;
        place->right += outputs;
    }
    if (place->whole != NULL)
        place->whole += outputs * 4 * TILE;
}

/* Filters in blocks of the sizes that the compiler gets to see as constants. */
LANES_INLINE void pool_filters_by_block(struct place place, const struct tile_pooled *pooled, const float *x,
                                        const struct tile_conv *conv, int s)
{
    int left = conv->filters;
#define TAKE(n)                                                                                                        \
    for (; left >= (n); left -= (n)) {                                                                                 \
        pool_filters(&place, pooled, x, conv, n, s);                                                                   \
        next_filters(&place, n, conv);                                                                                 \
    }
#if defined(__AVX512F__)
    TAKE(8)
    TAKE(6)
#endif
    if (left % 2 != 0 || left == 6) { /* 16 go in pairs: better than threes and a rest of one */
        TAKE(3)
    }
    TAKE(2)
    TAKE(1)
#undef TAKE
}

static void forward(float *y, float *packed, const struct tile_pooled *pooled, const float *x, const float *w,
                    const float *bias, const struct tile_conv *conv)
{
    const struct place place = {y, pooled->whole, pooled->lower, pooled->right, w, bias, packed};
    if (conv->s == 1)
        pool_filters_by_block(place, pooled, x, conv, 1);
    else
        pool_filters_by_block(place, pooled, x, conv, conv->s);
    if (pooled->mode == POOL_MAX && pooled->activation != ACTIVATION_RELU)
        TIER_NAME(activation_kernels).forward(y, conv->filters * conv->rows * conv->cols, pooled->activation);
}

const struct conv_pool_kernels TIER_NAME(conv_pool_kernels) = {forward};
