/* Which model a command uses: --model, then LENET5_MODEL, then the one that is shipped beside the program; and the
 * shipped one itself, on MNIST and on the sample pictures. */
#define _XOPEN_SOURCE 700
#include <dirent.h>
#include <limits.h>
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
#include "digits.h"

#define IMAGE "--index 3 data/mnist/train-images-idx3-ubyte"

static char built[PATH_MAX]; /* the program under test, where it was built */

/* Copies of the program in trees of their own, so that nothing but what a test puts there is found. */
static int arrive(void **state)
{
    commands_arrive(state);
    snprintf(built, sizeof built, "%s", getenv("LENET5"));
    assert_int_equal(
        system("mkdir -p tree/build/clang tree/bin && cp \"$LENET5\" tree/build && cp \"$LENET5\" tree/bin "
               "&& cp \"$LENET5\" tree/build/clang"),
        0);
    commands_train("model.json");
    return 0;
}

/* After each test, failed ones included. */
static int restore(void **state)
{
    (void)state;
    setenv("LENET5", built, 1);
    unsetenv("LENET5_MODEL");
    return 0;
}

/* The copy at `path` finds the model at `place`, and without it says so. */
static void assert_found(const char *path, const char *folder, const char *place)
{
    char command[PATH_MAX], absolute[PATH_MAX], sentence[2 * PATH_MAX];
    setenv("LENET5", path, 1);
    assert_non_null(realpath(folder, absolute));
    snprintf(
        sentence, sizeof sentence,
        "there is no model: neither --model nor LENET5_MODEL names one, and %s/ has no ../models/lenet5.json and no "
        "../share/lenet5/lenet5.json: train one with lenet5 train --out lenet5.json",
        absolute);
    commands_refused(4, sentence, "classify " IMAGE);
    snprintf(command, sizeof command, "mkdir -p $(dirname %s) && cp model.json %s", place, place);
    assert_int_equal(system(command), 0);
    cJSON *json = commands_json("classify --json " IMAGE);
    assert_true(commands_number(json, "digit") == 3);
    cJSON_Delete(json);
    assert_int_equal(unlink(place), 0);
}

static void a_program_in_build_finds_the_shipped_model(void **state)
{
    (void)state;
    assert_found("tree/build/lenet5", "tree/build", "tree/models/lenet5.json");
}

static void a_program_in_a_build_folder_of_its_own_finds_it_too(void **state)
{
    (void)state;
    assert_found("tree/build/clang/lenet5", "tree/build/clang", "tree/models/lenet5.json");
}

static void an_installed_program_finds_the_installed_model(void **state)
{
    (void)state;
    assert_found("tree/bin/lenet5", "tree/bin", "tree/share/lenet5/lenet5.json");
}

static void a_program_that_is_called_by_a_link_finds_the_model_beside_itself(void **state)
{
    (void)state;
    assert_int_equal(symlink("tree/bin/lenet5", "linked"), 0);
    assert_found("./linked", "tree/bin", "tree/share/lenet5/lenet5.json");
}

static void the_environment_names_a_model_and_the_option_wins(void **state)
{
    (void)state;
    setenv("LENET5", "tree/bin/lenet5", 1);
    setenv("LENET5_MODEL", "model.json", 1);
    cJSON_Delete(commands_json("classify --json " IMAGE));
    setenv("LENET5_MODEL", "none.json", 1);
    commands_refused(4, "none.json: cannot be opened: No such file or directory", "classify " IMAGE);
    cJSON_Delete(commands_json("classify --json --model model.json " IMAGE));
    setenv("LENET5_MODEL", "", 1); /* empty is unset */
    struct program_run run = program("classify " IMAGE);
    assert_int_equal(run.status, 4);
    assert_int_equal(strncmp(run.err, "lenet5: there is no model: ", 27), 0);
    program_free(&run);
}

/* ---- The shipped model ---- */

/* Its path; skips the test where the repository has none. */
static const char *shipped(void)
{
    static char path[PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/models/lenet5.json", commands_repository());
    if (access(path, R_OK) != 0) {
        print_message("SKIPPED: models/lenet5.json is not there\n");
        skip();
    }
    return path;
}

static void the_shipped_model_reads_988_of_1000_test_digits(void **state)
{
    (void)state;
    const char *model = shipped();
    if (commands_mnist() == NULL) {
        print_message("SKIPPED: MNIST is not there, run scripts/get-mnist or set MNIST_DIR\n");
        skip();
    }
    cJSON *json =
        commands_json("evaluate --json --model '%s' --data '%s' --min-accuracy 0.988", model, commands_mnist());
    assert_string_equal(commands_text(json, "data"), "MNIST");
    assert_true(commands_number(json, "total") == 10000);
    assert_true(commands_number(json, "accuracy") >= 0.988);
    cJSON_Delete(json);
}

/* The first character of a sample's name is the digit. The samples are taken as they came, so a few of them are odd. */
static void the_shipped_model_reads_most_sample_pictures(void **state)
{
    (void)state;
    const char *model = shipped();
    char folder[PATH_MAX + 32];
    snprintf(folder, sizeof folder, "%s/data/samples", commands_repository());
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    const struct dirent *entry;
    int pictures = 0, right = 0;
    while ((entry = readdir(directory)) != NULL) {
        if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
            continue;
        cJSON *json = commands_json("classify --json --model '%s' '%s/%s'", model, folder, entry->d_name);
        right += commands_number(json, "digit") == entry->d_name[0] - '0';
        cJSON_Delete(json);
        pictures++;
    }
    closedir(directory);
    assert_true(pictures >= 40);
    if (right * 10 < pictures * 8)
        fail_msg("only %d of %d samples are read rightly", right, pictures);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_program_in_build_finds_the_shipped_model, restore),
        cmocka_unit_test_teardown(a_program_in_a_build_folder_of_its_own_finds_it_too, restore),
        cmocka_unit_test_teardown(an_installed_program_finds_the_installed_model, restore),
        cmocka_unit_test_teardown(a_program_that_is_called_by_a_link_finds_the_model_beside_itself, restore),
        cmocka_unit_test_teardown(the_environment_names_a_model_and_the_option_wins, restore),
        cmocka_unit_test_teardown(the_shipped_model_reads_988_of_1000_test_digits, restore),
        cmocka_unit_test_teardown(the_shipped_model_reads_most_sample_pictures, restore),
    };
    return cmocka_run_group_tests(tests, arrive, commands_leave);
}
