/* scripts/measure-wild: the table of a folder of pictures, and test digits that are answered alike as PNG and as IDX.
 */
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
#include "digits.h"
#include "support.h"

/* wild/: two digits that model.json knows, one with a wrong label, a blank picture, and two formats. */
static int arrive(void **state)
{
    unsigned char pixels[DIGITS_PIXELS];
    static const char dev[] = "file\tlabel\tkind\na.png\t3\tpaint\nb.png\t3\tprinted\n";
    static const char negatives[] = "file\tkind\nblank.pgm\tblank\na.png\tletter\n";
    static const char encodings[] = "file\tlabel\tencoding\na.png\t3\tPNG gray\nx.gif\t3\tGIF\n";
    commands_arrive(state);
    commands_train("model.json");
    commands_shell("mkdir -p wild/dev wild/negatives wild/formats");
    digits_image(pixels, DATASET_TRAIN, 3);
    digits_write_png("wild/dev/a.png", pixels);
    digits_image(pixels, DATASET_TRAIN, 7);
    digits_write_png("wild/dev/b.png", pixels);
    commands_shell("cp wild/dev/a.png wild/formats; cp wild/dev/a.png wild/negatives");
    support_write("wild/dev/labels.tsv", dev, sizeof dev - 1);
    support_write("wild/negatives/labels.tsv", negatives, sizeof negatives - 1);
    support_write("wild/negatives/blank.pgm", "P2 2 2 9\n1 1 1 1\n", 17);
    support_write("wild/formats/labels.tsv", encodings, sizeof encodings - 1);
    support_write("wild/formats/x.gif", "GIF89a\1\0\1\0\0\0\0;", 14);
    return 0;
}

/* What the script prints; LENET5 is the program under test. */
static char *measure(const char *environment, const char *folder)
{
    char command[4000];
    if (system("python3 -c '' 2>/dev/null") != 0) {
        print_message("SKIPPED: there is no python3\n");
        skip();
    }
    snprintf(command, sizeof command, "%s '%s/scripts/measure-wild' %s \"$LENET5\" --model model.json >measured 2>&1",
             environment, commands_repository(), folder);
    if (system(command) != 0)
        fail_msg("%s", commands_file("measured"));
    return commands_file("measured");
}

/* A line that begins so has to say this many of that many. */
static void assert_row(const char *text, const char *what, int right, int total)
{
    char expected[32];
    const char *line = strstr(text, what);
    if (line == NULL)
        fail_msg("no row \"%s\" in\n%s", what, text);
    snprintf(expected, sizeof expected, " %d of %d ", right, total);
    const char *found = strstr(line, expected);
    if (found == NULL || found > strchr(line, '\n'))
        fail_msg("not%sin: %.*s", expected, (int)strcspn(line, "\n"), line);
}

static void the_table_has_a_row_a_figure_and_lists_what_fails(void **state)
{
    (void)state;
    char *text = measure("MNIST_DIR=none", "wild");
    assert_row(text, "single digits of kinds paint, photo, photo28: right", 1, 1);
    assert_row(text, "all single digits: right", 1, 2);
    assert_row(text, "formats that are read: right", 1, 1);
    assert_row(text, "formats that are not: refused by their name", 1, 1);
    assert_row(text, "pictures without a digit, refused: blank", 1, 1);
    assert_row(text, "pictures without a digit, refused: letters", 0, 1);
    assert_null(strstr(text, "MNIST"));
    assert_non_null(strstr(text, "What still fails (2: "));
    assert_non_null(strstr(text, "\ndev/b.png\tprinted\t3\t7\nnegatives/a.png\tletter\t-\t3\n"));
    free(text);
}

static void test_digits_as_png_are_answered_as_from_the_idx_file(void **state)
{
    (void)state;
    char *text = measure("env -u MNIST_DIR", "none"); /* the drawn ones in data/mnist */
    assert_row(text, "MNIST test digits accepted", DIGITS_TEST, DIGITS_TEST);
    assert_row(text, "MNIST test digits as PNG", DIGITS_TEST, DIGITS_TEST);
    free(text);
}

static void mnists_test_digits_too(void **state)
{
    (void)state;
    char environment[2000];
    if (commands_mnist() == NULL) {
        print_message("SKIPPED: MNIST is not there, run scripts/get-mnist or set MNIST_DIR\n");
        skip();
    }
    snprintf(environment, sizeof environment, "MNIST_DIR='%s'", commands_mnist());
    char *text = measure(environment, "none");
    assert_row(text, "MNIST test digits as PNG", 10000, 10000);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_has_a_row_a_figure_and_lists_what_fails),
        cmocka_unit_test(test_digits_as_png_are_answered_as_from_the_idx_file),
        cmocka_unit_test(mnists_test_digits_too),
    };
    return cmocka_run_group_tests(tests, arrive, commands_leave);
}
