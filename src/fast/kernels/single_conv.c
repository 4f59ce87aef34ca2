/* The convolution of one image. Two rows of the output go at a time: twice as many sums that do not wait for each
 * other, and what a 2x2 pool needs. They are written to the stage, and from there, pooled and activated, to their
 * planes. */
#include "fast/kernels/tier.h"
#include "fast/kernels/vec.h"
#include "fast/single.h"

extern const struct activation_kernels TIER_NAME(activation_kernels);

/* ---- What both ways share ---- */

/* A pair of output rows. Where only one is left, `below` and `y_below` are 0: it is computed twice. */
struct pair {
    const float *x;
    float *y;
    int below, y_below; /* floats from the upper row to the lower one */
};

LANES_INLINE struct pair pair_at(const struct single_conv *conv, const float *x, float *y, int r)
{
    const int is_whole = r + 1 < conv->rows;
    return (struct pair){.x = x + r * conv->s * conv->x_cols,
                         .y = y + (conv->is_pooled ? r / 2 : r) * conv->y_cols,
                         .below = is_whole ? conv->s * conv->x_cols : 0,
                         .y_below = is_whole ? conv->y_cols : 0};
}

LANES_INLINE void activate(float *y, int count, enum activation activation)
{
    TIER_NAME(activation_kernels).forward(y, count / TILE, activation);
}

/* Upper left, upper right, lower left, lower right. */
LANES_INLINE lanes pool_four(lanes a, lanes b, lanes c, lanes d, enum pool_mode mode)
{
    if (mode == POOL_MAX)
        return lanes_max(lanes_max(a, b), lanes_max(c, d));
    return ((a + b) + (c + d)) * lanes_broadcast(0.25f);
}

/* ---- Across filters: a vector of filters, `step` pixels of each row at a time ---- */

/* With AVX-512 the pixels that neighbours in a row share stay in registers, if the compiler sees how many there are.
 * Other processors have too few registers for that. */
#if defined(__AVX512F__)
enum { KEEPS_PIXELS = 1 };
#else
enum { KEEPS_PIXELS = 0 };
#endif

LANES_INLINE void add_tap(vec upper[VEC_MOST], vec lower[VEC_MOST], const float *above, const float *beneath,
                          const float *w, int step, int s)
{
    const vec weight = vec_load(w);
    LANES_UNROLL
    for (int k = 0; k < step; k++) {
        upper[k] = vec_fma(weight, vec_broadcast(above[k * s]), upper[k]);
        lower[k] = vec_fma(weight, vec_broadcast(beneath[k * s]), lower[k]);
    }
}

/* `side` taps at a time: of a row of the filter, where the compiler gets to see how many, else 1. */
LANES_INLINE void sum_pixels(float *stage, const float *x, const float *w, const float *bias,
                             const struct single_conv *conv, int below, int step, int s, int side)
{
    const int taps = conv->channels * conv->f * conv->f;
    vec upper[VEC_MOST], lower[VEC_MOST];
    LANES_UNROLL
    for (int k = 0; k < step; k++)
        upper[k] = lower[k] = vec_load(bias);
    LANES_ROLL
    for (int t = 0; t < taps; t += side) {
        const float *above = x + conv->at[t], *beneath = above + below;
        LANES_UNROLL
        for (int j = 0; j < side; j++)
            add_tap(upper, lower, above + j, beneath + j, w + (t + j) * VEC, step, s);
    }
    LANES_UNROLL
    for (int k = 0; k < step; k++) {
        vec_store(stage + k * VEC, upper[k]);
        vec_store(stage + (conv->cols + k) * VEC, lower[k]);
    }
}

/* The last block begins early enough to be whole: what it shares with the one before is computed twice. */
LANES_INLINE void sum_rows(float *stage, const float *x, const float *w, const float *bias,
                           const struct single_conv *conv, int below, int step, int s, int side)
{
    for (int k = 0; k < conv->cols; k += step) {
        const int first = k + step <= conv->cols ? k : conv->cols - step;
        sum_pixels(stage + first * VEC, x + first * s, w, bias, conv, below, step, s, side);
    }
}

/* stage [2][cols][VEC] */
static void sum_filters(float *stage, const float *x, const float *w, const float *bias, const struct single_conv *conv,
                        int below)
{
    switch (conv->step) {
#define CASE(n)                                                                                                        \
    case n:                                                                                                            \
        if (conv->s != 1)                                                                                              \
            sum_rows(stage, x, w, bias, conv, below, n, conv->s, 1);                                                   \
        else if (KEEPS_PIXELS && conv->f == 5)                                                                         \
            sum_rows(stage, x, w, bias, conv, below, n, 1, 5);                                                         \
        else if (KEEPS_PIXELS && conv->f == 3)                                                                         \
            sum_rows(stage, x, w, bias, conv, below, n, 1, 3);                                                         \
        else                                                                                                           \
            sum_rows(stage, x, w, bias, conv, below, n, 1, 1);                                                         \
        break;
        VEC_TO_MOST
#undef CASE
    }
}

/* pooled [cols / 2][VEC] */
LANES_INLINE void pool_filters(float *pooled, const float *stage, int cols, enum pool_mode mode)
{
    const float *lower = stage + cols * VEC;
    for (int k = 0; k < cols; k += 2, stage += 2 * VEC, lower += 2 * VEC)
        for (int half = 0; half < VEC; half += TILE, pooled += TILE)
            lanes_store(pooled, 0,
                        pool_four(lanes_load(stage + half, 0), lanes_load(stage + VEC + half, 0),
                                  lanes_load(lower + half, 0), lanes_load(lower + VEC + half, 0), mode));
}

/* A row of pixels [cols][VEC], of which `filters` are any, into that row of their planes. */
LANES_INLINE void write_filters(float *y, const float *stage, int cols, int filters, const struct single_conv *conv)
{
    for (int m = 0; m < filters; m += TILE)
        for (int k = 0; k < cols; k += TILE) {
            lanes square[TILE];
            float *to = y + (size_t)m * (size_t)conv->y_pixels + k;
            for (int i = 0; i < TILE; i++)
                square[i] = lanes_load(stage + (k + i) * VEC + m, 0);
            lanes_transpose(square);
            for (int i = 0; i < TILE && m + i < filters; i++)
                if (k + TILE <= cols)
                    lanes_store_unaligned(to + i * conv->y_pixels, square[i]);
                else
                    lanes_store_first(to + i * conv->y_pixels, square[i], cols - k);
        }
}

static void finish_filters(float *y, float *stage, int y_below, int filters, const struct single_conv *conv)
{
    const int count = 2 * conv->cols * VEC;
    if (conv->is_pooled && conv->mode == POOL_MAX) {
        pool_filters(stage + count, stage, conv->cols, POOL_MAX);
        activate(stage + count, count / 4, conv->activation);
        write_filters(y, stage + count, conv->cols / 2, filters, conv);
        return;
    }
    activate(stage, count, conv->activation);
    if (conv->is_pooled) {
        pool_filters(stage + count, stage, conv->cols, POOL_AVERAGE);
        write_filters(y, stage + count, conv->cols / 2, filters, conv);
    } else {
        write_filters(y, stage, conv->cols, filters, conv);
        write_filters(y + y_below, stage + conv->cols * VEC, conv->cols, filters, conv);
    }
}

static void across_filters(float *y, float *stage, const float *x, const float *w, const float *bias,
                           const struct single_conv *conv)
{
    const int taps = conv->channels * conv->f * conv->f;
    for (int r = 0; r < conv->rows; r += 2) {
        const struct pair pair = pair_at(conv, x, y, r);
        for (int m = 0; m < conv->filters; m += VEC) {
            const int left = conv->filters - m;
            sum_filters(stage, pair.x, w + (size_t)m * (size_t)taps, bias + m, conv, pair.below);
            finish_filters(pair.y + (size_t)m * (size_t)conv->y_pixels, stage, pair.y_below, left < VEC ? left : VEC,
                           conv);
        }
    }
}

/* ---- Across columns: a vector of pixels in each row, `members` filters at a time ---- */

LANES_INLINE void sum_members(float *stage, const float *x, const float *w, const float *bias,
                              const struct single_conv *conv, int below, int pitch, int members)
{
    vec upper[VEC_MOST], lower[VEC_MOST];
    LANES_UNROLL
    for (int m = 0; m < members; m++)
        upper[m] = lower[m] = vec_broadcast(bias[m]);
    const int taps = conv->channels * conv->f * conv->f;
    LANES_ROLL
    for (int t = 0; t < taps; t++, w += members) {
        const vec above = vec_load(x + conv->at[t]), beneath = vec_load(x + below + conv->at[t]);
        LANES_UNROLL
        for (int m = 0; m < members; m++) {
            const vec weight = vec_broadcast(w[m]);
            upper[m] = vec_fma(weight, above, upper[m]);
            lower[m] = vec_fma(weight, beneath, lower[m]);
        }
    }
    LANES_UNROLL
    for (int m = 0; m < members; m++) {
        vec_store(stage + 2 * m * pitch, upper[m]);
        vec_store(stage + (2 * m + 1) * pitch, lower[m]);
    }
}

/* The last vector begins early enough to be whole; a row shorter than that is read beyond its end, for nothing. */
LANES_INLINE void sum_vectors(float *stage, const float *x, const float *w, const float *bias,
                              const struct single_conv *conv, int below, int pitch, int members)
{
    const int last = conv->cols > VEC ? conv->cols - VEC : 0;
    for (int k = 0; k < conv->cols; k += VEC) {
        const int first = k < last ? k : last;
        sum_members(stage + first, x + first, w, bias, conv, below, pitch, members);
    }
}

/* stage [members][2][pitch] */
static void sum_columns(float *stage, const float *x, const float *w, const float *bias, const struct single_conv *conv,
                        int below, int pitch)
{
    switch (conv->members) {
#define CASE(n)                                                                                                        \
    case n:                                                                                                            \
        sum_vectors(stage, x, w, bias, conv, below, pitch, n);                                                         \
        break;
        VEC_TO_MOST
#undef CASE
    }
}

/* pooled [members][pitch / 2] */
LANES_INLINE void pool_columns(float *pooled, const float *stage, int members, int pitch, enum pool_mode mode)
{
    for (int m = 0; m < members; m++, stage += 2 * pitch)
        for (int k = 0; k < pitch; k += 2 * TILE, pooled += TILE) {
            const lanes a = lanes_load(stage + k, 0), b = lanes_load(stage + k, 1);
            const lanes c = lanes_load(stage + pitch + k, 0), d = lanes_load(stage + pitch + k, 1);
            lanes_store(pooled, 0, pool_four(vec_even(a, b), vec_odd(a, b), vec_even(c, d), vec_odd(c, d), mode));
        }
}

/* Rows of `count` filters, `distance` apart in the stage, into that row of their planes. */
LANES_INLINE void write_columns(float *y, const float *stage, int cols, int count, int distance,
                                const struct single_conv *conv)
{
    for (int m = 0; m < count; m++, y += conv->y_pixels, stage += distance) {
        int k = 0;
        for (; k + TILE <= cols; k += TILE)
            lanes_store_unaligned(y + k, lanes_load(stage + k, 0));
        if (k < cols)
            lanes_store_first(y + k, lanes_load(stage + k, 0), cols - k);
    }
}

static void finish_columns(float *y, float *stage, int y_below, int pitch, int count, const struct single_conv *conv)
{
    const int members = conv->members;
    float *pooled = stage + members * 2 * pitch;
    if (conv->is_pooled && conv->mode == POOL_MAX) {
        pool_columns(pooled, stage, members, pitch, POOL_MAX);
        activate(pooled, members * pitch / 2, conv->activation);
        write_columns(y, pooled, conv->cols / 2, count, pitch / 2, conv);
        return;
    }
    activate(stage, members * 2 * pitch, conv->activation);
    if (conv->is_pooled) {
        pool_columns(pooled, stage, members, pitch, POOL_AVERAGE);
        write_columns(y, pooled, conv->cols / 2, count, pitch / 2, conv);
    } else {
        write_columns(y, stage, conv->cols, count, 2 * pitch, conv);
        write_columns(y + y_below, stage + pitch, conv->cols, count, 2 * pitch, conv);
    }
}

static void across_columns(float *y, float *stage, const float *x, const float *w, const float *bias,
                           const struct single_conv *conv)
{
    const int taps = conv->channels * conv->f * conv->f, pitch = (conv->cols + WIDE - 1) / WIDE * WIDE;
    for (int r = 0; r < conv->rows; r += 2) {
        const struct pair pair = pair_at(conv, x, y, r);
        for (int m = 0; m < conv->filters; m += conv->members) {
            const int left = conv->filters - m;
            sum_columns(stage, pair.x, w + (size_t)m * (size_t)taps, bias + m, conv, pair.below, pitch);
            finish_columns(pair.y + (size_t)m * (size_t)conv->y_pixels, stage, pair.y_below, pitch,
                           left < conv->members ? left : conv->members, conv);
        }
    }
}

const struct single_conv_kernels TIER_NAME(single_conv_kernels) = {across_filters, across_columns};
