/* Training gives the same bytes for the same seed, and takes the steps that the plain network's gradients say. */
#include <math.h>
#include <omp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "digits.h"
#include "networks.h"
#include "nn/network.h"
#include "training/evaluator.h"
#include "training/trainer.h"

/* The digests of `pinned_run`. They change with whatever changes the order or the rounding of a single operation: then
 * look whether that was meant, try gcc and clang, and put the new ones here. */
static const char digest_with_fma[] = "3725a58cff74d4b530731b7b74669528124cb94afa9595ae2513c7f6a78f93f2";
static const char digest_without_fma[] = "799a9be5030a4db7d5d8c2c0de539111288228111bdaedce0fcfb96036c15029";

enum { PICTURES = 310 };

static struct dataset digits;

static int draw_digits(void **state)
{
    (void)state;
    digits = digits_set(DATASET_TRAIN, PICTURES);
    return 0;
}

static int free_digits(void **state)
{
    (void)state;
    dataset_free(&digits);
    return 0;
}

/* ---- Helpers ---- */

struct run {
    struct config config;
    const char *kernels; /* NULL: the fastest */
    int threads;
};

static struct run make_run(const char *preset)
{
    struct run run = {.threads = 1};
    struct error err = {0};
    if (config_load(&run.config, preset, &err) != 0)
        fail_msg("%s", err.text);
    run.config.settings = (struct settings){.epochs = 2, /* all said here: the defaults may change */
                                            .batch_size = 64,
                                            .lr = 0.01,
                                            .momentum = 0.9,
                                            .weight_decay = 0.01,
                                            .schedule = SCHEDULE_COSINE,
                                            .seed = 1};
    return run;
}

static const struct kernels *kernels_of(const struct run *run)
{
    return run->kernels != NULL ? kernels_find(run->kernels, NULL) : kernels_pick(NULL);
}

/* *log is the last epoch's; released by model_free(). */
static struct model train(struct epoch_log *log, const struct run *run, const struct dataset *data)
{
    struct model model;
    struct trainer trainer;
    struct error err = {0};
    if (model_create(&model, &run->config.architecture, &err) != 0 ||
        trainer_create(&trainer, &model, &run->config.settings, data, kernels_of(run), run->threads, &err) != 0)
        fail_msg("%s", err.text);
    for (int epoch = 0; epoch < run->config.settings.epochs; epoch++)
        if (trainer_epoch(&trainer, log, NULL, &err) != 0)
            fail_msg("%s", err.text);
    trainer_free(&trainer);
    return model;
}

static void train_for_digest(char digest[DIGEST_TEXT], const struct run *run, const struct dataset *data)
{
    struct epoch_log log;
    struct model model = train(&log, run, data);
    digest_floats(digest, model.parameters, model.architecture.parameter_count);
    model_free(&model);
}

static void assert_same_digest(const struct run *run, const struct dataset *data, const char *expected)
{
    char digest[DIGEST_TEXT];
    train_for_digest(digest, run, data);
    assert_string_equal(digest, expected);
}

/* ---- The same seed, the same bytes ---- */

/* Neither 64 nor 60 divides 310; 60 is no whole number of tiles, nor is what is left over. */
static void same_digest_with_every_number_of_threads(const char *preset, int batch_size)
{
    static const int threads[] = {2, 3, 5, 8};
    struct run run = make_run(preset);
    char digest[DIGEST_TEXT];
    run.config.settings.batch_size = batch_size;
    run.threads = 1;
    train_for_digest(digest, &run, &digits);
    for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++) {
        run.threads = threads[i];
        assert_same_digest(&run, &digits, digest);
    }
}

static void the_digest_does_not_depend_on_the_threads_at_batch_64(void **state)
{
    (void)state;
    same_digest_with_every_number_of_threads("lenet5", 64);
}

static void the_digest_does_not_depend_on_the_threads_at_batch_60(void **state)
{
    (void)state;
    same_digest_with_every_number_of_threads("lenet5", 60);
}

static void the_digest_does_not_depend_on_the_threads_at_batch_16(void **state)
{
    (void)state;
    same_digest_with_every_number_of_threads("lenet5", 16);
}

/* A register holds four, eight or sixteen numbers: every sum is of the same numbers in the same order. */
static void all_kernels_with_fma_give_the_same_digest(void **state)
{
    (void)state;
    static const char *const presets[] = {"lenet5", "lenet5-avg"};
    static const int batch_sizes[] = {16, 60, 64};
    for (size_t p = 0; p < sizeof presets / sizeof presets[0]; p++)
        for (size_t b = 0; b < sizeof batch_sizes / sizeof batch_sizes[0]; b++) {
            struct run run = make_run(presets[p]);
            char digest[DIGEST_TEXT] = "";
            run.config.settings.batch_size = batch_sizes[b];
            run.threads = 2;
            for (const char *const *name = kernels_names(); *name != NULL; name++) {
                run.kernels = *name;
                if (strcmp(*name, "portable") == 0 || kernels_of(&run) == NULL)
                    continue;
                if (digest[0] != '\0')
                    assert_same_digest(&run, &digits, digest);
                else
                    train_for_digest(digest, &run, &digits);
            }
        }
}

static void the_digest_does_not_depend_on_the_threads_with_average_pooling(void **state)
{
    (void)state;
    same_digest_with_every_number_of_threads("lenet5-avg", 60);
}

static struct run augmented_run(void)
{
    struct run run = make_run("lenet5");
    run.config.settings.augment = (struct augmentation){2, 15, 0.2, 0.2, 1, 0.5};
    return run;
}

static void the_digest_does_not_depend_on_the_threads_with_augmentation(void **state)
{
    (void)state;
    struct run run = augmented_run(), plain = make_run("lenet5");
    char digest[DIGEST_TEXT], without[DIGEST_TEXT];
    train_for_digest(digest, &run, &digits);
    for (run.threads = 2; run.threads <= 8; run.threads += 3)
        assert_same_digest(&run, &digits, digest);
    train_for_digest(without, &plain, &digits);
    assert_string_not_equal(digest, without);
}

/* What is trained on with augmentation is what augment_image() gives: the same as training on those images. */
static void an_epoch_trains_on_the_images_that_augmentation_gives(void **state)
{
    (void)state;
    struct run run = augmented_run(), plain = make_run("lenet5");
    static unsigned char pixels[PICTURES * DIGITS_PIXELS];
    struct augment augment;
    struct augment_room room;
    char digest[DIGEST_TEXT];
    run.config.settings.epochs = plain.config.settings.epochs = 1;
    assert_int_equal(augment_create(&augment, &run.config.settings.augment, 1, &digits, kernels_of(&run), NULL), 0);
    assert_int_equal(augment_room_create(&room, &augment, NULL), 0);
    for (int i = 0; i < PICTURES; i++)
        memcpy(pixels + i * DIGITS_PIXELS, augment_image(&room, 0, dataset_image(&digits, i), 0, i, &augment),
               DIGITS_PIXELS);
    augment_room_free(&room);
    augment_free(&augment);
    struct dataset altered = digits;
    altered.pixels = pixels;
    train_for_digest(digest, &plain, &altered);
    assert_same_digest(&run, &digits, digest);
}

/* As with OMP_THREAD_LIMIT, or in a program that is parallel already: what the missing ones had to do is done. */
static void fewer_threads_than_asked_for_train_all_the_same(void **state)
{
    (void)state;
    struct run run = make_run("lenet5");
    char alone[DIGEST_TEXT], nested[DIGEST_TEXT];
    train_for_digest(alone, &run, &digits);
    run.threads = 3;
    omp_set_max_active_levels(1);
#pragma omp parallel num_threads(2)
#pragma omp single
    train_for_digest(nested, &run, &digits);
    assert_string_equal(nested, alone);
}

static void another_seed_gives_another_digest(void **state)
{
    (void)state;
    struct run run = make_run("lenet5");
    char digest[DIGEST_TEXT], other[DIGEST_TEXT];
    train_for_digest(digest, &run, &digits);
    assert_same_digest(&run, &digits, digest);
    run.config.settings.seed = 2;
    train_for_digest(other, &run, &digits);
    assert_string_not_equal(other, digest);
}

/* Everything that has a say in training is in this one: padding, strides, both poolings, every activation. */
static struct run pinned_run(void)
{
    struct run run = make_run("lenet5");
    const struct layer layers[] = {
        networks_conv(3, 5, 2, 2, ACTIVATION_LECUN_TANH),
        networks_pool(POOL_MAX, 2, 2, 0),
        networks_conv(5, 3, 1, 1, ACTIVATION_SIGMOID),
        networks_pool(POOL_AVERAGE, 3, 2, 1),
        networks_dense(21, ACTIVATION_TANH),
        networks_dense(18, ACTIVATION_RELU),
        networks_dense(10, ACTIVATION_NONE),
    };
    run.config.architecture = networks_make(1, DIGITS_SIDE, DIGITS_SIDE, 7, layers);
    run.config.settings.batch_size = 36;
    return run;
}

/* Stripes of a pitch and a direction for each label, by arithmetic alone: however digits will be drawn, the pinned
 * digests stay. */
static struct dataset make_stripes(unsigned char pixels[PICTURES * DIGITS_PIXELS], unsigned char labels[PICTURES])
{
    for (int i = 0; i < PICTURES; i++) {
        labels[i] = (unsigned char)(i * 7 % 10);
        for (int at = 0; at < DIGITS_PIXELS; at++) {
            const int row = at / DIGITS_SIDE, col = at % DIGITS_SIDE;
            const int level = (row * (3 + labels[i]) + col * (12 - labels[i]) + i * i) * 5 % 256;
            pixels[i * DIGITS_PIXELS + at] = (unsigned char)(level > 127 ? level : 0);
        }
    }
    return (struct dataset){
        .count = PICTURES, .channels = 1, .rows = DIGITS_SIDE, .cols = DIGITS_SIDE, .pixels = pixels, .labels = labels};
}

static void the_digests_are_those_of_other_compilers_and_processors(void **state)
{
    (void)state;
    struct run run = pinned_run();
    static unsigned char pixels[PICTURES * DIGITS_PIXELS], labels[PICTURES];
    const struct dataset stripes = make_stripes(pixels, labels);
    for (const char *const *name = kernels_names(); *name != NULL; name++) {
        run.kernels = *name;
        if (kernels_of(&run) == NULL)
            continue;
        const int fma = strcmp(*name, "portable") != 0;
        assert_same_digest(&run, &stripes, fma ? digest_with_fma : digest_without_fma);
    }
}

/* ---- What the figures and the steps are ---- */

/* With next to no learning rate the epoch's running figures are those of the untrained network. */
static void the_running_figures_are_those_of_the_evaluator(void **state)
{
    (void)state;
    struct run run = make_run("lenet5");
    struct epoch_log log;
    struct evaluation evaluation;
    run.config.settings.epochs = 1;
    run.config.settings.lr = 1e-30;
    struct model model = train(&log, &run, &digits);
    assert_int_equal(evaluator_run(&evaluation, &model, &digits, 1, kernels_of(&run), 2, NULL), 0);
    assert_true(fabs(log.loss - evaluation.loss) < 1e-6);
    assert_true(fabs(log.train_accuracy - evaluation_accuracy(&evaluation)) < 1e-12);
    assert_int_equal(log.epoch, 1);
    assert_true(log.seconds > 0);
    evaluation_free(&evaluation);
    model_free(&model);
}

/* All pictures as one minibatch: w - lr (g + decay w) for weights, b - lr g for biases, g by the plain network. */
static void one_step_is_the_plain_gradient(void **state)
{
    (void)state;
    struct run run = pinned_run();
    const struct architecture *architecture = &run.config.architecture;
    const size_t count = architecture->parameter_count;
    const struct dataset some = dataset_part(&digits, 0, 20);
    run.config.settings.epochs = 1;
    run.config.settings.lr = 0.5;
    run.config.settings.weight_decay = 0.1;
    run.config.settings.schedule = SCHEDULE_CONSTANT;
    struct epoch_log log;
    struct model model = train(&log, &run, &some);
    float *expected = calloc(count, sizeof *expected), *gradient = calloc(count, sizeof *gradient);
    float x[DIGITS_PIXELS];
    struct trace trace;
    assert_true(expected != NULL && gradient != NULL && trace_create(&trace, architecture, NULL) == 0);
    network_initialise(expected, architecture, run.config.settings.seed);
    for (int i = 0; i < some.count; i++) {
        architecture_normalise(x, dataset_image(&some, i), &architecture->input);
        network_forward(&trace, expected, x, architecture);
        network_backward(&trace, gradient, expected, x, some.labels[i], architecture);
    }
    for (int i = 0; i < architecture->layer_count; i++) {
        const struct layer *layer = &architecture->layers[i];
        for (size_t k = layer->weights; k < layer->weights + (size_t)layer->weight_count; k++)
            expected[k] -= 0.5f * (gradient[k] / 20 + 0.1f * expected[k]);
        for (size_t k = layer->biases; k < layer->biases + (size_t)layer->bias_count; k++)
            expected[k] -= 0.5f * (gradient[k] / 20);
        assert_true(networks_distance(model.parameters + layer->weights, expected + layer->weights,
                                      (size_t)(layer->weight_count + layer->bias_count)) < 1e-5);
    }
    trace_free(&trace);
    free(expected);
    free(gradient);
    model_free(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_digest_does_not_depend_on_the_threads_at_batch_64),
        cmocka_unit_test(the_digest_does_not_depend_on_the_threads_at_batch_16),
        cmocka_unit_test(all_kernels_with_fma_give_the_same_digest),
        cmocka_unit_test(the_digest_does_not_depend_on_the_threads_at_batch_60),
        cmocka_unit_test(the_digest_does_not_depend_on_the_threads_with_average_pooling),
        cmocka_unit_test(the_digest_does_not_depend_on_the_threads_with_augmentation),
        cmocka_unit_test(an_epoch_trains_on_the_images_that_augmentation_gives),
        cmocka_unit_test(fewer_threads_than_asked_for_train_all_the_same),
        cmocka_unit_test(another_seed_gives_another_digest),
        cmocka_unit_test(the_digests_are_those_of_other_compilers_and_processors),
        cmocka_unit_test(the_running_figures_are_those_of_the_evaluator),
        cmocka_unit_test(one_step_is_the_plain_gradient),
    };
    return cmocka_run_group_tests(tests, draw_digits, free_digits);
}
