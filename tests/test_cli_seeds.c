/* lenet5 train --seeds: each run is the one that --seed alone gives, and mean and deviation are those of the runs. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "commands.h"
#include "support.h"

static const char small_config[] = "{\"architecture\": {\"input\": {\"rows\": 28, \"cols\": 28}, \"layers\": "
                                   "[{\"type\": \"dense\", \"units\": 12}, {\"type\": \"dense\", \"units\": 10}]},"
                                   " \"training\": {\"epochs\": 2, \"batch_size\": 16, \"validation\": 100}}";

#define TRAIN "train --config small.json --quiet "

static int arrive(void **state)
{
    commands_arrive(state);
    support_write("small.json", small_config, sizeof small_config - 1);
    return 0;
}

static void assert_same_files(const char *one, const char *other)
{
    char *first = commands_file(one), *second = commands_file(other);
    assert_string_equal(first, second);
    free(first);
    free(second);
}

static void each_run_is_the_one_of_its_seed(void **state)
{
    (void)state;
    commands_shell("mkdir keep");
    commands_well(TRAIN "--seed 5 --seeds 3 --out many.json --log many.jsonl --checkpoint keep/many");
    commands_well(TRAIN "--seed 6 --out one.json");
    assert_same_files("many-seed6.json", "one.json");
    assert_int_equal(access("many-seed5.json", F_OK), 0);
    assert_int_equal(access("many-seed7.json", F_OK), 0);
    assert_int_equal(access("many.json", F_OK), -1);
    assert_int_equal(access("many-seed7.jsonl", F_OK), 0);
    assert_int_equal(access("keep/many-seed7", F_OK), 0);
}

static void assert_spread(const cJSON *json, const char *key, double first, double second)
{
    const cJSON *spread = cJSON_GetObjectItem(json, key);
    commands_keys(spread, "mean", "deviation", "lowest", "highest", NULL);
    assert_true(fabs(commands_number(spread, "mean") - (first + second) / 2) < 1e-6);
    assert_true(fabs(commands_number(spread, "deviation") - fabs(first - second) / sqrt(2)) < 1e-5);
    assert_true(commands_number(spread, "lowest") == fmin(first, second));
    assert_true(commands_number(spread, "highest") == fmax(first, second));
}

static void json_has_the_runs_and_what_they_have_in_common(void **state)
{
    (void)state;
    cJSON *json = commands_json(TRAIN "--seed 3 --seeds 2 --json --out told.json");
    commands_keys(json, "seeds", "validation_accuracy", "test_accuracy", "runs", NULL);
    assert_true(commands_number(json, "seeds") == 2);
    const cJSON *runs = cJSON_GetObjectItem(json, "runs"), *first = runs->child, *second = first->next;
    assert_int_equal(cJSON_GetArraySize(runs), 2);
    assert_true(commands_number(first, "seed") == 3 && commands_number(second, "seed") == 4);
    assert_string_equal(commands_text(second, "file"), "told-seed4.json");
    assert_string_not_equal(commands_text(first, "digest"), commands_text(second, "digest"));
    assert_spread(json, "test_accuracy", commands_number(first, "test_accuracy"),
                  commands_number(second, "test_accuracy"));
    assert_spread(json, "validation_accuracy",
                  commands_number(cJSON_GetObjectItem(first, "epochs")->child->next, "validation_accuracy"),
                  commands_number(cJSON_GetObjectItem(second, "epochs")->child->next, "validation_accuracy"));
    cJSON_Delete(json);
}

static void the_text_ends_with_mean_and_deviation(void **state)
{
    (void)state;
    struct program_run run = program(TRAIN "--seeds 2 --validation 0 --out plain");
    double values[2], mean, deviation, low, high;
    assert_int_equal(run.status, 0);
    assert_int_equal(sscanf(run.out, "test accuracy %lf", &values[0]), 1);
    assert_non_null(strstr(run.out, "\nsaved as plain-seed2\n"));
    assert_int_equal(sscanf(strstr(run.out, "\n\ntest") + 2, "test accuracy %lf", &values[1]), 1);
    assert_null(strstr(run.out, "validation accuracy of"));
    const char *end = strstr(run.out, "test accuracy of 2 seeds");
    assert_non_null(end);
    assert_int_equal(sscanf(end, "test accuracy of 2 seeds: mean %lf %%, deviation %lf (%lf to %lf)\n", &mean,
                            &deviation, &low, &high),
                     4);
    assert_true(fabs(mean - (values[0] + values[1]) / 2) < 1e-3);
    assert_true(fabs(deviation - fabs(values[0] - values[1]) / sqrt(2)) < 1e-3);
    assert_true(low == fmin(values[0], values[1]) && high == fmax(values[0], values[1]));
    program_free(&run);
}

static void seeds_beyond_the_largest_and_beside_resume_are_refused(void **state)
{
    (void)state;
    commands_refused(2, "--seed 9007199254740990 and 2 more are beyond the largest seed, 9007199254740991",
                     TRAIN "--seed 9007199254740990 --seeds 3");
    commands_refused(2, "--resume takes what --seeds says from the checkpoint: leave it out",
                     "train --resume c.json --seeds 2");
}

/* The first run diverges: the others would as well. */
static void a_run_that_fails_ends_them_all(void **state)
{
    (void)state;
    struct program_run run = program(TRAIN "--lr 900 --epochs 9 --seeds 3 --out lost.json");
    assert_int_equal(run.status, 5);
    assert_string_equal(run.out, "");
    assert_non_null(strstr(run.err, "training diverged"));
    assert_int_equal(access("lost-seed2.json", F_OK), -1);
    program_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_run_is_the_one_of_its_seed),
        cmocka_unit_test(json_has_the_runs_and_what_they_have_in_common),
        cmocka_unit_test(the_text_ends_with_mean_and_deviation),
        cmocka_unit_test(seeds_beyond_the_largest_and_beside_resume_are_refused),
        cmocka_unit_test(a_run_that_fails_ends_them_all),
    };
    return cmocka_run_group_tests(tests, arrive, commands_leave);
}
