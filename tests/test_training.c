/* Training: that it learns, that the same seed gives the same bytes, and what it refuses. On drawn toys (toys.h); the
 * last test takes MNIST where MNIST_DIR has it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "networks.h"
#include "nn/network.h"
#include "toys.h"
#include "training/evaluator.h"
#include "training/trainer.h"

/* The digests of `pinned_run`. They change with whatever changes the order or the rounding of a single operation: then
 * look whether that was meant, try gcc and clang, and put the new ones here. */
static const char digest_with_fma[] = "a3a1c79ee49856c9c32cf13adf97314ff05d4ff54115aab10fb8ac4b774df65e";
static const char digest_without_fma[] = "1127edb3b8e220d8a610deab41a2cecebc5ab67468ffb1c4f4a3bf95a09913a1";

enum { PICTURES = 310, LEARN_EPOCHS = 40 };

static struct dataset toys;

static int draw_toys(void **state)
{
    (void)state;
    toys = toys_draw(PICTURES, 1);
    return 0;
}

static int free_toys(void **state)
{
    (void)state;
    dataset_free(&toys);
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

/* Trains; gives -1 and the sentence where that fails. `model` is the caller's to free, log[epochs] may be NULL. */
static int try_run(struct model *model, struct epoch_log *log, const struct run *run, const struct dataset *data,
                   struct error *err)
{
    struct trainer trainer;
    struct epoch_log unused;
    assert_int_equal(model_create(model, &run->config.architecture, err), 0);
    if (trainer_create(&trainer, model, &run->config.settings, data, kernels_of(run), run->threads, err) != 0)
        return -1;
    int result = 0;
    for (int epoch = 0; epoch < run->config.settings.epochs && result == 0; epoch++)
        result = trainer_epoch(&trainer, log != NULL ? &log[epoch] : &unused, NULL, err);
    trainer_free(&trainer);
    return result;
}

static struct model train(struct epoch_log *log, const struct run *run, const struct dataset *data)
{
    struct model model;
    struct error err = {0};
    if (try_run(&model, log, run, data, &err) != 0)
        fail_msg("%s", err.text);
    return model;
}

static void train_for_digest(char digest[DIGEST_TEXT], const struct run *run, const struct dataset *data)
{
    struct model model = train(NULL, run, data);
    digest_floats(digest, model.parameters, model.architecture.parameter_count);
    model_free(&model);
}

static void assert_same_digest(const struct run *run, const char *expected)
{
    char digest[DIGEST_TEXT];
    train_for_digest(digest, run, &toys);
    assert_string_equal(digest, expected);
}

static void assert_other_digest(const struct run *run, const char *expected)
{
    char digest[DIGEST_TEXT];
    train_for_digest(digest, run, &toys);
    assert_string_not_equal(digest, expected);
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
    train_for_digest(digest, &run, &toys);
    for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++) {
        run.threads = threads[i];
        assert_same_digest(&run, digest);
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

static void the_digest_does_not_depend_on_the_threads_with_average_pooling(void **state)
{
    (void)state;
    same_digest_with_every_number_of_threads("lenet5-avg", 60);
}

static void another_seed_gives_another_digest(void **state)
{
    (void)state;
    struct run run = make_run("lenet5");
    char digest[DIGEST_TEXT];
    train_for_digest(digest, &run, &toys);
    assert_same_digest(&run, digest);
    run.config.settings.seed = 2;
    assert_other_digest(&run, digest);
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
    run.config.architecture = networks_make(1, TOYS_SIDE, TOYS_SIDE, 7, layers);
    run.config.settings.batch_size = 36;
    return run;
}

static void the_digests_are_those_of_other_compilers_and_processors(void **state)
{
    (void)state;
    struct run run = pinned_run();
    for (const char *const *name = kernels_names(); *name != NULL; name++) {
        run.kernels = *name;
        if (kernels_of(&run) == NULL)
            continue;
#ifdef __aarch64__
        const int fma = 1;
#else
        const int fma = strcmp(*name, "portable") != 0;
#endif
        assert_same_digest(&run, fma ? digest_with_fma : digest_without_fma);
    }
}

/* ---- Learning ---- */

static void assert_learns(enum pool_mode mode, enum activation activation, double lr, int epochs)
{
    struct run run = make_run("lenet5");
    const struct layer layers[] = {
        networks_conv(4, 5, 2, 0, activation), networks_pool(mode, 2, 2, 0),   networks_conv(8, 3, 1, 0, activation),
        networks_pool(mode, 2, 2, 0),          networks_dense(30, activation), networks_dense(10, ACTIVATION_NONE),
    };
    struct epoch_log log[LEARN_EPOCHS];
    run.config.architecture = networks_make(1, TOYS_SIDE, TOYS_SIDE, 6, layers);
    run.config.settings.batch_size = 16;
    run.config.settings.epochs = epochs;
    run.config.settings.lr = lr;
    run.config.settings.validation = 60;
    struct model model = train(log, &run, &toys);
    printf("%s, pooling %d: loss %.3f .. %.3f, held out %.3f right\n", activation_name(activation), (int)mode,
           log[0].loss, log[epochs - 1].loss, log[epochs - 1].validation_accuracy);
    assert_true(log[epochs - 1].loss < log[0].loss / 4);
    assert_true(log[epochs - 1].validation_accuracy >= 0.9);
    model_free(&model);
}

static void relu_networks_learn(void **state)
{
    (void)state;
    assert_learns(POOL_MAX, ACTIVATION_RELU, 0.02, 12);
    assert_learns(POOL_AVERAGE, ACTIVATION_RELU, 0.02, 12);
}

static void tanh_networks_learn(void **state)
{
    (void)state;
    assert_learns(POOL_MAX, ACTIVATION_TANH, 0.02, 12);
    assert_learns(POOL_AVERAGE, ACTIVATION_TANH, 0.02, 12);
}

static void lecun_tanh_networks_learn(void **state)
{
    (void)state;
    assert_learns(POOL_MAX, ACTIVATION_LECUN_TANH, 0.02, 12);
    assert_learns(POOL_AVERAGE, ACTIVATION_LECUN_TANH, 0.02, 12);
}

static void sigmoid_networks_learn(void **state)
{
    (void)state;
    assert_learns(POOL_MAX, ACTIVATION_SIGMOID, 0.1, LEARN_EPOCHS);
    assert_learns(POOL_AVERAGE, ACTIVATION_SIGMOID, 0.1, LEARN_EPOCHS);
}

static void training_begins_near_a_loss_of_ln_10(const char *preset)
{
    struct run run = make_run(preset);
    struct epoch_log log;
    run.config.settings.epochs = 1;
    run.config.settings.lr = 1e-9;
    struct model model = train(&log, &run, &toys);
    printf("%s begins at a loss of %.3f\n", preset, log.loss);
    assert_true(fabs(log.loss - 2.302585093) < 0.08);
    model_free(&model);
}

static void the_presets_begin_near_a_loss_of_ln_10(void **state)
{
    (void)state;
    training_begins_near_a_loss_of_ln_10("lenet5");
    training_begins_near_a_loss_of_ln_10("lenet5-avg");
}

/* With next to no learning rate the epoch's running figures are those of the untrained network. */
static void the_running_figures_are_those_of_the_evaluator(void **state)
{
    (void)state;
    struct run run = make_run("lenet5");
    struct epoch_log log;
    struct evaluation evaluation;
    run.config.settings.epochs = 1;
    run.config.settings.lr = 1e-30;
    struct model model = train(&log, &run, &toys);
    assert_int_equal(evaluator_run(&evaluation, &model, &toys, kernels_of(&run), 2, NULL), 0);
    assert_true(fabs(log.loss - evaluation.loss) < 1e-6);
    assert_true(fabs(log.train_accuracy - evaluation_accuracy(&evaluation)) < 1e-12);
    assert_int_equal(log.epoch, 1);
    assert_true(log.seconds > 0);
    evaluation_free(&evaluation);
    model_free(&model);
}

/* ---- One step by hand ---- */

/* All pictures as one minibatch: w - lr (g + decay w) for weights, b - lr g for biases, g by the plain network. */
static void one_step_is_the_plain_gradient(void **state)
{
    (void)state;
    struct run run = pinned_run();
    const struct architecture *architecture = &run.config.architecture;
    const size_t count = architecture->parameter_count;
    const struct dataset some = dataset_part(&toys, 0, 20);
    run.config.settings.epochs = 1;
    run.config.settings.lr = 0.5;
    run.config.settings.weight_decay = 0.1;
    run.config.settings.schedule = SCHEDULE_CONSTANT;
    struct model model = train(NULL, &run, &some);
    float *expected = calloc(count, sizeof *expected), *gradient = calloc(count, sizeof *gradient);
    float x[TOYS_SIDE * TOYS_SIDE];
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
        cmocka_unit_test(the_digest_does_not_depend_on_the_threads_at_batch_60),
        cmocka_unit_test(the_digest_does_not_depend_on_the_threads_with_average_pooling),
        cmocka_unit_test(another_seed_gives_another_digest),
        cmocka_unit_test(the_digests_are_those_of_other_compilers_and_processors),
        cmocka_unit_test(relu_networks_learn),
        cmocka_unit_test(tanh_networks_learn),
        cmocka_unit_test(lecun_tanh_networks_learn),
        cmocka_unit_test(sigmoid_networks_learn),
        cmocka_unit_test(the_presets_begin_near_a_loss_of_ln_10),
        cmocka_unit_test(the_running_figures_are_those_of_the_evaluator),
        cmocka_unit_test(one_step_is_the_plain_gradient),
    };
    return cmocka_run_group_tests(tests, draw_toys, free_toys);
}
