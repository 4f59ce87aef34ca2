/* lenet5 compare: rows as evaluate has them, pairs as the answers have them, an ensemble, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "commands.h"
#include "support.h"

enum { IMAGES = 100 };

static const char twelve_classes[] = "{\"architecture\": {\"input\": {\"rows\": 28, \"cols\": 28}, \"layers\": "
                                     "[{\"type\": \"dense\", \"units\": 12}]}, \"training\": {\"validation\": 0}}";

/* Networks that have learned little, and different things. */
static int arrive(void **state)
{
    commands_arrive(state);
    commands_well("train --quiet --validation 0 --epochs 3 --seed 1 --out a.json");
    commands_well("train --quiet --validation 0 --epochs 2 --seed 2 --out b.json");
    support_write("twelve-config.json", twelve_classes, sizeof twelve_classes - 1);
    commands_well("train --quiet --config twelve-config.json --epochs 1 --out twelve.json");
    return 0;
}

static const cJSON *item_of(const cJSON *json, const char *list, int index)
{
    const cJSON *item = cJSON_GetArrayItem(cJSON_GetObjectItem(json, list), index);
    assert_non_null(item);
    return item;
}

static void assert_rows(int views)
{
    cJSON *json = commands_json("compare --json --views %d a.json b.json", views);
    commands_keys(json, "data", "views", "total", "data_digest", "models", "pairs", NULL);
    assert_true(commands_number(json, "views") == views);
    assert_true(commands_number(json, "total") == IMAGES);
    static const char *const names[] = {"a.json", "b.json"};
    for (int i = 0; i < 2; i++) {
        cJSON *alone = commands_json("evaluate --json --views %d --model %s", views, names[i]);
        const cJSON *row = item_of(json, "models", i);
        commands_keys(row, "model", "accuracy", "standard_error", "errors", "digest", NULL);
        assert_string_equal(commands_text(row, "model"), names[i]);
        assert_string_equal(commands_text(row, "digest"), commands_text(alone, "model_digest"));
        assert_true(commands_number(row, "accuracy") == commands_number(alone, "accuracy"));
        assert_true(commands_number(row, "standard_error") == commands_number(alone, "standard_error"));
        assert_true(commands_number(row, "errors") == IMAGES - commands_number(alone, "correct"));
        cJSON_Delete(alone);
    }
    cJSON_Delete(json);
}

static void each_row_is_what_evaluate_finds(void **state)
{
    (void)state;
    assert_rows(1);
    assert_rows(4);
}

/* The difference of the errors is that of the images that only one of them reads. */
static void a_pair_counts_the_images_that_only_one_reads(void **state)
{
    (void)state;
    cJSON *json = commands_json("compare --json a.json b.json a.json");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "pairs")), 3);
    const cJSON *pair = item_of(json, "pairs", 0), *same = item_of(json, "pairs", 1);
    commands_keys(pair, "first", "second", "only_first", "only_second", "p", NULL);
    assert_true(commands_number(pair, "only_first") - commands_number(pair, "only_second") ==
                commands_number(item_of(json, "models", 1), "errors") -
                    commands_number(item_of(json, "models", 0), "errors"));
    assert_true(commands_number(pair, "only_first") + commands_number(pair, "only_second") > 0);
    assert_true(commands_number(pair, "p") > 0 && commands_number(pair, "p") <= 1);
    assert_true(commands_number(same, "second") == 2 && commands_number(same, "p") == 1);
    assert_true(commands_number(same, "only_first") == 0 && commands_number(same, "only_second") == 0);
    cJSON_Delete(json);
}

static void the_ensemble_is_the_mean_of_the_probabilities(void **state)
{
    (void)state;
    cJSON *json = commands_json("compare --json --ensemble a.json a.json");
    const cJSON *all = item_of(json, "models", 2), *pair = item_of(json, "pairs", 1);
    assert_string_equal(commands_text(all, "model"), "ensemble");
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(all, "digest")));
    assert_true(commands_number(pair, "only_first") == 0 && commands_number(pair, "only_second") == 0);
    cJSON_Delete(json);
    json = commands_json("compare --json --ensemble a.json b.json");
    pair = item_of(json, "pairs", 1);
    const cJSON *other = item_of(json, "pairs", 2);
    assert_true(commands_number(pair, "only_first") + commands_number(pair, "only_second") +
                    commands_number(other, "only_first") + commands_number(other, "only_second") >
                0);
    cJSON_Delete(json);
}

static void the_text_is_a_table_and_the_pairs(void **state)
{
    (void)state;
    struct program_run run = program("compare --ensemble a.json b.json");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.err, "");
    assert_int_equal(
        strncmp(run.out, "100 test images of data/mnist\n\n   model     accuracy %    +-  errors\n1  a.json ", 75), 0);
    assert_non_null(strstr(run.out, "\n3  ensemble "));
    assert_non_null(strstr(run.out, "\n   pair  only the first right  only the second  p\n  1   2  "));
    assert_non_null(strstr(run.out, "\n  2   3  "));
    program_free(&run);
    run = program("compare --views 4 a.json b.json");
    assert_int_equal(strncmp(run.out, "100 test images of data/mnist, the mean over 4 views of each\n\n   model ", 71),
                     0);
    program_free(&run);
}

static void what_cannot_be_compared_is_refused(void **state)
{
    (void)state;
    commands_refused(4, "twelve.json has 12 classes, and a.json has 10: compare models of the same ones",
                     "compare a.json twelve.json");
    commands_refused(4, "none.json: cannot be opened: No such file or directory", "compare a.json none.json");
    commands_refused(2, "compare needs MODEL (two or more): lenet5 compare --help shows how", "compare a.json");
    commands_refused(2, "--views expects a whole number from 1 to 13, not \"0\"", "compare --views 0 a.json b.json");
    commands_refused(2, "--views expects a whole number from 1 to 13, not \"14\"", "compare --views 14 a.json b.json");
    commands_shell("sed 's/\"rows\":\t28/\"rows\":\t14/; s/\"cols\":\t28/\"cols\":\t56/' twelve.json > wide.json");
    commands_refused(3,
                     "wide.json: the images are 28x28 with 1 channel and the network takes 14x56 with 1: use other "
                     "images, or a config whose input has rows 28, cols 28, channels 1",
                     "compare twelve.json wide.json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_is_what_evaluate_finds),
        cmocka_unit_test(a_pair_counts_the_images_that_only_one_reads),
        cmocka_unit_test(the_ensemble_is_the_mean_of_the_probabilities),
        cmocka_unit_test(the_text_is_a_table_and_the_pairs),
        cmocka_unit_test(what_cannot_be_compared_is_refused),
    };
    return cmocka_run_group_tests(tests, arrive, commands_leave);
}
