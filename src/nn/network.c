#include "nn/network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "nn/loss.h"

int trace_create(struct trace *out, const struct architecture *architecture, struct error *err)
{
    size_t count = (size_t)shape_size(architecture->in);
    for (int i = 0; i < architecture->layer_count; i++)
        count += 2 * (size_t)shape_size(architecture->layers[i].out);
    real *block = calloc(count, sizeof *block);
    if (block == NULL)
        return error_memory(err, count * sizeof *block, "one image's activations");
    struct trace trace = {.block = block, .d_x = block};
    real *next = block + shape_size(architecture->in);
    for (int i = 0; i < architecture->layer_count; i++) {
        const int size = shape_size(architecture->layers[i].out);
        trace.y[i] = next;
        trace.d_y[i] = next + size;
        next += 2 * size;
    }
    *out = trace;
    return 0;
}

void trace_free(struct trace *trace)
{
    free(trace->block);
    *trace = (struct trace){0};
}

void network_forward(struct trace *trace, const real *parameters, const real *x,
                     const struct architecture *architecture)
{
    for (int i = 0; i < architecture->layer_count; i++) {
        const struct layer *layer = &architecture->layers[i];
        const real *w = parameters + layer->weights, *bias = parameters + layer->biases;
        if (layer->kind == LAYER_CONV)
            conv_forward(trace->y[i], x, w, bias, &layer->conv);
        else if (layer->kind == LAYER_POOL)
            pool_forward(trace->y[i], x, &layer->pool);
        else
            dense_forward(trace->y[i], x, w, bias, &layer->dense);
        activation_forward(trace->y[i], shape_size(layer->out), layer->activation);
        x = trace->y[i];
    }
}

double network_backward(struct trace *trace, real *d_parameters, const real *parameters, const real *x, int label,
                        const struct architecture *architecture)
{
    const int last = architecture->layer_count - 1;
    const double loss = loss_cross_entropy(trace->d_y[last], trace->y[last], label, architecture->classes);
    for (int i = last; i >= 0; i--) {
        const struct layer *layer = &architecture->layers[i];
        const real *below = i > 0 ? trace->y[i - 1] : x;
        real *d_below = i > 0 ? trace->d_y[i - 1] : trace->d_x;
        const real *w = parameters + layer->weights;
        real *d_w = d_parameters + layer->weights, *d_bias = d_parameters + layer->biases;
        activation_backward(trace->d_y[i], trace->y[i], shape_size(layer->out), layer->activation);
        if (layer->kind == LAYER_CONV)
            conv_backward(d_below, d_w, d_bias, trace->d_y[i], below, w, &layer->conv);
        else if (layer->kind == LAYER_POOL)
            pool_backward(d_below, trace->d_y[i], below, &layer->pool);
        else
            dense_backward(d_below, d_w, d_bias, trace->d_y[i], below, w, &layer->dense);
    }
    return loss;
}

static float weight_range(const struct layer *layer)
{
    const float fan_in = (float)layer->weight_count / (float)layer->bias_count;
    switch (layer->activation) {
    case ACTIVATION_RELU:
        return sqrtf(6 / fan_in);
    case ACTIVATION_SIGMOID:
        return 4 * sqrtf(3 / fan_in);
    default:
        return sqrtf(3 / fan_in);
    }
}

void network_initialise(real *parameters, const struct architecture *architecture, uint64_t seed)
{
    struct rng rng = rng_make(seed, RNG_WEIGHTS);
    memset(parameters, 0, architecture->parameter_count * sizeof *parameters);
    for (int i = 0; i < architecture->layer_count; i++) {
        const struct layer *layer = &architecture->layers[i];
        if (layer->weight_count == 0)
            continue;
        float range = weight_range(layer);
        if (i == architecture->layer_count - 1)
            range *= 0.1f;
        for (int k = 0; k < layer->weight_count; k++)
            parameters[layer->weights + (size_t)k] = (real)((2 * rng_unit(&rng) - 1) * range);
    }
}
