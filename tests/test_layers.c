/* The plain layers by hand: what they give, what they add to, what they overwrite. The gradients themselves are checked
 * in test_gradients.c, whole networks in test_golden.c. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "networks.h"
#include "nn/loss.h"
#include "nn/network.h"

/* ---- The loss ---- */

static void the_loss_of_known_scores(void **state)
{
    (void)state;
    const real equal[4] = {5, 5, 5, 5}, certain[2] = {1000, -1000};
    assert_true(fabs(loss_cross_entropy(NULL, equal, 2, 4) - log(4)) < 1e-6);
    assert_true(fabs(loss_cross_entropy(NULL, certain, 0, 2)) < 1e-6);
    assert_true(fabs(loss_cross_entropy(NULL, certain, 1, 2) - 2000) < 1e-3);
}

static void probabilities_are_those_of_the_definition(void **state)
{
    (void)state;
    const real y[3] = {1, 2, -0.5f};
    const double sum = exp(1) + exp(2) + exp(-0.5);
    real p[3];
    loss_softmax(p, y, 3);
    for (int k = 0; k < 3; k++)
        assert_true(fabs((double)p[k] - exp((double)y[k]) / sum) < 1e-6);
}

static void of_equal_scores_the_first_is_the_answer(void **state)
{
    (void)state;
    const real y[5] = {1, 3, 2, 3, 3};
    assert_int_equal(loss_answer(y, 5), 1);
}

/* ---- What is added to and what is overwritten ---- */

static void conv_adds_to_d_w_and_overwrites_d_x(void **state)
{
    (void)state;
    struct conv conv = {.filters = 1, .f = 1, .s = 1, .in = {1, 1, 2}, .out = {1, 1, 2}};
    const real x[2] = {3, 5}, w[1] = {2}, d_y[2] = {1, 10};
    real d_x[2] = {100, 100}, d_w[1] = {1000}, d_bias[1] = {1000};
    conv_backward(d_x, d_w, d_bias, d_y, x, w, &conv);
    assert_true(d_x[0] == 2 && d_x[1] == 20 && d_w[0] == 1053 && d_bias[0] == 1011);
    conv_backward(NULL, d_w, d_bias, d_y, x, w, &conv);
    assert_true(d_w[0] == 1106 && d_bias[0] == 1022);
}

static void dense_adds_to_d_w_and_overwrites_d_x(void **state)
{
    (void)state;
    struct dense dense = {.inputs = 2, .units = 1};
    const real x[2] = {3, 5}, w[2] = {2, 4}, d_y[1] = {10};
    real d_x[2] = {100, 100}, d_w[2] = {1000, 1000}, d_bias[1] = {1000};
    dense_backward(d_x, d_w, d_bias, d_y, x, w, &dense);
    assert_true(d_x[0] == 20 && d_x[1] == 40 && d_w[0] == 1030 && d_w[1] == 1050 && d_bias[0] == 1010);
    dense_backward(NULL, d_w, d_bias, d_y, x, w, &dense);
    assert_true(d_w[0] == 1060 && d_w[1] == 1100 && d_bias[0] == 1020);
}

static void of_equal_pixels_the_first_alone_gets_the_gradient(void **state)
{
    (void)state;
    struct pool pool = {.mode = POOL_MAX, .f = 2, .s = 2, .in = {1, 2, 2}, .out = {1, 1, 1}};
    const real x[4] = {1, 7, 7, 7}, d_y[1] = {3};
    real d_x[4] = {9, 9, 9, 9};
    pool_backward(d_x, d_y, x, &pool);
    assert_true(d_x[0] == 0 && d_x[1] == 3 && d_x[2] == 0 && d_x[3] == 0);
}

static void padding_never_wins_a_maximum_and_counts_in_an_average(void **state)
{
    (void)state;
    struct pool pool = {.mode = POOL_MAX, .f = 2, .s = 2, .p = 1, .in = {1, 1, 1}, .out = {1, 1, 1}};
    const real x[1] = {-8};
    real y[1];
    pool_forward(y, x, &pool);
    assert_true(y[0] == -8);
    pool.mode = POOL_AVERAGE;
    pool_forward(y, x, &pool);
    assert_true(y[0] == -2);
}

static void the_slope_of_relu_at_0_is_0(void **state)
{
    (void)state;
    const real y[3] = {0, 1, 2};
    real d_y[3] = {5, 5, 5};
    activation_backward(d_y, y, 3, ACTIVATION_RELU);
    assert_true(d_y[0] == 0 && d_y[1] == 5 && d_y[2] == 5);
}

static void lecun_tanh_is_1_at_1(void **state)
{
    (void)state;
    real y[2] = {1, -1};
    activation_forward(y, 2, ACTIVATION_LECUN_TANH);
    assert_true(fabsf(y[0] - 1) < 1e-5f && fabsf(y[1] + 1) < 1e-5f);
}

/* ---- Layers by hand ---- */

static void conv_of_a_known_picture(void **state)
{
    (void)state;
    struct conv conv = {.filters = 1, .f = 2, .s = 2, .p = 1, .in = {1, 3, 3}, .out = {1, 2, 2}};
    const real x[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9}, w[4] = {1, 10, 100, 1000}, bias[1] = {0.5f};
    real y[4];
    conv_forward(y, x, w, bias, &conv);
    assert_true(y[0] == 1000.5f && y[1] == 3200.5f && y[2] == 7040.5f && y[3] == 9865.5f);
}

static void pooling_leaves_out_what_no_whole_window_covers(void **state)
{
    (void)state;
    struct pool pool = {.mode = POOL_MAX, .f = 2, .s = 2, .in = {1, 3, 3}, .out = {1, 1, 1}};
    const real x[9] = {1, 2, 9, 4, 3, 9, 9, 9, 9};
    real y[2] = {0, 77};
    pool_forward(y, x, &pool);
    assert_true(y[0] == 4 && y[1] == 77);
    pool.mode = POOL_AVERAGE;
    pool_forward(y, x, &pool);
    assert_true(y[0] == 2.5f && y[1] == 77);
}

static void normalisation_puts_background_around_the_picture(void **state)
{
    (void)state;
    const struct input input = {.rows = 1, .cols = 2, .channels = 2, .pad = 1, .mean = 0.5f, .deviation = 0.25f};
    const unsigned char pixels[4] = {255, 0, 51, 255};
    const real n = -2, expected[24] = {n, n, n, n, n, 2, n, n, n, n, n, n, n, n, n, n, n, -1.2f, 2, n, n, n, n, n};
    real x[24];
    architecture_normalise(x, pixels, &input);
    for (int i = 0; i < 24; i++)
        assert_true(fabsf(x[i] - expected[i]) < 1e-6f);
}

/* ---- First weights ---- */

/* All within the range and reaching near both of its ends. */
static void assert_range(const real *weights, int count, double range)
{
    double low = 0, high = 0;
    for (int i = 0; i < count; i++) {
        low = fmin(low, (double)weights[i]);
        high = fmax(high, (double)weights[i]);
    }
    assert_true(high <= range && -low <= range);
    assert_true(high >= 0.95 * range && -low >= 0.95 * range);
}

static void first_weights_suit_the_fan_in_and_the_activation(void **state)
{
    (void)state;
    const struct layer layers[] = {
        networks_conv(20, 3, 1, 0, ACTIVATION_RELU), networks_dense(30, ACTIVATION_SIGMOID),
        networks_dense(30, ACTIVATION_TANH),         networks_dense(30, ACTIVATION_LECUN_TANH),
        networks_dense(30, ACTIVATION_RELU),         networks_dense(10, ACTIVATION_NONE),
    };
    const struct architecture architecture = networks_make(2, 5, 4, 6, layers);
    const double ranges[6] = {sqrt(6.0 / 18), 4 * sqrt(3.0 / 120), sqrt(3.0 / 30),
                              sqrt(3.0 / 30), sqrt(6.0 / 30),      0.1 * sqrt(3.0 / 30)};
    real *parameters = calloc(architecture.parameter_count, sizeof *parameters);
    assert_non_null(parameters);
    network_initialise(parameters, &architecture, 5);
    for (int i = 0; i < architecture.layer_count; i++) {
        const struct layer *layer = &architecture.layers[i];
        assert_range(parameters + layer->weights, layer->weight_count, ranges[i] * (1 + 1e-6));
        for (int k = 0; k < layer->bias_count; k++)
            assert_true(parameters[layer->biases + (size_t)k] == 0);
    }
    free(parameters);
}

static void first_weights_depend_on_the_seed_alone(void **state)
{
    (void)state;
    const struct layer layers[] = {networks_dense(30, ACTIVATION_RELU), networks_dense(10, ACTIVATION_NONE)};
    const struct architecture architecture = networks_make(1, 3, 4, 2, layers);
    real first[30 * 13 + 10 * 31], again[30 * 13 + 10 * 31], other[30 * 13 + 10 * 31];
    assert_int_equal(architecture.parameter_count, 30 * 13 + 10 * 31);
    network_initialise(first, &architecture, 5);
    network_initialise(again, &architecture, 5);
    network_initialise(other, &architecture, 6);
    assert_memory_equal(first, again, sizeof first);
    assert_memory_not_equal(first, other, sizeof first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_loss_of_known_scores),
        cmocka_unit_test(probabilities_are_those_of_the_definition),
        cmocka_unit_test(of_equal_scores_the_first_is_the_answer),
        cmocka_unit_test(conv_adds_to_d_w_and_overwrites_d_x),
        cmocka_unit_test(dense_adds_to_d_w_and_overwrites_d_x),
        cmocka_unit_test(of_equal_pixels_the_first_alone_gets_the_gradient),
        cmocka_unit_test(padding_never_wins_a_maximum_and_counts_in_an_average),
        cmocka_unit_test(the_slope_of_relu_at_0_is_0),
        cmocka_unit_test(lecun_tanh_is_1_at_1),
        cmocka_unit_test(conv_of_a_known_picture),
        cmocka_unit_test(pooling_leaves_out_what_no_whole_window_covers),
        cmocka_unit_test(normalisation_puts_background_around_the_picture),
        cmocka_unit_test(first_weights_suit_the_fan_in_and_the_activation),
        cmocka_unit_test(first_weights_depend_on_the_seed_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
