/* Every gradient against central differences, in double: this program and src/nn are compiled with `real` as double.
 * (g(x + h) - g(x - h)) / 2h is right up to h^2 times a third derivative; h is 2e-5. */
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

_Static_assert(sizeof(real) == sizeof(double), "compiled with -DLENET5_REAL_DOUBLE");

#define STEP 2e-5
#define CLEARANCE 1e-3 /* from kinks: some fifty steps */
#define TOLERANCE 1e-7 /* of the largest number of the tensor */
#define ROUNDING 1e-10 /* of two losses near 2, divided by the step */

enum { SAMPLES = 40 }; /* numbers of a tensor that are checked; all where it has fewer */

/* One network with parameters and an input, and room for its gradients. */
struct subject {
    const char *name;
    const struct architecture *architecture;
    struct trace trace;
    real *parameters, *x, *d_parameters;
    int label;
};

static real *reals(size_t count)
{
    real *block = calloc(count + 1, sizeof *block);
    assert_non_null(block);
    return block;
}

static void draw(struct subject *subject, struct rng *rng)
{
    const struct architecture *architecture = subject->architecture;
    float *numbers = malloc(architecture->parameter_count * sizeof *numbers);
    assert_non_null(numbers);
    networks_random_parameters(numbers, architecture, rng);
    for (size_t i = 0; i < architecture->parameter_count; i++)
        subject->parameters[i] = numbers[i];
    for (int i = 0; i < shape_size(architecture->in); i++)
        subject->x[i] = networks_random_number(rng, 1.5f);
    subject->label = (int)rng_below(rng, (uint32_t)architecture->classes);
    free(numbers);
}

/* Draws until clear of kinks; 0 where that does not come about. */
static int create(struct subject *out, const char *name, const struct architecture *architecture, struct rng *rng)
{
    struct subject subject = {.name = name,
                              .architecture = architecture,
                              .parameters = reals(architecture->parameter_count),
                              .x = reals((size_t)shape_size(architecture->in)),
                              .d_parameters = reals(architecture->parameter_count)};
    assert_int_equal(trace_create(&subject.trace, architecture, NULL), 0);
    int clear = 0;
    for (int tries = 0; tries < 300 && !clear; tries++) {
        draw(&subject, rng);
        clear = !kinks_near(subject.parameters, subject.x, architecture, CLEARANCE);
    }
    *out = subject;
    return clear;
}

static void destroy(struct subject *subject)
{
    trace_free(&subject->trace);
    free(subject->parameters);
    free(subject->x);
    free(subject->d_parameters);
}

static double loss_of(struct subject *subject)
{
    const struct architecture *architecture = subject->architecture;
    network_forward(&subject->trace, subject->parameters, subject->x, architecture);
    return loss_cross_entropy(NULL, subject->trace.y[architecture->layer_count - 1], subject->label,
                              architecture->classes);
}

static double difference_quotient(struct subject *subject, real *number)
{
    const real kept = *number;
    *number = kept + STEP;
    const double above = loss_of(subject);
    *number = kept - STEP;
    const double below = loss_of(subject);
    *number = kept;
    return (above - below) / (2 * STEP);
}

static void check_tensor(struct subject *subject, const char *what, int layer, real *numbers, const real *gradient,
                         int count)
{
    double largest = 0;
    for (int i = 0; i < count; i++)
        largest = fmax(largest, fabs(gradient[i]));
    const int step = count > SAMPLES ? count / SAMPLES | 1 : 1; /* odd: hits every column of most shapes */
    for (int i = 0; i < count; i += step) {
        const double expected = difference_quotient(subject, &numbers[i]);
        if (!(fabs(gradient[i] - expected) <= TOLERANCE * largest + ROUNDING))
            fail_msg("%s: layer %d, %s %d: gradient %.12g, difference quotient %.12g (largest %.3g)", subject->name,
                     layer + 1, what, i, gradient[i], expected, largest);
    }
}

/* All gradients of one network: the input's, and each layer's weights and biases. */
static void check_subject(struct subject *subject)
{
    const struct architecture *architecture = subject->architecture;
    const int inputs = shape_size(architecture->in);
    real *d_x = reals((size_t)inputs);
    loss_of(subject);
    network_backward(&subject->trace, subject->d_parameters, subject->parameters, subject->x, subject->label,
                     architecture);
    memcpy(d_x, subject->trace.d_x, (size_t)inputs * sizeof *d_x);
    check_tensor(subject, "input", -1, subject->x, d_x, inputs);
    for (int i = 0; i < architecture->layer_count; i++) {
        const struct layer *layer = &architecture->layers[i];
        check_tensor(subject, "weight", i, subject->parameters + layer->weights, subject->d_parameters + layer->weights,
                     layer->weight_count);
        check_tensor(subject, "bias", i, subject->parameters + layer->biases, subject->d_parameters + layer->biases,
                     layer->bias_count);
    }
    free(d_x);
}

static void check(const char *name, const struct architecture *architecture, struct rng *rng)
{
    struct subject subject;
    if (!create(&subject, name, architecture, rng))
        fail_msg("%s: no draw is clear of kinks", name);
    check_subject(&subject);
    destroy(&subject);
}

/* One layer, and behind it what the loss needs. */
static void check_layer(const char *name, int rows, int cols, struct layer layer, uint64_t seed)
{
    struct rng rng = rng_make(seed, 0);
    const struct layer layers[] = {layer, networks_dense(3, ACTIVATION_NONE)};
    const struct architecture architecture = networks_make(2, rows, cols, 2, layers);
    check(name, &architecture, &rng);
}

/* ---- Layers ---- */

static void convolution_of_every_f_s_and_p(void **state)
{
    (void)state;
    for (int f = 1; f <= 7; f++)
        for (int s = 1; s <= 3; s++)
            for (int p = 0; p < f; p++) {
                char name[64];
                snprintf(name, sizeof name, "conv f %d s %d p %d", f, s, p);
                check_layer(name, 8, 7, networks_conv(2, f, s, p, ACTIVATION_NONE), (uint64_t)(f * 100 + s * 10 + p));
            }
}

static void pooling_of_every_f_s_and_p(enum pool_mode mode)
{
    for (int f = 1; f <= 7; f++)
        for (int s = 1; s <= 3; s++)
            for (int p = 0; p <= f / 2; p++) {
                char name[64];
                snprintf(name, sizeof name, "pool mode %d f %d s %d p %d", (int)mode, f, s, p);
                check_layer(name, 7, 8, networks_pool(mode, f, s, p), (uint64_t)(f * 100 + s * 10 + p));
            }
}

static void max_pooling_of_every_f_s_and_p(void **state)
{
    (void)state;
    pooling_of_every_f_s_and_p(POOL_MAX);
}

static void average_pooling_of_every_f_s_and_p(void **state)
{
    (void)state;
    pooling_of_every_f_s_and_p(POOL_AVERAGE);
}

static void dense_layers(void **state)
{
    (void)state;
    for (int units = 1; units <= 9; units += 4)
        check_layer("dense", 3, 5, networks_dense(units, ACTIVATION_NONE), (uint64_t)units);
}

static void every_activation_behind_a_convolution_and_a_dense_layer(void **state)
{
    (void)state;
    for (int a = 0; a < ACTIVATION_COUNT; a++) {
        check_layer(activation_name((enum activation)a), 6, 5, networks_conv(3, 3, 1, 1, (enum activation)a), 1);
        check_layer(activation_name((enum activation)a), 3, 4, networks_dense(7, (enum activation)a), 2);
    }
}

/* ---- The loss ---- */

static void the_loss_by_its_scores(void **state)
{
    (void)state;
    struct rng rng = rng_make(7, 0);
    for (int classes = 2; classes <= 12; classes++) {
        real y[12], d_y[12];
        const int label = (int)rng_below(&rng, (uint32_t)classes);
        for (int k = 0; k < classes; k++)
            y[k] = networks_random_number(&rng, 4);
        loss_cross_entropy(d_y, y, label, classes);
        for (int k = 0; k < classes; k++) {
            const real kept = y[k];
            y[k] = kept + STEP;
            const double above = loss_cross_entropy(NULL, y, label, classes);
            y[k] = kept - STEP;
            const double below = loss_cross_entropy(NULL, y, label, classes);
            y[k] = kept;
            assert_true(fabs((above - below) / (2 * STEP) - d_y[k]) < 1e-9);
        }
    }
}

/* ---- Whole networks ---- */

static void small_lenet(enum pool_mode mode, enum activation activation)
{
    struct rng rng = rng_make(11, (uint64_t)mode);
    const struct layer layers[] = {
        networks_conv(2, 3, 1, 0, activation), networks_pool(mode, 2, 2, 0),  networks_conv(3, 3, 1, 0, activation),
        networks_pool(mode, 2, 2, 0),          networks_dense(6, activation), networks_dense(5, activation),
        networks_dense(4, ACTIVATION_NONE),
    };
    const struct architecture architecture = networks_make(1, 13, 12, 7, layers);
    check(activation_name(activation), &architecture, &rng);
}

static void a_small_lenet_with_max_pooling(void **state)
{
    (void)state;
    for (int a = 0; a < ACTIVATION_COUNT; a++)
        small_lenet(POOL_MAX, (enum activation)a);
}

static void a_small_lenet_with_average_pooling(void **state)
{
    (void)state;
    for (int a = 0; a < ACTIVATION_COUNT; a++)
        small_lenet(POOL_AVERAGE, (enum activation)a);
}

static void random_networks(void **state)
{
    (void)state;
    struct rng rng = rng_make(13, 0);
    int checked = 0;
    for (int n = 0; n < 120; n++) {
        const struct architecture architecture = networks_random(&rng);
        struct subject subject;
        char name[32];
        snprintf(name, sizeof name, "random network %d", n);
        if (shape_size(architecture.in) >= 250) /* too many to be clear of kinks all at once */
            continue;
        if (create(&subject, name, &architecture, &rng)) {
            check_subject(&subject);
            checked++;
        }
        destroy(&subject);
    }
    printf("%d random networks checked\n", checked);
    assert_true(checked >= 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(convolution_of_every_f_s_and_p),
        cmocka_unit_test(max_pooling_of_every_f_s_and_p),
        cmocka_unit_test(average_pooling_of_every_f_s_and_p),
        cmocka_unit_test(dense_layers),
        cmocka_unit_test(every_activation_behind_a_convolution_and_a_dense_layer),
        cmocka_unit_test(the_loss_by_its_scores),
        cmocka_unit_test(a_small_lenet_with_max_pooling),
        cmocka_unit_test(a_small_lenet_with_average_pooling),
        cmocka_unit_test(random_networks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
