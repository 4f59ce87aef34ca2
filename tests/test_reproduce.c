/* scripts/reproduce: a model that its own settings give again, and one that they do not. */
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "commands.h"

/* Runs the script on a model here, with the program and the data of this test. */
static int reproduce(const char *model)
{
    char command[3000];
    snprintf(
        command, sizeof command,
        "mkdir -p build && ln -sf \"$LENET5\" build/lenet5 && MNIST_DIR=\"$PWD/data/mnist\" '%s/scripts/reproduce' "
        "\"$PWD/%s\" \"$PWD/build\" >said 2>&1",
        commands_repository(), model);
    return system(command);
}

static void assert_ends_with(const char *end)
{
    char *said = commands_file("said");
    const size_t length = strlen(said), wanted = strlen(end);
    if (length < wanted || strcmp(said + length - wanted, end) != 0)
        fail_msg("%s", said);
    free(said);
}

static void a_model_is_trained_again_to_the_same_bytes(void **state)
{
    (void)state;
    commands_well(
        "train --quiet --epochs 3 --validation 50 --lr 0.0123456789012345678 --seed 9007199254740991 --patience "
        "2 --out mine.json");
    assert_int_equal(reproduce("mine.json"), 0);
    char *said = commands_file("said");
    assert_non_null(strstr(said, "data_digest is the same\ndigest is the same\n"));
    free(said);
    assert_ends_with("/mine.json, byte for byte\n");
}

static void a_model_that_was_calibrated_is_trained_again_too(void **state)
{
    (void)state;
    commands_well("train --quiet --epochs 2 --validation 100 --out calibrated.json");
    commands_well("calibrate --model calibrated.json");
    commands_shell("grep -q '\"calibration\"' calibrated.json");
    assert_int_equal(reproduce("calibrated.json"), 0);
    assert_ends_with("/calibrated.json, byte for byte, but for what lenet5 calibrate wrote into it\n");
    commands_shell("sed 's/\"test\"/\"tests\"/' calibrated.json > edited.json && ! cmp -s edited.json calibrated.json");
    assert_int_not_equal(reproduce("edited.json"), 0);
    assert_ends_with(": their records differ\n");
}

static void other_weights_are_told(void **state)
{
    (void)state;
    commands_well("train --quiet --epochs 1 --validation 50 --out mine.json");
    commands_shell("sed 's/\"seed\":\\t1/\"seed\":\\t2/' mine.json > other.json && ! cmp -s mine.json other.json");
    assert_int_not_equal(reproduce("other.json"), 0);
    char *said = commands_file("said");
    assert_non_null(strstr(said, "\ndigest differs: "));
    free(said);
}

static void other_data_is_told(void **state)
{
    (void)state;
    commands_well("synth --count 200 --test 50 --out drawn");
    commands_well("train --quiet --epochs 1 --validation 50 --data drawn --out drawn.json");
    assert_int_not_equal(reproduce("drawn.json"), 0);
    char *said = commands_file("said");
    assert_non_null(strstr(said, "\ndata_digest differs: "));
    free(said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_model_is_trained_again_to_the_same_bytes),
        cmocka_unit_test(a_model_that_was_calibrated_is_trained_again_too),
        cmocka_unit_test(other_weights_are_told),
        cmocka_unit_test(other_data_is_told),
    };
    return cmocka_run_group_tests(tests, commands_arrive, commands_leave);
}
