/* The walk of one image: everything that is kept of it is what the layers give, and its answer is the classifier's. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "networks.h"
#include "nn/loss.h"
#include "reader/classifier.h"
#include "reader/walk.h"

enum { SIDE = 14 };

static struct model model_make(double temperature)
{
    const struct layer layers[] = {networks_conv(4, 5, 1, 2, ACTIVATION_RELU), networks_pool(POOL_MAX, 2, 2, 0),
                                   networks_dense(10, ACTIVATION_NONE)};
    struct architecture architecture = networks_make(1, SIDE, SIDE, 3, layers);
    struct model model;
    struct rng rng = rng_make(1, RNG_WEIGHTS);
    assert_int_equal(model_create(&model, &architecture, NULL), 0);
    networks_random_parameters(model.parameters, &model.architecture, &rng);
    model.calibration.temperature = temperature;
    return model;
}

static void fill(unsigned char pixels[SIDE * SIDE], uint64_t seed)
{
    struct rng rng = rng_make(seed, RNG_SHUFFLE);
    networks_random_pixels(pixels, SIDE * SIDE, &rng);
}

static void every_layer_is_kept_as_the_formulas_give_it(void **state)
{
    (void)state;
    unsigned char pixels[SIDE * SIDE];
    struct model model = model_make(1);
    struct walk walk;
    fill(pixels, 1);
    assert_int_equal(walk_create(&walk, &model, NULL), 0);
    walk_pixels(&walk, pixels);
    const struct layer *layers = model.architecture.layers;
    real conv[4 * SIDE * SIDE], pool[SIDE * SIDE], scores[10];
    for (int i = 0; i < SIDE * SIDE; i++)
        assert_true(walk.x[i] == (real)pixels[i] / 255);
    conv_forward(conv, walk.x, model.parameters + layers[0].weights, model.parameters + layers[0].biases,
                 &layers[0].conv);
    activation_forward(conv, 4 * SIDE * SIDE, ACTIVATION_RELU);
    pool_forward(pool, conv, &layers[1].pool);
    dense_forward(scores, pool, model.parameters + layers[2].weights, model.parameters + layers[2].biases,
                  &layers[2].dense);
    assert_memory_equal(walk.trace.y[0], conv, sizeof conv);
    assert_memory_equal(walk.trace.y[1], pool, sizeof pool);
    assert_memory_equal(walk.trace.y[2], scores, sizeof scores);
    assert_int_equal(walk.answer, loss_answer(scores, 10));
    walk_free(&walk);
    model_free(&model);
}

static void probabilities_are_of_the_scores_over_the_temperature(void **state)
{
    (void)state;
    unsigned char pixels[SIDE * SIDE];
    struct model model = model_make(2.5);
    struct walk walk;
    real tempered[10], expected[10];
    fill(pixels, 2);
    assert_int_equal(walk_create(&walk, &model, NULL), 0);
    walk_pixels(&walk, pixels);
    for (int k = 0; k < 10; k++)
        tempered[k] = walk.trace.y[2][k] / 2.5f;
    loss_softmax(expected, tempered, 10);
    assert_memory_equal(walk.probabilities, expected, sizeof expected);
    walk_free(&walk);
    model_free(&model);
}

static void the_next_image_leaves_nothing_of_the_one_before(void **state)
{
    (void)state;
    unsigned char first[SIDE * SIDE], second[SIDE * SIDE];
    struct model model = model_make(1);
    struct walk used, fresh;
    fill(first, 3);
    fill(second, 4);
    assert_int_equal(walk_create(&used, &model, NULL), 0);
    assert_int_equal(walk_create(&fresh, &model, NULL), 0);
    walk_pixels(&used, first);
    walk_pixels(&used, second);
    walk_pixels(&fresh, second);
    for (int i = 0; i < 3; i++)
        assert_memory_equal(used.trace.y[i], fresh.trace.y[i],
                            (size_t)shape_size(model.architecture.layers[i].out) * sizeof(real));
    walk_free(&used);
    walk_free(&fresh);
    model_free(&model);
}

static void walk_and_classifier_agree_on_a_picture(void **state)
{
    (void)state;
    struct model model = model_make(1.5);
    struct classifier classifier = {.model = model};
    const struct kernels *kernels = kernels_pick(NULL);
    assert_non_null(kernels);
    assert_int_equal(
        single_create(&classifier.network, &classifier.model.architecture, model.parameters, kernels, NULL), 0);
    unsigned char gray[SIDE * SIDE], room[FIT_SIDE * FIT_SIDE];
    const unsigned char *pixels = NULL;
    const struct picture picture = {.rows = SIDE, .cols = SIDE, .gray = gray};
    float probabilities[10];
    int digit;
    struct walk walk;
    fill(gray, 5);
    assert_int_equal(classifier_fit(&pixels, room, &classifier, &picture, NULL), 0);
    assert_memory_equal(pixels, gray, sizeof gray); /* of the network's own size: as it is */
    assert_int_equal(classifier_picture(&digit, probabilities, &classifier, &picture, NULL), 0);
    assert_int_equal(walk_create(&walk, &classifier.model, NULL), 0);
    walk_pixels(&walk, pixels);
    assert_int_equal(walk.answer, digit);
    assert_true(networks_distance(walk.probabilities, probabilities, 10) < 1e-5);
    walk_free(&walk);
    classifier_close(&classifier);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_layer_is_kept_as_the_formulas_give_it),
        cmocka_unit_test(probabilities_are_of_the_scores_over_the_temperature),
        cmocka_unit_test(the_next_image_leaves_nothing_of_the_one_before),
        cmocka_unit_test(walk_and_classifier_agree_on_a_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
