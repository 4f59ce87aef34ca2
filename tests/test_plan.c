/* The fast plan against the plain network, on every kernel set that runs here: scores, losses and all gradients of
 * random small networks, tiles of 1 to 8 images and minibatches of several tiles. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fast/plan.h"
#include "kinks.h"
#include "networks.h"
#include "nn/loss.h"
#include "nn/network.h"

#define TOLERANCE 1e-5f /* of the largest number of a tensor */
#define CLEARANCE 1e-4f /* from kinks: some hundred roundings */

enum { IMAGES = 24 };

/* A minibatch, its network, and what the plain layers make of it. */
struct batch {
    char name[32];
    const struct architecture *architecture;
    int count;
    float *parameters;
    unsigned char *pixels, *images[IMAGES], labels[IMAGES];
    float *scores;       /* [count][classes] */
    float *d_parameters; /* of the mean loss */
    double loss;         /* summed */
    int correct;
};

static void *room(size_t count, size_t size)
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
    float *x = room((size_t)shape_size(batch->architecture->in), sizeof *x);
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
    float *x = room((size_t)shape_size(architecture->in), sizeof *x);
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

static void batch_free(struct batch *batch)
{
    free(batch->parameters);
    free(batch->pixels);
    free(batch->scores);
    free(batch->d_parameters);
}

/* 0, with nothing to free, where no draw is clear of kinks. */
static int batch_create(struct batch *out, const char *name, const struct architecture *architecture, int count,
                        struct rng *rng)
{
    struct batch batch = {.architecture = architecture, .count = count};
    snprintf(batch.name, sizeof batch.name, "%s", name);
    batch.parameters = room(architecture->parameter_count, sizeof(float));
    batch.pixels = room((size_t)(count * shape_size(architecture->in)), 1);
    batch.scores = room((size_t)(count * architecture->classes), sizeof(float));
    batch.d_parameters = room(architecture->parameter_count, sizeof(float));
    networks_random_parameters(batch.parameters, architecture, rng);
    if (!draw_images(&batch, rng)) {
        batch_free(&batch);
        return 0;
    }
    run_plainly(&batch);
    *out = batch;
    return 1;
}

/* ---- The plan's answer, compared ---- */

static const unsigned char *const *images_from(const struct batch *batch, int first)
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
static void compare_records(const struct batch *batch, const struct records *records, int tiles,
                            const struct plan *plan)
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
    float *found = room(architecture->parameter_count, sizeof *found);
    fill_with_nan(found, architecture->parameter_count);
    for (int item = 0; item < plan->item_count; item++)
        plan_gradient(found, records, tiles, &plan->items[item], plan);
    for (int i = 0; i < architecture->layer_count; i++) {
        const struct layer *layer = &architecture->layers[i];
        compare_gradient(batch, found, "weights", i, layer->weights, layer->weight_count, plan);
        /* A bias sums over all pixels and can cancel to nearly nothing: the layer's largest gradient is the measure. */
        compare_gradient(batch, found, "biases", i, layer->weights, layer->weight_count + layer->bias_count, plan);
    }
    free(found);
}

/* All memory starts as NaN: nothing may be read that was not written. */
static void compare(const struct batch *batch, const struct kernels *kernels)
{
    const int tiles = (batch->count + TILE - 1) / TILE;
    struct plan plan;
    struct scratch scratch;
    struct records records;
    assert_int_equal(plan_create(&plan, batch->architecture, kernels, NULL), 0);
    assert_int_equal(scratch_create(&scratch, &plan, NULL), 0);
    assert_int_equal(records_create(&records, tiles, &plan, NULL), 0);
    fill_with_nan(scratch.block, plan.scratch_floats);
    fill_with_nan(records.block, (size_t)tiles * plan.record_floats);
    for (int t = 0; t < tiles; t++) {
        plan_forward(&scratch, batch->parameters, images_from(batch, t * TILE), tile_fill(batch, t), &plan);
        compare_scores(batch, &scratch, t, &plan);
        plan_backward(&records, t, &scratch, batch->parameters, batch->labels + t * TILE, tile_fill(batch, t),
                      1 / (float)batch->count, &plan);
    }
    compare_records(batch, &records, tiles, &plan);
    records_free(&records);
    scratch_free(&scratch);
    plan_free(&plan);
}

static void compare_on_all_kernels(const struct batch *batch)
{
    for (const char *const *name = kernels_names(); *name != NULL; name++) {
        const struct kernels *kernels = kernels_find(*name, NULL);
        if (kernels != NULL)
            compare(batch, kernels);
    }
}

/* Gives whether it could be checked. */
static int check(const char *name, const struct architecture *architecture, int count, struct rng *rng)
{
    struct batch batch;
    if (!batch_create(&batch, name, architecture, count, rng))
        return 0;
    compare_on_all_kernels(&batch);
    batch_free(&batch);
    return 1;
}

/* ---- Tests ---- */

static void random_networks_with_1_to_8_images(void **state)
{
    (void)state;
    struct rng rng = rng_make(1, 0);
    int checked = 0;
    for (int n = 0; n < 400; n++) {
        char name[32];
        snprintf(name, sizeof name, "random network %d", n);
        const struct architecture architecture = networks_random(&rng);
        checked += check(name, &architecture, 1 + n % TILE, &rng);
    }
    printf("%d random networks checked\n", checked);
    assert_true(checked >= 300);
}

/* As the second layer, so that the gradient goes through it. */
static void check_second_layer(struct layer layer, uint64_t seed)
{
    struct rng rng = rng_make(seed, 1);
    const struct layer layers[] = {networks_conv(3, 2, 1, 0, ACTIVATION_NONE), layer,
                                   networks_dense(4, ACTIVATION_NONE)};
    const struct architecture architecture = networks_make(2, 11, 10, 3, layers);
    char name[32];
    snprintf(name, sizeof name, "layer 2, case %d", (int)seed);
    assert_true(check(name, &architecture, 1 + (int)(seed % TILE), &rng));
}

static void convolution_of_every_f_s_and_p(void **state)
{
    (void)state;
    for (int f = 1; f <= 7; f++)
        for (int s = 1; s <= 3; s++)
            for (int p = 0; p < f; p++)
                check_second_layer(networks_conv(1 + (f + p) % 5, f, s, p, ACTIVATION_TANH),
                                   (uint64_t)(f * 100 + s * 10 + p));
}

static void pooling_of_every_f_s_and_p(void **state)
{
    (void)state;
    for (int mode = POOL_MAX; mode <= POOL_AVERAGE; mode++)
        for (int f = 1; f <= 7; f++)
            for (int s = 1; s <= 3; s++)
                for (int p = 0; p <= f / 2; p++)
                    check_second_layer(networks_pool((enum pool_mode)mode, f, s, p),
                                       (uint64_t)(mode * 1000 + f * 100 + s * 10 + p));
}

static void dense_layers_of_1_to_40_inputs_and_units(void **state)
{
    (void)state;
    struct rng rng = rng_make(2, 0);
    for (int n = 1; n <= 40; n++) {
        const struct layer layers[] = {networks_dense(41 - n, ACTIVATION_SIGMOID), networks_dense(n, ACTIVATION_TANH),
                                       networks_dense(2 + n % 9, ACTIVATION_NONE)};
        const struct architecture architecture = networks_make(1, 1, n, 3, layers);
        char name[32];
        snprintf(name, sizeof name, "dense, %d inputs", n);
        assert_true(check(name, &architecture, 1 + n % TILE, &rng));
    }
}

static void a_minibatch_of_21_images_in_3_tiles(void **state)
{
    (void)state;
    struct rng rng = rng_make(3, 0);
    int checked = 0;
    for (int n = 0; n < 30; n++) {
        const struct architecture architecture = networks_random(&rng);
        checked += check("21 images", &architecture, 21, &rng);
    }
    assert_true(checked >= 20);
}

/* lecun-tanh and sigmoid far into their flat ends and through 0: the plan's own exp and tanh. */
static void activations_over_their_whole_range(void **state)
{
    (void)state;
    for (const char *const *name = kernels_names(); *name != NULL; name++) {
        const struct kernels *kernels = kernels_find(*name, NULL);
        if (kernels == NULL)
            continue;
        for (int a = 0; a < ACTIVATION_COUNT; a++)
            for (int from = -120; from < 120; from++) {
                _Alignas(TILE_ALIGN) float y[32 * TILE], d_y[32 * TILE];
                float plain[32 * TILE], d_plain[32 * TILE];
                for (int i = 0; i < 32 * TILE; i++) {
                    y[i] = plain[i] = (float)from + (float)i / (32 * TILE);
                    d_y[i] = d_plain[i] = 1;
                }
                kernels->activation->forward(y, 32, (enum activation)a);
                activation_forward(plain, 32 * TILE, (enum activation)a);
                kernels->activation->backward(d_y, y, 32, (enum activation)a);
                activation_backward(d_plain, plain, 32 * TILE, (enum activation)a);
                for (int i = 0; i < 32 * TILE; i++) {
                    assert_true(fabsf(y[i] - plain[i]) <= 1e-6f * (1 + fabsf(plain[i]) / 10));
                    assert_true(fabsf(d_y[i] - d_plain[i]) <= 1e-6f);
                }
            }
    }
}

/* The same image alone, and in each lane beside seven others: the same bits. */
static void a_lane_does_not_know_its_neighbours(void **state)
{
    (void)state;
    struct rng rng = rng_make(4, 0);
    const struct kernels *kernels = kernels_pick(NULL);
    assert_non_null(kernels);
    for (int n = 0; n < 40; n++) {
        const struct architecture architecture = networks_random(&rng);
        const size_t classes = (size_t)architecture.classes;
        struct batch batch;
        struct plan plan;
        struct scratch scratch;
        float alone[ARCHITECTURE_CLASSES], beside[ARCHITECTURE_CLASSES];
        if (!batch_create(&batch, "lanes", &architecture, TILE, &rng))
            continue;
        assert_int_equal(plan_create(&plan, &architecture, kernels, NULL), 0);
        assert_int_equal(scratch_create(&scratch, &plan, NULL), 0);
        for (int lane = 0; lane < TILE; lane++) {
            plan_forward(&scratch, batch.parameters, images_from(&batch, lane), 1, &plan);
            plan_scores(alone, &scratch, 0, &plan);
            plan_forward(&scratch, batch.parameters, images_from(&batch, 0), TILE, &plan);
            plan_scores(beside, &scratch, lane, &plan);
            assert_memory_equal(alone, beside, classes * sizeof(float));
        }
        scratch_free(&scratch);
        plan_free(&plan);
        batch_free(&batch);
    }
}

static void the_items_cover_every_parameter_once(void **state)
{
    (void)state;
    struct rng rng = rng_make(5, 0);
    for (int n = 0; n < 50; n++) {
        const struct architecture architecture = networks_random(&rng);
        unsigned char *covered = room(architecture.parameter_count, 1);
        struct plan plan;
        assert_int_equal(plan_create(&plan, &architecture, kernels_pick(NULL), NULL), 0);
        for (int item = 0; item < plan.item_count; item++) {
            const struct plan_range range = plan_item_range(&plan.items[item], &plan);
            for (int i = 0; i < range.weight_count; i++)
                covered[range.weights + (size_t)i]++;
            for (int i = 0; i < range.bias_count; i++)
                covered[range.biases + (size_t)i]++;
        }
        for (size_t i = 0; i < architecture.parameter_count; i++)
            assert_int_equal(covered[i], 1);
        plan_free(&plan);
        free(covered);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_networks_with_1_to_8_images),
        cmocka_unit_test(convolution_of_every_f_s_and_p),
        cmocka_unit_test(pooling_of_every_f_s_and_p),
        cmocka_unit_test(dense_layers_of_1_to_40_inputs_and_units),
        cmocka_unit_test(a_minibatch_of_21_images_in_3_tiles),
        cmocka_unit_test(activations_over_their_whole_range),
        cmocka_unit_test(a_lane_does_not_know_its_neighbours),
        cmocka_unit_test(the_items_cover_every_parameter_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
