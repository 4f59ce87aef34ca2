#include "fast/plan.h"

#include <stdlib.h>

/* Takes room for `count` floats, rounded up to whole cache lines; gives where it starts. */
static size_t take(size_t *used, size_t count)
{
    const size_t line = TILE_ALIGN / sizeof(float), at = *used;
    *used += (count + line - 1) / line * line;
    return at;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t tiles_of(struct shape shape)
{
    return (size_t)shape_size(shape) * TILE;
}

/* Forward runs over the input with its padding written around it. Backward to the data is a convolution too: the
 * gradient, spread s apart, with f - 1 zeros around it, under the flipped filters. */
static void lay_out_conv(struct plan_step *step)
{
    const struct conv *conv = &step->layer.conv;
    const int rows = conv->in.rows + 2 * conv->p, cols = conv->in.cols + 2 * conv->p;
    step->forward = (struct tile_conv){.filters = conv->filters,
                                       .channels = conv->in.channels,
                                       .f = conv->f,
                                       .s = conv->s,
                                       .rows = conv->out.rows,
                                       .cols = conv->out.cols,
                                       .x_cols = cols,
                                       .x_pixels = rows * cols};
    step->backward = (struct tile_conv){.filters = conv->in.channels,
                                        .channels = conv->filters,
                                        .f = conv->f,
                                        .s = 1,
                                        .rows = conv->in.rows,
                                        .cols = conv->in.cols,
                                        .x_cols = cols + conv->f - 1,
                                        .x_pixels = (rows + conv->f - 1) * (cols + conv->f - 1)};
}

static size_t window_floats(const struct tile_conv *conv)
{
    return (size_t)conv->channels * (size_t)conv->x_pixels * TILE;
}

static void lay_out_step(struct plan *plan, int i, size_t *window, size_t *flipped, size_t *gradient)
{
    struct plan_step *step = &plan->steps[i];
    const struct layer *layer = &step->layer;
    step->y = take(&plan->scratch_floats, tiles_of(layer->out));
    *gradient = larger(*gradient, tiles_of(layer->out));
    if (layer->kind == LAYER_CONV) {
        lay_out_conv(step);
        step->record_gradient = take(&plan->record_floats, (size_t)layer->weight_count + (size_t)layer->bias_count);
        if (layer->conv.p > 0)
            *window = larger(*window, window_floats(&step->forward));
        if (i > 0) {
            *window = larger(*window, window_floats(&step->backward));
            *flipped = larger(*flipped, (size_t)layer->weight_count);
        }
        plan->item_count++;
    } else if (layer->kind == LAYER_DENSE) {
        step->stride = (layer->dense.inputs + TILE - 1) / TILE * TILE;
        step->record_x = take(&plan->record_floats, (size_t)step->stride * TILE);
        step->record_d_y = take(&plan->record_floats, tiles_of(layer->out));
        plan->item_count += (layer->dense.units + PLAN_ITEM_ROWS - 1) / PLAN_ITEM_ROWS;
    }
}

/* A convolution is one item, its gradient a sum over records; the rows of a dense layer are shared out. */
static void make_items(struct plan *plan)
{
    int n = 0;
    for (int i = 0; i < plan->architecture->layer_count; i++) {
        const struct layer *layer = &plan->steps[i].layer;
        if (layer->kind == LAYER_CONV)
            plan->items[n++] = (struct plan_item){i, 0, layer->conv.filters};
        for (int row = 0; layer->kind == LAYER_DENSE && row < layer->dense.units; row += PLAN_ITEM_ROWS) {
            const int left = layer->dense.units - row;
            plan->items[n++] = (struct plan_item){i, row, left < PLAN_ITEM_ROWS ? left : PLAN_ITEM_ROWS};
        }
    }
}

int plan_create(struct plan *out, const struct architecture *architecture, const struct kernels *kernels,
                struct error *err)
{
    struct plan plan = {.architecture = architecture, .kernels = kernels};
    const struct input *input = &architecture->input;
    for (int byte = 0; byte < 256; byte++)
        plan.value[byte] = ((float)byte / 255 - input->mean) / input->deviation;
    plan.background = plan.value[0];

    plan.x = take(&plan.scratch_floats, tiles_of(architecture->in));
    size_t window = 0, flipped = 0, gradient = 0;
    for (int i = 0; i < architecture->layer_count; i++) {
        plan.steps[i].layer = architecture->layers[i];
        lay_out_step(&plan, i, &window, &flipped, &gradient);
    }
    plan.d[0] = take(&plan.scratch_floats, gradient);
    plan.d[1] = take(&plan.scratch_floats, gradient);
    plan.window = take(&plan.scratch_floats, window);
    plan.flipped = take(&plan.scratch_floats, flipped);

    if (plan.scratch_floats * sizeof(float) > PLAN_SCRATCH)
        return error_set(err, ERROR_MODEL,
                         "each thread would need %zu MiB of memory, more than the %zu that are allowed: use less "
                         "padding, fewer filters, or a smaller input",
                         plan.scratch_floats * sizeof(float) >> 20, PLAN_SCRATCH >> 20);

    const size_t bytes = (size_t)plan.item_count * sizeof *plan.items;
    plan.items = malloc(bytes);
    if (plan.items == NULL)
        return error_memory(err, bytes, "the plan");
    make_items(&plan);
    *out = plan;
    return 0;
}

void plan_free(struct plan *plan)
{
    free(plan->items);
    *plan = (struct plan){0};
}

static float *aligned_floats(size_t count)
{
    const size_t bytes = (count * sizeof(float) + TILE_ALIGN - 1) / TILE_ALIGN * TILE_ALIGN;
    return aligned_alloc(TILE_ALIGN, bytes > 0 ? bytes : TILE_ALIGN);
}

int scratch_create(struct scratch *out, const struct plan *plan, struct error *err)
{
    struct scratch scratch = {aligned_floats(plan->scratch_floats)};
    if (scratch.block == NULL)
        return error_memory(err, plan->scratch_floats * sizeof(float), "a thread's activations");
    *out = scratch;
    return 0;
}

void scratch_free(struct scratch *scratch)
{
    free(scratch->block);
    *scratch = (struct scratch){0};
}

int records_create(struct records *out, int tiles, const struct plan *plan, struct error *err)
{
    const size_t floats = (size_t)tiles * plan->record_floats;
    struct records records = {aligned_floats(floats), malloc((size_t)tiles * sizeof(double)),
                              malloc((size_t)tiles * sizeof(int))};
    if (records.block == NULL || records.loss == NULL || records.correct == NULL) {
        records_free(&records);
        return error_memory(err, floats * sizeof(float), "the gradients of a minibatch (a smaller batch needs less)");
    }
    *out = records;
    return 0;
}

void records_free(struct records *records)
{
    free(records->block);
    free(records->loss);
    free(records->correct);
    *records = (struct records){0};
}

struct plan_range plan_item_range(const struct plan_item *item, const struct plan *plan)
{
    const struct layer *layer = &plan->steps[item->step].layer;
    const int per_row = layer->weight_count / layer->bias_count;
    return (struct plan_range){.weights = layer->weights + (size_t)item->first * (size_t)per_row,
                               .biases = layer->biases + (size_t)item->first,
                               .weight_count = item->count * per_row,
                               .bias_count = item->count};
}
