/* What training says when it goes wrong: each alarm provoked, raised once, and never by what is well. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "digits.h"
#include "networks.h"
#include "training/alarms.h"

enum { PICTURES = 200, DEAD = 70, UNITS = 120 };

static struct dataset digits;
static struct config config;
static struct model model;
static struct trainer trainer;
static struct alarms alarms;

static void set_up_on(const char *preset)
{
    struct error err = {0};
    alarms = (struct alarms){0};
    digits = digits_set(DATASET_TRAIN, PICTURES);
    if (config_load(&config, preset, &err) != 0)
        fail_msg("%s", err.text);
    config.settings.validation = 0;
    if (model_create(&model, &config.architecture, &err) != 0 ||
        trainer_create(&trainer, &model, &config.settings, &digits, kernels_pick(NULL), 1, &err) != 0)
        fail_msg("%s", err.text);
}

static int set_up(void **state)
{
    (void)state;
    set_up_on("lenet5");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    trainer_free(&trainer);
    model_free(&model);
    dataset_free(&digits);
    return 0;
}

/* ---- Helpers ---- */

static struct alarms_sample look(void)
{
    struct alarms_sample sample;
    assert_int_equal(alarms_look(&sample, &trainer, NULL), 0);
    return sample;
}

/* Layers count from 1. */
static float *biases_of(int layer)
{
    return model.parameters + model.architecture.layers[layer - 1].biases;
}

/* ---- First loss ---- */

static int keep_first(void *first, int epoch, long done, double loss)
{
    (void)epoch, (void)done;
    *(double *)first = loss;
    return 1;
}

static double first_loss(void)
{
    struct epoch_log log;
    double loss = -1;
    const struct trainer_watch watch = {keep_first, &loss};
    assert_int_equal(trainer_epoch(&trainer, &log, &watch, NULL), 1);
    return loss;
}

static void a_first_loss_near_the_logarithm_of_the_classes_is_well(void **state)
{
    (void)state;
    struct error alarm = {.text = "untouched"};
    assert_int_equal(alarms_first_loss(&alarm, &alarms, first_loss(), 10), 0);
    assert_int_equal(alarms_first_loss(&alarm, &alarms, 1.2, 10), 0);
    assert_int_equal(alarms_first_loss(&alarm, &alarms, 3.4, 10), 0);
    assert_string_equal(alarm.text, "untouched");
}

/* A deviation of one in place of one hundredth: the network's input is a hundred times too large. */
static void a_wrong_deviation_of_the_input_is_told_by_the_first_loss(void **state)
{
    struct error alarm = {0};
    char start[100];
    tear_down(state);
    set_up_on("lenet5");
    trainer.plan.input.scale *= 100;
    trainer.plan.input.shift *= 100;
    const double loss = first_loss();
    assert_int_equal(alarms_first_loss(&alarm, &alarms, loss, 10), 1);
    snprintf(start, sizeof start,
             "the first loss is %.3g, and a network that knows nothing yet has log(10) = 2.3: ", loss);
    assert_int_equal(strncmp(alarm.text, start, strlen(start)), 0);
    assert_int_equal(alarms_first_loss(&alarm, &alarms, loss, 10), 0); /* once */
}

/* ---- Dead units ---- */

static void units_that_never_fire_are_counted_where_most_are_dead(void **state)
{
    (void)state;
    struct error alarm = {0};
    for (int unit = 0; unit < DEAD; unit++)
        biases_of(5)[unit] = -1e6f;
    biases_of(1)[2] = -1e6f; /* one of six: a smaller share */
    const struct alarms_sample sample = look();
    assert_int_equal(sample.images, PICTURES);
    assert_int_equal(sample.layer, 5);
    assert_int_equal(sample.units, UNITS);
    assert_in_range(sample.dead, DEAD, UNITS - 20);
    assert_int_equal(alarms_dead(&alarm, &alarms, &sample), 1);
    char expected[200];
    snprintf(
        expected, sizeof expected,
        "%d of the 120 units of layer 5 fire for none of 200 training images, and such a ReLU learns no more: use a "
        "smaller --lr",
        sample.dead);
    assert_string_equal(alarm.text, expected);
    assert_int_equal(alarms_dead(&alarm, &alarms, &sample), 0);
}

/* A filter fires where any of its outputs does, behind a pool as well. */
static void a_dead_filter_is_found_behind_its_pool(void **state)
{
    (void)state;
    struct error alarm = {0};
    for (int filter = 0; filter < 4; filter++)
        biases_of(1)[filter] = -1e6f;
    const struct alarms_sample sample = look();
    assert_int_equal(sample.layer, 1);
    assert_int_equal(sample.dead, 4);
    assert_int_equal(sample.units, 6);
    assert_int_equal(alarms_dead(&alarm, &alarms, &sample), 1);
}

static void a_network_without_relu_has_no_dead_units(void **state)
{
    struct error alarm = {0};
    tear_down(state);
    set_up_on("lenet5-avg");
    const struct alarms_sample sample = look();
    assert_int_equal(sample.layer, 0);
    assert_int_equal(alarms_dead(&alarm, &alarms, &sample), 0);
}

/* ---- One class ---- */

static void one_class_for_everything_is_told(void **state)
{
    (void)state;
    struct error alarm = {0};
    biases_of(7)[3] = 1e6f;
    const struct alarms_sample sample = look();
    assert_int_equal(sample.answers[3], PICTURES);
    assert_int_equal(sample.labels[3], PICTURES / 10);
    assert_int_equal(alarms_one_class(&alarm, &alarms, &sample), 1);
    assert_string_equal(alarm.text,
                        "200 of 200 training images are answered as class 3, which 20 of them are: the network "
                        "tells little apart; use a smaller --lr, or look at the labels");
    assert_int_equal(alarms_one_class(&alarm, &alarms, &sample), 0);
}

static void one_class_is_right_where_most_are_of_it(void **state)
{
    (void)state;
    struct error alarm = {0};
    unsigned char labels[PICTURES];
    memset(labels, 3, sizeof labels);
    trainer.images.labels = labels;
    biases_of(7)[3] = 1e6f;
    const struct alarms_sample sample = look();
    assert_int_equal(sample.labels[3], PICTURES);
    assert_int_equal(alarms_one_class(&alarm, &alarms, &sample), 0);
}

/* ---- A rising loss ---- */

/* In which epoch it is raised; 0: never. */
static int raised_by(const double *losses, int count, struct error *alarm)
{
    int raised = 0;
    alarms = (struct alarms){0};
    for (int i = 0; i < count; i++) {
        const struct epoch_log log = {.epoch = i + 1, .validation_accuracy = 0.9, .validation_loss = losses[i]};
        if (alarms_rising(alarm, &alarms, &log)) {
            assert_int_equal(raised, 0); /* once */
            raised = i + 1;
        }
    }
    return raised;
}

static void a_loss_that_rises_four_times_in_a_row_is_told(void **state)
{
    (void)state;
    struct error alarm = {0};
    static const double rising[] = {0.5, 0.2, 0.21, 0.24, 0.28, 0.31, 0.4};
    assert_int_equal(raised_by(rising, 7, &alarm), 6);
    assert_string_equal(alarm.text,
                        "the loss on the held-out images has risen for 4 epochs, to 0.31 from 0.2 at its lowest: the "
                        "network learns its training images by heart; use --patience, more --weight-decay or fewer "
                        "--epochs");
}

static void a_loss_that_wavers_or_hardly_rises_is_well(void **state)
{
    (void)state;
    static const double wavering[] = {0.5, 0.2, 0.25, 0.3, 0.35, 0.29, 0.3, 0.31, 0.2},
                        flat[] = {0.2, 0.201, 0.202, 0.203, 0.204, 0.2},
                        warm[] = {0.5, 0.2, 0.21, 0.23, 0.25, 0.27, 0.29}; /* while the rate is high */
    assert_int_equal(raised_by(wavering, 9, NULL), 0);
    assert_int_equal(raised_by(flat, 6, NULL), 0);
    assert_int_equal(raised_by(warm, 7, NULL), 0);
    const struct epoch_log none_held_out = {.epoch = 1, .validation_accuracy = -1, .validation_loss = -1};
    for (int i = 0; i < 5; i++)
        assert_int_equal(alarms_rising(NULL, &alarms, &none_held_out), 0);
}

/* ---- All of them ---- */

/* A rate at which units die in the first epoch, and one at which they do not. */
static void a_healthy_run_says_nothing_and_a_wild_one_speaks(void **state)
{
    struct epoch_log log;
    for (int is_wild = 0; is_wild <= 1; is_wild++) {
        int said = 0;
        tear_down(state);
        set_up_on("lenet5");
        trainer.settings.lr = is_wild ? 1 : 0.02;
        trainer.settings.batch_size = 16;
        for (int i = 0; i < 4; i++) {
            assert_int_equal(trainer_epoch(&trainer, &log, NULL, NULL), 0);
            const struct alarms_sample sample = look();
            said += alarms_dead(NULL, &alarms, &sample) + alarms_one_class(NULL, &alarms, &sample);
            said += alarms_rising(NULL, &alarms, &log);
        }
        if (is_wild)
            assert_true(said > 0);
        else
            assert_int_equal(said, 0);
    }
}

static void looking_changes_nothing(void **state)
{
    (void)state;
    char before[DIGEST_TEXT], after[DIGEST_TEXT];
    digest_floats(before, model.parameters, model.architecture.parameter_count);
    (void)look();
    digest_floats(after, model.parameters, model.architecture.parameter_count);
    assert_string_equal(before, after);
    assert_int_equal(trainer.progress.steps, 0);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        EACH(a_first_loss_near_the_logarithm_of_the_classes_is_well),
        EACH(a_wrong_deviation_of_the_input_is_told_by_the_first_loss),
        EACH(units_that_never_fire_are_counted_where_most_are_dead),
        EACH(a_dead_filter_is_found_behind_its_pool),
        EACH(a_network_without_relu_has_no_dead_units),
        EACH(one_class_for_everything_is_told),
        EACH(one_class_is_right_where_most_are_of_it),
        EACH(a_loss_that_rises_four_times_in_a_row_is_told),
        EACH(a_loss_that_wavers_or_hardly_rises_is_well),
        EACH(a_healthy_run_says_nothing_and_a_wild_one_speaks),
        EACH(looking_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
