/* The parts of training: what the trainer refuses and reports, the learning rate over a run, the update of a weight. */
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
#include "nn/optimizer.h"
#include "training/evaluator.h"
#include "training/schedule.h"
#include "trainings.h"

static struct training_set_up base; /* of the running test */

static int set_up(void **state)
{
    (void)state;
    trainings_begin(&base, 100);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    trainings_end(&base);
    return 0;
}

/* ---- Helpers ---- */

static void assert_trainer_refused(const struct dataset *data, const char *sentence)
{
    struct trainer trainer, before;
    struct error err = {0};
    memset(&trainer, 0x5a, sizeof trainer);
    memset(&before, 0x5a, sizeof before);
    assert_int_equal(trainer_create(&trainer, &base.model, &base.config.settings, data, kernels_pick(NULL), 1, &err),
                     -1);
    assert_int_equal(err.kind, ERROR_DATA);
    assert_string_equal(err.text, sentence);
    assert_memory_equal(&trainer, &before, sizeof trainer);
}

static void assert_near(double a, double b)
{
    assert_true(fabs(a - b) <= 1e-12 * (1 + fabs(b)));
}

/* ---- What is refused ---- */

/* Another network in the place of the running test's, trained on the digits. */
static void assert_network_refused(int layer_count, const struct layer *layers, const char *sentence)
{
    struct trainer trainer;
    struct error err = {0};
    const struct architecture architecture = networks_make(1, base.digits.rows, base.digits.cols, layer_count, layers);
    model_free(&base.model);
    assert_int_equal(model_create(&base.model, &architecture, NULL), 0);
    assert_int_equal(
        trainer_create(&trainer, &base.model, &base.config.settings, &base.digits, kernels_pick(NULL), 1, &err), -1);
    assert_int_equal(err.kind, ERROR_MODEL);
    assert_string_equal(err.text, sentence);
}

static void a_network_that_needs_too_much_memory_a_thread_is_refused(void **state)
{
    (void)state;
    const struct layer layers[] = {networks_conv(10, 1, 1024, 1024, ACTIVATION_RELU),
                                   networks_conv(10, 1, 1024, 1024, ACTIVATION_RELU),
                                   networks_dense(10, ACTIVATION_NONE)};
    assert_network_refused(3, layers,
                           "each thread would need 3611 MiB of memory, more than the 1024 that are allowed: use less "
                           "padding, fewer filters, or a smaller input");
}

static void a_minibatch_that_needs_too_much_memory_is_refused(void **state)
{
    (void)state;
    const struct layer layers[] = {networks_conv(1000, 20, 1, 0, ACTIVATION_RELU),
                                   networks_conv(40, 9, 1, 0, ACTIVATION_RELU), networks_dense(10, ACTIVATION_NONE)};
    base.config.settings.batch_size = 4096;
    assert_network_refused(3, layers,
                           "training would take 7191 MiB of memory, more than the 4096 that are allowed: use a smaller "
                           "--batch-size, fewer --threads, or a smaller network");
}

static void pictures_of_another_size_are_refused(void **state)
{
    (void)state;
    struct dataset other = base.digits;
    other.count = 25;
    other.rows = 14;
    other.cols = 56;
    assert_trainer_refused(&other, "the images are 14x56 with 1 channel and the network takes 28x28 with 1: use other "
                                   "images, or a config whose input has rows 14, cols 56, channels 1");
}

static void holding_out_all_pictures_is_refused(void **state)
{
    (void)state;
    base.config.settings.validation = 100;
    assert_trainer_refused(&base.digits,
                           "100 images are to be held out for validation, and the training set has 100 in all: "
                           "use --validation 99 or less");
    base.config.settings.validation = 5000;
    assert_trainer_refused(&base.digits,
                           "5000 images are to be held out for validation, and the training set has 100 in all: "
                           "use --validation 99 or less");
}

static void a_label_that_the_network_does_not_have_is_refused(void **state)
{
    (void)state;
    unsigned char labels[100];
    struct dataset wrong = base.digits;
    memcpy(labels, base.digits.labels, sizeof labels);
    labels[42] = 10;
    wrong.labels = labels;
    assert_trainer_refused(&wrong, "label 10 of image 42 is none of the network's 10 classes");
}

/* ---- Divergence ---- */

static void a_huge_learning_rate_diverges(void **state)
{
    (void)state;
    struct error err = {0};
    struct epoch_log log = {.epoch = 77};
    base.config.settings.lr = 400;
    base.config.settings.batch_size = 10;
    base.config.settings.schedule = SCHEDULE_CONSTANT;
    struct trainer trainer = trainings_trainer(&base, &base.digits, 1);
    assert_int_equal(trainer_epoch(&trainer, &log, NULL, &err), -1);
    assert_int_equal(err.kind, ERROR_DIVERGED);
    /* Which minibatch it is depends on the digits. */
    char expected[sizeof err.text];
    int minibatch = 0;
    assert_int_equal(sscanf(err.text, "training diverged: in epoch 1, minibatch %d,", &minibatch), 1);
    assert_in_range(minibatch, 2, 10);
    snprintf(expected, sizeof expected,
             "training diverged: in epoch 1, minibatch %d, at a learning rate of 400, the loss is no longer a finite "
             "number: use a smaller --lr (a tenth of it), or look for wrong pixels in the data",
             minibatch);
    assert_string_equal(err.text, expected);
    assert_int_equal(log.epoch, 77);
    trainer_free(&trainer);
}

/* The loss of a minibatch is that of before its update: the last one's would never be seen. */
static void weights_that_the_last_minibatch_ruins_count_as_diverged(void **state)
{
    (void)state;
    struct error err = {0};
    struct epoch_log log;
    base.config.settings.epochs = 1;
    base.config.settings.lr = 1e38;
    base.config.settings.weight_decay = 1000;
    base.config.settings.batch_size = 100;
    struct trainer trainer = trainings_trainer(&base, &base.digits, 1);
    assert_int_equal(trainer_epoch(&trainer, &log, NULL, &err), -1);
    assert_int_equal(err.kind, ERROR_DIVERGED);
    assert_string_equal(
        err.text, "training diverged: at the end of epoch 1, which began at a learning rate of 1e+38, a weight is "
                  "no longer a finite number: use a smaller --lr (a tenth of it), or look for wrong "
                  "pixels in the data");
    trainer_free(&trainer);
}

/* ---- What is reported ---- */

struct watched {
    long calls, last;
    int epoch;
    double loss;
};

static int watch_minibatch(void *context, int epoch, long done, double loss)
{
    struct watched *watched = context;
    assert_true(done > watched->last);
    *watched = (struct watched){watched->calls + 1, done, epoch, loss};
    return 0;
}

static void the_watch_sees_every_minibatch(void **state)
{
    (void)state;
    struct watched watched = {0};
    const struct trainer_watch watch = {watch_minibatch, &watched};
    struct epoch_log log;
    base.config.settings.batch_size = 32;
    struct trainer trainer = trainings_trainer(&base, &base.digits, 2);
    assert_int_equal(trainer_epoch(&trainer, &log, &watch, NULL), 0);
    assert_int_equal(watched.calls, 4);
    assert_int_equal(watched.last, 100);
    assert_int_equal(watched.epoch, 1);
    assert_near(watched.loss, log.loss);
    watched.last = 0;
    assert_int_equal(trainer_epoch(&trainer, &log, &watch, NULL), 0);
    assert_int_equal(watched.epoch, 2);
    assert_int_equal(log.epoch, 2);
    trainer_free(&trainer);
}

static void without_held_out_pictures_there_are_no_figures_for_them(void **state)
{
    (void)state;
    struct epoch_log log;
    struct trainer trainer = trainings_trainer(&base, &base.digits, 1);
    assert_int_equal(trainer_epoch(&trainer, &log, NULL, NULL), 0);
    assert_true(log.validation_accuracy < 0);
    trainer_free(&trainer);
}

static void the_figures_for_held_out_pictures_are_those_of_the_last_ones(void **state)
{
    (void)state;
    struct epoch_log log;
    struct evaluation evaluation;
    base.config.settings.validation = 30;
    const struct dataset last = dataset_part(&base.digits, 70, 30);
    struct trainer trainer = trainings_trainer(&base, &base.digits, 2);
    assert_int_equal(trainer_epoch(&trainer, &log, NULL, NULL), 0);
    assert_int_equal(evaluator_run(&evaluation, &base.model, &last, 1, kernels_pick(NULL), 1, NULL), 0);
    assert_near(log.validation_accuracy, evaluation_accuracy(&evaluation));
    assert_near(log.validation_loss, evaluation.loss);
    evaluation_free(&evaluation);
    trainer_free(&trainer);
}

static void held_out_pictures_are_not_trained_on(void **state)
{
    (void)state;
    struct epoch_log log;
    char with[DIGEST_TEXT], without[DIGEST_TEXT];
    const struct dataset first = dataset_part(&base.digits, 0, 70);
    struct trainer trainer = trainings_trainer(&base, &first, 1);
    assert_int_equal(trainer_epoch(&trainer, &log, NULL, NULL), 0);
    digest_floats(without, base.model.parameters, base.model.architecture.parameter_count);
    trainer_free(&trainer);
    base.config.settings.validation = 30;
    trainer = trainings_trainer(&base, &base.digits, 1);
    assert_int_equal(trainer_epoch(&trainer, &log, NULL, NULL), 0);
    digest_floats(with, base.model.parameters, base.model.architecture.parameter_count);
    trainer_free(&trainer);
    assert_string_equal(with, without);
}

/* ---- Left and entered again ---- */

static int stop_behind_the_last_but_one(void *context, int epoch, long done, double loss)
{
    long *calls = context;
    (void)epoch, (void)loss;
    return ++*calls == 1 || done == 96;
}

/* In pieces: after the first minibatch, and before the last. */
static void an_epoch_left_and_entered_again_is_the_same_epoch(void **state)
{
    (void)state;
    struct epoch_log whole, parts = {.epoch = 77};
    char whole_digest[DIGEST_TEXT], parts_digest[DIGEST_TEXT];
    long calls = 0;
    const struct trainer_watch watch = {stop_behind_the_last_but_one, &calls};
    base.config.settings.batch_size = 32;
    struct trainer trainer = trainings_trainer(&base, &base.digits, 1);
    assert_int_equal(trainer_epoch(&trainer, &whole, NULL, NULL), 0);
    digest_floats(whole_digest, base.model.parameters, base.model.architecture.parameter_count);
    trainer_free(&trainer);
    trainer = trainings_trainer(&base, &base.digits, 2);
    assert_int_equal(trainer_epoch(&trainer, &parts, &watch, NULL), 1);
    assert_int_equal(calls, 1);
    assert_int_equal(trainer.progress.steps, 1);
    assert_int_equal(trainer_epoch(&trainer, &parts, &watch, NULL), 1);
    assert_int_equal(calls, 3);
    assert_int_equal(parts.epoch, 77);
    assert_int_equal(trainer_epoch(&trainer, &parts, &watch, NULL), 0);
    assert_int_equal(calls, 4);
    assert_int_equal(trainer.epoch, 1);
    digest_floats(parts_digest, base.model.parameters, base.model.architecture.parameter_count);
    trainer_free(&trainer);
    assert_string_equal(parts_digest, whole_digest);
    assert_int_equal(parts.epoch, whole.epoch);
    assert_true(parts.loss == whole.loss && parts.train_accuracy == whole.train_accuracy);
}

/* ---- Learning rate and update ---- */

static void a_constant_rate_stays(void **state)
{
    (void)state;
    const struct settings settings = {.lr = 0.3, .schedule = SCHEDULE_CONSTANT};
    assert_near(schedule_rate(&settings, 0, 100), 0.3);
    assert_near(schedule_rate(&settings, 99, 100), 0.3);
}

static void a_stepped_rate_falls_at_half_and_at_three_quarters(void **state)
{
    (void)state;
    const struct settings settings = {.lr = 0.3, .schedule = SCHEDULE_STEP};
    assert_near(schedule_rate(&settings, 0, 100), 0.3);
    assert_near(schedule_rate(&settings, 49, 100), 0.3);
    assert_near(schedule_rate(&settings, 50, 100), 0.03);
    assert_near(schedule_rate(&settings, 74, 100), 0.03);
    assert_near(schedule_rate(&settings, 75, 100), 0.003);
    assert_near(schedule_rate(&settings, 99, 100), 0.003);
}

static void a_cosine_rate_falls_along_half_a_wave(void **state)
{
    (void)state;
    const struct settings settings = {.lr = 0.3, .schedule = SCHEDULE_COSINE};
    for (long step = 0; step < 100; step++)
        assert_near(schedule_rate(&settings, step, 100), 0.15 * (1 + cos(acos(-1.0) * (double)step / 100)));
}

static void a_one_cycle_rate_falls_in_a_straight_line(void **state)
{
    (void)state;
    const struct settings settings = {.lr = 0.3, .schedule = SCHEDULE_ONE_CYCLE};
    for (long step = 0; step < 100; step++)
        assert_near(schedule_rate(&settings, step, 100), 0.3 * (1 - (double)step / 100));
}

/* 20 steps up, and in the other 80 what is done without a warm-up in 80; 0.05 of 10 steps is not even one. */
static void every_rate_rises_over_the_warmup_and_then_goes_its_way(void **state)
{
    (void)state;
    for (int schedule = 0; config_schedules[schedule] != NULL; schedule++) {
        struct settings settings = {.lr = 0.3, .schedule = (enum schedule)schedule, .warmup = 0.2};
        struct settings without = settings;
        without.warmup = 0;
        for (long step = 0; step < 20; step++)
            assert_near(schedule_rate(&settings, step, 100), 0.3 * (double)(step + 1) / 20);
        for (long step = 20; step < 100; step++)
            assert_near(schedule_rate(&settings, step, 100), schedule_rate(&without, step - 20, 80));
        settings.warmup = 0.05;
        assert_near(schedule_rate(&settings, 0, 10), 0.3);
    }
}

static void an_update_is_momentum_rate_and_decay(void **state)
{
    (void)state;
    float w[3] = {1, -2, 0.5f}, v[3] = {0, 4, -8};
    const float d_w[3] = {2, 1, 0};
    optimizer_update(w, v, d_w, 3, (struct rates){.lr = 0.25f, .momentum = 0.5f, .decay = 0.5f});
    const float expected_v[3] = {2, 3, -4};
    const float expected_w[3] = {0.875f - 0.5f, -1.75f - 0.75f, 0.4375f + 1};
    assert_memory_equal(v, expected_v, sizeof v);
    assert_memory_equal(w, expected_w, sizeof w);
}

/* v as without; w goes by the gradient and half of the new velocity. */
static void nesterovs_update_looks_one_step_ahead(void **state)
{
    (void)state;
    float w[3] = {1, -2, 0.5f}, v[3] = {0, 4, -8};
    const float d_w[3] = {2, 1, 0};
    optimizer_update(w, v, d_w, 3, (struct rates){.lr = 0.25f, .momentum = 0.5f, .decay = 0.5f, .is_nesterov = 1});
    const float expected_v[3] = {2, 3, -4};
    const float expected_w[3] = {0.875f - 0.75f, -1.75f - 0.625f, 0.4375f + 0.5f};
    assert_memory_equal(v, expected_v, sizeof v);
    assert_memory_equal(w, expected_w, sizeof w);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        EACH(pictures_of_another_size_are_refused),
        EACH(holding_out_all_pictures_is_refused),
        EACH(a_label_that_the_network_does_not_have_is_refused),
        EACH(a_network_that_needs_too_much_memory_a_thread_is_refused),
        EACH(a_minibatch_that_needs_too_much_memory_is_refused),
        EACH(a_huge_learning_rate_diverges),
        EACH(weights_that_the_last_minibatch_ruins_count_as_diverged),
        EACH(the_watch_sees_every_minibatch),
        EACH(without_held_out_pictures_there_are_no_figures_for_them),
        EACH(the_figures_for_held_out_pictures_are_those_of_the_last_ones),
        EACH(held_out_pictures_are_not_trained_on),
        EACH(an_epoch_left_and_entered_again_is_the_same_epoch),
        EACH(a_constant_rate_stays),
        EACH(a_stepped_rate_falls_at_half_and_at_three_quarters),
        EACH(a_cosine_rate_falls_along_half_a_wave),
        EACH(a_one_cycle_rate_falls_in_a_straight_line),
        EACH(every_rate_rises_over_the_warmup_and_then_goes_its_way),
        EACH(an_update_is_momentum_rate_and_decay),
        EACH(nesterovs_update_looks_one_step_ahead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
