/* lenet5 evaluate: figures that agree with each other and with the data, and what it refuses. */
#define _XOPEN_SOURCE 700
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/digest.h"
#include "commands.h"
#include "dataset/source.h"
#include "digits.h"
#include "support.h"

enum { CLASSES = 10 };

/* A network that has not learned enough: it makes mistakes of its own, more and less confident ones. */
static int arrive(void **state)
{
    commands_arrive(state);
    cJSON_Delete(commands_json("train --json --quiet --threads 1 --validation 0 --epochs 2 --out model.json"));
    return 0;
}

static cJSON *evaluate(void)
{
    return commands_json("evaluate --json --model model.json");
}

static const cJSON *array(const cJSON *object, const char *key, int size)
{
    const cJSON *item = cJSON_GetObjectItem(object, key);
    assert_true(cJSON_IsArray(item));
    assert_int_equal(cJSON_GetArraySize(item), size);
    return item;
}

static int confusion(const cJSON *json, int label, int answer)
{
    const cJSON *row = cJSON_GetArrayItem(cJSON_GetObjectItem(json, "confusion"), label);
    return cJSON_GetArrayItem(row, answer)->valueint;
}

/* Numbers are printed with six digits. */
static void assert_near(double value, double expected)
{
    if (fabs(value - expected) > 1e-6)
        fail_msg("%.8g is not %.8g", value, expected);
}

static void json_has_the_documented_keys(void **state)
{
    (void)state;
    cJSON *json = evaluate();
    commands_keys(json, "data", "views", "accuracy", "standard_error", "error_rate", "correct", "total", "loss", "ece",
                  "first_half", "second_half", "per_digit", "confusion", "mistakes", "model_digest", "data_digest",
                  NULL);
    commands_keys(cJSON_GetObjectItem(json, "first_half"), "accuracy", "correct", "total", NULL);
    commands_keys(cJSON_GetObjectItem(json, "second_half"), "accuracy", "correct", "total", NULL);
    commands_keys(cJSON_GetObjectItem(json, "mistakes")->child, "index", "label", "answer", "probability", NULL);
    cJSON_Delete(json);
}

static void accuracy_error_rate_and_standard_error_follow_from_the_count(void **state)
{
    (void)state;
    cJSON *json = evaluate();
    const double correct = commands_number(json, "correct"), p = correct / DIGITS_TEST;
    assert_true(commands_number(json, "total") == DIGITS_TEST);
    assert_true(correct > 20 && correct < 95);
    assert_near(commands_number(json, "accuracy"), p);
    assert_near(commands_number(json, "error_rate"), 1 - p);
    assert_near(commands_number(json, "standard_error"), sqrt(p * (1 - p) / DIGITS_TEST));
    assert_true(commands_number(json, "loss") > 0);
    cJSON_Delete(json);
}

static void rows_of_the_confusion_matrix_are_the_labels_and_its_diagonal_the_right_answers(void **state)
{
    (void)state;
    cJSON *json = evaluate();
    const cJSON *rows = array(json, "confusion", CLASSES), *row, *per_digit = array(json, "per_digit", CLASSES);
    cJSON_ArrayForEach(row, rows) assert_int_equal(cJSON_GetArraySize(row), CLASSES);
    int labels[CLASSES] = {0}, correct = 0;
    for (int i = 0; i < DIGITS_TEST; i++)
        labels[digits_test_label(i)]++;
    for (int label = 0; label < CLASSES; label++) {
        int total = 0;
        for (int answer = 0; answer < CLASSES; answer++)
            total += confusion(json, label, answer);
        const int right = confusion(json, label, label);
        assert_int_equal(total, labels[label]);
        assert_near(cJSON_GetArrayItem(per_digit, label)->valuedouble, (double)right / total);
        correct += right;
    }
    assert_true(commands_number(json, "correct") == correct);
    cJSON_Delete(json);
}

static void mistakes_are_all_wrong_answers_the_most_confident_first(void **state)
{
    (void)state;
    cJSON *json = evaluate();
    const int wrong = DIGITS_TEST - (int)commands_number(json, "correct");
    const cJSON *mistake, *mistakes = array(json, "mistakes", wrong);
    int counts[CLASSES][CLASSES] = {{0}}, seen[DIGITS_TEST] = {0};
    double last = 1;
    cJSON_ArrayForEach(mistake, mistakes)
    {
        const int index = (int)commands_number(mistake, "index"), label = (int)commands_number(mistake, "label");
        const int answer = (int)commands_number(mistake, "answer");
        const double probability = commands_number(mistake, "probability");
        assert_in_range(index, 0, DIGITS_TEST - 1);
        assert_int_equal(seen[index]++, 0);
        assert_int_equal(label, digits_test_label(index));
        assert_int_not_equal(label, answer);
        assert_true(probability <= last && probability > 0.1); /* an answer has more than one in ten */
        last = probability;
        counts[label][answer]++;
    }
    for (int label = 0; label < CLASSES; label++)
        for (int answer = 0; answer < CLASSES; answer++)
            if (label != answer)
                assert_int_equal(counts[label][answer], confusion(json, label, answer));
    cJSON_Delete(json);
}

static void both_halves_add_up_to_the_whole(void **state)
{
    (void)state;
    cJSON *json = evaluate();
    const cJSON *first = cJSON_GetObjectItem(json, "first_half"), *second = first->next, *mistake;
    assert_true(commands_number(first, "total") == DIGITS_TEST / 2);
    assert_true(commands_number(second, "total") == DIGITS_TEST / 2);
    int in_first = DIGITS_TEST / 2;
    cJSON_ArrayForEach(mistake, cJSON_GetObjectItem(json, "mistakes")) in_first -=
        commands_number(mistake, "index") < DIGITS_TEST / 2;
    assert_true(commands_number(first, "correct") == in_first);
    assert_true(commands_number(first, "correct") + commands_number(second, "correct") ==
                commands_number(json, "correct"));
    assert_near(commands_number(second, "accuracy"), commands_number(second, "correct") / (DIGITS_TEST / 2));
    cJSON_Delete(json);
}

static void both_digests_tell_what_was_measured(void **state)
{
    (void)state;
    unsigned char pixels[DIGITS_TEST * DIGITS_PIXELS], labels[DIGITS_TEST];
    for (int i = 0; i < DIGITS_TEST; i++) {
        digits_image(pixels + i * DIGITS_PIXELS, DATASET_TEST, i);
        labels[i] = (unsigned char)digits_test_label(i);
    }
    char data[DIGEST_TEXT], *file = commands_file("model.json");
    digest_two(data, pixels, sizeof pixels, labels, sizeof labels);
    cJSON *json = evaluate(), *model = cJSON_Parse(file);
    assert_string_equal(commands_text(json, "data_digest"), data);
    assert_string_equal(commands_text(json, "model_digest"), commands_text(model, "digest"));
    cJSON_Delete(json);
    cJSON_Delete(model);
    free(file);
}

/* Until then it is the folder, also where that is called mnist: its digits are none of MNIST's. */
static void drawn_digits_are_named_where_their_folder_lists_their_digest(void **state)
{
    (void)state;
    assert_int_equal(system("cp -r data/mnist drawn"), 0);
    cJSON *json = commands_json("evaluate --json --model model.json --data drawn");
    assert_string_equal(commands_text(json, "data"), "drawn");
    assert_int_equal(source_write_synthetic("drawn", "a test", NULL, commands_text(json, "data_digest"), NULL), 0);
    cJSON_Delete(json);
    json = commands_json("evaluate --json --model model.json --data drawn");
    assert_string_equal(commands_text(json, "data"), "synthetic digits");
    cJSON_Delete(json);
    struct program_run run = program("evaluate --model model.json --data drawn");
    assert_int_equal(strncmp(run.out, "data            synthetic digits (drawn)\naccuracy ", 50), 0);
    program_free(&run);
}

/* Names are bytes: a terminal gets no escape sequence, JSON valid UTF-8. */
static void a_folder_with_a_wild_name_is_named_as_text(void **state)
{
    (void)state;
    assert_int_equal(system("cp -r data/mnist \"$(printf 'wild\\033\\377')\""), 0);
    struct program_run run = program("evaluate --model model.json --data \"$(printf 'wild\\033\\377')\"");
    assert_int_equal(run.status, 0);
    assert_int_equal(strncmp(run.out, "data            wild?\377\n", 23), 0);
    program_free(&run);
    cJSON *json = commands_json("evaluate --json --model model.json --data \"$(printf 'wild\\033\\377')\"");
    assert_string_equal(commands_text(json, "data"), "wild\033?");
    cJSON_Delete(json);
}

static void the_number_of_threads_changes_nothing(void **state)
{
    (void)state;
    struct program_run one = program("evaluate --json --model model.json --threads 1");
    struct program_run three = program("evaluate --json --model model.json --threads 3");
    assert_int_equal(three.status, 0);
    assert_string_equal(one.out, three.out);
    program_free(&one);
    program_free(&three);
}

static void the_text_says_the_same_as_the_json(void **state)
{
    (void)state;
    cJSON *json = evaluate();
    struct program_run run = program("evaluate --model model.json");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.err, "");
    const int correct = (int)commands_number(json, "correct");
    char start[200], shown[100];
    snprintf(start, sizeof start,
             "data            data/mnist\naccuracy       %6.2f %% +- %.2f  (%d of 100)\nfirst half ", (double)correct,
             100 * commands_number(json, "standard_error"), correct);
    assert_int_equal(strncmp(run.out, start, strlen(start)), 0);
    const cJSON *worst = cJSON_GetObjectItem(json, "mistakes")->child;
    snprintf(shown, sizeof shown,
             "\nmost confident mistakes of %d (index in the file, from 0)\n%8d   a %d answered as %d ", 100 - correct,
             (int)commands_number(worst, "index"), (int)commands_number(worst, "label"),
             (int)commands_number(worst, "answer"));
    assert_non_null(strstr(run.out, shown));
    assert_null(strstr(run.out, " \n")); /* no blanks at the end of a line */
    program_free(&run);
    cJSON_Delete(json);
}

static void several_views_are_named_and_change_the_loss_whatever_the_number_of_threads(void **state)
{
    (void)state;
    cJSON *one = evaluate(), *five = commands_json("evaluate --json --model model.json --views 5 --threads 1");
    cJSON *again = commands_json("evaluate --json --model model.json --views 5 --threads 3");
    assert_true(commands_number(one, "views") == 1);
    assert_true(commands_number(five, "views") == 5);
    assert_true(fabs(commands_number(one, "loss") - commands_number(five, "loss")) > 1e-4);
    assert_true(cJSON_Compare(five, again, 1));
    char sentence[200];
    snprintf(sentence, sizeof sentence,
             "data            data/mnist\nviews           5 of each image, the mean of their "
             "scores\naccuracy       %6.2f %% ",
             commands_number(five, "correct"));
    struct program_run run = program("evaluate --model model.json --views 5");
    assert_int_equal(strncmp(run.out, sentence, strlen(sentence)), 0);
    program_free(&run);
    run = program("evaluate --model model.json --views 1");
    assert_null(strstr(run.out, "views"));
    program_free(&run);
    cJSON_Delete(one);
    cJSON_Delete(five);
    cJSON_Delete(again);
}

static void a_digit_without_images_has_no_accuracy(void **state)
{
    (void)state;
    assert_int_equal(mkdir("three", 0777), 0);
    struct bytes images = support_idx(3, (const uint32_t[]){3, DIGITS_SIDE, DIGITS_SIDE});
    struct bytes labels = support_idx(1, (const uint32_t[]){3}); /* 0, 1, 2 */
    for (int i = 0; i < 3; i++)
        digits_image(images.data + 16 + i * DIGITS_PIXELS, DATASET_TEST, i);
    support_write("three/t10k-images-idx3-ubyte", images.data, images.size);
    support_write("three/t10k-labels-idx1-ubyte", labels.data, labels.size);
    support_free(&images);
    support_free(&labels);
    cJSON *json = commands_json("evaluate --json --model model.json --data three"); /* no training set there */
    assert_true(cJSON_IsNumber(cJSON_GetArrayItem(cJSON_GetObjectItem(json, "per_digit"), 2)));
    assert_true(cJSON_IsNull(cJSON_GetArrayItem(cJSON_GetObjectItem(json, "per_digit"), 3)));
    assert_true(commands_number(cJSON_GetObjectItem(json, "first_half"), "total") == 1);
    assert_true(commands_number(cJSON_GetObjectItem(json, "second_half"), "total") == 2);
    cJSON_Delete(json);
}

static void an_accuracy_below_the_minimum_ends_with_6_after_the_results(void **state)
{
    (void)state;
    cJSON *json = evaluate();
    char sentence[200];
    snprintf(sentence, sizeof sentence, "lenet5: the accuracy %.6g is below --min-accuracy 0.999\n",
             commands_number(json, "accuracy"));
    struct program_run run = program("evaluate --json --model model.json --min-accuracy 0.999");
    assert_int_equal(run.status, 6);
    assert_string_equal(run.err, sentence);
    assert_int_equal(run.out[0], '{');
    program_free(&run);
    cJSON_Delete(json);
}

static void an_accuracy_of_just_the_minimum_is_enough(void **state)
{
    (void)state;
    cJSON *json = evaluate();
    struct program_run run =
        program("evaluate --model model.json --min-accuracy %.2f", commands_number(json, "accuracy"));
    assert_int_equal(run.status, 0);
    program_free(&run);
    cJSON_Delete(json);
}

static void the_model_of_the_environment_is_measured(void **state)
{
    (void)state;
    setenv("LENET5_MODEL", "model.json", 1);
    cJSON_Delete(commands_json("evaluate --json"));
    commands_refused(4, "none.json: cannot be opened: No such file or directory", "evaluate --model none.json");
    unsetenv("LENET5_MODEL");
}

static void misuse_is_refused(void **state)
{
    (void)state;
    commands_refused(2, "--min-accuracy expects a number from 0 to 1, not \"98.8\"", "evaluate --min-accuracy 98.8");
    commands_refused(2, "--threads expects a whole number from 1 to 64, not \"0\"", "evaluate --threads 0");
    commands_refused(2, "--views expects a whole number from 1 to 13, not \"0\"", "evaluate --views 0");
    commands_refused(2, "--views expects a whole number from 1 to 13, not \"14\"", "evaluate --views 14");
    commands_refused(2, "evaluate has no option --modle; the nearest is --model", "evaluate --modle model.json");
    commands_refused(2, "evaluate takes no files, and \"model.json\" was given", "evaluate model.json");
}

static void data_that_is_missing_or_does_not_match_is_refused(void **state)
{
    (void)state;
    commands_refused(
        3,
        "nowhere: there is no such folder: get MNIST with scripts/get-mnist, point --data or MNIST_DIR to a folder "
        "that has it, or draw digits with lenet5 synth --out data/synthetic and use --data data/synthetic",
        "evaluate --model model.json --data nowhere");
    assert_int_equal(mkdir("small", 0777), 0);
    struct bytes images = support_idx(3, (const uint32_t[]){4, 14, 14}), labels = support_idx(1, (const uint32_t[]){4});
    support_write("small/t10k-images-idx3-ubyte", images.data, images.size);
    support_write("small/t10k-labels-idx1-ubyte", labels.data, labels.size);
    support_free(&images);
    support_free(&labels);
    commands_refused(3,
                     "the images are 14x14 with 1 channel and the network takes 28x28 with 1: use other images, or a "
                     "config whose input has rows 14, cols 14, channels 1",
                     "evaluate --model model.json --data small");
}

static void a_model_that_is_none_is_refused_with_status_4(void **state)
{
    (void)state;
    commands_refused(4, "none.json: cannot be opened: No such file or directory", "evaluate --model none.json");
    assert_int_equal(system("head -c 5000 model.json > cut.json"), 0);
    struct program_run run = program("evaluate --model cut.json");
    assert_int_equal(run.status, 4);
    assert_string_equal(run.out, "");
    assert_int_equal(strncmp(run.err, "lenet5: cut.json: is not JSON: ", 31), 0);
    program_free(&run);
    commands_refused(4, "data/mnist: is a folder, a file was expected", "evaluate --model data/mnist");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_has_the_documented_keys),
        cmocka_unit_test(accuracy_error_rate_and_standard_error_follow_from_the_count),
        cmocka_unit_test(rows_of_the_confusion_matrix_are_the_labels_and_its_diagonal_the_right_answers),
        cmocka_unit_test(mistakes_are_all_wrong_answers_the_most_confident_first),
        cmocka_unit_test(both_halves_add_up_to_the_whole),
        cmocka_unit_test(both_digests_tell_what_was_measured),
        cmocka_unit_test(drawn_digits_are_named_where_their_folder_lists_their_digest),
        cmocka_unit_test(a_folder_with_a_wild_name_is_named_as_text),
        cmocka_unit_test(the_number_of_threads_changes_nothing),
        cmocka_unit_test(the_text_says_the_same_as_the_json),
        cmocka_unit_test(several_views_are_named_and_change_the_loss_whatever_the_number_of_threads),
        cmocka_unit_test(a_digit_without_images_has_no_accuracy),
        cmocka_unit_test(an_accuracy_below_the_minimum_ends_with_6_after_the_results),
        cmocka_unit_test(an_accuracy_of_just_the_minimum_is_enough),
        cmocka_unit_test(the_model_of_the_environment_is_measured),
        cmocka_unit_test(misuse_is_refused),
        cmocka_unit_test(data_that_is_missing_or_does_not_match_is_refused),
        cmocka_unit_test(a_model_that_is_none_is_refused_with_status_4),
    };
    return cmocka_run_group_tests(tests, arrive, commands_leave);
}
