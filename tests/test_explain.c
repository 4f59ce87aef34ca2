/* What explain works out of a walk: windows, the strongest inputs, what is lost when a place is covered. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "networks.h"
#include "reader/explain.h"

enum { SIDE = 14 };

/* A classifier whose model is made here, the walk of one image, and its explanation. */
struct scene {
    struct classifier classifier;
    struct walk walk;
    struct explanation explanation;
    unsigned char pixels[SIDE * SIDE];
};

static void scene_make(struct scene *scene, int layer_count, const struct layer *layers)
{
    struct architecture architecture = networks_make(1, SIDE, SIDE, layer_count, layers);
    struct rng rng = rng_make(3, RNG_WEIGHTS);
    struct model *model = &scene->classifier.model;
    *scene = (struct scene){0};
    assert_int_equal(model_create(model, &architecture, NULL), 0);
    networks_random_parameters(model->parameters, &model->architecture, &rng);
    networks_random_pixels(scene->pixels, SIDE * SIDE, &rng);
    assert_int_equal(
        single_create(&scene->classifier.network, &model->architecture, model->parameters, kernels_pick(NULL), NULL),
        0);
    assert_int_equal(walk_create(&scene->walk, model, NULL), 0);
    walk_pixels(&scene->walk, scene->pixels);
    assert_int_equal(explain_walk(&scene->explanation, &scene->walk, &scene->classifier, scene->pixels, NULL), 0);
}

static void scene_free(struct scene *scene)
{
    explain_free(&scene->explanation);
    walk_free(&scene->walk);
    classifier_close(&scene->classifier);
}

static void make_lenet(struct scene *scene, enum pool_mode mode, int padding)
{
    const struct layer layers[] = {networks_conv(4, 5, 1, padding, ACTIVATION_RELU), networks_pool(mode, 2, 2, 0),
                                   networks_dense(12, ACTIVATION_TANH), networks_dense(10, ACTIVATION_NONE)};
    scene_make(scene, 4, layers);
}

static void near(double a, double b)
{
    assert_true(fabs(a - b) <= 1e-5 * fmax(1, fabs(b)));
}

static void the_window_of_the_convolution_is_the_strongest_and_makes_its_output(void **state)
{
    (void)state;
    struct scene scene;
    for (int padding = 0; padding <= 2; padding++) {
        make_lenet(&scene, POOL_MAX, padding);
        const struct explain_conv *conv = &scene.explanation.conv;
        const struct layer *layer = &scene.classifier.model.architecture.layers[0];
        const real *y = scene.walk.trace.y[0];
        for (int i = 0; i < shape_size(layer->out); i++)
            assert_true(y[i] <= conv->output);
        assert_true(y[(conv->filter * layer->out.rows + conv->row) * layer->out.cols + conv->col] == conv->output);
        double sum = 0;
        for (int i = 0; i < 25; i++)
            sum += (double)scene.classifier.model.parameters[layer->weights + (size_t)(conv->filter * 25 + i)] *
                   (double)explain_input(&scene.walk, 0, 0, conv->row - padding + i / 5, conv->col - padding + i % 5);
        near((double)conv->sum, sum);
        near((double)conv->score, (double)conv->output);
        scene_free(&scene);
    }
}

static void outside_of_the_image_lies_the_padding(void **state)
{
    (void)state;
    struct scene scene;
    make_lenet(&scene, POOL_MAX, 2);
    assert_true(explain_input(&scene.walk, 0, 0, -1, 3) == 0);
    assert_true(explain_input(&scene.walk, 0, 0, 3, SIDE) == 0);
    near((double)explain_input(&scene.walk, 0, 0, 3, 4), scene.pixels[3 * SIDE + 4] / 255.0);
    scene_free(&scene);
}

static void the_window_of_the_pooling_holds_that_output_and_both_kinds_are_told(void **state)
{
    (void)state;
    struct scene scene;
    for (int mode = POOL_MAX; mode <= POOL_AVERAGE; mode++) {
        make_lenet(&scene, (enum pool_mode)mode, 2);
        const struct explain_pool *pool = &scene.explanation.pool;
        const struct shape out = scene.classifier.model.architecture.layers[1].out;
        const real y = scene.walk.trace.y[1][(pool->map * out.rows + pool->row) * out.cols + pool->col];
        assert_true(pool->window[pool->winner] == scene.explanation.conv.output);
        assert_true(pool->maximum == scene.explanation.conv.output);
        near((double)pool->average,
             (double)(pool->window[0] + pool->window[1] + pool->window[2] + pool->window[3]) / 4);
        near((double)y, (double)(mode == POOL_MAX ? pool->maximum : pool->average));
        scene_free(&scene);
    }
}

static void dense_shares_are_the_strongest_and_add_up_to_the_score(void **state)
{
    (void)state;
    struct scene scene;
    make_lenet(&scene, POOL_MAX, 2);
    assert_int_equal(scene.explanation.dense_count, 2);
    for (int d = 0; d < 2; d++) {
        const struct explain_dense *dense = &scene.explanation.dense[d];
        const struct layer *layer = &scene.classifier.model.architecture.layers[dense->layer];
        const real *x = scene.walk.trace.y[dense->layer - 1];
        const float *w = scene.classifier.model.parameters + layer->weights + dense->unit * layer->dense.inputs;
        double sum = (double)(dense->rest + dense->bias);
        int stronger = 0;
        assert_int_equal(dense->count, EXPLAIN_SHARES);
        for (int i = 0; i < dense->count; i++) {
            near((double)dense->shares[i].product, (double)(x[dense->shares[i].input] * w[dense->shares[i].input]));
            assert_true(i == 0 || fabs((double)dense->shares[i].product) <= fabs((double)dense->shares[i - 1].product));
            sum += (double)dense->shares[i].product;
        }
        for (int i = 0; i < layer->dense.inputs; i++)
            stronger += fabs((double)(x[i] * w[i])) > fabs((double)dense->shares[EXPLAIN_SHARES - 1].product);
        assert_int_equal(stronger, EXPLAIN_SHARES - 1);
        near((double)dense->score, sum);
        near(d == 0 ? tanh((double)dense->score) : (double)dense->score, (double)dense->output);
    }
    assert_int_equal(scene.explanation.dense[1].unit, scene.walk.answer);
    scene_free(&scene);
}

static void a_covered_place_costs_what_the_answer_loses_without_it(void **state)
{
    (void)state;
    struct scene scene;
    make_lenet(&scene, POOL_MAX, 2);
    float whole[10], without[10];
    unsigned char covered[SIDE * SIDE];
    classifier_answer(whole, &scene.classifier, scene.pixels);
    const int places[] = {0, SIDE - 1, 5 * SIDE + 6, SIDE * SIDE - 1};
    for (int i = 0; i < 4; i++) {
        memcpy(covered, scene.pixels, sizeof covered);
        for (int r = 0; r < SIDE; r++)
            for (int k = 0; k < SIDE; k++)
                if (abs(r - places[i] / SIDE) <= 2 && abs(k - places[i] % SIDE) <= 2)
                    covered[r * SIDE + k] = 0;
        classifier_answer(without, &scene.classifier, covered);
        const double lost = log((double)whole[scene.walk.answer]) - log((double)without[scene.walk.answer]);
        near((double)scene.explanation.cover[places[i]], lost);
    }
    scene_free(&scene);
}

static void a_network_without_convolution_is_explained_as_far_as_it_goes(void **state)
{
    (void)state;
    struct scene scene;
    const struct layer layers[] = {networks_dense(3, ACTIVATION_NONE)};
    scene_make(&scene, 1, layers);
    assert_int_equal(scene.explanation.conv.layer, -1);
    assert_int_equal(scene.explanation.pool.layer, -1);
    assert_int_equal(scene.explanation.dense_count, 1);
    scene_free(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_window_of_the_convolution_is_the_strongest_and_makes_its_output),
        cmocka_unit_test(outside_of_the_image_lies_the_padding),
        cmocka_unit_test(the_window_of_the_pooling_holds_that_output_and_both_kinds_are_told),
        cmocka_unit_test(dense_shares_are_the_strongest_and_add_up_to_the_score),
        cmocka_unit_test(a_covered_place_costs_what_the_answer_loses_without_it),
        cmocka_unit_test(a_network_without_convolution_is_explained_as_far_as_it_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
