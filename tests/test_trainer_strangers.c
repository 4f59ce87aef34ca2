/* Training with what is drawn beside the images, rare digits and strangers (pictures of no digit): what is refused,
 * what is counted, that each step is the plain gradient's, and that the network tells them from digits. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataset/synth.h"
#include "digits.h"
#include "networks.h"
#include "nn/loss.h"
#include "nn/network.h"
#include "trainings.h"

enum { PICTURES = 300, FIELD = 32 * 32 /* a digit and its pad */ };

static struct training_set_up base; /* of the running test */

static int set_up(void **state)
{
    (void)state;
    trainings_begin(&base, PICTURES);
    base.config.settings = (struct settings){.epochs = 1,
                                             .batch_size = 64,
                                             .lr = 0.03,
                                             .momentum = 0.9,
                                             .seed = 5,
                                             .drawn = 30,
                                             .strangers = 90,
                                             .validation = 0};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    trainings_end(&base);
    return 0;
}

/* ---- Helpers ---- */

static struct epoch_log train(int threads, const struct trainer_watch *watch)
{
    struct trainer trainer;
    struct epoch_log log = {0};
    struct error err = {0};
    if (trainer_create(&trainer, &base.model, &base.config.settings, &base.digits, kernels_pick(NULL), threads, &err) !=
        0)
        fail_msg("%s", err.text);
    for (int epoch = 0; epoch < base.config.settings.epochs; epoch++)
        if (trainer_epoch(&trainer, &log, watch, &err) != 0)
            fail_msg("%s", err.text);
    trainer_free(&trainer);
    return log;
}

static void train_for_digest(char digest[DIGEST_TEXT], int threads)
{
    train(threads, NULL);
    digest_floats(digest, base.model.parameters, base.model.architecture.parameter_count);
}

static void assert_refused(int rows, int cols, int channels, int classes, const char *sentence)
{
    struct dataset other = {.count = 1, .channels = channels, .rows = rows, .cols = cols};
    struct trainer trainer;
    struct model wrong;
    struct error err = {0};
    const struct layer layers[] = {networks_dense(classes, ACTIVATION_NONE)};
    const struct architecture architecture = networks_make(channels, rows, cols, 1, layers);
    other.pixels = other.owned_pixels = calloc((size_t)(rows * cols * channels), 1);
    other.labels = other.owned_labels = calloc(1, 1);
    assert_true(other.pixels != NULL && other.labels != NULL);
    assert_int_equal(model_create(&wrong, &architecture, NULL), 0);
    assert_int_equal(trainer_create(&trainer, &wrong, &base.config.settings, &other, kernels_pick(NULL), 1, &err), -1);
    assert_int_equal(err.kind, ERROR_MODEL);
    assert_string_equal(err.text, sentence);
    model_free(&wrong);
    dataset_free(&other);
}

/* ---- What is refused ---- */

#define REFUSED(takes)                                                                                                 \
    "what is drawn to be trained with is 28x28x1 and one of 10 digits or none, and the network takes " takes           \
    " classes: use --drawn 0 and --strangers 0"

static void networks_that_read_no_digits_of_28x28_are_refused(void **state)
{
    (void)state;
    assert_refused(32, 28, 1, 10, REFUSED("32x28x1 and has 10"));
    assert_refused(28, 27, 1, 10, REFUSED("28x27x1 and has 10"));
    assert_refused(28, 28, 3, 10, REFUSED("28x28x3 and has 10"));
    assert_refused(28, 28, 1, 26, REFUSED("28x28x1 and has 26"));
}

/* ---- The same seed, the same bytes ---- */

static void the_digest_does_not_depend_on_the_threads(void **state)
{
    (void)state;
    char digest[DIGEST_TEXT], again[DIGEST_TEXT];
    base.config.settings.epochs = 2;
    train_for_digest(digest, 1);
    for (int threads = 2; threads <= 5; threads++) {
        train_for_digest(again, threads);
        assert_string_equal(again, digest);
    }
}

static void what_is_drawn_changes_it(void **state)
{
    (void)state;
    char digest[DIGEST_TEXT], fewer[DIGEST_TEXT], none[DIGEST_TEXT];
    train_for_digest(digest, 1);
    base.config.settings.strangers = 89;
    train_for_digest(fewer, 1);
    base.config.settings.strangers = 90;
    base.config.settings.drawn = 29;
    train_for_digest(none, 1);
    assert_string_not_equal(fewer, digest);
    assert_string_not_equal(none, digest);
    assert_string_not_equal(none, fewer);
}

/* ---- What is counted ---- */

static int watch_minibatch(void *context, int epoch, long done, double loss)
{
    (void)epoch, (void)loss;
    *(long *)context = done;
    return 0;
}

static void an_epoch_has_the_images_and_the_strangers(void **state)
{
    (void)state;
    long done = 0;
    const struct trainer_watch watch = {watch_minibatch, &done};
    train(2, &watch);
    assert_int_equal(done, PICTURES + 30 + 90);
}

/* With next to no learning rate the figures are those of the untrained network: accuracy of the digits, mean loss of
 * all. */
static void accuracy_is_that_of_the_digits_and_loss_that_of_all(void **state)
{
    (void)state;
    struct dataset extra;
    struct trace trace;
    float x[FIELD];
    double loss = 0;
    int right = 0;
    base.config.settings.lr = 1e-30;
    const struct epoch_log log = train(2, NULL);
    assert_int_equal(synth_extra(&extra, 5, 30, 90, NULL), 0);
    assert_int_equal(trace_create(&trace, &base.model.architecture, NULL), 0);
    for (int i = 0; i < PICTURES + 120; i++) {
        float scores[11] = {0}; /* the last is that of "no class" */
        const struct dataset *from = i < PICTURES ? &base.digits : &extra;
        const int label = from->labels[i % PICTURES];
        architecture_normalise(x, dataset_image(from, i % PICTURES), &base.model.architecture.input);
        network_forward(&trace, base.model.parameters, x, &base.model.architecture);
        memcpy(scores, trace.y[base.model.architecture.layer_count - 1], 10 * sizeof *scores);
        loss += loss_cross_entropy(NULL, scores, label < 10 ? label : 10, 11);
        right += loss_answer(scores, 10) == label;
    }
    assert_true(fabs(log.train_accuracy - right / (PICTURES + 30.0)) < 1e-12);
    assert_true(fabs(log.loss - loss / (PICTURES + 120)) < 1e-6);
    trace_free(&trace);
    dataset_free(&extra);
}

/* ---- What is learnt ---- */

/* The same network with an eleventh unit, "no class", whose weights are 0. */
static struct architecture with_eleventh_unit(void)
{
    struct architecture wider = base.model.architecture;
    wider.layers[wider.layer_count - 1] = networks_dense(11, ACTIVATION_NONE);
    assert_int_equal(architecture_resolve(&wider, NULL), 0);
    return wider;
}

/* Copies the parameters of the one network to the other, of the last layer those of the ten digits. */
static void copy_parameters(float *to, const struct architecture *out, const float *from, const struct architecture *in)
{
    const int last = in->layer_count - 1;
    const struct layer *a = &out->layers[last], *b = &in->layers[last];
    memcpy(to, from, b->weights * sizeof *to);
    memcpy(to + a->weights, from + b->weights, 10 * 84 * sizeof *to);
    memcpy(to + a->biases, from + b->biases, 10 * sizeof *to);
}

/* All pictures as one minibatch: w - lr g, g by the plain network. */
static void one_step_is_the_plain_gradient(void **state)
{
    (void)state;
    const struct architecture *architecture = &base.model.architecture, wider = with_eleventh_unit();
    float *start = calloc(architecture->parameter_count, sizeof *start), *wide = calloc(wider.parameter_count, 4);
    float *gradient = calloc(wider.parameter_count, 4), *step = calloc(architecture->parameter_count, 4);
    float x[FIELD];
    struct dataset extra, all = base.digits;
    struct trace trace;
    base.digits.count = 11;
    base.config.settings =
        (struct settings){.epochs = 1, .batch_size = 64, .lr = 0.5, .seed = 5, .drawn = 4, .strangers = 5};
    train(2, NULL);
    base.digits = all;
    assert_int_equal(synth_extra(&extra, 5, 4, 5, NULL), 0);
    assert_true(start != NULL && wide != NULL && gradient != NULL && step != NULL);
    assert_int_equal(trace_create(&trace, &wider, NULL), 0);
    network_initialise(start, architecture, 5);
    copy_parameters(wide, &wider, start, architecture);
    for (int i = 0; i < 20; i++) {
        const struct dataset *from = i < 11 ? &base.digits : &extra;
        const int at = i < 11 ? i : i - 11, label = from->labels[at];
        architecture_normalise(x, dataset_image(from, at), &wider.input);
        network_forward(&trace, wide, x, &wider);
        network_backward(&trace, gradient, wide, x, label < 10 ? label : 10, &wider);
    }
    copy_parameters(step, architecture, gradient, &wider);
    for (size_t k = 0; k < architecture->parameter_count; k++)
        start[k] -= 0.5f * (step[k] / 20);
    for (int i = 0; i < architecture->layer_count; i++) {
        const struct layer *layer = &architecture->layers[i];
        const size_t numbers = (size_t)(layer->weight_count + layer->bias_count);
        assert_true(networks_distance(base.model.parameters + layer->weights, start + layer->weights, numbers) < 1e-5);
    }
    trace_free(&trace);
    dataset_free(&extra);
    free(start);
    free(wide);
    free(gradient);
    free(step);
}

/* The share of pictures of which the network is sure that they are digits: some score is above 0, that of "no class".
 */
static double taken_for_digits(const struct dataset *set)
{
    struct trace trace;
    float x[FIELD];
    int taken = 0;
    assert_int_equal(trace_create(&trace, &base.model.architecture, NULL), 0);
    for (int i = 0; i < set->count; i++) {
        architecture_normalise(x, dataset_image(set, i), &base.model.architecture.input);
        network_forward(&trace, base.model.parameters, x, &base.model.architecture);
        const float *scores = trace.y[base.model.architecture.layer_count - 1];
        taken += scores[loss_answer(scores, 10)] > 0;
    }
    trace_free(&trace);
    return (double)taken / set->count;
}

static void strangers_that_it_never_saw_are_told_from_digits(void **state)
{
    (void)state;
    struct dataset others, other_digits = digits_set(DATASET_TEST, PICTURES);
    assert_int_equal(synth_extra(&others, 6, 0, PICTURES, NULL), 0);
    base.config.settings.epochs = 12;
    base.config.settings.drawn = 0;
    base.config.settings.strangers = 150;
    train(2, NULL);
    assert_true(taken_for_digits(&other_digits) > 0.5);
    assert_true(taken_for_digits(&others) < taken_for_digits(&other_digits) - 0.15);
    dataset_free(&others);
    dataset_free(&other_digits);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(networks_that_read_no_digits_of_28x28_are_refused),
        TEST(the_digest_does_not_depend_on_the_threads),
        TEST(what_is_drawn_changes_it),
        TEST(an_epoch_has_the_images_and_the_strangers),
        TEST(accuracy_is_that_of_the_digits_and_loss_that_of_all),
        TEST(one_step_is_the_plain_gradient),
        TEST(strangers_that_it_never_saw_are_told_from_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
