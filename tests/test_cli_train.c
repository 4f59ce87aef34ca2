/* lenet5 train: what it prints, what it saves, and that the same seed gives the same bytes. */
#define _XOPEN_SOURCE 700
#include <math.h>
#include <omp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "commands.h"
#include "dataset/dataset.h"
#include "dataset/source.h"
#include "digits.h"
#include "support.h"

/* The smallest network that has anything to learn, and settings that are all different from the defaults. */
static const char small_config[] =
    "{\"architecture\": {\"input\": {\"rows\": 28, \"cols\": 28}, \"layers\": "
    "[{\"type\": \"dense\", \"units\": 12}, {\"type\": \"dense\", \"units\": 10}]},"
    " \"training\": {\"epochs\": 3, \"batch_size\": 50, \"lr\": 0.02, \"momentum\": 0.5, \"weight_decay\": 0,"
    " \"nesterov\": true, \"sharpness\": 0.25, \"schedule\": \"step\", \"warmup\": 0.25, \"seed\": 7, \"validation\": "
    "40,"
    " \"augment\": {\"shift\": 2, \"rotation\": 5, \"scale\": 0.125, \"shear\": 0.5, \"elastic\": 1.5,"
    " \"thickness\": 0.75}}}";

/* A run that is over in a moment. */
#define BRIEF "train --config small.json --epochs 2 --threads 1 "

static int arrive(void **state)
{
    commands_arrive(state);
    support_write("small.json", small_config, sizeof small_config - 1);
    return 0;
}

/* The digest that a model file states. */
static char *digest_of(const char *path)
{
    char *text = commands_file(path);
    cJSON *json = cJSON_Parse(text);
    char *digest = strdup(commands_text(json, "digest"));
    assert_non_null(digest);
    cJSON_Delete(json);
    free(text);
    return digest;
}

static void assert_same_files(const char *one, const char *other)
{
    char *first = commands_file(one), *second = commands_file(other);
    assert_string_equal(first, second); /* JSON: no NUL in it */
    free(first);
    free(second);
}

/* Runs well; what is said on stderr does not matter. */
static void run_well(const char *arguments)
{
    struct program_run run = program("%s", arguments);
    if (run.status != 0)
        fail_msg("status %d: %s", run.status, run.err);
    program_free(&run);
}

/* ---- What is printed ---- */

static void the_text_has_a_line_an_epoch_and_ends_with_the_digest(void **state)
{
    (void)state;
    struct program_run run = program(BRIEF "--out text.json");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.err, "");
    int length = 0;
    sscanf(run.out,
           "9,550 parameters; on data/mnist: 360 training images, 40 held out\n"
           "batch 50, learning rate 0.02 (step), seed 7; %*s kernels, 1 thread\n\nepoch    loss  training %%  "
           "validation %%  seconds  images/s\n%n",
           &length);
    assert_true(length > 0);
    const char *at = run.out + length;
    for (int i = 1; i <= 2; i++) {
        int epoch, used = 0;
        double loss, training, validation, seconds, speed;
        assert_int_equal(
            sscanf(at, "%d %lf %lf %lf %lf %lf\n%n", &epoch, &loss, &training, &validation, &seconds, &speed, &used),
            6);
        assert_int_equal(epoch, i);
        assert_true(loss > 0 && training > 0 && training <= 100 && validation >= 0 && validation <= 100);
        at += used;
    }
    char *digest = digest_of("text.json"), end[200];
    int percent, parts, correct;
    assert_int_equal(sscanf(at, "test accuracy %d.%d %% +- %*f (%d of 100)", &percent, &parts, &correct), 3);
    assert_int_equal(percent, correct);
    snprintf(end, sizeof end, " on data/mnist\nsaved as text.json\ndigest %s\n", digest);
    assert_string_equal(strchr(at, ')') + 1, end);
    free(digest);
    program_free(&run);
}

static void quiet_text_is_the_result_alone(void **state)
{
    (void)state;
    struct program_run run = program(BRIEF "--quiet --out quiet.json");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.err, "");
    char *digest = digest_of("quiet.json"), end[200];
    snprintf(end, sizeof end, "\nsaved as quiet.json\ndigest %s\n", digest);
    assert_int_equal(strncmp(run.out, "test accuracy ", 14), 0);
    assert_string_equal(strchr(run.out, '\n'), end);
    free(digest);
    program_free(&run);
}

static void json_is_one_document_with_the_documented_keys(void **state)
{
    (void)state;
    cJSON *json = commands_json(BRIEF "--json --out keys.json");
    commands_keys(json, "parameters", "data", "epochs", "kept_epoch", "test_accuracy", "test_data", "digest", NULL);
    assert_string_equal(commands_text(json, "data"), "data/mnist");
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(json, "kept_epoch")));
    assert_string_equal(commands_text(json, "test_data"), "data/mnist");
    assert_true(commands_number(json, "parameters") == 784 * 12 + 12 + 12 * 10 + 10);
    const double tested = commands_number(json, "test_accuracy");
    assert_true(tested > 0 && tested <= 1);
    const cJSON *epochs = cJSON_GetObjectItem(json, "epochs"), *epoch;
    assert_int_equal(cJSON_GetArraySize(epochs), 2);
    int number = 0;
    cJSON_ArrayForEach(epoch, epochs)
    {
        commands_keys(epoch, "epoch", "seconds", "images_per_second", "loss", "train_accuracy", "validation_accuracy",
                      "validation_loss", NULL);
        const double seconds = commands_number(epoch, "seconds"), speed = commands_number(epoch, "images_per_second");
        assert_true(commands_number(epoch, "epoch") == ++number);
        assert_true(seconds > 0 && fabs(seconds * speed / 360 - 1) < 1e-3);
        assert_true(commands_number(epoch, "loss") > 0);
        assert_true(commands_number(epoch, "train_accuracy") > 0 && commands_number(epoch, "train_accuracy") <= 1);
        assert_true(commands_number(epoch, "validation_accuracy") >= 0);
        assert_true(commands_number(epoch, "validation_accuracy") <= 1);
        assert_true(commands_number(epoch, "validation_loss") > 0);
    }
    char *digest = digest_of("keys.json");
    assert_string_equal(commands_text(json, "digest"), digest);
    free(digest);
    cJSON_Delete(json);
}

static void with_json_the_lines_an_epoch_go_to_stderr_and_quiet_leaves_them_out(void **state)
{
    (void)state;
    struct program_run run = program(BRIEF "--json --out lines.json");
    assert_non_null(strstr(run.err, "\nepoch    loss  "));
    assert_non_null(strstr(run.err, "\n    2  "));
    program_free(&run);
    run = program(BRIEF "--json --quiet --out lines.json");
    assert_string_equal(run.err, "");
    assert_int_equal(run.out[0], '{');
    program_free(&run);
}

static void the_loss_falls_and_the_digits_are_learned(void **state)
{
    (void)state;
    cJSON *json = commands_json("train --json --validation 40 --epochs 12 --batch-size 16 --out learned.json");
    const cJSON *epochs = cJSON_GetObjectItem(json, "epochs"), *first = epochs->child, *last = first->prev;
    assert_true(commands_number(last, "loss") < 0.2 * commands_number(first, "loss"));
    assert_true(commands_number(last, "train_accuracy") > 0.9);
    /* 360 digits are not enough to read others well; test_learning.c asks for more. */
    assert_true(commands_number(last, "validation_accuracy") > 0.6);
    assert_true(commands_number(json, "test_accuracy") > 0.6);
    cJSON_Delete(json);
}

static void the_test_accuracy_is_what_evaluate_finds(void **state)
{
    (void)state;
    cJSON *trained = commands_json(BRIEF "--json --out test.json");
    cJSON *evaluated = commands_json("evaluate --json --model test.json");
    assert_true(commands_number(trained, "test_accuracy") == commands_number(evaluated, "accuracy"));
    assert_string_equal(commands_text(trained, "digest"), commands_text(evaluated, "model_digest"));
    cJSON_Delete(trained);
    cJSON_Delete(evaluated);
}

static void without_validation_its_accuracy_is_null_and_all_images_are_trained_on(void **state)
{
    (void)state;
    struct program_run run = program(BRIEF "--validation 0 --json --out all.json");
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(run.out, "\"validation_accuracy\":null"));
    assert_non_null(strstr(run.err, " 400 training images, 0 held out\n"));
    program_free(&run);
}

static void without_a_test_set_the_test_accuracy_is_null(void **state)
{
    (void)state;
    assert_int_equal(system("mkdir train-only && cp data/mnist/train-* train-only"), 0);
    cJSON *json = commands_json(BRIEF "--data train-only --json --out untested.json");
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(json, "test_accuracy")));
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(json, "test_data")));
    cJSON_Delete(json);
    struct program_run run = program(BRIEF "--data train-only --out untested.json");
    assert_int_equal(run.status, 0);
    assert_null(strstr(run.out, "test accuracy"));
    program_free(&run);
}

/* What the model file says of its data; NULL where it says nothing. */
static char *data_of(const char *path, bool tested)
{
    char *text = commands_file(path);
    cJSON *json = cJSON_Parse(text);
    const cJSON *record = cJSON_GetObjectItem(json, "training");
    const cJSON *name = cJSON_GetObjectItem(tested ? cJSON_GetObjectItem(record, "test") : record, "data");
    char *data = name != NULL ? strdup(name->valuestring) : NULL;
    cJSON_Delete(json);
    free(text);
    return data;
}

static void data_that_nobody_knows_is_named_by_its_folder_but_not_in_the_model(void **state)
{
    (void)state;
    run_well(BRIEF "--quiet --out unknown.json");
    assert_null(data_of("unknown.json", false));
    assert_null(data_of("unknown.json", true));
}

/* Drawn digits, and then a test set in the same folder that comes from elsewhere. */
static void each_set_is_named_by_what_it_holds(void **state)
{
    (void)state;
    struct dataset set;
    assert_int_equal(system("cp -r data/mnist drawn"), 0);
    assert_int_equal(dataset_load(&set, "drawn", DATASET_TRAIN, 10, NULL), 0);
    assert_int_equal(source_write_synthetic("drawn", "a test", set.digest, NULL, NULL), 0);
    dataset_free(&set);
    struct program_run run = program(BRIEF "--data drawn --out drawn.json");
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(run.out, "; on synthetic digits: 360 training images, 40 held out\n"));
    assert_non_null(strstr(run.out, " of 100) on drawn\n"));
    program_free(&run);
    cJSON *json = commands_json(BRIEF "--json --data drawn --out drawn.json");
    assert_string_equal(commands_text(json, "data"), "synthetic digits");
    assert_string_equal(commands_text(json, "test_data"), "drawn");
    cJSON_Delete(json);
    char *data = data_of("drawn.json", false);
    assert_string_equal(data, "synthetic digits");
    free(data);
    assert_null(data_of("drawn.json", true));
}

static void more_threads_than_processors_are_warned_of_and_used(void **state)
{
    (void)state;
    if (omp_get_num_procs() >= 64) {
        print_message("SKIPPED: this machine has a processor for each of the 64 threads that are allowed\n");
        skip();
    }
    char warning[200];
    snprintf(warning, sizeof warning,
             "lenet5: 64 threads are more than the %d processors that this process may use: it will be slower\n",
             omp_get_num_procs());
    struct program_run run = program("train --config small.json --threads 64 --out many.json");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.err, warning);
    assert_non_null(strstr(run.out, " kernels, 64 threads\n"));
    program_free(&run);
}

/* ---- The same seed gives the same bytes ---- */

static void the_model_file_does_not_depend_on_the_number_of_threads(void **state)
{
    (void)state;
    for (int batch = 64; batch >= 60; batch -= 4) {
        char command[200];
        for (int threads = 1; threads <= 5; threads += threads < 3 ? 1 : 2) {
            snprintf(command, sizeof command,
                     "train --quiet --epochs 2 --validation 160 --batch-size %d --threads %d --out threads-%d.json",
                     batch, threads, threads);
            run_well(command);
        }
        assert_same_files("threads-1.json", "threads-2.json");
        assert_same_files("threads-1.json", "threads-3.json");
        assert_same_files("threads-1.json", "threads-5.json");
    }
}

static void another_seed_gives_other_weights(void **state)
{
    (void)state;
    run_well(BRIEF "--quiet --seed 1 --out seed-1.json");
    run_well(BRIEF "--quiet --seed 2 --out seed-2.json");
    char *one = digest_of("seed-1.json"), *two = digest_of("seed-2.json");
    assert_string_not_equal(one, two);
    free(one);
    free(two);
}

/* ---- Config, data, output ---- */

static void a_config_file_gives_network_and_settings(void **state)
{
    (void)state;
    run_well("train --quiet --config small.json --out by-file.json");
    char *text = commands_file("by-file.json");
    cJSON *json = cJSON_Parse(text);
    const cJSON *training = cJSON_GetObjectItem(json, "training"),
                *settings = cJSON_GetObjectItem(training, "settings");
    assert_true(commands_number(settings, "epochs") == 3);
    assert_true(commands_number(settings, "batch_size") == 50);
    assert_true(commands_number(settings, "lr") == 0.02);
    assert_true(commands_number(settings, "momentum") == 0.5);
    assert_true(commands_number(settings, "weight_decay") == 0);
    assert_string_equal(commands_text(settings, "schedule"), "step");
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(settings, "nesterov")));
    assert_true(commands_number(settings, "warmup") == 0.25 && commands_number(settings, "sharpness") == 0.25);
    assert_true(commands_number(settings, "seed") == 7);
    assert_true(commands_number(settings, "validation") == 40);
    const cJSON *augment = cJSON_GetObjectItem(settings, "augment");
    assert_true(commands_number(augment, "shift") == 2 && commands_number(augment, "rotation") == 5);
    assert_true(commands_number(augment, "scale") == 0.125 && commands_number(augment, "shear") == 0.5);
    assert_true(commands_number(augment, "elastic") == 1.5 && commands_number(augment, "thickness") == 0.75);
    cJSON_Delete(json);
    free(text);
}

static void the_command_line_wins_over_the_file_in_every_setting_of_augmentation(void **state)
{
    (void)state;
    run_well("train --quiet --config small.json --nesterov no --sharpness 0 --warmup 0 --shift 0 --rotation 0 --scale "
             "0 --shear 0 "
             "--elastic 0 --thickness 0 --out without.json");
    char *text = commands_file("without.json");
    assert_non_null(strstr(text, "\"nesterov\":\tfalse"));
    assert_null(strstr(text, "sharpness"));
    assert_non_null(strstr(text, "\"warmup\":\t0,"));
    cJSON *json = cJSON_Parse(text);
    const cJSON *settings = cJSON_GetObjectItem(cJSON_GetObjectItem(json, "training"), "settings"), *range;
    int ranges = 0;
    cJSON_ArrayForEach(range, cJSON_GetObjectItem(settings, "augment"))
    {
        assert_true(cJSON_GetNumberValue(range) == 0);
        ranges++;
    }
    assert_int_equal(ranges, 6);
    cJSON_Delete(json);
    free(text);
}

static void strangers_are_trained_with_and_recorded(void **state)
{
    (void)state;
    run_well(BRIEF "--quiet --out without.json");
    struct program_run run = program(BRIEF "--drawn 20 --strangers 30 --out with.json");
    assert_non_null(strstr(run.out, " training images, 40 held out; 20 digits and 30 strangers drawn\n"));
    program_free(&run);
    char *text = commands_file("with.json"), *with = digest_of("with.json"), *without = digest_of("without.json");
    cJSON *json = cJSON_Parse(text);
    assert_true(commands_number(cJSON_GetObjectItem(cJSON_GetObjectItem(json, "training"), "settings"), "strangers") ==
                30);
    assert_string_not_equal(with, without);
    cJSON_Delete(json);
    free(text);
    free(with);
    free(without);
}

static void a_config_may_come_through_a_pipe(void **state)
{
    (void)state;
    run_well("train --quiet --config small.json --out by-file.json");
    struct program_run run = program("train --quiet --config - --out by-pipe.json < small.json");
    assert_int_equal(run.status, 0);
    program_free(&run);
    assert_int_equal(system("mkfifo pipe && (cat small.json > pipe &)"), 0);
    run_well("train --quiet --config pipe --out by-fifo.json");
    assert_int_equal(system("cmp by-file.json by-pipe.json && cmp by-file.json by-fifo.json && rm pipe"), 0);
}

static void options_win_over_the_config_file_wherever_they_stand(void **state)
{
    (void)state;
    cJSON *before =
        commands_json("train --epochs 2 --seed 1 --schedule cosine --json --config small.json --out a.json");
    cJSON *behind =
        commands_json("train --json --config small.json --schedule cosine --seed 1 --epochs 2 --out b.json");
    assert_true(commands_number(before, "parameters") == 784 * 12 + 12 + 12 * 10 + 10);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(before, "epochs")), 2);
    cJSON_Delete(before);
    cJSON_Delete(behind);
    assert_same_files("a.json", "b.json");
    char *text = commands_file("a.json");
    assert_non_null(strstr(text, "\"batch_size\":\t50"));
    assert_non_null(strstr(text, "\"schedule\":\t\"cosine\""));
    free(text);
}

static void every_preset_for_28x28_trains(void **state)
{
    (void)state;
    cJSON *json = commands_json("train --json --config lenet5-avg --epochs 1 --validation 0 --out average.json");
    assert_true(commands_number(json, "parameters") == 61706);
    cJSON_Delete(json);
}

static void the_data_is_found_in_data_mnist_then_by_mnist_dir_then_by_data(void **state)
{
    (void)state;
    assert_int_equal(system("mkdir elsewhere && cp data/mnist/* elsewhere"), 0);
    setenv("MNIST_DIR", "nowhere", 1); /* --data wins */
    run_well(BRIEF "--quiet --data elsewhere --out found-1.json");
    setenv("MNIST_DIR", "elsewhere", 1);
    assert_int_equal(rename("data", "hidden"), 0);
    run_well(BRIEF "--quiet --out found-2.json");
    assert_int_equal(rename("hidden", "data"), 0);
    setenv("MNIST_DIR", "", 1); /* empty is unset */
    run_well(BRIEF "--quiet --out found-3.json");
    unsetenv("MNIST_DIR");
    assert_same_files("found-1.json", "found-2.json");
    assert_same_files("found-1.json", "found-3.json");
}

static void the_model_is_saved_as_lenet5_json_unless_out_says_otherwise(void **state)
{
    (void)state;
    run_well(BRIEF "--quiet");
    run_well(BRIEF "--quiet --out named.json");
    assert_same_files("lenet5.json", "named.json");
}

static void an_older_model_is_replaced_and_nothing_is_left_beside_it(void **state)
{
    (void)state;
    assert_int_equal(mkdir("models", 0777), 0);
    support_write("models/old.json", "old", 3);
    struct stat before, after;
    assert_int_equal(chmod("models/old.json", 0640), 0);
    assert_int_equal(symlink("old.json", "models/link.json"), 0);
    assert_int_equal(stat("models/old.json", &before), 0);
    run_well(BRIEF "--quiet --out models/link.json");
    assert_int_equal(lstat("models/link.json", &after), 0);
    assert_true(S_ISLNK(after.st_mode)); /* the link leads on to the new model */
    assert_int_equal(stat("models/old.json", &after), 0);
    assert_true(before.st_ino != after.st_ino); /* renamed into place, not overwritten */
    assert_int_equal(after.st_mode & 0777, 0640);
    assert_int_equal(commands_entries("models"), 2);
    free(digest_of("models/old.json"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_has_a_line_an_epoch_and_ends_with_the_digest),
        cmocka_unit_test(quiet_text_is_the_result_alone),
        cmocka_unit_test(json_is_one_document_with_the_documented_keys),
        cmocka_unit_test(with_json_the_lines_an_epoch_go_to_stderr_and_quiet_leaves_them_out),
        cmocka_unit_test(the_loss_falls_and_the_digits_are_learned),
        cmocka_unit_test(the_test_accuracy_is_what_evaluate_finds),
        cmocka_unit_test(without_validation_its_accuracy_is_null_and_all_images_are_trained_on),
        cmocka_unit_test(without_a_test_set_the_test_accuracy_is_null),
        cmocka_unit_test(data_that_nobody_knows_is_named_by_its_folder_but_not_in_the_model),
        cmocka_unit_test(each_set_is_named_by_what_it_holds),
        cmocka_unit_test(more_threads_than_processors_are_warned_of_and_used),
        cmocka_unit_test(the_model_file_does_not_depend_on_the_number_of_threads),
        cmocka_unit_test(another_seed_gives_other_weights),
        cmocka_unit_test(a_config_file_gives_network_and_settings),
        cmocka_unit_test(the_command_line_wins_over_the_file_in_every_setting_of_augmentation),
        cmocka_unit_test(strangers_are_trained_with_and_recorded),
        cmocka_unit_test(a_config_may_come_through_a_pipe),
        cmocka_unit_test(options_win_over_the_config_file_wherever_they_stand),
        cmocka_unit_test(every_preset_for_28x28_trains),
        cmocka_unit_test(the_data_is_found_in_data_mnist_then_by_mnist_dir_then_by_data),
        cmocka_unit_test(the_model_is_saved_as_lenet5_json_unless_out_says_otherwise),
        cmocka_unit_test(an_older_model_is_replaced_and_nothing_is_left_beside_it),
    };
    return cmocka_run_group_tests(tests, arrive, commands_leave);
}
