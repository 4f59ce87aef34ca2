/* lenet5 synth as a user meets it: the data set, the sheet, the pictures, what is printed. */
#define _XOPEN_SOURCE 700
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
#include "dataset/dataset.h"
#include "dataset/source.h"
#include "dataset/synth.h"
#include "image/decode.h"
#include "strokes_text.h"
#include "support.h"

/* A set that is drawn in a moment, and a training that is over in one. */
#define SMALL "synth --count 300 --test 100 "
#define BRIEF "train --epochs 1 --validation 60 --quiet "

/* ---- Helpers ---- */

static void assert_says(const char *out, const char *arguments)
{
    struct program_run run = program("%s", arguments);
    assert_string_equal(run.err, "");
    assert_string_equal(run.out, out);
    assert_int_equal(run.status, 0);
    program_free(&run);
}

static struct dataset load(const char *folder, enum dataset_which which)
{
    struct dataset set;
    struct error err = {0};
    if (dataset_load(&set, folder, which, 10, &err) != 0)
        fail_msg("%s", err.text);
    return set;
}

static void assert_labels_in_turn(const struct dataset *set, int count)
{
    assert_int_equal(set->count, count);
    assert_int_equal(set->rows, 28);
    assert_int_equal(set->cols, 28);
    for (int i = 0; i < count; i++)
        assert_int_equal(set->labels[i], i % 10);
}

/* ---- The data set ---- */

static void a_data_set_is_four_files_and_synthetic(void **state)
{
    (void)state;
    assert_says("300 training and 100 test digits drawn into files (seed 1)\n", SMALL "--out files");
    commands_shell("cd files && test -s train-images-idx3-ubyte.gz && test -s train-labels-idx1-ubyte.gz && "
                   "test -s t10k-images-idx3-ubyte.gz && test -s t10k-labels-idx1-ubyte.gz");
    assert_int_equal(commands_entries("files"), 5);
    struct dataset train = load("files", DATASET_TRAIN), test = load("files", DATASET_TEST);
    assert_labels_in_turn(&train, 300);
    assert_labels_in_turn(&test, 100);
    assert_string_equal(train.source, SOURCE_SYNTHETIC);
    assert_string_equal(test.source, SOURCE_SYNTHETIC);
    char *text = commands_file("files/SYNTHETIC"), expected[512];
    const char *first = "Synthetic digits, drawn by lenet5 synth --count 300 --test 100 --seed 1 (lenet5 ";
    assert_memory_equal(text, first, strlen(first));
    snprintf(expected, sizeof expected, "): no image of MNIST is among them.\ntrain %s\ntest %s\n", train.digest,
             test.digest);
    assert_string_equal(strchr(strchr(text, '(') + 1, ')'), expected);
    free(text);
    dataset_free(&train);
    dataset_free(&test);
}

static void numbers_are_printed_with_commas_and_the_seed_as_it_is(void **state)
{
    (void)state;
    assert_says("1,000 training and 0 test digits drawn into many (seed 9007199254740991)\n",
                "synth --count 1000 --test 0 --seed 9007199254740991 --out many");
}

static void the_same_seed_gives_the_same_files_for_any_number_of_threads(void **state)
{
    (void)state;
    commands_well(SMALL "--seed 5 --threads 1 --out one");
    commands_well(SMALL "--seed 5 --threads 2 --out two");
    commands_well(SMALL "--seed 6 --threads 1 --out six");
    commands_shell("diff -r one two && ! cmp -s one/train-images-idx3-ubyte.gz six/train-images-idx3-ubyte.gz");
}

static void drawing_into_the_same_folder_again_replaces_the_set(void **state)
{
    (void)state;
    commands_well(SMALL "--out again");
    commands_well("synth --count 20 --test 30 --seed 2 --out again");
    struct dataset train = load("again", DATASET_TRAIN), test = load("again", DATASET_TEST);
    assert_int_equal(train.count, 20);
    assert_int_equal(test.count, 30);
    assert_string_equal(train.source, SOURCE_SYNTHETIC);
    assert_string_equal(test.source, SOURCE_SYNTHETIC);
    assert_int_equal(commands_entries("again"), 5);
    dataset_free(&train);
    dataset_free(&test);
}

static void without_a_test_set_an_older_one_goes(void **state)
{
    (void)state;
    commands_well(SMALL "--out older");
    assert_says("20 training and 0 test digits drawn into older (seed 1)\n", "synth --count 20 --test 0 --out older");
    assert_int_equal(commands_entries("older"), 3);
    assert_int_equal(dataset_exists("older", DATASET_TEST), 0);
    char *text = commands_file("older/SYNTHETIC");
    assert_non_null(strstr(text, " --test 0 "));
    assert_non_null(strstr(text, "\ntrain "));
    assert_null(strstr(text, "\ntest "));
    free(text);
    cJSON *json = commands_json("train --epochs 1 --validation 0 --quiet --json --data older --out older.json");
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(json, "test_accuracy")));
    cJSON_Delete(json);
}

/* ---- What train and evaluate make of it ---- */

static void results_are_named_after_synthetic_digits(void **state)
{
    (void)state;
    commands_well(SMALL "--out drawn");
    struct program_run run = program("train --epochs 1 --validation 60 --data drawn --out drawn.json");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.err, "");
    assert_non_null(strstr(run.out, "; on synthetic digits: 240 training images, 60 held out\n"));
    assert_non_null(strstr(run.out, " of 100) on synthetic digits\n"));
    assert_null(strstr(run.out, "MNIST"));
    program_free(&run);
    run = program("evaluate --data drawn --model drawn.json");
    assert_int_equal(run.status, 0);
    assert_int_equal(strncmp(run.out, "data            synthetic digits (drawn)\n", 41), 0);
    assert_null(strstr(run.out, "MNIST"));
    program_free(&run);
}

static void json_and_the_model_file_say_so_too(void **state)
{
    (void)state;
    commands_well(SMALL "--out said");
    cJSON *json = commands_json(BRIEF "--json --data said --out said.json");
    assert_string_equal(commands_text(json, "data"), "synthetic digits");
    assert_string_equal(commands_text(json, "test_data"), "synthetic digits");
    cJSON_Delete(json);
    json = commands_json("evaluate --json --data said --model said.json");
    assert_string_equal(commands_text(json, "data"), "synthetic digits");
    cJSON_Delete(json);
    char *text = commands_file("said.json");
    json = cJSON_Parse(text);
    const cJSON *record = cJSON_GetObjectItem(json, "training");
    assert_string_equal(commands_text(record, "data"), "synthetic digits");
    assert_string_equal(commands_text(cJSON_GetObjectItem(record, "test"), "data"), "synthetic digits");
    assert_null(strstr(text, "MNIST"));
    cJSON_Delete(json);
    free(text);
}

/* They are digits to a network that has seen MNIST alone. */
static void the_shipped_model_reads_them(void **state)
{
    (void)state;
    char *model = support_path(commands_repository(), "models/lenet5.json");
    if (access(model, R_OK) != 0) {
        print_message("SKIPPED: models/lenet5.json is not there\n");
        skip();
    }
    commands_well("synth --count 10 --test 1000 --out read");
    cJSON *json = commands_json("evaluate --json --data read --model '%s'", model);
    assert_true(commands_number(json, "accuracy") > 0.8);
    cJSON_Delete(json);
    free(model);
}

/* ---- The contact sheet ---- */

static void assert_sheet(const char *path, int rows, int cols)
{
    struct picture picture;
    struct error err = {0};
    int dark = 0, white = 0;
    if (decode_file(&picture, path, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(picture.rows, rows);
    assert_int_equal(picture.cols, cols);
    for (int i = 0; i < rows * cols; i++) {
        dark += picture.gray[i] < 64;
        white += picture.gray[i] == 255;
    }
    assert_in_range(dark, rows * cols / 50, rows * cols / 3);
    assert_in_range(white, rows * cols / 2, rows * cols);
    picture_free(&picture);
}

static void a_sheet_alone_shows_300_digits_a_row_each(void **state)
{
    (void)state;
    assert_says("contact sheet saved as sheet.png\n", "synth --sheet sheet.png");
    assert_sheet("sheet.png", 302, 902);
    assert_says("contact sheet saved as few.png\n", "synth --count 45 --sheet few.png");
    assert_sheet("few.png", 302, 152);
    assert_says("contact sheet saved as four.png\n", "synth -n 4 --sheet four.png");
    assert_sheet("four.png", 122, 32);
}

static void a_sheet_shows_the_training_set_that_is_drawn(void **state)
{
    (void)state;
    assert_says("300 training and 100 test digits drawn into shown (seed 4)\ncontact sheet saved as shown.png\n",
                SMALL "--seed 4 --out shown --sheet shown.png");
    struct dataset set = load("shown", DATASET_TRAIN);
    struct picture sheet;
    assert_int_equal(decode_file(&sheet, "shown.png", NULL), 0);
    for (int i = 0; i < set.count; i += 7)
        for (int p = 0; p < 784; p++) {
            const int row = 30 * (i % 10) + 2 + p / 28, col = 30 * (i / 10) + 2 + p % 28;
            assert_int_equal(sheet.gray[row * sheet.cols + col], 255 - dataset_image(&set, i)[p]);
        }
    picture_free(&sheet);
    dataset_free(&set);
}

/* ---- Small pictures ---- */

static void a_sheet_may_lie_in_the_folder_of_the_set(void **state)
{
    (void)state;
    commands_well("synth --count 20 --test 0 --out with --sheet with/sheet.png");
    commands_well("synth --count 20 --test 0 --out within/ --sheet within/sheet.png");
    commands_well("synth --count 20 --png --out inside --sheet inside/sheet.png");
    commands_shell("cmp with/sheet.png within/sheet.png && cmp with/sheet.png inside/sheet.png");
}

static void small_pictures_are_the_digits_of_the_training_set(void **state)
{
    (void)state;
    commands_well(SMALL "--seed 8 --out as-set");
    assert_says("20 pictures drawn into as-png\n", "synth --png --seed 8 --out as-png");
    assert_int_equal(commands_entries("as-png"), 20);
    struct dataset set = load("as-set", DATASET_TRAIN);
    for (int i = 0; i < 20; i++) {
        char path[64];
        struct picture picture;
        snprintf(path, sizeof path, "as-png/%03d-%d.png", i, set.labels[i]);
        assert_int_equal(decode_file(&picture, path, NULL), 0);
        assert_int_equal(picture.rows, 28);
        assert_int_equal(picture.cols, 28);
        assert_memory_equal(picture.gray, dataset_image(&set, i), 784);
        picture_free(&picture);
    }
    dataset_free(&set);
}

static void as_many_small_pictures_as_asked_for_are_drawn(void **state)
{
    (void)state;
    assert_says("1 picture drawn into single\n", "synth --png -n 1 -o single");
    assert_int_equal(commands_entries("single"), 1);
    assert_says("12 pictures drawn into single\ncontact sheet saved as twelve.png\n",
                "synth --png -n 12 -o single --sheet twelve.png");
    assert_int_equal(commands_entries("single"), 12);
    assert_sheet("twelve.png", 302, 62);
}

static void strangers_are_drawn_in_place_of_digits(void **state)
{
    (void)state;
    struct strokes strokes;
    unsigned char pixels[784];
    assert_int_equal(strokes_load(&strokes, NULL, NULL), 0);
    assert_says("12 pictures drawn into strangers\n", "synth --strangers --seed 5 --png -n 12 --out strangers");
    for (int i = 0; i < 12; i++) {
        char path[64];
        struct picture picture;
        snprintf(path, sizeof path, "strangers/%03d-none.png", i);
        assert_int_equal(decode_file(&picture, path, NULL), 0);
        synth_stranger(pixels, &strokes, 5, i);
        assert_memory_equal(picture.gray, pixels, 784);
        picture_free(&picture);
    }
    strokes_free(&strokes);
    assert_says("contact sheet saved as strangers.png\n", "synth --strangers --sheet strangers.png");
    assert_sheet("strangers.png", 302, 902);
}

/* ---- Strokes of one's own ---- */

static void write_strokes(const char *path, char *text)
{
    support_write(path, text, strlen(text));
    free(text);
}

static void strokes_of_ones_own_are_drawn(void **state)
{
    (void)state;
    char zero[4096];
    write_strokes("own.strokes", strokes_text(strokes_text_plain(zero, "[[-0.5, 0.5], [0.5, 0.5]]")));
    assert_says("20 training and 0 test digits drawn into own (seed 1)\n",
                "synth --count 20 --test 0 --strokes own.strokes --out own");
    char *marker = commands_file("own/SYNTHETIC");
    assert_non_null(strstr(marker, "lenet5 synth --count 20 --test 0 --seed 1 --strokes own.strokes ("));
    free(marker);
    struct dataset set = load("own", DATASET_TRAIN);
    for (int i = 0; i < 20; i++) { /* a zero that lies, and nine digits that stand */
        int rows = 0, cols = 0;
        for (int line = 0; line < 28; line++) {
            int in_row = 0, in_col = 0;
            for (int p = 0; p < 28; p++) {
                in_row |= dataset_image(&set, i)[28 * line + p];
                in_col |= dataset_image(&set, i)[28 * p + line];
            }
            rows += in_row != 0;
            cols += in_col != 0;
        }
        assert_true(i % 10 == 0 ? cols == 20 && rows < 20 : rows == 20 && cols < 20);
    }
    dataset_free(&set);
}

/* Its dots are wider than the whole box, and leave some of the digits empty: the sanitizers see what comes of that. */
static void the_wildest_hand_does_no_harm(void **state)
{
    (void)state;
    char zero[4096];
    char *text = strokes_text(strokes_text_plain(zero, "[[-0.5, 0], [0.5, 0], [0, 1]]"));
    text = strokes_text_replace(text, "\"pen\": 2, ", "\"pen\": 8, ");
    text =
        strokes_text_replace(text, "\"pen_least\": 1.25, \"pen_most\": 4.5, ", "\"pen_least\": 8, \"pen_most\": 8, ");
    write_strokes("wild.strokes", strokes_text_replace(text, "\"roughness\": 0.078125", "\"roughness\": 1"));
    commands_well("synth --count 300 --test 0 --strokes wild.strokes --out wild");
    struct dataset set = load("wild", DATASET_TRAIN);
    assert_labels_in_turn(&set, 300);
    dataset_free(&set);
}

/* ---- Help ---- */

static void help_names_every_option_and_keeps_to_100_columns(void **state)
{
    (void)state;
    static const char *const names[] = {"--out",    "--png",     "--count",  "--test",   "--seed",
                                        "--sheet",  "--large",   "--text",   "--digits", "--ground",
                                        "--height", "--strokes", "--threads"};
    struct program_run run = program("synth --help");
    assert_int_equal(run.status, 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_non_null(strstr(run.out, names[i]));
    for (const char *line = run.out; *line != '\0'; line += strcspn(line, "\n") + 1)
        assert_in_range(strcspn(line, "\n"), 0, 100);
    program_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_data_set_is_four_files_and_synthetic),
        cmocka_unit_test(numbers_are_printed_with_commas_and_the_seed_as_it_is),
        cmocka_unit_test(the_same_seed_gives_the_same_files_for_any_number_of_threads),
        cmocka_unit_test(drawing_into_the_same_folder_again_replaces_the_set),
        cmocka_unit_test(without_a_test_set_an_older_one_goes),
        cmocka_unit_test(results_are_named_after_synthetic_digits),
        cmocka_unit_test(json_and_the_model_file_say_so_too),
        cmocka_unit_test(the_shipped_model_reads_them),
        cmocka_unit_test(a_sheet_alone_shows_300_digits_a_row_each),
        cmocka_unit_test(a_sheet_shows_the_training_set_that_is_drawn),
        cmocka_unit_test(a_sheet_may_lie_in_the_folder_of_the_set),
        cmocka_unit_test(small_pictures_are_the_digits_of_the_training_set),
        cmocka_unit_test(as_many_small_pictures_as_asked_for_are_drawn),
        cmocka_unit_test(strangers_are_drawn_in_place_of_digits),
        cmocka_unit_test(strokes_of_ones_own_are_drawn),
        cmocka_unit_test(the_wildest_hand_does_no_harm),
        cmocka_unit_test(help_names_every_option_and_keeps_to_100_columns),
    };
    return cmocka_run_group_tests(tests, commands_arrive, commands_leave);
}
