/* scripts/run as a user meets it, in a copy of what it needs of the repository: with MNIST, and without it, when it
 * draws digits. A stand-in for the program writes down how it was called; the real one draws and trains a little. */
#define _XOPEN_SOURCE 700
#include <limits.h>
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
#include "program.h"
#include "support.h"

/* Makes what the real one would make, and answers $STATUS for the command $FAILS. */
static const char stand_in[] = "#!/bin/sh\n"
                               "echo \"$*\" >> calls\n"
                               "[ \"$1\" != \"$FAILS\" ] || exit \"$STATUS\"\n"
                               "case $1 in\n"
                               "synth) mkdir -p \"$3\" && touch \"$3/SYNTHETIC\" ;;\n"
                               "train) touch \"$5\" ;;\n"
                               "esac\n"
                               "echo \"stand-in $1\"\n";

/* The real one in small: the last word of a repeated question counts here, so the options go behind the script's. */
static const char in_small[] = "#!/bin/sh\n"
                               "case $1 in\n"
                               "synth) set -- \"$@\" --count 300 --test 100 ;;\n"
                               "train) set -- \"$@\" --epochs 1 --validation 60 ;;\n"
                               "esac\n"
                               "exec \"$REAL\" \"$@\"\n";

#define NO_MNIST                                                                                                       \
    "MNIST cannot be had, so this run draws synthetic digits and works on them: what it measures says nothing about "  \
    "MNIST.\n"

static void write_program(const char *path, const char *text)
{
    support_write(path, text, strlen(text));
    assert_int_equal(chmod(path, 0755), 0);
}

static int arrive(void **state)
{
    char here[PATH_MAX], mirror[PATH_MAX + 16];
    if (commands_arrive(state) != 0 || getcwd(here, sizeof here) == NULL)
        return -1;
    setenv("REPOSITORY", commands_repository(), 1);
    commands_shell(
        "mkdir -p nothing copy/scripts copy/build copy/models copy/data/samples && "
        "cp \"$REPOSITORY\"/scripts/run \"$REPOSITORY\"/scripts/get-mnist copy/scripts && "
        "{ test ! -e \"$REPOSITORY\"/models/lenet5.json || cp \"$REPOSITORY\"/models/lenet5.json copy/models; } && "
        "ls -d \"$REPOSITORY\"/data/samples/*.p* | head -n 8 | while read -r f; do cp \"$f\" copy/data/samples; done");
    snprintf(mirror, sizeof mirror, "file://%s/nothing/", here);
    setenv("MNIST_MIRRORS", mirror, 1);
    setenv("REAL", getenv("LENET5"), 1);
    setenv("LENET5", "copy/scripts/run", 1); /* what program() runs */
    return 0;
}

/* A copy as it is before its first run. */
static int clean(void **state)
{
    (void)state;
    commands_shell("rm -rf copy/build copy/calls copy/data/mnist && mkdir copy/build");
    write_program("copy/build/lenet5", stand_in);
    unsetenv("MNIST_DIR");
    unsetenv("FAILS");
    return 0;
}

static void assert_calls(const char *expected)
{
    char *calls = commands_file("copy/calls");
    assert_string_equal(calls, expected);
    free(calls);
}

/* The samples in the order in which the script names them, each with a space before it. */
static const char *samples(void)
{
    static char text[8192];
    FILE *list = popen("cd copy && for f in data/samples/*.png data/samples/*.jpg data/samples/*.jpeg "
                       "data/samples/*.pgm data/samples/*.ppm; do test ! -e $f || printf ' %s' $f; done",
                       "r");
    assert_non_null(list);
    text[fread(text, 1, sizeof text - 1, list)] = '\0';
    assert_int_equal(pclose(list), 0);
    assert_true(strlen(text) > 0);
    return text;
}

static int count(const char *text, const char *part)
{
    int found = 0;
    for (; (text = strstr(text, part)) != NULL; text += strlen(part))
        found++;
    return found;
}

/* ---- Without MNIST ---- */

static void without_mnist_digits_are_drawn_and_the_shipped_model_reads_the_samples(void **state)
{
    (void)state;
    char expected[9000];
    struct program_run run = program("%s", "");
    if (run.status != 0)
        fail_msg("status %d, stdout \"%s\", stderr \"%s\"", run.status, run.out, run.err);
    snprintf(expected, sizeof expected,
             "synth --out build/synthetic\n"
             "train --data build/synthetic --out build/lenet5.json\n"
             "evaluate --model build/lenet5.json --data build/synthetic\n"
             "classify --model models/lenet5.json%s\n",
             samples());
    assert_calls(expected);
    assert_int_equal(count(run.out, "\n" NO_MNIST), 1);
    assert_true(strstr(run.out, NO_MNIST) < strstr(run.out, "\n== Draw digits ==\n$ build/lenet5 synth "));
    assert_non_null(strstr(run.out, "stand-in classify\n\nThe model in build/lenet5.json knows synthetic digits only; "
                                    "models/lenet5.json was trained on MNIST. "));
    assert_non_null(strstr(run.err, "get-mnist: MNIST is not in "));
    program_free(&run);
}

static void another_build_folder_holds_all_that_is_made(void **state)
{
    (void)state;
    char expected[9000];
    commands_shell("mv copy/build copy/other");
    struct program_run run = program("%s", "other");
    assert_int_equal(run.status, 0);
    program_free(&run);
    snprintf(expected, sizeof expected,
             "synth --out other/synthetic\n"
             "train --data other/synthetic --out other/lenet5.json\n"
             "evaluate --model other/lenet5.json --data other/synthetic\n"
             "classify --model models/lenet5.json%s\n",
             samples());
    assert_calls(expected);
    assert_int_equal(access("copy/build", F_OK), -1);
    commands_shell("rm -r copy/other");
}

/* What the real program says in all of it. */
static void results_on_drawn_digits_are_never_named_mnist(void **state)
{
    (void)state;
    if (access("copy/models/lenet5.json", R_OK) != 0) {
        print_message("SKIPPED: models/lenet5.json is not there\n");
        skip();
    }
    write_program("copy/build/lenet5", in_small);
    for (int round = 0; round < 2; round++) { /* the second time over what the first has left */
        struct program_run run = program("%s", "");
        if (run.status != 0)
            fail_msg("status %d, stdout \"%s\", stderr \"%s\"", run.status, run.out, run.err);
        assert_non_null(strstr(run.out, "300 training and 100 test digits drawn into build/synthetic (seed 1)\n"));
        assert_non_null(strstr(run.out, "; on synthetic digits: 240 training images, 60 held out\n"));
        assert_non_null(strstr(run.out, " of 100) on synthetic digits\n"));
        assert_non_null(strstr(run.out, "\ndata            synthetic digits (build/synthetic)\naccuracy "));
        assert_int_equal(count(run.out, "on MNIST"), 1); /* the last line's word about models/lenet5.json */
        assert_non_null(strstr(run.out, "models/lenet5.json was trained on MNIST."));
        assert_int_equal(count(strstr(run.out, "\n== Classify "), "\ndata/samples/"), count(samples(), " "));
        program_free(&run);
    }
    commands_shell("test -s copy/build/synthetic/SYNTHETIC && grep -q '\"synthetic digits\"' copy/build/lenet5.json");
}

/* ---- With MNIST ---- */

static void with_mnist_nothing_is_drawn_and_the_trained_model_reads_the_samples(void **state)
{
    (void)state;
    char expected[9000], data[PATH_MAX];
    assert_non_null(realpath("data/mnist", data)); /* it stands for MNIST: the user named it */
    setenv("MNIST_DIR", data, 1);
    struct program_run run = program("%s", "");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.err, "");
    snprintf(expected, sizeof expected,
             "train --data %s --out build/lenet5.json\n"
             "evaluate --model build/lenet5.json --data %s\n"
             "classify --model build/lenet5.json%s\n",
             data, data, samples());
    assert_calls(expected);
    assert_null(strstr(run.out, "synthetic"));
    assert_null(strstr(run.out, "cannot be had"));
    assert_non_null(strstr(run.out, "\nThe model is build/lenet5.json. "));
    assert_int_equal(access("copy/build/synthetic", F_OK), -1);
    program_free(&run);
}

/* ---- What goes wrong ---- */

static void another_failure_of_get_mnist_is_passed_on(void **state)
{
    (void)state;
    commands_shell("mv copy/scripts/get-mnist copy/scripts/kept");
    for (int status = 1; status <= 2; status++) {
        char text[64];
        snprintf(text, sizeof text, "#!/bin/sh\necho 'get-mnist: no' >&2\nexit %d\n", status);
        write_program("copy/scripts/get-mnist", text);
        struct program_run run = program("%s", "");
        assert_int_equal(run.status, status);
        assert_string_equal(run.out, "");
        assert_string_equal(run.err, "get-mnist: no\n");
        program_free(&run);
        assert_int_equal(access("copy/calls", F_OK), -1);
    }
    commands_shell("mv copy/scripts/kept copy/scripts/get-mnist");
}

static void a_command_that_fails_ends_the_run_with_its_status(void **state)
{
    (void)state;
    static const char *const commands[] = {"synth", "train", "evaluate", "classify"};
    for (int i = 0; i < 4; i++) {
        char status[8];
        snprintf(status, sizeof status, "%d", 3 + i);
        setenv("FAILS", commands[i], 1);
        setenv("STATUS", status, 1);
        struct program_run run = program("%s", "");
        assert_int_equal(run.status, 3 + i);
        assert_null(strstr(run.out, "Try it on a picture"));
        program_free(&run);
        char *calls = commands_file("copy/calls");
        assert_int_equal(count(calls, "\n"), i + 1);
        free(calls);
        commands_shell("rm copy/calls");
    }
}

static void without_a_program_it_says_how_to_build_it(void **state)
{
    (void)state;
    commands_shell("rm copy/build/lenet5");
    struct program_run run = program("%s", "");
    assert_int_equal(run.status, 1);
    assert_string_equal(run.out, "");
    assert_string_equal(run.err, "run: build/lenet5 is not built yet: run 'make', or 'make run', which does it all.\n");
    program_free(&run);
}

#define CASE(test) cmocka_unit_test_setup(test, clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(without_mnist_digits_are_drawn_and_the_shipped_model_reads_the_samples),
        CASE(another_build_folder_holds_all_that_is_made),
        CASE(results_on_drawn_digits_are_never_named_mnist),
        CASE(with_mnist_nothing_is_drawn_and_the_trained_model_reads_the_samples),
        CASE(another_failure_of_get_mnist_is_passed_on),
        CASE(a_command_that_fails_ends_the_run_with_its_status),
        CASE(without_a_program_it_says_how_to_build_it),
    };
    return cmocka_run_group_tests(tests, arrive, commands_leave);
}
