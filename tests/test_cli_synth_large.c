/* lenet5 synth --large: pictures in a folder, with a table that says what is written on them. */
#define _XOPEN_SOURCE 700
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
#include "drawing/photo.h"
#include "image/decode.h"

enum { IN_TURN = 60 };

static void run(const char *arguments)
{
    struct program_run ran = program("synth --large --height 32 %s", arguments);
    if (ran.status != 0)
        fail_msg("%s", ran.err);
    program_free(&ran);
}

static void assert_same_picture(const char *one, const char *other)
{
    struct picture a, b;
    assert_int_equal(decode_file(&a, one, NULL), 0);
    assert_int_equal(decode_file(&b, other, NULL), 0);
    assert_int_equal(a.rows, b.rows);
    assert_int_equal(a.cols, b.cols);
    assert_memory_equal(a.gray, b.gray, (size_t)a.rows * (size_t)a.cols);
    picture_free(&a);
    picture_free(&b);
}

/* ---- Files ---- */

static void a_text_is_written_on_every_picture_and_into_the_table(void **state)
{
    (void)state;
    run("--text '407 12/8' --count 2 --ground paper --out numbers");
    char *labels = commands_file("numbers/labels.tsv");
    assert_string_equal(labels, "file\tlabel\tground\n"
                                "000-407_12_8.png\t407 12/8\tpaper\n"
                                "001-407_12_8.png\t407 12/8\tpaper\n");
    assert_int_equal(commands_entries("numbers"), 3);
    for (int i = 0; i < 2; i++) {
        struct picture picture;
        assert_int_equal(decode_file(&picture, i == 0 ? "numbers/000-407_12_8.png" : "numbers/001-407_12_8.png", NULL),
                         0);
        assert_true(picture.rows > 2 * 32 && picture.cols > 4 * 32);
        picture_free(&picture);
    }
    free(labels);
}

static void without_a_text_every_digit_comes_on_every_ground(void **state)
{
    (void)state;
    int seen[10][PHOTO_GROUNDS] = {{0}}, rows = 0;
    run("--count 60 --out turns");
    char *labels = commands_file("turns/labels.tsv");
    for (const char *line = strchr(labels, '\n') + 1; *line != '\0'; line = strchr(line, '\n') + 1, rows++) {
        int number, digit, label;
        char ground[16];
        assert_int_equal(sscanf(line, "%d-%d.png\t%d\t%15s", &number, &digit, &label, ground), 4);
        assert_int_equal(number, rows);
        assert_int_equal(digit, rows % 10);
        assert_int_equal(label, digit);
        for (int i = 0; i < PHOTO_GROUNDS; i++)
            seen[digit][i] += strcmp(photo_grounds[i], ground) == 0;
    }
    assert_int_equal(rows, IN_TURN);
    for (int i = 0; i < 10 * PHOTO_GROUNDS; i++)
        assert_int_equal(seen[i / PHOTO_GROUNDS][i % PHOTO_GROUNDS], 1);
    free(labels);
}

static void a_picture_does_not_depend_on_the_count_or_the_threads(void **state)
{
    (void)state;
    run("--digits 5 --count 3 --threads 1 --out few");
    run("--digits 5 --count 12 --threads 3 --out many");
    char *labels = commands_file("few/labels.tsv"), *all = commands_file("many/labels.tsv"), one[64], other[64];
    assert_memory_equal(all, labels, strlen(labels));
    for (const char *line = strchr(labels, '\n') + 1; *line != '\0'; line = strchr(line, '\n') + 1) {
        const int length = (int)strcspn(line, "\t");
        assert_int_equal(length, (int)strlen("000-12345.png"));
        snprintf(one, sizeof one, "few/%.*s", length, line);
        snprintf(other, sizeof other, "many/%.*s", length, line);
        assert_same_picture(one, other);
    }
    free(labels);
    free(all);
}

static void another_seed_draws_other_numbers(void **state)
{
    (void)state;
    run("--digits 9 --count 1 --seed 1 --out one");
    run("--digits 9 --count 1 --seed 2 --out two");
    char *one = commands_file("one/labels.tsv"), *two = commands_file("two/labels.tsv");
    assert_string_not_equal(one, two);
    free(one);
    free(two);
}

/* ---- Refused ---- */

static void a_wrong_text_is_refused_before_a_folder_is_made(void **state)
{
    (void)state;
    commands_refused(2, "character 2 of the text to write is no digit: use 0 to 9, and spaces between numbers",
                     "synth --large --out none --text 1x");
    commands_refused(2, "the text to write has a row without digits: each row needs one or more",
                     "synth --large --out none --text 1//2");
    commands_refused(2, "the text to write has 241 characters: use 240 at most",
                     "synth --large --out none --text %0241d", 0);
    commands_refused(2, "the text to write has 201 digits: use 200 at most", "synth --large --out none --text %0201d",
                     0);
    commands_refused(2, "the text to write has a line break: put / between rows",
                     "synth --large --out none --text '1\n2'");
    assert_int_equal(access("none", F_OK), -1);
}

static void a_folder_that_cannot_be_made_is_said_so(void **state)
{
    (void)state;
    fclose(fopen("file", "w"));
    commands_refused(1, "file/where: the folder cannot be made: Not a directory", "synth --large --out file/where");
}

static void a_picture_that_is_too_large_leaves_no_table(void **state)
{
    (void)state;
    struct program_run ran = program("synth --large --height 2000 --text %0100d --out huge", 0);
    assert_int_equal(ran.status, 2);
    assert_non_null(strstr(ran.err, "is larger than the 100 megapixels made at most"));
    assert_int_equal(access("huge/labels.tsv", F_OK), -1);
    program_free(&ran);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_written_on_every_picture_and_into_the_table),
        cmocka_unit_test(without_a_text_every_digit_comes_on_every_ground),
        cmocka_unit_test(a_picture_does_not_depend_on_the_count_or_the_threads),
        cmocka_unit_test(another_seed_draws_other_numbers),
        cmocka_unit_test(a_wrong_text_is_refused_before_a_folder_is_made),
        cmocka_unit_test(a_folder_that_cannot_be_made_is_said_so),
        cmocka_unit_test(a_picture_that_is_too_large_leaves_no_table),
    };
    return cmocka_run_group_tests(tests, commands_arrive, commands_leave);
}
