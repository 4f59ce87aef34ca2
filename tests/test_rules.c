/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdlib.h>
#include <string.h>

#include "image/ink.h"
#include "image/rules.h"
#include "pictures.h"

enum { SIDE = 200 };

static void write_four(struct picture *picture)
{
    pictures_four(picture, 50, 60, 100, 9, 30);
}

static void rule_across(struct picture *picture, double left_row, double right_row, unsigned char gray)
{
    pictures_line(picture, left_row, -5, right_row, SIDE + 5, 2, gray);
}

static void rule_down(struct picture *picture, double col, unsigned char gray)
{
    pictures_line(picture, -5, col, SIDE + 5, col, 2, gray);
}

/* Pixels that are ink in one and not in the other. */
static int count_differences(const struct picture *a, const struct picture *b)
{
    struct ink first, second;
    assert_int_equal(ink_find(&first, a, NULL), 0);
    assert_int_equal(ink_find(&second, b, NULL), 0);
    int count = 0;
    for (int i = 0; i < SIDE * SIDE; i++)
        count += (first.strength[i] >= INK_EDGE) != (second.strength[i] >= INK_EDGE);
    ink_free(&first);
    ink_free(&second);
    return count;
}

/* Of the 2000 pixels of a 4. */
enum { FEW = 90 };

static void test_rules_go_and_strokes_that_cross_them_stay(void **state)
{
    (void)state;
    static const unsigned char grays[] = {60, 130, 190};
    for (int i = 0; i < 3; i++) {
        struct picture plain = pictures_plain(SIDE, SIDE, 250), ruled = pictures_plain(SIDE, SIDE, 250);
        for (int row = 20; row < SIDE; row += 34)
            rule_across(&ruled, row, row + 5, grays[i]);
        write_four(&plain);
        write_four(&ruled);
        assert_in_range(count_differences(&plain, &ruled), 0, FEW);
        picture_free(&plain);
        picture_free(&ruled);
    }
}

static void test_squares_go(void **state)
{
    (void)state;
    struct picture plain = pictures_plain(SIDE, SIDE, 250), squared = pictures_plain(SIDE, SIDE, 250);
    for (int at = 14; at < SIDE; at += 28) {
        rule_across(&squared, at, at, 150);
        rule_down(&squared, at, 150);
    }
    write_four(&plain);
    write_four(&squared);
    assert_in_range(count_differences(&plain, &squared), 0, FEW);
    picture_free(&plain);
    picture_free(&squared);
}

static void test_bar_that_does_not_cross_the_picture_stays(void **state)
{
    (void)state;
    struct picture picture = pictures_plain(SIDE, SIDE, 250);
    rule_across(&picture, 30, 30, 120);
    write_four(&picture);
    pictures_line(&picture, 170, 20, 170, 170, 3, 30); /* a long thin bar, but it ends before the borders */
    struct ink ink;
    assert_int_equal(ink_find(&ink, &picture, NULL), 0);
    assert_true(ink.strength[170 * SIDE + 100] >= INK_EDGE);
    assert_true(ink.strength[30 * SIDE + 100] < INK_EDGE);
    ink_free(&ink);
    picture_free(&picture);
}

static void test_paper_of_nothing_but_rules_is_blank(void **state)
{
    (void)state;
    for (int is_squared = 0; is_squared < 2; is_squared++) {
        struct picture picture = pictures_plain(SIDE, SIDE, 240);
        for (int at = 15; at < SIDE; at += 30) {
            rule_across(&picture, at, at + 3, 120);
            if (is_squared)
                rule_down(&picture, at, 120);
        }
        struct ink ink;
        struct error err = {0};
        assert_int_equal(ink_find(&ink, &picture, &err), -1);
        assert_int_equal(err.kind, ERROR_BLANK);
        picture_free(&picture);
    }
}

static void test_small_picture_keeps_a_stroke_from_side_to_side(void **state)
{
    (void)state;
    unsigned char strength[28 * 28] = {0}, depth[28 * 28] = {0};
    memset(strength + 5 * 28, 255, 28);
    memset(depth + 5 * 28, 255, 28);
    int found = 1;
    assert_int_equal(rules_erase(&found, strength, depth, 28, 28, NULL), 0);
    assert_false(found);
    assert_int_equal(strength[5 * 28 + 14], 255);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules_go_and_strokes_that_cross_them_stay),
        cmocka_unit_test(test_squares_go),
        cmocka_unit_test(test_bar_that_does_not_cross_the_picture_stays),
        cmocka_unit_test(test_paper_of_nothing_but_rules_is_blank),
        cmocka_unit_test(test_small_picture_keeps_a_stroke_from_side_to_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
