/* Sharpness-aware steps: an epoch of them against the formula on the plain layers, and that neither threads, pauses
 * nor a gradient of zero change or break them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nn/network.h"
#include "nn/optimizer.h"
#include "training/schedule.h"
#include "trainings.h"

enum { PICTURES = 30, BATCH = 12 };

static struct training_set_up base; /* of the running test */

static int set_up(void **state)
{
    (void)state;
    trainings_begin(&base, PICTURES);
    base.config.settings.epochs = 1;
    base.config.settings.batch_size = BATCH;
    base.config.settings.sharpness = 0.05;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    trainings_end(&base);
    return 0;
}

/* The weights after an epoch, and its figures. */
static void train(float *weights, struct epoch_log *log, int threads)
{
    struct trainer trainer = trainings_trainer(&base, &base.digits, threads);
    assert_int_equal(trainer_epoch(&trainer, log, NULL, NULL), 0);
    memcpy(weights, base.model.parameters, base.model.architecture.parameter_count * sizeof(float));
    trainer_free(&trainer);
}

static void *room(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    assert_non_null(memory);
    return memory;
}

/* ---- The formula ---- */

/* Overwrites `gradient` of the minibatch's mean loss at w; gives the sum of the losses. */
static double gradient_at(float *gradient, const float *w, const int *images, int size)
{
    const struct architecture *architecture = &base.config.architecture;
    const size_t inputs = (size_t)(architecture->in.channels * architecture->in.rows * architecture->in.cols);
    float *x = room(inputs, sizeof *x);
    struct trace trace;
    double loss = 0;
    assert_int_equal(trace_create(&trace, architecture, NULL), 0);
    memset(gradient, 0, architecture->parameter_count * sizeof *gradient);
    for (int i = 0; i < size; i++) {
        architecture_normalise(x, dataset_image(&base.digits, images[i]), &architecture->input);
        network_forward(&trace, w, x, architecture);
        loss += network_backward(&trace, gradient, w, x, base.digits.labels[images[i]], architecture);
    }
    for (size_t i = 0; i < architecture->parameter_count; i++)
        gradient[i] /= (float)size;
    trace_free(&trace);
    free(x);
    return loss;
}

/* w + radius * g / |g| */
static void move_uphill(float *higher, const float *w, const float *gradient, double radius)
{
    double square = 0;
    for (size_t i = 0; i < base.config.architecture.parameter_count; i++)
        square += (double)gradient[i] * (double)gradient[i];
    for (size_t i = 0; i < base.config.architecture.parameter_count; i++)
        higher[i] = w[i] + (float)(radius / sqrt(square) * (double)gradient[i]);
}

static void step(float *w, float *velocity, const float *gradient, double lr)
{
    const struct settings *settings = &base.config.settings;
    const struct rates rates = {(float)lr, (float)settings->momentum, (float)settings->weight_decay, 0};
    for (int i = 0; i < base.config.architecture.layer_count; i++) {
        const struct layer *layer = &base.config.architecture.layers[i];
        struct rates of_biases = rates;
        of_biases.decay = 0;
        optimizer_update(w + layer->weights, velocity + layer->weights, gradient + layer->weights, layer->weight_count,
                         rates);
        optimizer_update(w + layer->biases, velocity + layer->biases, gradient + layer->biases, layer->bias_count,
                         of_biases);
    }
}

/* An epoch on the plain layers, over what the first weights are; gives the mean of the losses before each step. */
static double epoch_by_the_formula(float *w)
{
    const size_t count = base.config.architecture.parameter_count;
    float *velocity = room(count, sizeof *velocity), *gradient = room(count, sizeof *gradient);
    float *higher = room(count, sizeof *higher);
    int order[PICTURES];
    double loss = 0;
    const long steps = (PICTURES + BATCH - 1) / BATCH;
    network_initialise(w, &base.config.architecture, base.config.settings.seed);
    dataset_shuffle(order, PICTURES, base.config.settings.seed, 0);
    for (int first = 0; first < PICTURES; first += BATCH) {
        const int size = PICTURES - first < BATCH ? PICTURES - first : BATCH;
        loss += gradient_at(gradient, w, order + first, size);
        move_uphill(higher, w, gradient, base.config.settings.sharpness);
        gradient_at(gradient, higher, order + first, size);
        step(w, velocity, gradient, schedule_rate(&base.config.settings, first / BATCH, steps));
    }
    free(velocity);
    free(gradient);
    free(higher);
    return loss / PICTURES;
}

static double distance(const float *a, const float *b)
{
    double square = 0;
    for (size_t i = 0; i < base.config.architecture.parameter_count; i++)
        square += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
    return sqrt(square);
}

/* Plain steps end far from there, so the distance tells which of the two was done. */
static void an_epoch_is_what_the_formula_says(void **state)
{
    (void)state;
    const size_t count = base.config.architecture.parameter_count;
    float *expected = room(count, sizeof *expected), *w = room(count, sizeof *w), *plain = room(count, sizeof *plain);
    struct epoch_log log;
    const double loss = epoch_by_the_formula(expected);
    train(w, &log, 1);
    base.config.settings.sharpness = 0;
    train(plain, &(struct epoch_log){0}, 1);
    const double apart = distance(plain, expected);
    assert_true(apart > 1e-3);
    assert_true(distance(w, expected) < 1e-3 * apart);
    assert_true(fabs(log.loss - loss) < 1e-6);
    free(expected);
    free(w);
    free(plain);
}

/* ---- The same bytes ---- */

static void threads_do_not_change_the_weights(void **state)
{
    (void)state;
    const size_t bytes = base.model.architecture.parameter_count * sizeof(float);
    float *one = room(1, bytes), *some = room(1, bytes);
    struct epoch_log of_one, of_some;
    base.config.settings.augment.shift = 2;
    train(one, &of_one, 1);
    for (int threads = 2; threads <= 4; threads++) {
        train(some, &of_some, threads);
        assert_memory_equal(some, one, bytes);
        assert_true(of_some.loss == of_one.loss && of_some.train_accuracy == of_one.train_accuracy);
    }
    free(one);
    free(some);
}

static int stop(void *context, int epoch, long done, double loss)
{
    (void)context, (void)epoch, (void)done, (void)loss;
    return 1;
}

static void an_epoch_in_pieces_is_the_same_epoch(void **state)
{
    (void)state;
    const size_t bytes = base.model.architecture.parameter_count * sizeof(float);
    const struct trainer_watch watch = {stop, NULL};
    float *whole = room(1, bytes);
    struct epoch_log log, parts;
    train(whole, &log, 1);
    struct trainer trainer = trainings_trainer(&base, &base.digits, 1);
    for (int piece = 0; piece < (PICTURES + BATCH - 1) / BATCH; piece++)
        assert_int_equal(trainer_epoch(&trainer, &parts, &watch, NULL), 1);
    assert_int_equal(trainer_epoch(&trainer, &parts, NULL, NULL), 0);
    assert_memory_equal(base.model.parameters, whole, bytes);
    assert_true(parts.loss == log.loss);
    trainer_free(&trainer);
    free(whole);
}

/* ---- At the edge ---- */

static void where_the_gradient_is_zero_the_weights_stay(void **state)
{
    (void)state;
    struct plan plan;
    struct scratch scratch;
    struct records records;
    struct sharpness sharpness;
    const size_t count = base.model.architecture.parameter_count;
    float *before = room(count, sizeof *before);
    network_initialise(base.model.parameters, &base.model.architecture, 1);
    memcpy(before, base.model.parameters, count * sizeof *before);
    assert_int_equal(plan_create(&plan, &base.model.architecture, kernels_pick(NULL), NULL), 0);
    assert_int_equal(scratch_create(&scratch, &plan, PLAN_TRAINING, NULL), 0);
    assert_int_equal(records_create(&records, 1, &plan, NULL), 0);
    assert_int_equal(sharpness_create(&sharpness, 0.05, &plan, NULL), 0);
    const unsigned char *const images[] = {dataset_image(&base.digits, 0)};
    plan_forward(&scratch, base.model.parameters, images, 1, &plan);
    plan_backward(&records, 0, &scratch, base.model.parameters, base.digits.labels, 0, &plan);
    for (int item = 0; item < plan.item_count; item++)
        sharpness_gather(&sharpness, base.model.parameters, &scratch, &records, 1, item, &plan);
    for (int item = 0; item < plan.item_count; item++)
        sharpness_climb(&sharpness, base.model.parameters, item, &plan);
    for (size_t i = 0; i < count; i++)
        assert_true(base.model.parameters[i] == before[i]);
    sharpness_free(&sharpness);
    records_free(&records);
    scratch_free(&scratch);
    plan_free(&plan);
    free(before);
}

/* Weights and velocity, and as much again where steps are sharpness-aware. */
static void what_it_takes_counts_as_memory(void **state)
{
    (void)state;
    assert_int_equal(sharpness_floats(0, 1000), 0);
    assert_int_equal(sharpness_floats(0.05, 1000), 2000);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        EACH(an_epoch_is_what_the_formula_says),    EACH(threads_do_not_change_the_weights),
        EACH(an_epoch_in_pieces_is_the_same_epoch), EACH(where_the_gradient_is_zero_the_weights_stay),
        EACH(what_it_takes_counts_as_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
