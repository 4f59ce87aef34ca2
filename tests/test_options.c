/* The command line: what is accepted, the exact sentence for every misuse, and --help from the same table. */
#define _POSIX_C_SOURCE 200809L
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "cli/options.h"

enum { WORDS = 16, DATA = 5 };

static const char *const schedules[] = {"constant", "step", "cosine", NULL};

/* One option of each kind, as a command would declare them. */
struct train {
    int epochs, margin, schedule;
    uint64_t seed;
    double lr;
    const char *data;
    bool json, quiet;
    struct option_spec specs[8];
    struct options options;
    char *argv[WORDS + 1];
    int argc;
    struct error err;
};

static const char long_help[] =
    "pixels around the picture, less than none takes some away from it on every one of its four sides";

static void set_range(struct option_spec *spec, double min, double max)
{
    spec->min = min;
    spec->max = max;
}

static void make_train(struct train *train)
{
    *train = (struct train){.epochs = 5, .seed = 1, .lr = 0.01, .schedule = 2};
    const struct option_spec specs[] = {
        {.name = "epochs", .letter = 'e', .kind = OPTION_WHOLE, .to.whole = &train->epochs, .help = "passes"},
        {.name = "margin", .kind = OPTION_WHOLE, .to.whole = &train->margin, .argument = "N", .help = long_help},
        {.name = "schedule", .kind = OPTION_CHOICE, .to.choice = &train->schedule, .help = "how the rate changes"},
        {.name = "seed", .kind = OPTION_SEED, .to.seed = &train->seed, .argument = "N", .help = "of random numbers"},
        {.name = "lr", .kind = OPTION_NUMBER, .to.number = &train->lr, .argument = "X", .help = "learning rate"},
        {.name = "data", .letter = 'd', .kind = OPTION_TEXT, .to.text = &train->data, .help = "where the images are"},
        {.name = "json", .letter = 'j', .kind = OPTION_FLAG, .to.flag = &train->json, .help = "print JSON"},
        {.name = "quiet", .letter = 'q', .kind = OPTION_FLAG, .to.flag = &train->quiet, .help = "no progress"},
    };
    memcpy(train->specs, specs, sizeof specs);
    train->specs[0].argument = "N";
    set_range(&train->specs[0], 1, 10000);
    set_range(&train->specs[1], -3, INT_MAX);
    train->specs[2].choices = schedules;
    set_range(&train->specs[4], 1e-6, 10);
    train->specs[DATA].argument = "DIR";
    train->specs[DATA].fallback = "$MNIST_DIR";
    train->options = (struct options){.command = "train",
                                      .purpose = "Trains a network.",
                                      .specs = train->specs,
                                      .count = sizeof specs / sizeof specs[0],
                                      .operand = "IMAGE",
                                      .operands_max = 3};
}

/* Parses the words, which end with NULL. */
static int parse(struct train *train, const char *const *words)
{
    static char name[] = "train";
    train->argc = 1;
    train->argv[0] = name;
    for (; words[train->argc - 1] != NULL; train->argc++) {
        assert_true(train->argc < WORDS);
        train->argv[train->argc] = (char *)words[train->argc - 1];
    }
    train->argv[train->argc] = NULL;
    return options_parse(&train->options, train->argc, train->argv, &train->err);
}

#define PARSE(train, ...) parse(train, (const char *const[]){__VA_ARGS__, NULL})

static void what_is_not_given_keeps_its_default(void **state)
{
    (void)state;
    struct train train;
    make_train(&train);
    assert_int_equal(parse(&train, (const char *const[]){NULL}), 0);
    assert_int_equal(train.epochs, 5);
    assert_int_equal(train.schedule, 2);
    assert_true(train.seed == 1 && train.lr == 0.01 && train.data == NULL && !train.json && !train.quiet);
    assert_int_equal(train.options.operand_count, 0);
    assert_false(options_given(&train.options, "epochs"));
}

static void every_kind_is_stored(void **state)
{
    (void)state;
    struct train train;
    make_train(&train);
    assert_int_equal(PARSE(&train, "--epochs", "10000", "--seed=9007199254740991", "--lr", "2.5e-3", "--schedule",
                           "step", "--data=/mnist", "--json", "--margin", "-3"),
                     0);
    assert_int_equal(train.epochs, 10000);
    assert_true(train.seed == OPTIONS_SEED);
    assert_true(train.lr == 2.5e-3);
    assert_int_equal(train.schedule, 1);
    assert_string_equal(train.data, "/mnist");
    assert_true(train.json);
    assert_false(train.quiet);
    assert_int_equal(train.margin, -3);
    assert_true(options_given(&train.options, "epochs"));
    assert_false(options_given(&train.options, "quiet"));
}

static void short_forms_are_read(void **state)
{
    (void)state;
    struct train train;
    make_train(&train);
    assert_int_equal(PARSE(&train, "-e", "7", "-qj", "-d/mnist"), 0);
    assert_int_equal(train.epochs, 7);
    assert_true(train.json && train.quiet);
    assert_string_equal(train.data, "/mnist");

    make_train(&train);
    assert_int_equal(PARSE(&train, "-qe3"), 0);
    assert_true(train.quiet);
    assert_int_equal(train.epochs, 3);
}

static void options_and_files_come_in_any_order(void **state)
{
    (void)state;
    struct train train;
    make_train(&train);
    assert_int_equal(PARSE(&train, "a.png", "--epochs", "2", "-", "--json", "b.png"), 0);
    assert_int_equal(train.options.operand_count, 3);
    assert_string_equal(train.options.operands[0], "a.png");
    assert_string_equal(train.options.operands[1], "-");
    assert_string_equal(train.options.operands[2], "b.png");
    assert_int_equal(train.epochs, 2);
    assert_true(train.json);
}

static void all_is_a_file_after_two_dashes(void **state)
{
    (void)state;
    struct train train;
    make_train(&train);
    assert_int_equal(PARSE(&train, "-q", "--", "--json", "--help", "--"), 0);
    assert_false(train.json);
    assert_int_equal(train.options.operand_count, 3);
    assert_string_equal(train.options.operands[0], "--json");
    assert_string_equal(train.options.operands[2], "--");
}

static void text_may_begin_with_dashes_after_an_equals_sign(void **state)
{
    (void)state;
    struct train train;
    make_train(&train);
    assert_int_equal(PARSE(&train, "--data=--odd=name"), 0);
    assert_string_equal(train.data, "--odd=name");
}

static void help_is_asked_for_and_ends_the_reading(void **state)
{
    (void)state;
    struct train train;
    make_train(&train);
    assert_int_equal(PARSE(&train, "--help", "--epochs", "none"), 1);
    assert_int_equal(PARSE(&train, "-h"), 1);
    assert_int_equal(PARSE(&train, "-qh"), 1);
    assert_int_equal(PARSE(&train, "--epohcs", "--help"), -1);
}

static void each_misuse_has_its_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *words[6];
        const char *sentence;
    } cases[] = {
        {{"--epohcs", "3"}, "train has no option --epohcs; the nearest is --epochs"},
        {{"--epohcs=3"}, "train has no option --epohcs; the nearest is --epochs"},
        {{"--sched", "step"}, "train has no option --sched; the nearest is --schedule"},
        {{"--hepl"}, "train has no option --hepl; the nearest is --help"},
        {{"-epochs", "3"}, "train has no option -epochs; the nearest is --epochs"},
        {{"--frobnicate"}, "train has no option --frobnicate: lenet5 train --help lists them"},
        {{"-x"}, "train has no option -x: lenet5 train --help lists them"},
        {{"-qx"}, "train has no option -x: lenet5 train --help lists them"},
        {{"-5"}, "train has no option -5: lenet5 train --help lists them"},
        {{"--=3"}, "train has no option --: lenet5 train --help lists them"},

        {{"--epochs", "0"}, "--epochs expects a whole number from 1 to 10000, not \"0\""},
        {{"--epochs", "10001"}, "--epochs expects a whole number from 1 to 10000, not \"10001\""},
        {{"--epochs", "99999999999999999999"},
         "--epochs expects a whole number from 1 to 10000, not \"99999999999999999999\""},
        {{"--epochs", "-1"}, "--epochs expects a whole number from 1 to 10000, not \"-1\""},
        {{"--epochs", "1e3"}, "--epochs expects a whole number from 1 to 10000, not \"1e3\""},
        {{"--epochs", "0x10"}, "--epochs expects a whole number from 1 to 10000, not \"0x10\""},
        {{"--epochs", " 3"}, "--epochs expects a whole number from 1 to 10000, not \" 3\""},
        {{"--epochs", "ten"}, "--epochs expects a whole number from 1 to 10000, not \"ten\""},
        {{"--epochs="}, "--epochs expects a whole number from 1 to 10000, not \"\""},
        {{"-e3x"}, "--epochs expects a whole number from 1 to 10000, not \"3x\""},
        {{"--epochs", "\033[31m"}, "--epochs expects a whole number from 1 to 10000, not \"?[31m\""},
        {{"--margin", "-"}, "--margin expects a whole number from -3 to 2147483647, not \"-\""},
        {{"--margin", "-4"}, "--margin expects a whole number from -3 to 2147483647, not \"-4\""},
        {{"--margin", "2147483648"}, "--margin expects a whole number from -3 to 2147483647, not \"2147483648\""},

        {{"--seed", "9007199254740992"},
         "--seed expects a whole number from 0 to 9007199254740991, not \"9007199254740992\""},
        {{"--seed", "-1"}, "--seed expects a whole number from 0 to 9007199254740991, not \"-1\""},

        {{"--lr", "0"}, "--lr expects a number from 1e-06 to 10, not \"0\""},
        {{"--lr", "10.001"}, "--lr expects a number from 1e-06 to 10, not \"10.001\""},
        {{"--lr", "nan"}, "--lr expects a number from 1e-06 to 10, not \"nan\""},
        {{"--lr", "inf"}, "--lr expects a number from 1e-06 to 10, not \"inf\""},
        {{"--lr", "1e999"}, "--lr expects a number from 1e-06 to 10, not \"1e999\""},
        {{"--lr", "0,1"}, "--lr expects a number from 1e-06 to 10, not \"0,1\""},
        {{"--lr", "."}, "--lr expects a number from 1e-06 to 10, not \".\""},
        {{"--lr", "1e"}, "--lr expects a number from 1e-06 to 10, not \"1e\""},
        {{"--lr", "1-2"}, "--lr expects a number from 1e-06 to 10, not \"1-2\""},

        {{"--schedule", "cosin"}, "--schedule expects constant, step or cosine, not \"cosin\""},
        {{"--schedule", "STEP"}, "--schedule expects constant, step or cosine, not \"STEP\""},
        {{"--schedule="}, "--schedule expects constant, step or cosine, not \"\""},
        {{"--data="}, "--data expects DIR, not \"\""},
        {{"--data", ""}, "--data expects DIR, not \"\""},

        {{"--epochs"}, "--epochs expects a whole number from 1 to 10000, and nothing follows"},
        {{"--data", "--"}, "--data expects DIR, and nothing follows"},
        {{"--epochs", "--json"}, "--epochs expects a whole number from 1 to 10000, and the option --json follows"},
        {{"--data", "--epochs", "3"},
         "--data expects DIR, and the option --epochs follows: write --data=--epochs if that is the DIR"},
        {{"--json=yes"}, "--json is a switch and takes no argument: leave out \"=yes\""},

        {{"--epochs", "3", "--epochs=5"}, "--epochs is given twice, as \"3\" and as \"5\": give it once"},
        {{"-e3", "a.png", "--epochs", "3"}, "--epochs is given twice, as \"3\" and as \"3\": give it once"},
        {{"--json", "-j"}, "--json is given twice: give it once"},
        {{"-qq"}, "--quiet is given twice: give it once"},

        {{""}, "train expects IMAGE, not \"\""},
        {{"a", "b", "c", "d"}, "train takes at most 3 IMAGE, and \"d\" is one too many"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct train train;
        make_train(&train);
        assert_int_equal(parse(&train, cases[i].words), -1);
        assert_string_equal(train.err.text, cases[i].sentence);
        assert_int_equal(train.err.kind, ERROR_USAGE);
    }
}

static void a_refused_number_leaves_the_variable_alone(void **state)
{
    (void)state;
    struct train train;
    make_train(&train);
    assert_int_equal(PARSE(&train, "--epochs", "0"), -1);
    assert_int_equal(train.epochs, 5);
    make_train(&train);
    assert_int_equal(PARSE(&train, "--lr", "1e999"), -1);
    assert_true(train.lr == 0.01);
}

static void a_command_without_files_refuses_them(void **state)
{
    (void)state;
    struct train train;
    make_train(&train);
    train.options.operands_max = 0;
    assert_int_equal(PARSE(&train, "-q", "a.png"), -1);
    assert_string_equal(train.err.text, "train takes no files, and \"a.png\" was given");
    assert_int_equal(PARSE(&train, "-"), -1);
}

static void what_is_required_must_be_there(void **state)
{
    (void)state;
    struct train train;
    make_train(&train);
    train.specs[DATA].required = true;
    assert_int_equal(PARSE(&train, "-q"), -1);
    assert_string_equal(train.err.text, "train needs --data: lenet5 train --help explains it");
    assert_int_equal(PARSE(&train, "-q", "-d", "x"), 0);
    train.options.operands_min = 1;
    assert_int_equal(PARSE(&train, "-d", "x"), -1);
    assert_string_equal(train.err.text, "train needs IMAGE (one or more): lenet5 train --help shows how");
    train.options.operands_min = 2;
    assert_int_equal(PARSE(&train, "-d", "x", "a.png"), -1);
    assert_string_equal(train.err.text, "train needs IMAGE (two or more): lenet5 train --help shows how");
    train.options.operands_max = train.options.operands_min = 1;
    assert_int_equal(PARSE(&train, "-d", "x"), -1);
    assert_string_equal(train.err.text, "train needs IMAGE: lenet5 train --help shows how");
    assert_int_equal(PARSE(&train, "-d", "x", "--", "-a"), 0);
}

static void the_command_line_wins_over_a_config_read_later(void **state)
{
    (void)state;
    struct train train;
    make_train(&train);
    assert_int_equal(PARSE(&train, "--epochs", "7", "--schedule", "step", "-q"), 0);
    train.epochs = 20;
    train.schedule = 0;
    train.lr = 0.5;
    train.quiet = false;
    options_restore(&train.options);
    assert_int_equal(train.epochs, 7);
    assert_int_equal(train.schedule, 1);
    assert_true(train.lr == 0.5);
    assert_true(train.quiet);
}

static void the_nearest_name_is_found(void **state)
{
    (void)state;
    static const char *const names[] = {"train",        "evaluate",   "classify", "epochs",
                                        "weight-decay", "validation", "test"};
    static const char *const cases[][2] = {
        {"train", "train"},
        {"trian", "train"}, /* a swap of neighbours is one slip */
        {"trein", "train"},
        {"eval", "evaluate"}, /* the only name that begins so */
        {"evalaute", "evaluate"},
        {"clasify", "classify"},
        {"weight_decay", "weight-decay"},
        {"weightdecay", "weight-decay"},
        {"validate", "validation"},
        {"tes", "test"},
        {"t", NULL}, /* says nothing */
        {"", NULL},
        {"serve", NULL},
        {"drain-the-swamp", NULL},
        {"evaluate-the-whole-of-the-test-set-as-if-it-were-mine", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *nearest = text_nearest(cases[i][0], names, sizeof names / sizeof names[0]);
        if (cases[i][1] == NULL)
            assert_null(nearest);
        else
            assert_string_equal(nearest != NULL ? nearest : "none", cases[i][1]);
    }
}

static void assert_help(const struct options *options, const char *expected)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    options_help(out, options);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, expected);
    free(text);
}

static void help_shows_ranges_and_live_defaults(void **state)
{
    (void)state;
    struct train train;
    make_train(&train);
    train.lr = 0.025;
    assert_help(&train.options,
                "Usage: lenet5 train [options] [IMAGE...]\n"
                "\n"
                "Trains a network.\n"
                "\n"
                "Options:\n"
                "  -e, --epochs N  passes (1 to 10000, default: 5)\n"
                "      --margin N  pixels around the picture, less than none takes some away from it on every one of\n"
                "                  its four sides (-3 to 2147483647, default: 0)\n"
                "      --schedule constant|step|cosine\n"
                "                  how the rate changes (default: cosine)\n"
                "      --seed N    of random numbers (0 to 9007199254740991, default: 1)\n"
                "      --lr X      learning rate (1e-06 to 10, default: 0.025)\n"
                "  -d, --data DIR  where the images are (default: $MNIST_DIR)\n"
                "  -j, --json      print JSON\n"
                "  -q, --quiet     no progress\n"
                "  -h, --help      show this help\n");
}

static void help_shows_what_is_required(void **state)
{
    (void)state;
    struct train train;
    make_train(&train);
    train.specs[DATA].required = true;
    train.options.specs = &train.specs[DATA];
    train.options.count = 1;
    train.options.operands_min = train.options.operands_max = 1;
    train.options.closing = "Exit status: 0 done\n";
    train.options.purpose = "A purpose that is longer than one line of the terminal is wrapped between two words, "
                            "at one hundred columns.";
    assert_help(&train.options,
                "Usage: lenet5 train [options] --data DIR IMAGE\n"
                "\n"
                "A purpose that is longer than one line of the terminal is wrapped between two words, at one hundred\n"
                "columns.\n"
                "\n"
                "Options:\n"
                "  -d, --data DIR  where the images are (required)\n"
                "  -h, --help      show this help\n"
                "\n"
                "Exit status: 0 done\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_given_keeps_its_default),
        cmocka_unit_test(every_kind_is_stored),
        cmocka_unit_test(short_forms_are_read),
        cmocka_unit_test(options_and_files_come_in_any_order),
        cmocka_unit_test(all_is_a_file_after_two_dashes),
        cmocka_unit_test(text_may_begin_with_dashes_after_an_equals_sign),
        cmocka_unit_test(help_is_asked_for_and_ends_the_reading),
        cmocka_unit_test(each_misuse_has_its_sentence),
        cmocka_unit_test(a_refused_number_leaves_the_variable_alone),
        cmocka_unit_test(a_command_without_files_refuses_them),
        cmocka_unit_test(what_is_required_must_be_there),
        cmocka_unit_test(the_command_line_wins_over_a_config_read_later),
        cmocka_unit_test(the_nearest_name_is_found),
        cmocka_unit_test(help_shows_ranges_and_live_defaults),
        cmocka_unit_test(help_shows_what_is_required),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
