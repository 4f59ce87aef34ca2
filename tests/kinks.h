/* Where a network's gradient jumps: at a ReLU's 0, and where two pixels of a max window are equal. Near such a place
 * neither differences nor another order of summing can be compared with it, so tests draw again.
 * In a header, because it is compiled with `real` as float and as double. */
#ifndef LENET5_TESTS_KINKS_H
#define LENET5_TESTS_KINKS_H

#include <math.h>
#include <stdlib.h>

#include "nn/network.h"

/* Exactly equal ones are no kink here: they come from equal sums (background, or zeros behind a ReLU), the first wins
 * in every implementation, and no small step parts them. */
static inline int kinks_window_is_close(const real *map, const struct pool *pool, int top, int left, real clearance)
{
    real first = -(real)HUGE_VAL, second = first;
    for (int r = top; r < top + pool->f; r++)
        for (int k = left; k < left + pool->f; k++) {
            if (r < 0 || r >= pool->in.rows || k < 0 || k >= pool->in.cols)
                continue;
            const real pixel = map[r * pool->in.cols + k];
            if (pixel > first) {
                second = first;
                first = pixel;
            } else if (pixel > second && pixel < first) {
                second = pixel;
            }
        }
    return first - second < clearance;
}

static inline int kinks_in_pool(const real *x, const struct pool *pool, real clearance)
{
    for (int c = 0; c < pool->in.channels; c++)
        for (int r = 0; r < pool->out.rows; r++)
            for (int k = 0; k < pool->out.cols; k++)
                if (kinks_window_is_close(x + c * pool->in.rows * pool->in.cols, pool, r * pool->s - pool->p,
                                          k * pool->s - pool->p, clearance))
                    return 1;
    return 0;
}

/* What enters the ReLU of layer i, found by running the network with that activation taken away. */
static inline int kinks_in_relu(struct trace *trace, const real *parameters, const real *x,
                                const struct architecture *architecture, int i, real clearance)
{
    struct architecture without = *architecture;
    without.layers[i].activation = ACTIVATION_NONE;
    without.layer_count = i + 1;
    network_forward(trace, parameters, x, &without);
    for (int k = 0; k < shape_size(without.layers[i].out); k++)
        if (trace->y[i][k] < clearance && trace->y[i][k] > -clearance)
            return 1;
    return 0;
}

static inline int kinks_near(const real *parameters, const real *x, const struct architecture *architecture,
                             real clearance)
{
    struct trace trace;
    int near = 0;
    if (trace_create(&trace, architecture, NULL) != 0)
        abort();
    for (int i = 0; i < architecture->layer_count && !near; i++)
        if (architecture->layers[i].kind != LAYER_POOL && architecture->layers[i].activation == ACTIVATION_RELU)
            near = kinks_in_relu(&trace, parameters, x, architecture, i, clearance);
    network_forward(&trace, parameters, x, architecture);
    for (int i = 0; i < architecture->layer_count && !near; i++)
        if (architecture->layers[i].kind == LAYER_POOL && architecture->layers[i].pool.mode == POOL_MAX)
            near = kinks_in_pool(i > 0 ? trace.y[i - 1] : x, &architecture->layers[i].pool, clearance);
    trace_free(&trace);
    return near;
}

#endif
