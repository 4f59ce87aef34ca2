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

#include "batches.h"
#include "fast/plan.h"
#include "networks.h"

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
        checked += batches_check(name, &architecture, 1 + n % TILE, &rng);
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
    assert_true(batches_check(name, &architecture, 1 + (int)(seed % TILE), &rng));
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
        assert_true(batches_check(name, &architecture, 1 + n % TILE, &rng));
    }
}

static void a_minibatch_of_21_images_in_3_tiles(void **state)
{
    (void)state;
    struct rng rng = rng_make(3, 0);
    int checked = 0;
    for (int n = 0; n < 30; n++) {
        const struct architecture architecture = networks_random(&rng);
        checked += batches_check("21 images", &architecture, 21, &rng);
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
        if (!batches_create(&batch, "lanes", &architecture, TILE, &rng))
            continue;
        assert_int_equal(plan_create(&plan, &architecture, kernels, NULL), 0);
        assert_int_equal(scratch_create(&scratch, &plan, PLAN_TRAINING, NULL), 0);
        for (int lane = 0; lane < TILE; lane++) {
            plan_forward(&scratch, batch.parameters, batches_images(&batch, lane), 1, &plan);
            plan_scores(alone, &scratch, 0, &plan);
            plan_forward(&scratch, batch.parameters, batches_images(&batch, 0), TILE, &plan);
            plan_scores(beside, &scratch, lane, &plan);
            assert_memory_equal(alone, beside, classes * sizeof(float));
        }
        scratch_free(&scratch);
        plan_free(&plan);
        batches_free(&batch);
    }
}

static void the_items_cover_every_parameter_once(void **state)
{
    (void)state;
    struct rng rng = rng_make(5, 0);
    for (int n = 0; n < 50; n++) {
        const struct architecture architecture = networks_random(&rng);
        unsigned char *covered = batches_room(architecture.parameter_count, 1);
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

/* ---- Steps ---- */

static void check_steps(int layer_count, const struct layer *layers, const enum step_kind *kinds, int step_count)
{
    const struct architecture architecture = networks_make(1, 20, 20, layer_count, layers);
    struct plan plan;
    assert_int_equal(plan_create(&plan, &architecture, kernels_pick(NULL), NULL), 0);
    assert_int_equal(plan.step_count, step_count);
    for (int i = 0; i < step_count; i++)
        assert_int_equal(plan.steps[i].kind, kinds[i]);
    plan_free(&plan);
}

static void a_convolution_and_a_2x2_pool_are_one_step(void **state)
{
    (void)state;
    const struct layer layers[] = {networks_conv(3, 5, 1, 0, ACTIVATION_TANH), networks_pool(POOL_AVERAGE, 2, 2, 0),
                                   networks_conv(3, 3, 2, 1, ACTIVATION_RELU), networks_pool(POOL_MAX, 2, 2, 0),
                                   networks_pool(POOL_MAX, 2, 2, 0),           networks_dense(4, ACTIVATION_NONE)};
    check_steps(6, layers, (const enum step_kind[]){STEP_CONV_POOL, STEP_CONV_POOL, STEP_POOL, STEP_DENSE}, 4);
}

static void another_pool_is_a_step_of_its_own(void **state)
{
    (void)state;
    const struct layer layers[] = {networks_conv(3, 3, 1, 0, ACTIVATION_RELU), networks_pool(POOL_MAX, 3, 2, 0),
                                   networks_conv(3, 3, 1, 0, ACTIVATION_RELU), networks_pool(POOL_MAX, 2, 1, 0),
                                   networks_dense(4, ACTIVATION_NONE)};
    check_steps(5, layers, (const enum step_kind[]){STEP_CONV, STEP_POOL, STEP_CONV, STEP_POOL, STEP_DENSE}, 5);
}

static void inference_needs_less_memory_than_training(void **state)
{
    (void)state;
    const struct layer layers[] = {networks_conv(3, 5, 1, 0, ACTIVATION_RELU), networks_pool(POOL_MAX, 2, 2, 0),
                                   networks_dense(4, ACTIVATION_NONE)};
    const struct architecture architecture = networks_make(1, 20, 20, 3, layers);
    struct plan plan;
    assert_int_equal(plan_create(&plan, &architecture, kernels_pick(NULL), NULL), 0);
    assert_true(plan_scratch_bytes(&plan, PLAN_INFERENCE) * 3 < plan_scratch_bytes(&plan, PLAN_TRAINING) * 2);
    assert_true(plan_record_bytes(&plan) > 0);
    plan_free(&plan);
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
        cmocka_unit_test(a_convolution_and_a_2x2_pool_are_one_step),
        cmocka_unit_test(another_pool_is_a_step_of_its_own),
        cmocka_unit_test(inference_needs_less_memory_than_training),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
