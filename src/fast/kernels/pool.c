/* Pooling over a tile, maximum and average, windows of any f, s and p. */
#include "fast/kernels.h"
#include "fast/kernels/tier.h"
#include "fast/lanes.h"

/* The part of a window that lies on the image; `map` is the plane of one channel. */
struct window {
    int r0, r1, k0, k1;
};

LANES_INLINE struct window window_at(const struct pool *pool, int r, int k)
{
    const int top = r * pool->s - pool->p, left = k * pool->s - pool->p;
    struct window window = {top, top + pool->f, left, left + pool->f};
    if (window.r0 < 0)
        window.r0 = 0;
    if (window.k0 < 0)
        window.k0 = 0;
    if (window.r1 > pool->in.rows)
        window.r1 = pool->in.rows;
    if (window.k1 > pool->in.cols)
        window.k1 = pool->in.cols;
    return window;
}

LANES_INLINE lanes window_max(const float *map, struct window window, int cols)
{
    lanes best = lanes_load(map, window.r0 * cols + window.k0);
    for (int r = window.r0; r < window.r1; r++)
        for (int k = window.k0; k < window.k1; k++)
            best = lanes_max(best, lanes_load(map, r * cols + k));
    return best;
}

LANES_INLINE lanes window_sum(const float *map, struct window window, int cols)
{
    lanes sum = lanes_broadcast(0);
    for (int r = window.r0; r < window.r1; r++)
        for (int k = window.k0; k < window.k1; k++)
            sum += lanes_load(map, r * cols + k);
    return sum;
}

static void forward(float *y, const float *x, const struct pool *pool)
{
    const int pixels = pool->in.rows * pool->in.cols;
    const lanes share = lanes_broadcast(1 / (float)(pool->f * pool->f));
    for (int c = 0; c < pool->out.channels; c++, x += pixels * TILE)
        for (int r = 0; r < pool->out.rows; r++)
            for (int k = 0; k < pool->out.cols; k++, y += TILE) {
                const struct window window = window_at(pool, r, k);
                lanes_store(y, 0,
                            pool->mode == POOL_MAX ? window_max(x, window, pool->in.cols)
                                                   : window_sum(x, window, pool->in.cols) * share);
            }
}

const struct pool_kernels TIER_NAME(pool_kernels) = {forward};
