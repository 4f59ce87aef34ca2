#include "batches.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kinks.h"
#include "networks.h"
#include "nn/loss.h"
#include "nn/network.h"

#define TOLERANCE 1e-5f /* of the largest number of a tensor */
#define CLEARANCE 1e-4f /* from kinks: some hundred roundings */

void *batches_room(size_t count, size_t size)
{
    void *block = calloc(count + 1, size);
    assert_non_null(block);
    return block;
}

static void fill_with_nan(float *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        numbers[i] = NAN;
}

/* ---- The plain answer ---- */

/* Draws images one by one until each is clear of kinks; 0 where that does not come about. */
static int draw_images(struct batch *batch, struct rng *rng)
{
    const struct input *input = &batch->architecture->input;
    const size_t size = (size_t)(input->channels * input->rows * input->cols);
    float *x = batches_room((size_t)shape_size(batch->architecture->in), sizeof *x);
    int clear = 1;
    for (int i = 0; i < batch->count && clear; i++) {
        batch->images[i] = batch->pixels + (size_t)i * size;
        batch->labels[i] = (unsigned char)rng_below(rng, (uint32_t)batch->architecture->classes);
        clear = 0;
        for (int tries = 0; tries < 60 && !clear; tries++) {
            networks_random_pixels(batch->images[i], size, rng);
            architecture_normalise(x, batch->images[i], input);
            clear = !kinks_near(batch->parameters, x, batch->architecture, CLEARANCE);
        }
    }
    free(x);
    return clear;
}

static void run_plainly(struct batch *batch)
{
    const struct architecture *architecture = batch->architecture;
    const size_t classes = (size_t)architecture->classes;
    struct trace trace;
    float *x = batches_room((size_t)shape_size(architecture->in), sizeof *x);
    assert_int_equal(trace_create(&trace, architecture, NULL), 0);
    for (int i = 0; i < batch->count; i++) {
        const float *y = trace.y[architecture->layer_count - 1];
        architecture_normalise(x, batch->images[i], &architecture->input);
        network_forward(&trace, batch->parameters, x, architecture);
        memcpy(batch->scores + (size_t)i * classes, y, classes * sizeof *y);
        batch->correct += loss_answer(y, architecture->classes) == batch->labels[i];
        batch->loss +=
            network_backward(&trace, batch->d_parameters, batch->parameters, x, batch->labels[i], architecture);
    }
    for (size_t k = 0; k < architecture->parameter_count; k++)
        batch->d_parameters[k] /= (float)batch->count;
    trace_free(&trace);
    free(x);
}

void batches_free(struct batch *batch)
{
    free(batch->parameters);
    free(batch->pixels);
    free(batch->scores);
    free(batch->d_parameters);
}

int batches_create(struct batch *out, const char *name, const struct architecture *architecture, int count,
                   struct rng *rng)
{
    struct batch batch = {.architecture = architecture, .count = count};
    snprintf(batch.name, sizeof batch.name, "%s", name);
    batch.parameters = batches_room(architecture->parameter_count, sizeof(float));
    batch.pixels = batches_room((size_t)(count * shape_size(architecture->in)), 1);
    batch.scores = batches_room((size_t)(count * architecture->classes), sizeof(float));
    batch.d_parameters = batches_room(architecture->parameter_count, sizeof(float));
    networks_random_parameters(batch.parameters, architecture, rng);
    if (!draw_images(&batch, rng)) {
        batches_free(&batch);
        return 0;
    }
    run_plainly(&batch);
    *out = batch;
    return 1;
}

/* ---- The plan's answer, compared ---- */

const unsigned char *const *batches_images(const struct batch *batch, int first)
{
    return (const unsigned char *const *)(batch->images + first);
}

static int tile_fill(const struct batch *batch, int tile)
{
    const int left = batch->count - tile * TILE;
    return left < TILE ? left : TILE;
}

static void compare_scores(const struct batch *batch, const struct scratch *scratch, int tile, const struct plan *plan)
{
    const size_t classes = (size_t)batch->architecture->classes;
    float scores[ARCHITECTURE_CLASSES];
    for (int i = 0; i < tile_fill(batch, tile); i++) {
        plan_scores(scores, scratch, i, plan);
        const double distance = networks_distance(scores, batch->scores + (size_t)(tile * TILE + i) * classes, classes);
        if (!(distance <= TOLERANCE))
            fail_msg("%s, kernels %s: scores of image %d are %.3g off", batch->name, plan->kernels->name,
                     tile * TILE + i, distance);
    }
}

static void compare_gradient(const struct batch *batch, const float *found, const char *what, int layer, size_t first,
                             int count, const struct plan *plan)
{
    const double distance = networks_distance(found + first, batch->d_parameters + first, (size_t)count);
    if (!(distance <= TOLERANCE))
        fail_msg("%s, kernels %s: gradient of the %s of layer %d (%s) is %.3g off", batch->name, plan->kernels->name,
                 what, layer + 1, layer_kind_name(batch->architecture->layers[layer].kind), distance);
}

/* Loss, right answers and gradients. The last come over numbers that are not finite: they have to be overwritten. */
static void compare_records(const struct batch *batch, struct scratch *scratch, const struct records *records,
                            int tiles, const struct plan *plan)
{
    const struct architecture *architecture = batch->architecture;
    double loss = 0;
    int correct = 0;
    for (int t = 0; t < tiles; t++) {
        loss += records->loss[t];
        correct += records->correct[t];
    }
    assert_true(fabs(loss - batch->loss) <= (double)TOLERANCE * batch->loss);
    assert_int_equal(correct, batch->correct);
    float *found = batches_room(architecture->parameter_count, sizeof *found);
    /* With no rates but a velocity, the velocity becomes the gradient. */
    for (int item = 0; item < plan->item_count; item++)
        plan_update(batch->parameters, found, scratch, records, tiles, &plan->items[item], (struct rates){0}, plan);
    for (int i = 0; i < architecture->layer_count; i++) {
        const struct layer *layer = &architecture->layers[i];
        compare_gradient(batch, found, "weights", i, layer->weights, layer->weight_count, plan);
        /* A bias sums over all pixels and can cancel to nearly nothing: the layer's largest gradient is the measure. */
        compare_gradient(batch, found, "biases", i, layer->weights, layer->weight_count + layer->bias_count, plan);
    }
    free(found);
}

static void compare(const struct batch *batch, const struct kernels *kernels)
{
    const int tiles = (batch->count + TILE - 1) / TILE;
    struct plan plan;
    struct scratch scratch;
    struct records records;
    assert_int_equal(plan_create(&plan, batch->architecture, kernels, NULL), 0);
    assert_int_equal(scratch_create(&scratch, &plan, PLAN_TRAINING, NULL), 0);
    assert_int_equal(records_create(&records, tiles, &plan, NULL), 0);
    fill_with_nan(scratch.block, plan.scratch_floats);
    fill_with_nan(records.block, (size_t)tiles * plan.record_floats);
    for (int t = 0; t < tiles; t++) {
        plan_forward(&scratch, batch->parameters, batches_images(batch, t * TILE), tile_fill(batch, t), &plan);
        compare_scores(batch, &scratch, t, &plan);
        plan_backward(&records, t, &scratch, batch->parameters, batch->labels + t * TILE, 1 / (float)batch->count,
                      &plan);
    }
    compare_records(batch, &scratch, &records, tiles, &plan);
    records_free(&records);
    scratch_free(&scratch);
    plan_free(&plan);
}

void batches_compare(const struct batch *batch)
{
    for (const char *const *name = kernels_names(); *name != NULL; name++) {
        const struct kernels *kernels = kernels_find(*name, NULL);
        if (kernels != NULL)
            compare(batch, kernels);
    }
}

int batches_check(const char *name, const struct architecture *architecture, int count, struct rng *rng)
{
    struct batch batch;
    if (!batches_create(&batch, name, architecture, count, rng))
        return 0;
    batches_compare(&batch);
    batches_free(&batch);
    return 1;
}
