/* A dense layer forward over a tile. The inputs of even and of odd index are summed apart: twice as many sums that do
 * not wait for each other, and a pair of weights is one load. */
#include "fast/kernels.h"
#include "fast/kernels/tier.h"
#include "fast/wide.h"

#if defined(__AVX512F__)
enum { BLOCK_UNITS = 12 };
#else
enum { BLOCK_UNITS = 6 };
#endif

LANES_INLINE void units_block(float *y, const float *series, const float *w, const float *bias, int inputs, int units)
{
    const lanes zero = lanes_broadcast(0);
    struct wide sum[BLOCK_UNITS];
    LANES_UNROLL
    for (int o = 0; o < units; o++)
        sum[o] = wide_series_of(lanes_broadcast(bias[o]), zero);
    int i = 0;
    for (; i + 1 < inputs; i += 2) {
        const struct wide x = wide_load(series + i * TILE);
        LANES_UNROLL
        for (int o = 0; o < units; o++)
            sum[o] = wide_fma(wide_series_broadcast(w + (size_t)o * (size_t)inputs + i), x, sum[o]);
    }
    if (i < inputs)
        for (int o = 0; o < units; o++) {
            const struct wide weight = wide_series_of(lanes_broadcast(w[(size_t)o * (size_t)inputs + (size_t)i]), zero);
            sum[o] = wide_fma(weight, wide_load(series + i * TILE), sum[o]);
        }
    LANES_UNROLL
    for (int o = 0; o < units; o++)
        lanes_store(y, o, wide_series_sum(sum[o]));
}

static void forward(float *y, float *series, const float *x, const float *w, const float *bias, int inputs, int units)
{
    int i = 0;
    for (; i + 1 < inputs; i += 2)
        wide_store(series + i * TILE, wide_series_of(lanes_load(x, i), lanes_load(x, i + 1)));
    if (i < inputs)
        wide_store(series + i * TILE, wide_series_of(lanes_load(x, i), lanes_broadcast(0)));
    int o = 0;
#define TAKE(n)                                                                                                        \
    for (; o + (n) <= units; o += (n))                                                                                 \
        units_block(y + o * TILE, series, w + (size_t)o * (size_t)inputs, bias + o, inputs, n);
    TAKE(BLOCK_UNITS)
    TAKE(4)
    TAKE(1)
#undef TAKE
}

const struct dense_kernels TIER_NAME(dense_kernels) = {forward};
