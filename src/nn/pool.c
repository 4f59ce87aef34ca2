#include "nn/pool.h"

#include <string.h>

#include "nn/window.h"

int pool_output_shape(struct shape *out, const struct pool *pool, struct shape in, struct error *err)
{
    struct shape shape = {.channels = in.channels};
    if (window_output(&shape, "pooling window", pool->f, pool->s, pool->p, in, err) != 0)
        return -1;
    if (pool->p > pool->f / 2)
        return error_set(err, ERROR_MODEL,
                         "a %dx%d pooling window padded by %d could lie on padding alone: use p <= f/2 = %d", pool->f,
                         pool->f, pool->p, pool->f / 2);
    *out = shape;
    return 0;
}

/* The part of a window that lies on the image: rows r0..r1-1, columns k0..k1-1. */
struct part {
    int r0, r1, k0, k1;
};

static struct part part_on_image(const struct pool *pool, int r, int k)
{
    const int top = r * pool->s - pool->p, left = k * pool->s - pool->p;
    const int bottom = top + pool->f, right = left + pool->f;
    return (struct part){top < 0 ? 0 : top, bottom > pool->in.rows ? pool->in.rows : bottom, left < 0 ? 0 : left,
                         right > pool->in.cols ? pool->in.cols : right};
}

/* The place of the first maximum of a window in its map. */
static int argmax(const real *map, struct part part, int cols)
{
    int best = part.r0 * cols + part.k0;
    for (int r = part.r0; r < part.r1; r++)
        for (int k = part.k0; k < part.k1; k++)
            if (map[r * cols + k] > map[best])
                best = r * cols + k;
    return best;
}

static real average(const real *map, struct part part, const struct pool *pool)
{
    real sum = 0;
    for (int r = part.r0; r < part.r1; r++)
        for (int k = part.k0; k < part.k1; k++)
            sum += map[r * pool->in.cols + k];
    return sum / (real)(pool->f * pool->f);
}

void pool_forward(real *restrict y, const real *restrict x, const struct pool *pool)
{
    const struct shape in = pool->in, out = pool->out;
    for (int c = 0; c < out.channels; c++, x += in.rows * in.cols)
        for (int r = 0; r < out.rows; r++)
            for (int k = 0; k < out.cols; k++) {
                const struct part part = part_on_image(pool, r, k);
                *y++ = pool->mode == POOL_MAX ? x[argmax(x, part, in.cols)] : average(x, part, pool);
            }
}

static void spread(real *d_map, real d, struct part part, int cols)
{
    for (int r = part.r0; r < part.r1; r++)
        for (int k = part.k0; k < part.k1; k++)
            d_map[r * cols + k] += d;
}

void pool_backward(real *restrict d_x, const real *restrict d_y, const real *restrict x, const struct pool *pool)
{
    const struct shape in = pool->in, out = pool->out;
    memset(d_x, 0, (size_t)shape_size(in) * sizeof *d_x);
    for (int c = 0; c < out.channels; c++, x += in.rows * in.cols, d_x += in.rows * in.cols)
        for (int r = 0; r < out.rows; r++)
            for (int k = 0; k < out.cols; k++) {
                const struct part part = part_on_image(pool, r, k);
                const real d = *d_y++;
                if (pool->mode == POOL_MAX)
                    d_x[argmax(x, part, in.cols)] += d;
                else
                    spread(d_x, d / (real)(pool->f * pool->f), part, in.cols);
            }
}
