/* lenet5 train: what it refuses, with which sentence and status, and that nothing of the user's is lost by it. */
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "commands.h"
#include "digits.h"
#include "support.h"

#define CURE                                                                                                           \
    "get MNIST with scripts/get-mnist, point --data or MNIST_DIR to a folder that has it, or draw digits with lenet5 " \
    "synth --out data/synthetic and use --data data/synthetic"

/* What stands for a model that the user would not like to lose. */
static const char precious[] = "an older model";

static void write_text(const char *path, const char *text)
{
    support_write(path, text, strlen(text));
}

static void assert_precious(const char *path)
{
    char *text = commands_file(path);
    assert_string_equal(text, precious);
    free(text);
}

static void write_config(const char *path, const char *layers)
{
    char text[1024];
    snprintf(text, sizeof text,
             "{\"architecture\": {\"input\": {\"rows\": 28, \"cols\": 28}, \"layers\": [%s]},"
             " \"training\": {\"validation\": 0}}",
             layers);
    write_text(path, text);
}

/* ---- What is no refusal, but goes wrong ---- */

/* A mean and a deviation of the input that make it huge, and a rate that kills: each is told once, training goes on. */
static void training_that_goes_wrong_says_so_once(void **state)
{
    (void)state;
    write_text("huge.json", "{\"architecture\": {\"input\": {\"rows\": 28, \"cols\": 28, \"deviation\": 0.001}, "
                            "\"layers\": [{\"type\": \"dense\", \"units\": 10}]}, "
                            "\"training\": {\"validation\": 0, \"epochs\": 3, \"lr\": 1e-9}}");
    struct program_run run = program("train --quiet --config huge.json --out wrong.json");
    assert_int_equal(run.status, 0);
    assert_int_equal(strncmp(run.err, "lenet5: the first loss is ", 26), 0);
    assert_ptr_equal(strchr(run.err, '\n'), run.err + strlen(run.err) - 1);
    program_free(&run);
    run = program("train --quiet --validation 40 --epochs 4 --batch-size 8 --lr 0.3 --out wrong.json");
    assert_int_equal(run.status, 0);
    const char *dead = strstr(run.err, "such a ReLU learns no more"), *one = strstr(run.err, " are answered as class ");
    assert_non_null(dead);
    assert_non_null(one);
    assert_null(strstr(dead + 1, "such a ReLU learns no more"));
    assert_null(strstr(one + 1, " are answered as class "));
    program_free(&run);
}

/* The first epochs are the wildest; whoever trains as is recommended hears no alarm. So few images are no match for the
 * strangers of reader, where filters do die. */
static void the_shipped_recipes_train_without_a_word(void **state)
{
    (void)state;
    static const char *const recipes[] = {"lenet5", "best", "best-max", "plain", "quick", "lenet5-avg"};
    for (size_t i = 0; i < sizeof recipes / sizeof *recipes; i++) {
        struct program_run run =
            program("train --quiet --threads 1 --epochs 3 --validation 40 --out well.json --config %s", recipes[i]);
        assert_int_equal(run.status, 0);
        assert_string_equal(run.err, "");
        program_free(&run);
    }
}

/* ---- Usage: status 2 ---- */

static void options_out_of_range_are_refused(void **state)
{
    (void)state;
    commands_refused(2, "--epochs expects a whole number from 1 to 100000, not \"0\"", "train --epochs 0");
    commands_refused(2, "--batch-size expects a whole number from 1 to 4096, not \"4097\"", "train -b 4097");
    commands_refused(2, "--lr expects a number from 1e-09 to 1000, not \"0\"", "train --lr 0");
    commands_refused(2, "--momentum expects a number from 0 to 0.9999, not \"1\"", "train --momentum 1");
    commands_refused(2, "--weight-decay expects a number from 0 to 1000, not \"nan\"", "train --weight-decay nan");
    commands_refused(2, "--schedule expects constant, step, cosine or one-cycle, not \"linear\"",
                     "train --schedule linear");
    commands_refused(2, "--seed expects a whole number from 0 to 9007199254740991, not \"-1\"", "train --seed -1");
    commands_refused(2, "--threads expects a whole number from 1 to 64, not \"65\"", "train --threads 65");
    commands_refused(2, "--strangers expects a whole number from 0 to 1000000, not \"-1\"", "train --strangers -1");
    commands_refused(2, "--validation expects a whole number from 0 to 1000000000, not \"all\"",
                     "train --validation all");
}

static void unknown_options_doubled_ones_and_files_are_refused(void **state)
{
    (void)state;
    commands_refused(2, "train has no option --epoch; the nearest is --epochs", "train --epoch 3");
    commands_refused(2, "train has no option --dropout: lenet5 train --help lists them", "train --dropout 0.5");
    commands_refused(2, "--seed is given twice, as \"1\" and as \"2\": give it once", "train --seed 1 --seed 2");
    commands_refused(2, "--out expects FILE, and nothing follows", "train --out");
    commands_refused(2, "--data expects DIR, and the option --quiet follows: write --data=--quiet if that is the DIR",
                     "train --data --quiet");
    commands_refused(2, "--json is a switch and takes no argument: leave out \"=1\"", "train --json=1");
    commands_refused(2, "train takes no files, and \"digit.png\" was given", "train digit.png");
}

/* ---- Data: status 3 ---- */

static void data_that_is_not_there_is_refused(void **state)
{
    (void)state;
    commands_refused(3, "nowhere: there is no such folder: " CURE, "train --data nowhere");
    write_text("file", "");
    commands_refused(3, "file: is a file, the folder with the four files was expected: " CURE, "train --data file");
    assert_int_equal(mkdir("empty", 0777), 0);
    commands_refused(3, "empty: has no file train-images-idx3-ubyte, nor with .gz or with a dot before idx: " CURE,
                     "train --data empty");
}

static void an_unusable_mnist_dir_is_an_error_though_data_mnist_is_there(void **state)
{
    (void)state;
    setenv("MNIST_DIR", "nowhere", 1);
    commands_refused(3, "nowhere (from MNIST_DIR): there is no such folder: " CURE, "train --out never.json");
    unsetenv("MNIST_DIR");
    assert_int_not_equal(access("never.json", F_OK), 0);
}

static void damaged_training_data_is_refused_before_training(void **state)
{
    (void)state;
    assert_int_equal(system("mkdir cut && cp data/mnist/* cut && head -c 1000 data/mnist/train-images-idx3-ubyte "
                            "> cut/train-images-idx3-ubyte"),
                     0);
    struct program_run run = program("train --data cut --validation 0 --out never.json");
    assert_int_equal(run.status, 3);
    assert_string_equal(run.out, "");
    assert_int_equal(strncmp(run.err, "lenet5: cut/train-images-idx3-ubyte: ", 37), 0);
    program_free(&run);
    assert_int_not_equal(access("never.json", F_OK), 0);
}

static void more_validation_than_images_is_refused(void **state)
{
    (void)state;
    commands_refused(3,
                     "5000 images are to be held out for validation, and the training set has 400 in all: use "
                     "--validation 399 or less",
                     "train");
    commands_refused(3,
                     "400 images are to be held out for validation, and the training set has 400 in all: use "
                     "--validation 399 or less",
                     "train --validation 400");
}

static void images_that_do_not_match_the_network_are_refused(void **state)
{
    (void)state;
    commands_refused(3,
                     "the images are 28x28 with 1 channel and the network takes 32x32 with 3: use other images, or a "
                     "config whose input has rows 28, cols 28, channels 1",
                     "train --config course --validation 0");
    write_config("five.json", "{\"type\": \"dense\", \"units\": 5}");
    commands_refused(3,
                     "data/mnist/train-labels-idx1-ubyte: label 5 (counted from 0) is 5, expected 0 to 4: give the "
                     "network more classes, or fetch it again (MNIST: run scripts/get-mnist)",
                     "train --config five.json");
}

static void a_damaged_test_set_is_reported_and_the_model_is_saved(void **state)
{
    (void)state;
    assert_int_equal(system("mkdir half && cp data/mnist/* half && "
                            "head -c 40 data/mnist/t10k-labels-idx1-ubyte.gz > half/t10k-labels-idx1-ubyte.gz"),
                     0);
    struct program_run run = program("train --data half --validation 0 --epochs 1 --threads 1 --json --quiet "
                                     "--out trained.json");
    assert_int_equal(run.status, 3);
    assert_int_equal(strncmp(run.err, "lenet5: half/t10k-labels-idx1-ubyte.gz: ", 40), 0);
    assert_ptr_equal(strchr(run.err, '\n'), run.err + strlen(run.err) - 1);
    assert_non_null(strstr(run.out, "\"test_accuracy\":null"));
    program_free(&run);
    cJSON_Delete(commands_json("evaluate --json --model trained.json"));
}

/* ---- Config: status 4 ---- */

static void a_config_that_is_not_there_is_refused(void **state)
{
    (void)state;
    commands_refused(4, "there is no preset and no file \"cours\": did you mean \"course\"?", "train --config cours");
    commands_refused(
        4,
        "there is no preset and no file \"resnet\": presets are best, best-max, course, lenet5, lenet5-avg, plain, "
        "quick or reader",
        "train --config resnet");
    commands_refused(4,
                     "./none.json: cannot be opened: No such file or directory: name a file that can be read, or a "
                     "preset: best, best-max, course, lenet5, lenet5-avg, plain, quick or reader",
                     "train --config ./none.json");
    commands_refused(
        4,
        "data/mnist: is a folder, a file was expected: name a file that can be read, or a preset: best, best-max, "
        "course, lenet5, lenet5-avg, plain, quick or reader",
        "train --config data/mnist");
}

static void a_config_that_is_wrong_is_refused_with_the_place(void **state)
{
    (void)state;
    write_text("cut.json", "{\"architecture\"");
    struct program_run run = program("train --config cut.json");
    assert_int_equal(run.status, 4);
    assert_int_equal(strncmp(run.err, "lenet5: cut.json: is not JSON: ", 31), 0);
    program_free(&run);
    write_config("typo.json", "{\"type\": \"dense\", \"unit\": 10}");
    commands_refused(4, "typo.json: architecture.layers[0] has an unknown key \"unit\": did you mean \"units\"?",
                     "train --config typo.json");
    write_config("type.json", "{\"type\": \"dense\", \"units\": \"ten\"}");
    commands_refused(4, "type.json: architecture.layers[0].units is not a number", "train --config type.json");
    write_text("more.json", "{\"architecture\": {}, \"training\": {}, \"optimiser\": {}}");
    commands_refused(4, "more.json: the document has an unknown key \"optimiser\": known are architecture or training",
                     "train --config more.json");
}

static void an_impossible_network_is_refused_with_what_would_fit(void **state)
{
    (void)state;
    write_config("big.json", "{\"type\": \"conv\", \"filters\": 3, \"f\": 31}, {\"type\": \"dense\", \"units\": 10}");
    commands_refused(4,
                     "big.json: layer 1 (conv): a 31x31 filter does not fit in a 28x28 input padded by 0: use f <= "
                     "28, or p >= 2",
                     "train --config big.json");
}

/* ---- The loss leaves the finite numbers: status 5 ---- */

static void training_that_diverges_ends_with_5_and_advice(void **state)
{
    (void)state;
    struct program_run run = program("train --lr 1000 --batch-size 8 --validation 0 --quiet --out never.json");
    int minibatch;
    assert_int_equal(run.status, 5);
    assert_string_equal(run.out, "");
    assert_int_equal(sscanf(run.err, "lenet5: training diverged: in epoch 1, minibatch %d, ", &minibatch), 1);
    assert_in_range(minibatch, 1, 50);
    assert_string_equal(strstr(run.err, ", at a learning rate"),
                        ", at a learning rate of 1e+03, the loss is no longer a finite number: use a smaller --lr (a "
                        "tenth of it), or look for wrong pixels in the data\n");
    program_free(&run);
    assert_int_not_equal(access("never.json", F_OK), 0);
}

static void training_that_diverges_leaves_an_older_model_as_it_was(void **state)
{
    (void)state;
    assert_int_equal(mkdir("kept", 0777), 0);
    write_text("kept/model.json", precious);
    struct program_run run = program("train --lr 1000 --batch-size 8 --validation 0 --quiet --out kept/model.json");
    assert_int_equal(run.status, 5);
    program_free(&run);
    assert_precious("kept/model.json");
    assert_int_equal(commands_entries("kept"), 1);
}

/* ---- The model cannot be written: status 1 ---- */

static void an_out_file_that_cannot_be_written_is_refused_before_training(void **state)
{
    (void)state;
    commands_refused(1, "nowhere/model.json: cannot be written: the folder nowhere: No such file or directory",
                     "train --validation 0 --out nowhere/model.json");
    commands_refused(1, "data/mnist: cannot be written: Is a directory", "train --validation 0 --out data/mnist");
}

static void a_full_disk_at_the_end_is_a_failure(void **state)
{
    (void)state;
    commands_refused(1, "/dev/full: cannot be written: No space left on device",
                     "train --quiet --epochs 1 --validation 0 --threads 1 --out /dev/full");
}

static void results_that_cannot_be_printed_are_a_failure_and_the_model_is_saved(void **state)
{
    (void)state;
    commands_refused(1, "the results cannot be written to standard output: No space left on device",
                     "train --json --quiet --epochs 1 --validation 0 --threads 1 --out saved.json >/dev/full");
    cJSON_Delete(commands_json("evaluate --json --model saved.json"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(training_that_goes_wrong_says_so_once),
        cmocka_unit_test(the_shipped_recipes_train_without_a_word),
        cmocka_unit_test(options_out_of_range_are_refused),
        cmocka_unit_test(unknown_options_doubled_ones_and_files_are_refused),
        cmocka_unit_test(data_that_is_not_there_is_refused),
        cmocka_unit_test(an_unusable_mnist_dir_is_an_error_though_data_mnist_is_there),
        cmocka_unit_test(damaged_training_data_is_refused_before_training),
        cmocka_unit_test(more_validation_than_images_is_refused),
        cmocka_unit_test(images_that_do_not_match_the_network_are_refused),
        cmocka_unit_test(a_damaged_test_set_is_reported_and_the_model_is_saved),
        cmocka_unit_test(a_config_that_is_not_there_is_refused),
        cmocka_unit_test(a_config_that_is_wrong_is_refused_with_the_place),
        cmocka_unit_test(an_impossible_network_is_refused_with_what_would_fit),
        cmocka_unit_test(training_that_diverges_ends_with_5_and_advice),
        cmocka_unit_test(training_that_diverges_leaves_an_older_model_as_it_was),
        cmocka_unit_test(an_out_file_that_cannot_be_written_is_refused_before_training),
        cmocka_unit_test(a_full_disk_at_the_end_is_a_failure),
        cmocka_unit_test(results_that_cannot_be_printed_are_a_failure_and_the_model_is_saved),
    };
    return cmocka_run_group_tests(tests, commands_arrive, commands_leave);
}
