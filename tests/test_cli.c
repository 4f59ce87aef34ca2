/* The program as a whole: which command, help, version, and results that cannot be written. */
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "commands.h"
#include "fast/kernels.h"

static const char *const command_names[] = {"train", "evaluate", "classify", "summary", "filter", "help", NULL};

/* Both command lines have to say the same on stdout, nothing on stderr, and end well. */
static void assert_same_help(const char *one, const char *other)
{
    struct program_run first = program("%s", one), second = program("%s", other);
    assert_int_equal(first.status, 0);
    assert_int_equal(second.status, 0);
    assert_string_equal(first.err, "");
    assert_string_equal(second.err, "");
    assert_true(first.out[0] != '\0');
    assert_string_equal(first.out, second.out);
    program_free(&first);
    program_free(&second);
}

static void without_a_command_the_short_help_is_printed_with_status_2(void **state)
{
    (void)state;
    struct program_run alone = program(" "), help = program("help");
    assert_int_equal(alone.status, 2);
    assert_int_equal(help.status, 0);
    assert_string_equal(alone.out, help.out);
    assert_string_equal(alone.err, "");
    program_free(&alone);
    program_free(&help);
}

static void the_short_help_names_every_command_and_shows_two_examples(void **state)
{
    (void)state;
    struct program_run help = program("help");
    for (int i = 0; command_names[i] != NULL; i++) {
        char line[32];
        snprintf(line, sizeof line, "\n  %-10s  ", command_names[i]);
        assert_non_null(strstr(help.out, line));
    }
    assert_non_null(strstr(help.out, "\n  lenet5 train "));
    assert_non_null(strstr(help.out, "\n  lenet5 classify "));
    program_free(&help);
}

static void help_and_its_options_say_the_same(void **state)
{
    (void)state;
    assert_same_help("help", "--help");
    assert_same_help("help", "-h");
}

static void help_of_a_command_is_that_commands_help(void **state)
{
    (void)state;
    for (int i = 0; command_names[i] != NULL; i++) {
        char asked[64], option[64], letter[64];
        snprintf(asked, sizeof asked, "help %s", command_names[i]);
        snprintf(option, sizeof option, "%s --help", command_names[i]);
        snprintf(letter, sizeof letter, "%s -h", command_names[i]);
        assert_same_help(asked, option);
        assert_same_help(asked, letter);
    }
}

static void a_commands_help_is_laid_out_in_100_columns_without_double_blank_lines(void **state)
{
    (void)state;
    for (int i = 0; command_names[i] != NULL; i++) {
        struct program_run help = program("help %s", command_names[i]);
        char usage[64];
        snprintf(usage, sizeof usage, "Usage: lenet5 %s [options]", command_names[i]);
        assert_int_equal(strncmp(help.out, usage, strlen(usage)), 0);
        assert_null(strstr(help.out, "\n\n\n"));
        for (const char *line = help.out; *line != '\0'; line += strcspn(line, "\n") + 1)
            if (strcspn(line, "\n") > 100)
                fail_msg("%s: %.*s", command_names[i], (int)strcspn(line, "\n"), line);
        program_free(&help);
    }
}

static void help_asks_for_a_command_that_exists(void **state)
{
    (void)state;
    commands_refused(2, "there is no command \"clasify\"; the nearest is classify", "help clasify");
    commands_refused(2, "help takes at most 1 COMMAND, and \"train\" is one too many", "help classify train");
    commands_refused(2, "help has no option --verbose: lenet5 help --help lists them", "help --verbose");
}

static void an_unknown_command_is_refused_with_the_nearest(void **state)
{
    (void)state;
    commands_refused(2, "there is no command \"trian\"; the nearest is train", "trian --epochs 3");
    commands_refused(2, "there is no command \"predict\": lenet5 help lists them", "predict");
    commands_refused(2, "there is no command \"\": lenet5 help lists them", "''");
}

static void an_option_where_the_command_should_be_is_refused(void **state)
{
    (void)state;
    commands_refused(2, "there is no option --versoin; the nearest is --version", "--versoin");
    commands_refused(2, "--epochs stands before any command: write lenet5 COMMAND --epochs", "--epochs 3 train");
}

static void escape_sequences_do_not_reach_the_terminal(void **state)
{
    (void)state;
    commands_refused(2, "there is no command \"?[2Jx?\": lenet5 help lists them", "\"$(printf '\\033[2Jx\\010')\"");
}

static void the_version_is_followed_by_the_facts_of_the_build(void **state)
{
    (void)state;
    struct program_run run = program("--version");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.err, "");
    int major, minor, patch;
    assert_int_equal(sscanf(run.out, "lenet5 %d.%d.%d\n", &major, &minor, &patch), 3);
    assert_non_null(strstr(run.out, "\nkernels    "));
    assert_non_null(strstr(run.out, "\nthreads    "));
    assert_non_null(strstr(run.out, "\nlibraries  zlib "));
    assert_non_null(strstr(run.out, ", nettle "));
    program_free(&run);
}

static void the_kernels_can_be_chosen(void **state)
{
    (void)state;
    setenv("LENET5_KERNEL", "portable", 1);
    struct program_run run = program("--version");
    unsetenv("LENET5_KERNEL");
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(run.out, "\nkernels    portable\n"));
    program_free(&run);
}

/* The model file says which kernels trained it. */
static void the_option_for_kernels_wins_over_the_environment(void **state)
{
    (void)state;
    setenv("LENET5_KERNEL", "sse9", 1);
    struct program_run run = program("train --quiet --kernel portable --epochs 1 --validation 40 --out ported.json");
    assert_string_equal(run.err, "");
    assert_int_equal(run.status, 0);
    program_free(&run);
    char *model = commands_file("ported.json");
    assert_non_null(strstr(model, "\"kernels\":\t\"portable\""));
    free(model);
    cJSON_Delete(commands_json("evaluate --json --kernel portable --model ported.json"));
    cJSON_Delete(commands_json("classify --json --kernel portable --model ported.json --index 0 "
                               "data/mnist/train-images-idx3-ubyte"));
    unsetenv("LENET5_KERNEL");
    char sentence[256], known[128];
    snprintf(sentence, sizeof sentence, "--kernel expects %s, not \"sse9\"",
             text_list(known, sizeof known, kernels_names()));
    commands_refused(2, sentence, "train --kernel sse9");
}

static void an_empty_choice_of_kernels_is_none(void **state)
{
    (void)state;
    setenv("LENET5_KERNEL", "", 1);
    assert_same_help("--version", "--version");
    unsetenv("LENET5_KERNEL");
}

/* Every command that computes, with arguments that are good. */
static void unknown_kernels_are_refused_by_every_command_that_computes(void **state)
{
    (void)state;
    char sentence[256], known[128];
    snprintf(sentence, sizeof sentence, "there are no kernels \"sse9\" in this build: use %s",
             text_list(known, sizeof known, kernels_names()));
    commands_train("model.json");
    setenv("LENET5_KERNEL", "sse9", 1);
    commands_refused(2, sentence, "--version");
    commands_refused(2, sentence, "train --out new.json");
    commands_refused(2, sentence, "evaluate --model model.json");
    commands_refused(2, sentence, "classify --model model.json --index 0 data/mnist/train-images-idx3-ubyte");
    unsetenv("LENET5_KERNEL");
}

static void results_that_cannot_be_written_are_a_failure(void **state)
{
    (void)state;
    commands_refused(1, "the results cannot be written to standard output: No space left on device", "help >/dev/full");
    commands_refused(1, "the results cannot be written to standard output: Bad file descriptor", "help >&-");
}

static void a_refusal_stays_one_when_stdout_is_full(void **state)
{
    (void)state;
    commands_refused(2, "there is no command \"predict\": lenet5 help lists them", "predict >/dev/full");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_command_the_short_help_is_printed_with_status_2),
        cmocka_unit_test(the_short_help_names_every_command_and_shows_two_examples),
        cmocka_unit_test(help_and_its_options_say_the_same),
        cmocka_unit_test(help_of_a_command_is_that_commands_help),
        cmocka_unit_test(a_commands_help_is_laid_out_in_100_columns_without_double_blank_lines),
        cmocka_unit_test(help_asks_for_a_command_that_exists),
        cmocka_unit_test(an_unknown_command_is_refused_with_the_nearest),
        cmocka_unit_test(an_option_where_the_command_should_be_is_refused),
        cmocka_unit_test(escape_sequences_do_not_reach_the_terminal),
        cmocka_unit_test(the_version_is_followed_by_the_facts_of_the_build),
        cmocka_unit_test(the_kernels_can_be_chosen),
        cmocka_unit_test(the_option_for_kernels_wins_over_the_environment),
        cmocka_unit_test(an_empty_choice_of_kernels_is_none),
        cmocka_unit_test(unknown_kernels_are_refused_by_every_command_that_computes),
        cmocka_unit_test(results_that_cannot_be_written_are_a_failure),
        cmocka_unit_test(a_refusal_stays_one_when_stdout_is_full),
    };
    return cmocka_run_group_tests(tests, commands_arrive, commands_leave);
}
