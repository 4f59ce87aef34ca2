/* An architecture becomes steps with places in memory. */
#include "fast/plan.h"

#include <stdlib.h>
#include <string.h>

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

static int whole_vectors(int count)
{
    return (count + TILE - 1) / TILE * TILE;
}

static size_t tiles_of(struct shape shape)
{
    return (size_t)shape_size(shape) * TILE;
}

/* ---- Which layers make a step ---- */

int plan_fuses(const struct layer *layer)
{
    return layer->kind == LAYER_CONV && layer->conv.f <= PLAN_SPARSE_SIDE && layer[1].kind == LAYER_POOL &&
           layer[1].pool.f == 2 && layer[1].pool.s == 2 && layer[1].pool.p == 0;
}

static void make_steps(struct plan *plan)
{
    const struct architecture *architecture = plan->architecture;
    enum activation below = ACTIVATION_NONE;
    for (int i = 0; i < architecture->layer_count; i++) {
        struct plan_step *step = &plan->steps[plan->step_count++];
        const struct layer *layer = &architecture->layers[i];
        *step = (struct plan_step){.kind = layer->kind == LAYER_CONV   ? STEP_CONV
                                           : layer->kind == LAYER_POOL ? STEP_POOL
                                                                       : STEP_DENSE,
                                   .layer = *layer,
                                   .out = layer->out,
                                   .below = below};
        below = layer->kind == LAYER_POOL ? ACTIVATION_NONE : layer->activation;
        if (i + 1 < architecture->layer_count && plan_fuses(layer)) {
            step->kind = STEP_CONV_POOL;
            step->pool = layer[1].pool;
            step->out = layer[1].out;
            if (step->pool.mode == POOL_AVERAGE) /* the slope belongs to what is averaged */
                below = ACTIVATION_NONE;
            i++;
        }
    }
}

/* ---- Where everything lies ---- */

enum { WIDE_ROOM = 2 * TILE }; /* behind lists: kernels write up to 16 at a time */

/* Room that steps use one after the other. */
struct shared_room {
    size_t window, series, gradient, d_window, entries, packed, sums, planes;
};

/* One filter over the input of an image: over its planes one by one where the input are pictures, else over all
 * channels of a pixel, which lie side by side. */
static void lay_out_runs(struct plan_step *step, int is_first)
{
    const struct tile_conv *conv = &step->conv;
    step->depth = is_first ? 0 : whole_vectors(conv->channels);
    step->groups = is_first ? conv->channels : 1;
    step->group_distance = conv->x_pixels;
    step->runs = (struct tile_runs){.rows = conv->f,
                                    .run = is_first ? TILE : conv->f * step->depth,
                                    .distance = conv->x_cols * (is_first ? 1 : step->depth)};
    step->x_image = (size_t)conv->x_pixels * (size_t)(is_first ? conv->channels : step->depth);
    step->outputs.count = conv->rows * conv->cols;
    if (step->kind == STEP_CONV_POOL && step->pool.mode == POOL_AVERAGE)
        step->outputs.count *= 4;
}

/* Windows are at least 1 apart and numbered by row: where the window of each output of a filter begins. */
static void place_outputs(int *at, struct plan_step *step)
{
    const int pixel = step->depth > 0 ? step->depth : 1;
    step->outputs.beside = step->conv.s * pixel;
    step->outputs.below = step->conv.s * step->conv.x_cols * pixel;
    const int is_pooled = step->kind == STEP_CONV_POOL, is_average = is_pooled && step->pool.mode == POOL_AVERAGE;
    const int right = step->outputs.beside * (is_pooled ? 2 : 1), down = step->outputs.below * (is_pooled ? 2 : 1);
    int *end = at + whole_vectors(step->outputs.count);
    for (int r = 0; r < step->conv.rows; r++)
        for (int k = 0; k < step->conv.cols; k++)
            for (int member = 0; member < (is_average ? 4 : 1); member++)
                *at++ = r * down + k * right + (member / 2) * step->outputs.below + (member % 2) * step->outputs.beside;
    while (at < end)
        *at++ = 0;
}

static size_t gradient_floats(const struct plan_step *step)
{
    return (size_t)(step->conv.filters * step->groups) * (size_t)(step->runs.rows * step->runs.run);
}

static void lay_out_conv(struct plan *plan, int i, struct shared_room *room)
{
    struct plan_step *step = &plan->steps[i];
    const struct conv *conv = &step->layer.conv;
    const int rows = conv->in.rows + 2 * conv->p, cols = conv->in.cols + 2 * conv->p;
    step->conv = (struct tile_conv){.filters = conv->filters,
                                    .channels = conv->in.channels,
                                    .f = conv->f,
                                    .s = conv->s,
                                    .rows = step->out.rows,
                                    .cols = step->out.cols,
                                    .x_cols = cols,
                                    .x_pixels = rows * cols};
    if (conv->p > 0)
        room->window = larger(room->window, (size_t)conv->in.channels * (size_t)(rows * cols) * TILE);
    room->series = larger(room->series, (size_t)(conv->in.channels * conv->f * conv->f) * TILE);
    step->is_plain = conv->f > PLAN_SPARSE_SIDE;
    plan->item_count += (conv->filters + PLAN_ITEM_FILTERS - 1) / PLAN_ITEM_FILTERS;
    lay_out_runs(step, i == 0);
    const size_t gradient = step->is_plain ? (size_t)step->layer.weight_count : gradient_floats(step);
    step->record_gradient = take(&plan->record_floats, gradient + (size_t)conv->filters * TILE);
    room->sums = larger(room->sums, gradient + (size_t)conv->filters * TILE + (size_t)step->layer.weight_count +
                                        (size_t)step->layer.bias_count);
    if (step->is_plain)
        return;
    room->entries = larger(room->entries, (size_t)step->outputs.count + WIDE_ROOM);
    if (i > 0) {
        room->d_window = larger(room->d_window, step->x_image + TILE);
        room->packed = larger(room->packed, (size_t)(conv->filters * conv->f) * (size_t)(step->runs.run + 2 * TILE));
    }
    if (step->kind == STEP_CONV_POOL && step->pool.mode == POOL_AVERAGE) {
        const size_t outputs = (size_t)(conv->filters * step->outputs.count);
        room->planes = larger(room->planes, (outputs + TILE) * (TILE + 1));
    }
}

static void lay_out_dense(struct plan *plan, struct plan_step *step, struct shared_room *room)
{
    const struct dense *dense = &step->layer.dense;
    room->series = larger(room->series, ((size_t)dense->inputs + 1) * TILE);
    step->record_x = take(&plan->record_floats, (size_t)step->x_stride * TILE);
    step->record_d_y = take(&plan->record_floats, (size_t)step->d_stride * TILE);
    plan->item_count += (dense->units + PLAN_ITEM_ROWS - 1) / PLAN_ITEM_ROWS;
}

/* What forward needs. */
static void lay_out_step(struct plan *plan, int i, struct shared_room *room)
{
    struct plan_step *step = &plan->steps[i];
    step->y = take(&plan->scratch_floats, tiles_of(step->out));
    step->x_stride = whole_vectors(shape_size(step->layer.in));
    step->d_stride = whole_vectors(shape_size(step->out));
    room->gradient = larger(room->gradient, (size_t)larger((size_t)step->x_stride, (size_t)step->d_stride) * TILE);
    if (step->layer.kind == LAYER_CONV)
        lay_out_conv(plan, i, room);
    else if (step->layer.kind == LAYER_DENSE)
        lay_out_dense(plan, step, room);
    else
        step->is_plain = 1;
}

/* What only the way back needs. */
static void lay_out_training(struct plan *plan, int i)
{
    struct plan_step *step = &plan->steps[i];
    const size_t outputs = (size_t)shape_size(step->out);
    if (step->kind == STEP_CONV_POOL && step->pool.mode == POOL_MAX)
        step->bits = take(&plan->scratch_floats, (2 * outputs + TILE) / sizeof(float) + 1);
    if (step->kind == STEP_CONV_POOL && step->pool.mode == POOL_AVERAGE)
        step->whole = take(&plan->scratch_floats, outputs * 4 * TILE);
    if (step->is_plain)
        step->x = take(&plan->scratch_floats, (size_t)step->x_stride * TILE);
    else if (step->layer.kind == LAYER_CONV && i > 0)
        step->x = take(&plan->scratch_floats, step->x_image * TILE);
    else if (step->layer.kind == LAYER_CONV)
        step->x = take(&plan->scratch_floats, step->x_image + TILE); /* read up to 7 behind a row */
}

static void lay_out(struct plan *plan)
{
    struct shared_room room = {0};
    plan->x = take(&plan->scratch_floats, tiles_of(plan->architecture->in));
    for (int i = 0; i < plan->step_count; i++)
        lay_out_step(plan, i, &room);
    plan->window = take(&plan->scratch_floats, room.window);
    plan->series = take(&plan->scratch_floats, room.series);
    plan->backward_from = plan->scratch_floats;
    for (int i = 0; i < plan->step_count; i++)
        lay_out_training(plan, i);
    plan->d[0] = take(&plan->scratch_floats, room.gradient + TILE);
    plan->d[1] = take(&plan->scratch_floats, room.gradient + TILE);
    plan->d_window = take(&plan->scratch_floats, room.d_window);
    plan->entries_at = take(&plan->scratch_floats, room.entries);
    plan->entries_d = take(&plan->scratch_floats, room.entries);
    plan->packed = take(&plan->scratch_floats, room.packed);
    plan->sums = take(&plan->scratch_floats, room.sums);
    plan->planes = take(&plan->scratch_floats, room.planes);
}

static int goes_by_entries(const struct plan_step *step)
{
    return step->layer.kind == LAYER_CONV && !step->is_plain;
}

static int places_needed(const struct plan *plan)
{
    int count = 0;
    for (int i = 0; i < plan->step_count; i++)
        if (goes_by_entries(&plan->steps[i]))
            count += whole_vectors(plan->steps[i].outputs.count);
    return count;
}

static void make_places(struct plan *plan)
{
    int *at = plan->places;
    for (int i = 0; i < plan->step_count; i++) {
        struct plan_step *step = &plan->steps[i];
        if (!goes_by_entries(step))
            continue;
        place_outputs(at, step);
        step->outputs.at = at;
        at += whole_vectors(step->outputs.count);
    }
}

/* ---- Items ---- */

static void make_items(struct plan *plan)
{
    int n = 0;
    for (int i = 0; i < plan->step_count; i++) {
        const struct layer *layer = &plan->steps[i].layer;
        if (layer->kind == LAYER_POOL)
            continue;
        const int all = layer->bias_count, some = layer->kind == LAYER_CONV ? PLAN_ITEM_FILTERS : PLAN_ITEM_ROWS;
        for (int first = 0; first < all; first += some)
            plan->items[n++] = (struct plan_item){i, first, all - first < some ? all - first : some};
    }
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

long long plan_step_multiply_adds(const struct plan_step *step)
{
    return layer_multiply_adds(&step->layer);
}

/* ---- The plan ---- */

static struct tile_input input_of(const struct architecture *architecture)
{
    const struct input *input = &architecture->input;
    return (struct tile_input){.channels = input->channels,
                               .rows = input->rows,
                               .cols = input->cols,
                               .pad = input->pad,
                               .x_cols = architecture->in.cols,
                               .x_pixels = architecture->in.rows * architecture->in.cols,
                               .scale = 1 / (255 * input->deviation),
                               .shift = -input->mean / input->deviation};
}

int plan_create(struct plan *out, const struct architecture *architecture, const struct kernels *kernels,
                struct error *err)
{
    struct plan plan = {.architecture = architecture, .kernels = kernels, .input = input_of(architecture)};
    make_steps(&plan);
    lay_out(&plan);
    if (plan.scratch_floats * sizeof(float) > PLAN_SCRATCH)
        return error_set(err, ERROR_MODEL,
                         "each thread would need %zu MiB of memory, more than the %zu that are allowed: use less "
                         "padding, fewer filters, or a smaller input",
                         plan.scratch_floats * sizeof(float) >> 20, PLAN_SCRATCH >> 20);
    const size_t item_bytes = (size_t)plan.item_count * sizeof *plan.items;
    const size_t place_bytes = ((size_t)places_needed(&plan) + 1) * sizeof *plan.places;
    plan.items = malloc(item_bytes);
    plan.places = malloc(place_bytes);
    if (plan.items == NULL || plan.places == NULL) {
        plan_free(&plan);
        return error_memory(err, item_bytes + place_bytes, "the plan");
    }
    make_items(&plan);
    make_places(&plan);
    *out = plan;
    return 0;
}

void plan_free(struct plan *plan)
{
    free(plan->items);
    free(plan->places);
    *plan = (struct plan){0};
}
