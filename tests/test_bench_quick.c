/* scripts/bench-quick: the seconds of `quick` as a whole, alone where there is no PyTorch, and what it says when that
 * cannot be had. */
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

/* without/torch.py is found before any PyTorch of this machine, and cannot be imported. */
static int arrive(void **state)
{
    commands_arrive(state);
    commands_shell("mkdir without && echo 'raise ImportError(\"not here\")' > without/torch.py");
    return 0;
}

/* Gives the exit status; what it said is in the files out and err. */
static int bench(const char *arguments)
{
    char command[4000];
    if (system("/usr/bin/python3 -c '' 2>/dev/null") != 0) {
        print_message("SKIPPED: there is no python3\n");
        skip();
    }
    snprintf(command, sizeof command, "PYTHONPATH=without '%s/scripts/bench-quick' %s >out 2>err",
             commands_repository(), arguments);
    const int status = system(command);
    return status < 0 ? status : status >> 8;
}

static void assert_said(const char *file, const char *part)
{
    char *text = commands_file(file);
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" is not in %s:\n%s", part, file, text);
    free(text);
}

static void without_pytorch_ours_alone_is_measured(void **state)
{
    (void)state;
    double seconds;
    int epochs, end = 0;
    if (bench("\"$LENET5\" --data data/mnist --pairs 1") != 0)
        fail_msg("%s", commands_file("err"));
    char *text = commands_file("out");
    assert_int_equal(sscanf(text, "lenet5 quick, %d epochs: %lf s\n%n", &epochs, &seconds, &end), 2);
    assert_int_equal((size_t)end, strlen(text));
    assert_true(epochs > 0 && seconds > 0);
    free(text);
    assert_said("err", "Ours alone is measured.");
}

static void what_it_needs_is_said(void **state)
{
    (void)state;
    assert_int_equal(bench("\"$LENET5\" --data none --pairs 1"), 3);
    assert_said("err", "get-mnist: --data is none, which is not a folder: ");
    assert_int_equal(bench("/bin/false --data data/mnist --pairs 1"), 1);
    assert_said("err", "bench-quick: '/bin/false train --config quick");
    assert_said("err", "failed: build the program anew with 'make', then try again.");
    assert_int_equal(bench("\"$LENET5\" --data data/mnist --pairs 0"), 2);
    assert_said("err", "a number from 1 on was expected");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_pytorch_ours_alone_is_measured),
        cmocka_unit_test(what_it_needs_is_said),
    };
    return cmocka_run_group_tests(tests, arrive, commands_leave);
}
