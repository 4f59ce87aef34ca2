/* One image alone against the same image in a tile, on every kernel set that runs here: the scores have to be the same
 * bits; and against the plain network. Memory that is worked in starts as NaN: nothing may be read that was not written
 * for this image. */
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
#include "fast/single.h"
#include "networks.h"
#include "nn/network.h"

/* Of the largest score. With few classes even that can be small beside what it is summed from, so not 1e-5: more than
 * that is the tile's to answer for, whose bits these are. */
#define TOLERANCE 1e-4

/* A network and eight images for it. */
struct trial {
    const char *name;
    const struct architecture *architecture;
    float *parameters;
    size_t size; /* of an image */
    unsigned char *pixels;
    const unsigned char *images[TILE];
};

static void *room(size_t count, size_t size)
{
    void *block = calloc(count + 1, size);
    assert_non_null(block);
    return block;
}

static struct trial trial_make(const char *name, const struct architecture *architecture, struct rng *rng)
{
    const struct input *input = &architecture->input;
    struct trial trial = {.name = name,
                          .architecture = architecture,
                          .parameters = room(architecture->parameter_count, sizeof(float)),
                          .size = (size_t)(input->channels * input->rows * input->cols)};
    trial.pixels = room(TILE, trial.size);
    networks_random_parameters(trial.parameters, architecture, rng);
    networks_random_pixels(trial.pixels, TILE * trial.size, rng);
    for (int image = 0; image < TILE; image++)
        trial.images[image] = trial.pixels + (size_t)image * trial.size;
    return trial;
}

static void trial_free(struct trial *trial)
{
    free(trial->parameters);
    free(trial->pixels);
}

/* ---- Comparisons ---- */

static void fill_with_nan(float *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        numbers[i] = NAN;
}

/* What is around the pixels, and around what is written into these planes, is there for good. */
static void spoil_planes(struct single *single, const struct single_planes *planes, int border)
{
    float *first = single->block + planes->at + (planes->pad + border) * (planes->cols + 1);
    for (int c = 0; c < planes->shape.channels; c++)
        for (int r = 0; r < planes->shape.rows - 2 * border; r++)
            fill_with_nan(first + (size_t)c * (size_t)planes->pixels + (size_t)(r * planes->cols),
                          (size_t)(planes->shape.cols - 2 * border));
}

static void spoil(struct single *single)
{
    for (int i = 0; i < single->step_count; i++)
        spoil_planes(single, &single->steps[i].x, i == 0 ? single->architecture->input.pad : 0);
    spoil_planes(single, &single->scores, 0);
    fill_with_nan(single->block + single->stage, single->floats - single->stage);
}

static void compare_with_plain(const float *scores, int image, const struct trial *trial, const char *kernels)
{
    const struct architecture *architecture = trial->architecture;
    struct trace trace;
    float *x = room((size_t)shape_size(architecture->in), sizeof *x);
    assert_int_equal(trace_create(&trace, architecture, NULL), 0);
    architecture_normalise(x, trial->images[image], &architecture->input);
    network_forward(&trace, trial->parameters, x, architecture);
    const double distance =
        networks_distance(scores, trace.y[architecture->layer_count - 1], (size_t)architecture->classes);
    if (!(distance <= TOLERANCE))
        fail_msg("%s, kernels %s: scores of image %d are %.3g off", trial->name, kernels, image, distance);
    trace_free(&trace);
    free(x);
}

static void compare(const struct trial *trial, const struct kernels *kernels, int is_plain_too)
{
    const size_t classes = (size_t)trial->architecture->classes;
    struct plan plan;
    struct scratch scratch;
    struct single single;
    assert_int_equal(plan_create(&plan, trial->architecture, kernels, NULL), 0);
    assert_int_equal(scratch_create(&scratch, &plan, PLAN_INFERENCE, NULL), 0);
    assert_int_equal(single_create(&single, trial->architecture, trial->parameters, kernels, NULL), 0);
    plan_forward(&scratch, trial->parameters, trial->images, TILE, &plan);
    for (int image = 0; image < TILE; image++) {
        float in_tile[ARCHITECTURE_CLASSES], alone[ARCHITECTURE_CLASSES];
        plan_scores(in_tile, &scratch, image, &plan);
        spoil(&single);
        single_scores(alone, &single, trial->images[image]);
        for (size_t k = 0; k < classes; k++)
            if (memcmp(&alone[k], &in_tile[k], sizeof alone[k]) != 0)
                fail_msg("%s, kernels %s: score %zu of image %d is %.9g alone and %.9g in a tile", trial->name,
                         kernels->name, k, image, (double)alone[k], (double)in_tile[k]);
        if (is_plain_too)
            compare_with_plain(alone, image, trial, kernels->name);
    }
    single_free(&single);
    scratch_free(&scratch);
    plan_free(&plan);
}

static void compare_on_all_kernels(const struct trial *trial, int is_plain_too)
{
    for (const char *const *name = kernels_names(); *name != NULL; name++) {
        const struct kernels *kernels = kernels_find(*name, NULL);
        if (kernels != NULL)
            compare(trial, kernels, is_plain_too);
    }
}

static void check(const char *name, const struct architecture *architecture, struct rng *rng)
{
    struct trial trial = trial_make(name, architecture, rng);
    compare_on_all_kernels(&trial, 1);
    trial_free(&trial);
}

/* ---- Networks ---- */

static void random_networks_score_alone_as_in_a_tile(void **state)
{
    (void)state;
    struct rng rng = rng_make(1, 0);
    for (int n = 0; n < 300; n++) {
        char name[32];
        snprintf(name, sizeof name, "random network %d", n);
        const struct architecture architecture = networks_random(&rng);
        check(name, &architecture, &rng);
    }
}

static struct architecture lenet(enum activation activation, enum pool_mode mode)
{
    const struct layer layers[] = {
        networks_conv(6, 5, 1, 0, activation), networks_pool(mode, 2, 2, 0),    networks_conv(16, 5, 1, 0, activation),
        networks_pool(mode, 2, 2, 0),          networks_dense(120, activation), networks_dense(84, activation),
        networks_dense(10, ACTIVATION_NONE),
    };
    struct architecture architecture = {
        .input = {.rows = 28, .cols = 28, .channels = 1, .pad = 2, .mean = 0.1307f, .deviation = 0.3081f},
        .layer_count = sizeof layers / sizeof *layers};
    memcpy(architecture.layers, layers, sizeof layers);
    assert_int_equal(architecture_resolve(&architecture, NULL), 0);
    return architecture;
}

/* Filters so large that the plan keeps the pool behind them apart. */
static void large_filters_under_a_2x2_pool(void **state)
{
    (void)state;
    struct rng rng = rng_make(7, 0);
    for (int f = 6; f <= 10; f++)
        for (int mode = POOL_MAX; mode <= POOL_AVERAGE; mode++)
            for (int a = 0; a < ACTIVATION_COUNT; a++) {
                const struct layer layers[] = {networks_conv(3, f, 1, 1, (enum activation)a),
                                               networks_pool((enum pool_mode)mode, 2, 2, 0),
                                               networks_dense(5, ACTIVATION_NONE)};
                const struct architecture architecture = networks_make(2, 17, 19, 3, layers);
                check(activation_name((enum activation)a), &architecture, &rng);
            }
}

static void lenet_with_both_poolings_and_every_activation(void **state)
{
    (void)state;
    struct rng rng = rng_make(2, 0);
    for (int mode = POOL_MAX; mode <= POOL_AVERAGE; mode++)
        for (int a = 0; a < ACTIVATION_COUNT; a++) {
            const struct architecture architecture = lenet((enum activation)a, (enum pool_mode)mode);
            check(activation_name((enum activation)a), &architecture, &rng);
        }
}

/* As many filters, pixels a row and taps as let every block of the kernels come about, whole and with a rest. */
static void convolutions_of_1_to_40_filters_and_columns(void **state)
{
    (void)state;
    struct rng rng = rng_make(3, 0);
    for (int n = 1; n <= 40; n++) {
        const int f = 1 + n % 6, s = 1 + n % 5 / 4, p = n % f;
        const struct layer layers[] = {
            networks_conv(n, f, 1, p, ACTIVATION_RELU), networks_conv(41 - n, 3 + n % 2 * 2, s, 2, ACTIVATION_TANH),
            networks_pool(n % 3 == 0 ? POOL_AVERAGE : POOL_MAX, 2, 2, 0), networks_dense(3, ACTIVATION_NONE)};
        const struct architecture architecture = networks_make(1 + n % 4, 6 + n % 3, 6 + n, 4, layers);
        char name[32];
        snprintf(name, sizeof name, "%d filters", n);
        check(name, &architecture, &rng);
    }
}

static void pools_of_every_f_s_and_p(void **state)
{
    (void)state;
    struct rng rng = rng_make(4, 0);
    for (int mode = POOL_MAX; mode <= POOL_AVERAGE; mode++)
        for (int f = 1; f <= 5; f++)
            for (int s = 1; s <= 4; s++)
                for (int p = 0; p <= f / 2; p++) {
                    const struct layer layers[] = {
                        networks_pool((enum pool_mode)mode, f, s, p), networks_conv(5, 2, 1, 1, ACTIVATION_NONE),
                        networks_pool((enum pool_mode)mode, f, 1, p), networks_dense(3, ACTIVATION_NONE)};
                    const struct architecture architecture = networks_make(2, 21, 20 + s * f, 4, layers);
                    char name[32];
                    snprintf(name, sizeof name, "pool f %d s %d p %d", f, s, p);
                    check(name, &architecture, &rng);
                }
}

static void dense_layers_of_1_to_400_units(void **state)
{
    (void)state;
    struct rng rng = rng_make(5, 0);
    for (int n = 1; n <= 400; n += 1 + n / 12) {
        const struct layer layers[] = {networks_dense(n, ACTIVATION_RELU),
                                       networks_dense(1 + n / 2, ACTIVATION_SIGMOID),
                                       networks_dense(2 + n % 9, ACTIVATION_NONE)};
        const struct architecture architecture = networks_make(1, 3, 1 + n % 50, 3, layers);
        char name[32];
        snprintf(name, sizeof name, "dense, %d units", n);
        check(name, &architecture, &rng);
    }
}

/* A dense layer's outputs are maps of one pixel to whatever is behind it. */
static void a_convolution_behind_a_dense_layer(void **state)
{
    (void)state;
    struct rng rng = rng_make(6, 0);
    const struct layer layers[] = {networks_dense(9, ACTIVATION_TANH), networks_conv(7, 3, 1, 1, ACTIVATION_RELU),
                                   networks_conv(5, 3, 1, 2, ACTIVATION_RELU), networks_pool(POOL_MAX, 3, 1, 1),
                                   networks_dense(4, ACTIVATION_NONE)};
    const struct architecture architecture = networks_make(1, 5, 5, 5, layers);
    check("conv behind dense", &architecture, &rng);
}

/* ---- Zeros ---- */

/* Dense layers leave out inputs of 0, which shows nowhere: not even in the sign of a 0. */
static void zeros_left_out_do_not_show_in_the_sign_of_a_score(void **state)
{
    (void)state;
    struct rng rng = rng_make(7, 0);
    for (int n = 0; n < 100; n++) {
        const struct layer layers[] = {networks_dense(3 + n % 20, ACTIVATION_RELU),
                                       networks_dense(5 + n % 7, ACTIVATION_NONE), networks_dense(12, ACTIVATION_NONE)};
        const struct architecture architecture = networks_make(1, 2, 1 + n % 9, 3, layers);
        struct trial trial = trial_make("zeros", &architecture, &rng);
        for (size_t i = 0; i < architecture.parameter_count; i++) /* also so small that their products vanish */
            trial.parameters[i] = rng_below(&rng, 2) == 0   ? rng_below(&rng, 2) == 0 ? 0.0f : -0.0f
                                  : rng_below(&rng, 2) == 0 ? trial.parameters[i]
                                                            : trial.parameters[i] * 0x1p-125f;
        for (int i = 0; n % 2 == 0 && i < architecture.layer_count; i++)
            for (int k = 0; k < architecture.layers[i].bias_count; k++)
                trial.parameters[architecture.layers[i].biases + (size_t)k] = -0.0f;
        for (size_t i = 0; i < TILE * trial.size; i++)
            trial.pixels[i] = rng_below(&rng, 3) == 0 ? trial.pixels[i] : 0;
        compare_on_all_kernels(&trial, 0);
        trial_free(&trial);
    }
}

/* ---- Limits ---- */

static void a_network_that_needs_too_much_memory_is_refused(void **state)
{
    (void)state;
    const struct layer layers[] = {networks_conv(512, 1, 1, 0, ACTIVATION_RELU),
                                   networks_conv(1, 1, 1024, 1024, ACTIVATION_RELU),
                                   networks_dense(2, ACTIVATION_NONE)};
    const struct architecture architecture = networks_make(1, 64, 64, 3, layers);
    float *parameters = room(architecture.parameter_count, sizeof *parameters);
    struct single single = {.step_count = -1};
    struct error err = {0};
    assert_int_equal(single_create(&single, &architecture, parameters, kernels_pick(NULL), &err), -1);
    assert_int_equal(err.kind, ERROR_MODEL);
    assert_string_equal(err.text,
                        "the network would need 8712 MiB of memory for one image, more than the 1024 that are "
                        "allowed: use less padding, fewer filters, or a smaller input");
    assert_int_equal(single.step_count, -1);
    free(parameters);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_networks_score_alone_as_in_a_tile),
        cmocka_unit_test(large_filters_under_a_2x2_pool),
        cmocka_unit_test(lenet_with_both_poolings_and_every_activation),
        cmocka_unit_test(convolutions_of_1_to_40_filters_and_columns),
        cmocka_unit_test(pools_of_every_f_s_and_p),
        cmocka_unit_test(dense_layers_of_1_to_400_units),
        cmocka_unit_test(a_convolution_behind_a_dense_layer),
        cmocka_unit_test(zeros_left_out_do_not_show_in_the_sign_of_a_score),
        cmocka_unit_test(a_network_that_needs_too_much_memory_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
