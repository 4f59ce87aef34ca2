/* Pooling and dense layers of one image, and the table of all kernels for one image. */
#include "fast/single.h"
#include "fast/kernels/tier.h"
#include "fast/kernels/vec.h"

extern const struct activation_kernels TIER_NAME(activation_kernels);
extern const struct single_conv_kernels TIER_NAME(single_conv_kernels);

/* ---- Pooling ---- */

/* Eight numbers, each s behind the one before. */
LANES_INLINE lanes every(const float *p, int s)
{
    if (s == 1)
        return lanes_load_unaligned(p);
    if (s == 2) {
        const lanes low = lanes_load_unaligned(p), high = lanes_load_unaligned(p + TILE);
        return vec_even(low, high);
    }
    return (lanes){p[0], p[s], p[2 * s], p[3 * s], p[4 * s], p[5 * s], p[6 * s], p[7 * s]};
}

/* Eight windows beside each other. What lies around the image adds 0 to a sum, and -infinity is no maximum. */
LANES_INLINE lanes pool_windows(const float *x, const struct single_pool *pool, enum pool_mode mode, int s)
{
    lanes y = mode == POOL_MAX ? every(x, s) : lanes_broadcast(0);
    for (int i = 0; i < pool->f; i++)
        for (int j = 0; j < pool->f; j++) {
            const lanes pixel = every(x + i * pool->x_cols + j, s);
            y = mode == POOL_MAX ? lanes_max(y, pixel) : y + pixel;
        }
    return mode == POOL_MAX ? y : y * lanes_broadcast(1 / (float)(pool->f * pool->f));
}

LANES_INLINE void pool_planes(float *y, const float *x, const struct single_pool *pool, enum pool_mode mode, int s)
{
    for (int c = 0; c < pool->channels; c++)
        for (int r = 0; r < pool->rows; r++) {
            const float *from = x + c * pool->x_pixels + r * s * pool->x_cols;
            float *to = y + c * pool->y_pixels + r * pool->y_cols;
            for (int k = 0; k < pool->cols; k += TILE) {
                const lanes pixels = pool_windows(from + k * s, pool, mode, s);
                if (k + TILE <= pool->cols)
                    lanes_store_unaligned(to + k, pixels);
                else
                    lanes_store_first(to + k, pixels, pool->cols - k);
            }
        }
}

static void pool_whole(float *y, const float *x, const struct single_pool *pool)
{
    const int is_max = pool->mode == POOL_MAX;
    if (is_max && pool->s == 1)
        pool_planes(y, x, pool, POOL_MAX, 1);
    else if (is_max && pool->s == 2)
        pool_planes(y, x, pool, POOL_MAX, 2);
    else if (is_max)
        pool_planes(y, x, pool, POOL_MAX, pool->s);
    else if (pool->s == 2)
        pool_planes(y, x, pool, POOL_AVERAGE, 2);
    else
        pool_planes(y, x, pool, POOL_AVERAGE, pool->s);
}

/* ---- Dense ---- */

/* The inputs of even index and those of odd index, each with their rows. */
struct inputs {
    const struct single_entry *entries[2];
    int count[2], half;
};

/* By its bits: a comparison would have to think of NaN. */
LANES_INLINE int is_not_zero(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits << 1 != 0;
}

/* Lists all inputs, or only those that are not 0. Of an odd number of inputs the last has a 0 beside it. */
LANES_INLINE struct inputs list_inputs(struct single_entry *entries, const float *x, int inputs, int is_all)
{
    const int half = (inputs + 1) / 2;
    struct single_entry *even = entries, *odd = entries + half;
    for (int row = 0; row < inputs / 2; row++, x += 2) {
        *even = (struct single_entry){row, x[0]};
        *odd = (struct single_entry){row, x[1]};
        even += is_all | is_not_zero(x[0]); /* no branch: which are 0 cannot be foreseen */
        odd += is_all | is_not_zero(x[1]);
    }
    if (inputs % 2 != 0) {
        *even++ = (struct single_entry){half - 1, x[0]};
        *odd++ = (struct single_entry){half - 1, 0};
    }
    return (struct inputs){.entries = {entries, entries + half},
                           .count = {(int)(even - entries), (int)(odd - entries) - half},
                           .half = half};
}

LANES_INLINE void sum_units(float *y, const struct inputs *inputs, const float *w, const float *bias, int vecs)
{
    vec sum[2][2 * VEC_MOST];
    LANES_UNROLL
    for (int v = 0; v < vecs; v++) {
        sum[0][v] = vec_load(bias + v * VEC);
        sum[1][v] = vec_broadcast(0);
    }
    LANES_UNROLL
    for (int parity = 0; parity < 2; parity++) {
        const struct single_entry *entry = inputs->entries[parity], *end = entry + inputs->count[parity];
        const float *rows = w + (size_t)(parity * inputs->half) * (size_t)(vecs * VEC);
        for (; entry < end; entry++) {
            const float *row = rows + (size_t)entry->row * (size_t)(vecs * VEC);
            const vec x = vec_broadcast(entry->x);
            LANES_UNROLL
            for (int v = 0; v < vecs; v++)
                sum[parity][v] = vec_fma(vec_load(row + v * VEC), x, sum[parity][v]);
        }
    }
    LANES_UNROLL
    for (int v = 0; v < vecs; v++)
        vec_store(y + v * VEC, vec_fma(sum[0][v], vec_broadcast(1), sum[1][v])); /* even + odd */
}

static void sum_inputs(float *y, const struct inputs *inputs, const float *w, const float *bias,
                       const struct single_dense *dense)
{
    const size_t block = 2 * (size_t)inputs->half * (size_t)dense->members;
    for (int b = 0; b < dense->blocks; b++, y += dense->members, bias += dense->members, w += block)
        switch (dense->members / VEC) {
#define CASE(n)                                                                                                        \
    case n:                                                                                                            \
        sum_units(y, inputs, w, bias, n);                                                                              \
        break;
            VEC_TO_TWICE
#undef CASE
        }
}

static int has_zero(const float *y, int count)
{
    int found = 0;
    for (int i = 0; i < count; i++)
        found |= y[i] == 0;
    return found;
}

/* Most inputs are 0 behind ReLU. A finite weight times 0 is 0 or -0, and adding that changes nothing but the sign of a
 * sum that is itself 0. Such a sum shows only in a result of 0, which then is computed once more with every input. */
static void dense_whole(float *y, struct single_entry *entries, const float *x, const float *w, const float *bias,
                        const struct single_dense *dense)
{
    struct inputs inputs = list_inputs(entries, x, dense->inputs, 0);
    sum_inputs(y, &inputs, w, bias, dense);
    if (inputs.count[0] + inputs.count[1] < 2 * inputs.half && has_zero(y, dense->blocks * dense->members)) {
        inputs = list_inputs(entries, x, dense->inputs, 1);
        sum_inputs(y, &inputs, w, bias, dense);
    }
    TIER_NAME(activation_kernels).forward(y, dense->blocks * dense->members / TILE, dense->activation);
}

const struct single_kernels TIER_NAME(single_kernels) = {
    .width = VEC,
    .most = VEC_MOST,
    .conv = &TIER_NAME(single_conv_kernels),
    .pool = pool_whole,
    .dense = dense_whole,
};
