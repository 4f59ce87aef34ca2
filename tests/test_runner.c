/* The runner itself: tests/run must not call a run good in which a test program failed, crashed or ran nothing, and
 * programs that run side by side must not be mixed up. The "test programs" here are small shell scripts that print what
 * cmocka prints. */
#define _POSIX_C_SOURCE 200809L
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
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define GOOD                                                                                                           \
    "echo '[==========] Running 2 test(s).'\n"                                                                         \
    "echo '[ RUN      ] one'\necho '[       OK ] one'\n"                                                               \
    "echo '[ RUN      ] two'\necho '[       OK ] two'\n"                                                               \
    "echo '[==========] 2 test(s) run.'\necho '[  PASSED  ] 2 test(s).'\n"

#define SKIPS                                                                                                          \
    "echo '[==========] Running 1 test(s).'\n"                                                                         \
    "echo '[ RUN      ] digits'\necho 'SKIPPED: there is no MNIST here'\necho '[  SKIPPED ] digits'\n"                 \
    "echo '[==========] 1 test(s) run.'\necho '[  PASSED  ] 0 test(s).'\n"                                             \
    "echo '[  SKIPPED ] 1 test(s), listed below:'\necho '[  SKIPPED ] digits'\n"

#define FAILS                                                                                                          \
    "echo '[==========] Running 2 test(s).'\n"                                                                         \
    "echo '[ RUN      ] one'\necho '[       OK ] one'\n"                                                               \
    "echo '[ RUN      ] two'\necho '[  ERROR   ] --- 0x1 != 0x2'\necho '[  FAILED  ] two'\n"                           \
    "echo '[==========] 2 test(s) run.'\necho '[  PASSED  ] 1 test(s).'\n"                                             \
    "echo '[  FAILED  ] 1 test(s), listed below:'\necho '[  FAILED  ] two'\n"

#define DIES                                                                                                           \
    "echo '[==========] Running 3 test(s).'\n"                                                                         \
    "echo '[ RUN      ] one'\necho '[       OK ] one'\n"                                                               \
    "echo '[ RUN      ] two'\nkill -SEGV $$\n"

struct run {
    char folder[64]; /* holds the test programs; removed by clean_up */
    char output[16384];
    char *last_line; /* in output */
    int exit_status; /* of tests/run */
};

static int make_folder(void **state)
{
    struct run *run = calloc(1, sizeof *run);
    const char *tmp = getenv("TMPDIR");

    if (run == NULL)
        return -1;
    if (snprintf(run->folder, sizeof run->folder, "%s/runner-XXXXXX", tmp != NULL ? tmp : "/tmp") >=
            (int)sizeof run->folder ||
        mkdtemp(run->folder) == NULL) {
        free(run);
        return -1;
    }
    *state = run;
    return 0;
}

static int clean_up(void **state)
{
    struct run *run = *state;
    char command[128];

    snprintf(command, sizeof command, "rm -rf '%s'", run->folder);
    int status = system(command);
    free(run);
    return status;
}

static void add_program(const struct run *run, const char *name, const char *body)
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", run->folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fprintf(file, "#!/bin/sh\n%s", body) > 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0755), 0);
}

/* The runner as a command of the shell, with this in its environment, and what is to follow it there. It stands in the
 * folder. */
static void start_runner_in_shell(struct run *run, const char *environment, const char *rest)
{
    const char *root = getenv("LENET5_ROOT");
    char absolute[PATH_MAX], command[PATH_MAX + 1024];

    assert_non_null(realpath(root != NULL ? root : ".", absolute));
    snprintf(command, sizeof command, "exec 2>&1; cd '%s' || exit; %s TESTS_DIR='%s' '%s/tests/run' build %s",
             run->folder, environment, run->folder, absolute, rest);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t length = fread(run->output, 1, sizeof run->output - 1, pipe);
    int status = pclose(pipe);
    assert_true(WIFEXITED(status));
    run->exit_status = WEXITSTATUS(status);

    assert_true(length > 0 && run->output[length - 1] == '\n');
    run->output[length - 1] = '\0';
    run->last_line = strrchr(run->output, '\n');
    run->last_line = run->last_line != NULL ? run->last_line + 1 : run->output;
}

static void start_runner(struct run *run)
{
    start_runner_in_shell(run, "", "");
}

static void good_programs_are_summed_up(void **state)
{
    struct run *run = *state;

    add_program(run, "test_a", GOOD);
    add_program(run, "test_b", GOOD);
    add_program(run, "helper", "exit 1\n"); /* not named test_: not a test program */
    start_runner(run);
    assert_string_equal(run->last_line, "4 passed, 0 failed, 0 skipped");
    assert_int_equal(run->exit_status, 0);
}

static void a_skipped_test_is_listed_with_its_reason(void **state)
{
    struct run *run = *state;

    add_program(run, "test_a", GOOD);
    add_program(run, "test_b", SKIPS);
    start_runner(run);
    assert_string_equal(run->last_line, "2 passed, 0 failed, 1 skipped");
    assert_non_null(strstr(run->output, "\nSKIPPED test_b: digits: there is no MNIST here\n"));
    assert_int_equal(run->exit_status, 0);
}

static void a_failing_test_fails_the_run_and_the_others_still_run(void **state)
{
    struct run *run = *state;

    add_program(run, "test_a", FAILS "exit 1\n");
    add_program(run, "test_b", GOOD);
    start_runner(run);
    assert_string_equal(run->last_line, "3 passed, 1 failed, 0 skipped");
    assert_non_null(strstr(run->output, "\nFAILED test_a: two\n"));
    assert_int_not_equal(run->exit_status, 0);
}

static void a_failing_test_counts_though_its_program_exits_with_0(void **state)
{
    struct run *run = *state;

    add_program(run, "test_a", FAILS);
    start_runner(run);
    assert_string_equal(run->last_line, "1 passed, 1 failed, 0 skipped");
    assert_int_not_equal(run->exit_status, 0);
}

static void a_program_that_fails_after_good_tests_fails_the_run(void **state)
{
    struct run *run = *state;

    add_program(run, "test_a", GOOD "exit 23\n"); /* as the leak checker does */
    start_runner(run);
    assert_string_equal(run->last_line, "2 passed, 1 failed, 0 skipped");
    assert_non_null(strstr(run->output, "\nFAILED test_a: exit status 23\n"));
    assert_int_not_equal(run->exit_status, 0);
}

static void a_crash_fails_the_test_it_hit_and_those_behind_it(void **state)
{
    struct run *run = *state;

    add_program(run, "test_a", DIES);
    add_program(run, "test_b", GOOD);
    start_runner(run);
    assert_string_equal(run->last_line, "3 passed, 2 failed, 0 skipped");
    assert_non_null(strstr(run->output, "\nFAILED test_a: killed by SIGSEGV\n"));
    assert_int_not_equal(run->exit_status, 0);
}

static void a_program_that_runs_no_test_fails_the_run(void **state)
{
    struct run *run = *state;

    add_program(run, "test_a", "exit 0\n");
    add_program(run, "test_b", GOOD);
    start_runner(run);
    assert_string_equal(run->last_line, "2 passed, 1 failed, 0 skipped");
    assert_int_not_equal(run->exit_status, 0);
}

static void no_program_at_all_fails_the_run(void **state)
{
    struct run *run = *state;

    start_runner(run);
    assert_string_equal(run->last_line, "0 passed, 0 failed, 0 skipped");
    assert_int_not_equal(run->exit_status, 0);
}

/* Each waits until the other has begun, and tells in two parts of it. */
static void programs_run_side_by_side_and_each_is_shown_as_a_whole(void **state)
{
    struct run *run = *state;
    const char *const names[] = {"test_a", "test_b"};
    char body[512], path[128];

    for (int i = 0; i < 2; i++) {
        snprintf(body, sizeof body,
                 "cd '%s'\necho '[==========] Running 1 test(s).'\necho '[ RUN      ] with %s'\ntouch begun.%s\n"
                 "for i in $(seq 600); do test -e begun.%s && break; sleep 0.1; done\ntest -e begun.%s || exit 1\n"
                 "sleep 0.1\necho '[       OK ] with %s'\n",
                 run->folder, names[i], names[i], names[1 - i], names[1 - i], names[i]);
        add_program(run, names[i], body);
    }
    start_runner_in_shell(run, "JOBS=2", "");
    assert_string_equal(run->last_line, "2 passed, 0 failed, 0 skipped");
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "\n== %s (", names[i]);
        const char *title = strstr(run->output, path);
        double seconds, user, system_time;
        assert_non_null(title);
        assert_int_equal(
            sscanf(title + strlen(path), "%lf s, processor %lf + %lf s) ==", &seconds, &user, &system_time), 3);
        assert_true(seconds >= 0.1);
        snprintf(body, sizeof body,
                 " ==\n[==========] Running 1 test(s).\n[ RUN      ] with %s\n[       OK ] with %s\n\n", names[i],
                 names[i]);
        assert_non_null(strstr(title, body));
    }
}

/* A shell has what it starts in the background ignore them. */
static void interrupts_reach_the_programs(void **state)
{
    struct run *run = *state;

    add_program(run, "test_a", "kill -INT $$\n" GOOD);
    start_runner(run);
    assert_string_equal(run->last_line, "0 passed, 1 failed, 0 skipped");
    assert_non_null(strstr(run->output, "\nFAILED test_a: killed by SIGINT\n"));
}

static void a_runner_that_is_ended_ends_its_programs(void **state)
{
    struct run *run = *state;
    char body[512];

    snprintf(body, sizeof body, "cd '%s'\ntrap 'touch ended; exit 1' TERM\ntouch begun\nsleep 600 &\nwait\n",
             run->folder);
    add_program(run, "test_a", body);
    start_runner_in_shell(run, "",
                          "&\nfor i in $(seq 600); do test -e begun && break; sleep 0.1; done; kill $!; wait $!\n"
                          "for i in $(seq 600); do test -e ended && break; sleep 0.1; done; ls");
    assert_non_null(strstr(run->output, "\nended\n"));
}

static void a_number_of_jobs_that_is_none_is_refused(void **state)
{
    struct run *run = *state;

    add_program(run, "test_a", GOOD);
    start_runner_in_shell(run, "JOBS=0", "");
    assert_string_equal(run->output,
                        "tests/run: JOBS is '0': give how many programs are to run side by side, as in JOBS=2.");
    assert_int_equal(run->exit_status, 2);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, make_folder, clean_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(good_programs_are_summed_up),
        CASE(a_skipped_test_is_listed_with_its_reason),
        CASE(a_failing_test_fails_the_run_and_the_others_still_run),
        CASE(a_failing_test_counts_though_its_program_exits_with_0),
        CASE(a_program_that_fails_after_good_tests_fails_the_run),
        CASE(a_crash_fails_the_test_it_hit_and_those_behind_it),
        CASE(a_program_that_runs_no_test_fails_the_run),
        CASE(no_program_at_all_fails_the_run),
        CASE(programs_run_side_by_side_and_each_is_shown_as_a_whole),
        CASE(interrupts_reach_the_programs),
        CASE(a_runner_that_is_ended_ends_its_programs),
        CASE(a_number_of_jobs_that_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
