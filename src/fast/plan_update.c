/* The gradients of a minibatch, summed over its tiles in order, and the optimiser's step with them. */
#include <string.h>

#include "fast/plan.h"

/* Adds up `count` floats of every record from `at` on. */
static void sum_records(float *sums, const struct records *records, int tiles, size_t at, size_t count,
                        const struct plan *plan)
{
    const float *from = records->block + at;
    memcpy(sums, from, count * sizeof *sums);
    for (int t = 1; t < tiles; t++) {
        from += plan->record_floats;
        for (size_t i = 0; i < count; i++)
            sums[i] += from[i];
    }
}

static float sum_of_eight(const float *v)
{
    return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

/* From runs, with their empty places, to [filters][channels][f][f]. */
static void unpack_gradient(float *d_w, const float *sums, int filters, const struct plan_step *step)
{
    const int f = step->conv.f, channels = step->conv.channels, run = step->runs.run;
    const int per_channel = step->depth > 0 ? 1 : f * run, per_col = step->depth > 0 ? step->depth : 1;
    for (int m = 0; m < filters; m++, sums += step->groups * f * run)
        for (int c = 0; c < channels; c++)
            for (int r = 0; r < f; r++)
                for (int k = 0; k < f; k++)
                    *d_w++ = sums[c * per_channel + r * run + k * per_col];
}

static void update_filters(float *parameters, float *velocity, struct scratch *scratch, const struct records *records,
                           int tiles, const struct plan_item *item, struct rates rates, const struct plan *plan)
{
    const struct plan_step *step = &plan->steps[item->step];
    const size_t all = (size_t)step->conv.filters, first = (size_t)item->first, count = (size_t)item->count;
    const size_t filter = step->is_plain ? (size_t)step->layer.weight_count / all
                                         : (size_t)(step->groups * step->runs.rows * step->runs.run);
    const struct plan_range range = plan_item_range(item, plan);
    float *sums = scratch->block + plan->sums, *d_w = sums + count * filter, *d_bias = sums;
    sum_records(sums, records, tiles, step->record_gradient + first * filter, count * filter, plan);
    if (step->is_plain)
        d_w = sums;
    else
        unpack_gradient(d_w, sums, item->count, step);
    plan->kernels->optimizer->step(parameters + range.weights, velocity + range.weights, d_w, range.weight_count,
                                   rates);
    sum_records(sums, records, tiles, step->record_gradient + all * filter + first * TILE, count * TILE, plan);
    for (size_t m = 0; m < count; m++)
        d_bias[m] = sum_of_eight(sums + m * TILE);
    rates.decay = 0;
    plan->kernels->optimizer->step(parameters + range.biases, velocity + range.biases, d_bias, range.bias_count, rates);
}

void plan_update(float *parameters, float *velocity, struct scratch *scratch, const struct records *records, int tiles,
                 const struct plan_item *item, struct rates rates, const struct plan *plan)
{
    const struct plan_step *step = &plan->steps[item->step];
    const struct layer *layer = &step->layer;
    if (layer->kind == LAYER_CONV) {
        update_filters(parameters, velocity, scratch, records, tiles, item, rates, plan);
        return;
    }
    const struct dense_batch batch = {.tiles = tiles,
                                      .distance = plan->record_floats,
                                      .x = records->block + step->record_x,
                                      .d_y = records->block + step->record_d_y,
                                      .inputs = layer->dense.inputs,
                                      .x_stride = step->x_stride,
                                      .d_stride = step->d_stride};
    plan->kernels->dense_back->update(parameters + layer->weights, velocity + layer->weights,
                                      parameters + layer->biases, velocity + layer->biases, &batch, item->first,
                                      item->count, rates);
}
