/* scripts/get-mnist as a user meets it, in a copy of the repository that holds nothing else. Its mirrors are folders on
 * this machine (curl takes file:// too), so that no test needs a network. */
#define _POSIX_C_SOURCE 200809L
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
#include "program.h"

#define RUN_OR_FAIL(command)                                                                                           \
    do {                                                                                                               \
        if (system(command) != 0)                                                                                      \
            fail_msg("%s", command);                                                                                   \
    } while (0)

static char mirror[PATH_MAX + 16]; /* file://.../mirror/, an empty folder unless a test fills it */

static int arrive(void **state)
{
    char command[PATH_MAX + 64], folder[PATH_MAX];
    if (commands_arrive(state) != 0 || getcwd(folder, sizeof folder) == NULL)
        return -1;
    snprintf(command, sizeof command, "mkdir -p copy/scripts mirror && cp '%s/scripts/get-mnist' copy/scripts",
             commands_repository());
    RUN_OR_FAIL(command);
    setenv("LENET5", "copy/scripts/get-mnist", 1); /* what program() runs */
    snprintf(mirror, sizeof mirror, "file://%s/mirror/", folder);
    setenv("MNIST_MIRRORS", mirror, 1);
    return 0;
}

static void assert_says(int status, const char *out, const char *part_of_err, const char *arguments)
{
    struct program_run run = program("%s", arguments);
    if (run.status != status || strcmp(run.out, out) != 0 || strstr(run.err, part_of_err) == NULL)
        fail_msg("status %d, stdout \"%s\", stderr \"%s\"", run.status, run.out, run.err);
    program_free(&run);
}

static void a_folder_with_four_files_is_printed_and_nothing_is_fetched(void **state)
{
    (void)state;
    assert_says(0, "data/mnist\n", "", "--data data/mnist");
    setenv("MNIST_DIR", "data/mnist", 1);
    assert_says(0, "data/mnist\n", "", "");
    unsetenv("MNIST_DIR");
    assert_int_equal(access("copy/data", F_OK), -1);
}

static void a_named_folder_that_lacks_a_file_is_an_error_and_no_other_is_tried(void **state)
{
    (void)state;
    setenv("MNIST_DIR", "mirror", 1);
    assert_says(3, "", "get-mnist: MNIST_DIR is mirror, which lacks train-images-idx3-ubyte train-labels-idx1-ubyte",
                "");
    assert_says(3, "", "get-mnist: --data is nowhere, which is not a folder", "--data nowhere");
    assert_says(0, "data/mnist\n", "", "--data data/mnist"); /* --data comes before MNIST_DIR */
    unsetenv("MNIST_DIR");
}

static void mirrors_without_the_files_end_with_status_3_and_the_cure(void **state)
{
    (void)state;
    char expected[2 * PATH_MAX];
    snprintf(expected, sizeof expected,
             "train-images-idx3-ubyte.gz could not be had from %s: see that this machine reaches one of them and try "
             "again, or set MNIST_DIR to a folder with the four files.",
             mirror);
    assert_says(3, "", expected, "");
}

static void a_page_in_the_place_of_the_file_is_named_and_thrown_away(void **state)
{
    (void)state;
    RUN_OR_FAIL("echo '<!DOCTYPE html><title>moved</title>' > mirror/train-images-idx3-ubyte.gz");
    assert_says(3, "", "is not MNIST's file (an HTML page): it is thrown away", "");
    RUN_OR_FAIL("test ! -e copy/data/mnist && rm mirror/train-images-idx3-ubyte.gz");
}

static void a_wrong_file_in_its_own_folder_is_set_aside(void **state)
{
    (void)state;
    RUN_OR_FAIL("mkdir -p copy/data/mnist && cp data/mnist/train-labels-idx1-ubyte* copy/data/mnist");
    assert_says(3, "", "is not MNIST's file", "");
    RUN_OR_FAIL("ls copy/data/mnist/train-labels-idx1-ubyte*.bad > list && rm -r copy/data list");
}

/* The labels are small enough to be fetched in two parts here; the images come whole. */
static void mnist_is_fetched_behind_what_is_there_and_verified(void **state)
{
    (void)state;
    if (commands_mnist() == NULL) {
        print_message("SKIPPED: MNIST is not there, run scripts/get-mnist or set MNIST_DIR\n");
        skip();
    }
    char command[4 * PATH_MAX];
    snprintf(command, sizeof command,
             "for name in train-images-idx3 train-labels-idx1 t10k-images-idx3 t10k-labels-idx1; do "
             "cp '%s'/$name-ubyte.gz mirror || gzip -c '%s'/$name-ubyte > mirror/$name-ubyte.gz || exit 1; done; "
             "gzip -dcf mirror/t10k-labels-idx1-ubyte.gz | sha256sum | grep -q '^ff7bcfd416de3373' && "
             "mkdir -p copy/data/mnist && head -c 999 mirror/t10k-labels-idx1-ubyte.gz "
             "> copy/data/mnist/t10k-labels-idx1-ubyte.gz.part",
             commands_mnist(), commands_mnist());
    if (system(command) != 0) {
        print_message("SKIPPED: %s holds other data than MNIST, or under other names\n", commands_mnist());
        skip();
    }
    struct program_run run = program("%s", "");
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(run.err, "MNIST is complete and verified"));
    assert_null(strstr(run.err, "thrown away")); /* the part was gone on with, not appended to at the wrong place */
    assert_non_null(strstr(run.out, "data/mnist\n"));
    program_free(&run);
    assert_int_equal(commands_entries("copy/data/mnist"), 4);
    RUN_OR_FAIL("for f in copy/data/mnist/*; do cmp $f mirror/${f##*/} || exit 1; done; rm -r mirror; mkdir mirror");
    run = program("%s", ""); /* and then no mirror is asked */
    assert_int_equal(run.status, 0);
    assert_string_equal(run.err, "");
    program_free(&run);
}

static void misuse_is_status_2(void **state)
{
    (void)state;
    assert_says(2, "", "get-mnist: there is no argument --dta", "--dta x");
    assert_says(2, "", "get-mnist: --data needs a folder", "--data");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_folder_with_four_files_is_printed_and_nothing_is_fetched),
        cmocka_unit_test(a_named_folder_that_lacks_a_file_is_an_error_and_no_other_is_tried),
        cmocka_unit_test(mirrors_without_the_files_end_with_status_3_and_the_cure),
        cmocka_unit_test(a_page_in_the_place_of_the_file_is_named_and_thrown_away),
        cmocka_unit_test(a_wrong_file_in_its_own_folder_is_set_aside),
        cmocka_unit_test(mnist_is_fetched_behind_what_is_there_and_verified),
        cmocka_unit_test(misuse_is_status_2),
    };
    return cmocka_run_group_tests(tests, arrive, commands_leave);
}
