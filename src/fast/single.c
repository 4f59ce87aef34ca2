#include "fast/single.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fast/plan.h"

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

static int quotient_up(int a, int b)
{
    return (a + b - 1) / b;
}

/* ---- Which layers make a step ---- */

static void make_steps(struct single *single)
{
    const struct architecture *architecture = single->architecture;
    for (int i = 0; i < architecture->layer_count; i++) {
        struct single_step *step = &single->steps[single->step_count++];
        const struct layer *layer = &architecture->layers[i];
        *step = (struct single_step){.layer = layer};
        if (layer->kind == LAYER_POOL) {
            step->kind = SINGLE_POOL;
            step->pool = (struct single_pool){.mode = layer->pool.mode, .f = layer->pool.f, .s = layer->pool.s};
        } else if (layer->kind == LAYER_DENSE) {
            step->kind = SINGLE_DENSE;
            step->dense = (struct single_dense){.inputs = layer->dense.inputs, .activation = layer->activation};
        } else {
            step->conv = (struct single_conv){.filters = layer->conv.filters,
                                              .channels = layer->in.channels,
                                              .f = layer->conv.f,
                                              .s = layer->conv.s,
                                              .rows = layer->out.rows,
                                              .cols = layer->out.cols,
                                              .activation = layer->activation};
            if (i + 1 < architecture->layer_count && plan_fuses(layer)) { /* as in a tile: the same bits */
                step->conv.is_pooled = 1;
                step->conv.mode = layer[1].pool.mode;
                step->conv.rows = 2 * layer[1].out.rows;
                step->conv.cols = 2 * layer[1].out.cols;
                i++;
            }
        }
    }
}

/* ---- How a step fills vectors ---- */

/* `count` in as few blocks of up to `most` as there can be, all of one size: gives the size. */
static int even_share(int count, int most)
{
    return quotient_up(count, quotient_up(count, most));
}

/* Rounds of a sum's registers over a pair of rows. Of fewer than four vectors a row each waits for its own last sum. */
static long long rounds(int blocks, int vectors)
{
    return (long long)blocks * (vectors < 4 ? 4 : vectors);
}

static void fill_vectors_conv(struct single_step *step, const struct single_kernels *kernels)
{
    struct single_conv *conv = &step->conv;
    const int pixels = even_share(conv->cols, kernels->most), filters = even_share(conv->filters, kernels->most);
    const int vectors = quotient_up(conv->filters, kernels->width);
    const long long across_filters = rounds(vectors * quotient_up(conv->cols, pixels), pixels);
    const long long across_columns =
        rounds(quotient_up(conv->filters, filters) * quotient_up(conv->cols, kernels->width), filters);
    if (conv->s == 1 && across_columns < across_filters) {
        step->kind = SINGLE_COLUMNS;
        conv->members = filters;
        conv->blocks = quotient_up(conv->filters, filters);
    } else {
        step->kind = SINGLE_FILTERS;
        conv->members = kernels->width;
        conv->blocks = vectors;
        conv->step = pixels;
    }
}

static void fill_vectors_dense(struct single_step *step, const struct single_kernels *kernels)
{
    struct single_dense *dense = &step->dense;
    const int vectors = quotient_up(step->layer->dense.units, kernels->width);
    const int share = even_share(vectors, 2 * kernels->most);
    dense->members = share * kernels->width;
    dense->blocks = quotient_up(vectors, share);
}

/* ---- Where everything lies ---- */

/* With the padding of the step that reads it around it, and behind it what vectors reach into. */
static struct single_planes take_planes(size_t *used, struct shape shape, const struct layer *reader, int width)
{
    struct single_planes planes = {.shape = shape};
    int s = 1;
    if (reader != NULL && reader->kind == LAYER_CONV) {
        planes.pad = reader->conv.p;
    } else if (reader != NULL && reader->kind == LAYER_POOL) {
        planes.pad = reader->pool.p;
        s = reader->pool.s;
    }
    planes.cols = shape.cols + 2 * planes.pad;
    planes.pixels = planes.cols * (shape.rows + 2 * planes.pad);
    planes.at = take(used, (size_t)shape.channels * (size_t)planes.pixels + (size_t)(width * (s + 1)));
    return planes;
}

static size_t stage_floats(const struct single_step *step, int width)
{
    const struct single_conv *conv = &step->conv;
    const size_t cols = (size_t)quotient_up(conv->cols, 2 * TILE) * 2 * TILE, pair = 2 * cols * (size_t)conv->members;
    switch (step->kind) {
    case SINGLE_FILTERS:
    case SINGLE_COLUMNS:
        return pair + pair / 2 + (size_t)(width * TILE);
    case SINGLE_DENSE:
        return (size_t)(step->dense.blocks * step->dense.members);
    default:
        return 0;
    }
}

static void lay_out(struct single *single)
{
    const struct architecture *architecture = single->architecture;
    const struct single_kernels *kernels = single->kernels->single;
    size_t stage = 0, entries = 0;
    for (int i = 0; i < single->step_count; i++) {
        struct single_step *step = &single->steps[i];
        const struct layer *layer = step->layer;
        size_t per_unit = 0, units = 0;
        if (step->kind == SINGLE_DENSE) {
            fill_vectors_dense(step, kernels);
            per_unit = 2 * (size_t)quotient_up(step->dense.inputs, 2);
            units = (size_t)step->dense.blocks * (size_t)step->dense.members;
            entries = larger(entries, (per_unit + 2) * sizeof(struct single_entry) / sizeof(float));
        } else if (step->kind != SINGLE_POOL) {
            fill_vectors_conv(step, kernels);
            per_unit = (size_t)layer->weight_count / (size_t)layer->bias_count;
            units = (size_t)step->conv.blocks * (size_t)step->conv.members;
        }
        stage = larger(stage, stage_floats(step, kernels->width));
        step->at = take(&single->floats, step->kind == SINGLE_DENSE ? 0 : per_unit);
        step->weights = take(&single->floats, per_unit * units);
        step->biases = take(&single->floats, units);
        step->x = take_planes(&single->floats, layer->in, layer, kernels->width);
    }
    single->scores = take_planes(&single->floats, (struct shape){architecture->classes, 1, 1}, NULL, kernels->width);
    single->stage = take(&single->floats, stage);
    single->entries = take(&single->floats, entries);
}

/* ---- What is written once: weights, and what is around the planes ---- */

/* w [blocks][rows][members] from [units][inputs]; what is not filled stays 0. Rows are inputs, or those of even index
 * and then those of odd index. */
static void pack(float *w, const float *from, int units, int inputs, int rows, int members, int is_parted)
{
    for (int o = 0; o < units; o++) {
        float *to = w + (size_t)(o / members) * (size_t)rows * (size_t)members + o % members;
        for (int i = 0; i < inputs; i++) {
            const int row = is_parted ? i % 2 * (rows / 2) + i / 2 : i;
            to[(size_t)row * (size_t)members] = *from++;
        }
    }
}

static void place_taps(int *at, const struct single_conv *conv)
{
    for (int c = 0; c < conv->channels; c++)
        for (int i = 0; i < conv->f; i++)
            for (int j = 0; j < conv->f; j++)
                *at++ = c * conv->x_pixels + i * conv->x_cols + j;
}

static void pack_step(struct single *single, struct single_step *step, const float *parameters)
{
    const struct layer *layer = step->layer;
    float *w = single->block + step->weights, *bias = single->block + step->biases;
    if (step->kind == SINGLE_POOL)
        return;
    const float *from = parameters + layer->weights;
    const int units = layer->bias_count, inputs = layer->weight_count / units;
    if (step->kind == SINGLE_DENSE) {
        const struct single_dense *dense = &step->dense;
        pack(w, from, units, inputs, 2 * quotient_up(inputs, 2), dense->members, 1);
        for (int o = units; o < dense->blocks * dense->members; o++)
            bias[o] = 1; /* not 0: see struct single_kernels */
    } else {
        pack(w, from, units, inputs, inputs, step->conv.members, 0);
        int *at = (int *)(void *)(single->block + step->at);
        place_taps(at, &step->conv);
        step->conv.at = at;
    }
    memcpy(bias, parameters + layer->biases, (size_t)units * sizeof *bias);
}

/* Where the first pixel inside the padding is. */
static float *inside(const struct single *single, const struct single_planes *planes)
{
    return single->block + planes->at + planes->pad * planes->cols + planes->pad;
}

static void fill(float *x, const struct single_planes *planes, float value)
{
    for (size_t i = 0; i < (size_t)planes->shape.channels * (size_t)planes->pixels; i++)
        x[i] = value;
}

/* The background around the picture, inside the padding of the first layer. */
static void fill_background(struct single *single, const struct single_planes *planes)
{
    float *x = inside(single, planes);
    for (int c = 0; c < planes->shape.channels; c++)
        for (int r = 0; r < planes->shape.rows; r++)
            for (int k = 0; k < planes->shape.cols; k++)
                x[(size_t)c * (size_t)planes->pixels + (size_t)(r * planes->cols + k)] = single->input.shift;
}

static void connect(struct single *single)
{
    for (int i = 0; i < single->step_count; i++) {
        struct single_step *step = &single->steps[i];
        const struct single_planes *x = &step->x, *y = i + 1 < single->step_count ? &step[1].x : &single->scores;
        if (step->kind == SINGLE_POOL) {
            step->pool.channels = y->shape.channels;
            step->pool.rows = y->shape.rows;
            step->pool.cols = y->shape.cols;
            step->pool.x_cols = x->cols;
            step->pool.x_pixels = x->pixels;
            step->pool.y_cols = y->cols;
            step->pool.y_pixels = y->pixels;
        } else if (step->kind != SINGLE_DENSE) {
            step->conv.x_cols = x->cols;
            step->conv.x_pixels = x->pixels;
            step->conv.y_cols = y->cols;
            step->conv.y_pixels = y->pixels;
        }
    }
}

/* ---- The whole ---- */

static struct tile_input input_of(const struct architecture *architecture, const struct single_planes *planes)
{
    const struct input *input = &architecture->input;
    return (struct tile_input){.channels = input->channels,
                               .rows = input->rows,
                               .cols = input->cols,
                               .pad = planes->pad + input->pad,
                               .x_cols = planes->cols,
                               .x_pixels = planes->pixels,
                               .scale = 1 / (255 * input->deviation),
                               .shift = -input->mean / input->deviation};
}

int single_create(struct single *out, const struct architecture *architecture, const float *parameters,
                  const struct kernels *kernels, struct error *err)
{
    struct single single = {.architecture = architecture, .kernels = kernels};
    make_steps(&single);
    lay_out(&single);
    connect(&single);
    single.input = input_of(architecture, &single.steps[0].x);
    const size_t bytes = single.floats * sizeof(float);
    if (bytes > PLAN_SCRATCH)
        return error_set(err, ERROR_MODEL,
                         "the network would need %zu MiB of memory for one image, more than the %zu that are allowed: "
                         "use less padding, fewer filters, or a smaller input",
                         bytes >> 20, PLAN_SCRATCH >> 20);
    single.block = aligned_alloc(TILE_ALIGN, bytes);
    if (single.block == NULL)
        return error_memory(err, bytes, "the network");
    /* Vectors reach behind the planes: what they find there is not used, but has to be quick to compute with. */
    memset(single.block, 0, bytes);
    for (int i = 0; i < single.step_count; i++) {
        struct single_step *step = &single.steps[i];
        pack_step(&single, step, parameters);
        if (step->kind == SINGLE_POOL && step->pool.mode == POOL_MAX)
            fill(single.block + step->x.at, &step->x, -INFINITY);
    }
    fill_background(&single, &single.steps[0].x);
    *out = single;
    return 0;
}

void single_free(struct single *single)
{
    free(single->block);
    *single = (struct single){0};
}
