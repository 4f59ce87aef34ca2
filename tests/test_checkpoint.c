/* Checkpoints: a run that goes on from one gives the same bytes as one never broken off; what is wrong in the file, or
 * does not fit the data, is refused; a save that fails leaves the older file. */
#define _XOPEN_SOURCE 700
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "base/files.h"
#include "base/json.h"
#include "digits.h"
#include "support.h"
#include "training/checkpoint.h"

enum { PICTURES = 130, HELD_OUT = 30, BATCH = 32, MINIBATCHES = 4, EPOCHS = 3 };

static const struct checkpoint_run said = {
    .program = "lenet5 1.2.3", .kernels = "any", .directory = "d\xc3\xa4ta", .out = "mine \"1\".json", .every = 2};

static struct dataset digits;
static struct config config;

static int arrive(void **state)
{
    struct error err = {0};
    digits = digits_set(DATASET_TRAIN, PICTURES);
    if (config_load(&config, "lenet5", &err) != 0)
        fail_msg("%s", err.text);
    config.settings = (struct settings){.epochs = EPOCHS,
                                        .batch_size = BATCH,
                                        .lr = 0.1 / 3,
                                        .momentum = 0.1 + 0.2,
                                        .weight_decay = 1e-3 / 7,
                                        .is_nesterov = 1,
                                        .sharpness = 0.1 / 7,
                                        .schedule = SCHEDULE_COSINE,
                                        .warmup = 1.0 / 7,
                                        .augment = {.shift = 4.0 / 3, .rotation = 20.0 / 3, .elastic = 2.0 / 3},
                                        .seed = CONFIG_SEED,
                                        .validation = HELD_OUT};
    return support_arrive(state);
}

static int leave(void **state)
{
    dataset_free(&digits);
    return support_leave(state);
}

/* ---- Helpers ---- */

/* A training run: its model, where it stands, and the figures of its epochs. */
struct training {
    struct model model;
    struct trainer trainer;
    struct epoch_log logs[EPOCHS];
};

static void begin(struct training *training, int threads)
{
    struct error err = {0};
    if (model_create(&training->model, &config.architecture, &err) != 0 ||
        trainer_create(&training->trainer, &training->model, &config.settings, &digits, kernels_pick(NULL), threads,
                       &err) != 0)
        fail_msg("%s", err.text);
}

static void end(struct training *training)
{
    trainer_free(&training->trainer);
    model_free(&training->model);
}

static int is_last(void *left, int epoch, long done, double loss)
{
    (void)epoch, (void)done, (void)loss;
    return --*(long *)left == 0;
}

/* Runs so many minibatches, or to the end. */
static void run(struct training *training, long minibatches)
{
    const struct trainer_watch watch = {is_last, &minibatches};
    struct error err = {0};
    int stopped = 0;
    while (!trainer_is_done(&training->trainer) && stopped == 0)
        stopped = trainer_epoch(&training->trainer, &training->logs[training->trainer.epoch], &watch, &err);
    if (stopped < 0)
        fail_msg("%s", err.text);
}

static void save(const struct training *training)
{
    struct error err = {0};
    if (checkpoint_save(support_file, &training->trainer, training->logs, &said, &err) != 0)
        fail_msg("%s", err.text);
}

static struct checkpoint load(void)
{
    struct checkpoint checkpoint;
    struct error err = {0};
    if (checkpoint_load(&checkpoint, support_file, &err) != 0)
        fail_msg("%s", err.text);
    return checkpoint;
}

/* Field by field: between them there may be anything. */
static void assert_same_figures(const struct epoch_log *a, const struct epoch_log *b)
{
    assert_int_equal(a->epoch, b->epoch);
    assert_true(a->loss == b->loss && a->train_accuracy == b->train_accuracy);
    assert_true(a->validation_accuracy == b->validation_accuracy && a->validation_loss == b->validation_loss);
}

static void assert_same_numbers(const struct training *a, const struct training *b)
{
    const size_t bytes = config.architecture.parameter_count * sizeof(float);
    assert_memory_equal(a->model.parameters, b->model.parameters, bytes);
    assert_memory_equal(a->trainer.velocity, b->trainer.velocity, bytes);
    assert_int_equal(a->trainer.epoch, b->trainer.epoch);
    for (int i = 0; i < a->trainer.epoch; i++)
        assert_same_figures(&a->logs[i], &b->logs[i]);
}

static unsigned char *read_file(size_t *size)
{
    unsigned char *bytes;
    assert_int_equal(files_read(&bytes, size, support_file, 1 << 24, ERROR_FAILED, NULL), 0);
    return bytes;
}

/* Changes the document: cJSON functions on its tree, then it is written back with a digest that is right again. */
static void change(void (*how)(cJSON *tree))
{
    static const char blank[] = "0000000000000000000000000000000000000000000000000000000000000000";
    char digest[DIGEST_TEXT];
    size_t size;
    unsigned char *bytes = read_file(&size);
    cJSON *tree = cJSON_Parse((char *)bytes);
    how(tree);
    cJSON_ReplaceItemInObject(tree, "digest", cJSON_CreateString(blank));
    char *text = cJSON_PrintUnformatted(tree);
    digest_bytes(digest, text, strlen(text));
    memcpy(strstr(text, blank), digest, strlen(digest));
    support_write(support_file, text, strlen(text));
    cJSON_free(text);
    cJSON_Delete(tree);
    free(bytes);
}

static void assert_refused(const char *sentence)
{
    struct checkpoint checkpoint, before;
    struct error err = {0};
    char expected[sizeof err.text];
    memset(&checkpoint, 0x5a, sizeof checkpoint);
    memset(&before, 0x5a, sizeof before);
    assert_int_equal(checkpoint_load(&checkpoint, support_file, &err), -1);
    assert_int_equal(err.kind, ERROR_MODEL);
    snprintf(expected, sizeof expected, "%s: %s", support_file, sentence);
    assert_string_equal(err.text, expected);
    assert_memory_equal(&checkpoint, &before, sizeof before);
}

static void save_something(void)
{
    struct training training;
    begin(&training, 1);
    run(&training, MINIBATCHES + 1);
    save(&training);
    end(&training);
}

/* ---- The same bytes ---- */

/* Broken off behind each minibatch of the run, at the ends of epochs too, and gone on with by another number of
 * threads. */
static void a_run_broken_off_anywhere_ends_in_the_same_bytes(void **state)
{
    (void)state;
    struct training whole, part;
    begin(&whole, 1);
    run(&whole, -1);
    for (long at = 1; at <= EPOCHS * MINIBATCHES; at++) {
        begin(&part, 1 + (int)at % 2);
        run(&part, at);
        save(&part);
        end(&part);
        begin(&part, 1 + (int)(at + 1) % 3);
        struct checkpoint checkpoint = load();
        assert_int_equal(checkpoint_restore(&part.trainer, &checkpoint, NULL), 0);
        memcpy(part.logs, checkpoint.logs, (size_t)checkpoint.epoch * sizeof *part.logs);
        assert_int_equal(checkpoint.epoch * MINIBATCHES + checkpoint.progress.steps, at);
        checkpoint_free(&checkpoint);
        run(&part, -1);
        assert_same_numbers(&part, &whole);
        end(&part);
    }
    end(&whole);
}

static void every_number_and_name_reads_back_exactly(void **state)
{
    (void)state;
    struct training training;
    begin(&training, 1);
    run(&training, MINIBATCHES + 2);
    save(&training);
    struct checkpoint checkpoint = load();
    assert_int_equal(checkpoint.epoch, 1);
    const struct trainer_progress *progress = &checkpoint.progress, *expected = &training.trainer.progress;
    assert_int_equal(progress->steps, expected->steps);
    assert_int_equal(progress->correct, expected->correct);
    assert_true(progress->loss == expected->loss && progress->seconds == expected->seconds);
    assert_same_figures(checkpoint.logs, training.logs);
    assert_true(checkpoint.logs->seconds == training.logs->seconds);
    const struct settings *settings = &checkpoint.settings;
    assert_true(settings->lr == config.settings.lr && settings->momentum == config.settings.momentum);
    assert_true(settings->weight_decay == config.settings.weight_decay && settings->seed == CONFIG_SEED);
    assert_int_equal(settings->validation, HELD_OUT);
    assert_true(settings->is_nesterov && settings->warmup == config.settings.warmup);
    assert_true(settings->sharpness == config.settings.sharpness);
    assert_memory_equal(&settings->augment, &config.settings.augment, sizeof settings->augment);
    assert_string_equal(checkpoint.data_digest, digits.digest);
    assert_string_equal(checkpoint.run.program, said.program);
    assert_string_equal(checkpoint.run.kernels, said.kernels);
    assert_string_equal(checkpoint.run.directory, said.directory);
    assert_string_equal(checkpoint.run.out, said.out);
    assert_null(checkpoint.run.log);
    assert_int_equal(checkpoint.run.every, said.every);
    checkpoint_free(&checkpoint);
    end(&training);
}

/* One epoch, which then counts as the best that there can be. */
static void begin_with_the_best(struct training *training)
{
    begin(training, 1);
    assert_int_equal(trainer_epoch(&training->trainer, training->logs, NULL, NULL), 0);
    training->logs[0].validation_accuracy = 1;
    training->logs[0].validation_loss = 0;
    training->trainer.patience.best = training->logs[0];
}

static void the_best_weights_so_far_are_kept_over_the_break(void **state)
{
    (void)state;
    struct training whole, part;
    config.settings.patience = EPOCHS;
    begin_with_the_best(&whole);
    run(&whole, -1);
    begin_with_the_best(&part);
    run(&part, MINIBATCHES + 1);
    assert_int_equal(part.trainer.epoch, 2);
    save(&part);
    end(&part);
    begin(&part, 1);
    struct checkpoint checkpoint = load();
    assert_int_equal(checkpoint.best_epoch, 1);
    assert_int_equal(checkpoint_restore(&part.trainer, &checkpoint, NULL), 0);
    memcpy(part.logs, checkpoint.logs, (size_t)checkpoint.epoch * sizeof *part.logs);
    checkpoint_free(&checkpoint);
    run(&part, -1);
    assert_same_numbers(&part, &whole);
    assert_int_equal(trainer_keep_best(&whole.trainer), 1);
    assert_int_equal(trainer_keep_best(&part.trainer), 1);
    assert_same_numbers(&part, &whole);
    end(&part);
    end(&whole);
}

/* ---- What is refused ---- */

static void be_a_model(cJSON *tree)
{
    cJSON_ReplaceItemInObject(tree, "format", cJSON_CreateString("lenet5-model"));
}

static void lose_the_velocity(cJSON *tree)
{
    cJSON_DeleteItemFromObject(tree, "velocity");
}

static void lose_a_setting(cJSON *tree)
{
    cJSON_DeleteItemFromObject(cJSON_GetObjectItem(tree, "settings"), "momentum");
}

static void lose_an_epoch(cJSON *tree)
{
    cJSON_DeleteItemFromArray(cJSON_GetObjectItem(tree, "epochs"), 0);
}

static void count_twice(cJSON *tree)
{
    cJSON_SetNumberValue(cJSON_GetObjectItem(cJSON_GetObjectItem(tree, "epochs")->child, "epoch"), 2);
}

static void be_of_another_version(cJSON *tree)
{
    cJSON_SetNumberValue(cJSON_GetObjectItem(tree, "version"), CHECKPOINT_VERSION + 1);
}

static void run_ahead(cJSON *tree)
{
    cJSON_SetNumberValue(cJSON_GetObjectItem(tree, "minibatches"), MINIBATCHES + 1);
}

static void a_document_that_is_no_whole_checkpoint_is_refused(void **state)
{
    (void)state;
    static const struct {
        void (*how)(cJSON *tree);
        const char *sentence;
    } wrong[] = {
        {be_a_model,
         "format is \"lenet5-model\": \"lenet5-checkpoint\" was expected, which lenet5 train --checkpoint writes"},
        {be_of_another_version, "version is 3, and this program reads version 2: go on with the program that wrote it"},
        {lose_the_velocity, "the document lacks the key \"velocity\""},
        {lose_a_setting, "settings lacks the key \"momentum\""},
        {lose_an_epoch, "epochs has 0 entries, and epoch says 1"},
        {count_twice, "epochs[0].epoch is 2: use 1 to 1"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        save_something();
        change(wrong[i].how);
        assert_refused(wrong[i].sentence);
    }
}

/* Settings, figures, names and numbers: each ninth byte of what comes first, and some of the hundred thousand numbers
 * behind it. Most of it would be read as a document like any other. */
static void a_byte_that_was_changed_is_found_wherever_it_is(void **state)
{
    (void)state;
    struct checkpoint checkpoint;
    struct error err = {0};
    size_t size;
    int by_digest = 0;
    save_something();
    unsigned char *bytes = read_file(&size);
    for (size_t at = 0; at < size; at += at < 1500 ? 9 : size / 20) {
        bytes[at] ^= 1;
        support_write(support_file, bytes, size);
        assert_int_equal(checkpoint_load(&checkpoint, support_file, &err), -1);
        assert_int_equal(err.kind, ERROR_MODEL);
        by_digest += strstr(err.text, ": it was changed or damaged after it was written; use an older") != NULL;
        bytes[at] ^= 1;
    }
    assert_true(by_digest > 10);
    free(bytes);
}

static void half_a_file_is_refused(void **state)
{
    (void)state;
    size_t size;
    save_something();
    unsigned char *bytes = read_file(&size);
    support_write(support_file, bytes, size / 2);
    free(bytes);
    struct checkpoint checkpoint;
    struct error err = {0};
    assert_int_equal(checkpoint_load(&checkpoint, support_file, &err), -1);
    assert_int_equal(err.kind, ERROR_MODEL);
}

static void assert_not_restored(const struct dataset *data, enum error_kind kind, const char *part)
{
    struct training other;
    struct error err = {0};
    struct checkpoint checkpoint = load();
    const struct dataset kept = digits;
    digits = *data;
    begin(&other, 1);
    digits = kept;
    assert_int_equal(checkpoint_restore(&other.trainer, &checkpoint, &err), -1);
    assert_int_equal(err.kind, kind);
    assert_non_null(strstr(err.text, part));
    assert_int_equal(other.trainer.epoch, 0);
    end(&other);
    checkpoint_free(&checkpoint);
}

static void other_data_is_refused(void **state)
{
    (void)state;
    struct dataset other = digits;
    save_something();
    memset(other.digest, 'f', DIGEST_TEXT - 1);
    assert_not_restored(&other, ERROR_DATA, "the training set has the digest ffffffff");
}

static void more_minibatches_than_an_epoch_has_are_refused(void **state)
{
    (void)state;
    save_something();
    change(run_ahead);
    assert_not_restored(&digits, ERROR_MODEL, "5 minibatches are done of an epoch that has 4");
}

/* ---- What is not saved ---- */

static void assert_not_saved(const struct training *training, const struct checkpoint_run *by, const char *part)
{
    struct error err = {0};
    assert_int_equal(checkpoint_save(support_file, &training->trainer, training->logs, by, &err), -1);
    if (strstr(err.text, part) == NULL)
        fail_msg("%s", err.text);
    struct checkpoint checkpoint = load(); /* the older one */
    assert_int_equal(checkpoint.epoch, 1);
    checkpoint_free(&checkpoint);
}

static void a_save_that_fails_leaves_the_older_checkpoint(void **state)
{
    (void)state;
    struct training training;
    struct rlimit kept, low;
    struct checkpoint_run latin = said;
    save_something();
    begin(&training, 1);
    latin.out = "d\xe4ta.json";
    assert_not_saved(&training, &latin, " is no UTF-8");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &kept), 0);
    low = kept;
    low.rlim_cur = 100000;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    assert_not_saved(&training, &said, ": cannot be written: File too large");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &kept), 0);
    training.trainer.velocity[61705] = NAN;
    assert_not_saved(&training, &said, "a number is not finite: the network has diverged and is not saved");
    end(&training);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, arrive, leave)
    const struct CMUnitTest tests[] = {
        EACH(a_run_broken_off_anywhere_ends_in_the_same_bytes),
        EACH(every_number_and_name_reads_back_exactly),
        EACH(the_best_weights_so_far_are_kept_over_the_break),
        EACH(a_document_that_is_no_whole_checkpoint_is_refused),
        EACH(a_byte_that_was_changed_is_found_wherever_it_is),
        EACH(half_a_file_is_refused),
        EACH(other_data_is_refused),
        EACH(more_minibatches_than_an_epoch_has_are_refused),
        EACH(a_save_that_fails_leaves_the_older_checkpoint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
