/* Numbers on a page: every digit where a reader expects it, none touching another, and texts that are none refused. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drawing/script.h"

enum { HANDS = 12 };

static struct strokes strokes;

static int load(void **state)
{
    (void)state;
    return strokes_load(&strokes, NULL, NULL);
}

static int release(void **state)
{
    (void)state;
    strokes_free(&strokes);
    return 0;
}

static struct script *write_text(const char *text, uint64_t seed)
{
    struct script *script = malloc(sizeof *script);
    struct rng rng = rng_make(seed, 1);
    struct error err = {0};
    assert_non_null(script);
    if (script_write(script, text, 1, &strokes, &rng, &err) != 0)
        fail_msg("%s", err.text);
    return script;
}

static void discard(struct script *script)
{
    script_free(script);
    free(script);
}

/* Between the ink of two digits, in heights. */
static double distance(const struct glyph *a, const struct glyph *b)
{
    double least = HUGE_VAL;
    if (a->right + 1 < b->left || b->right + 1 < a->left)
        return least;
    for (int i = 0; i < a->count; i++)
        for (int k = 0; k < b->count; k++) {
            const double dx = a->dots[i].x - b->dots[k].x, dy = a->dots[i].y - b->dots[k].y;
            const double apart = sqrt(dx * dx + dy * dy) - (a->dots[i].width + b->dots[k].width) / 2;
            least = apart < least ? apart : least;
        }
    return least;
}

static double middle(const struct glyph *glyph)
{
    return (glyph->left + glyph->right) / 2;
}

/* ---- What is written ---- */

static void a_number_stands_from_left_to_right(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < HANDS; seed++) {
        struct script *script = write_text("9174206835", seed);
        assert_int_equal(script->count, 10);
        for (int i = 1; i < script->count; i++)
            assert_true(middle(&script->glyphs[i]) > middle(&script->glyphs[i - 1]));
        discard(script);
    }
}

static void the_ink_of_digits_never_comes_close(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < HANDS; seed++) {
        struct script *script = write_text("7717\n2074\n9613", seed);
        for (int i = 0; i < script->count; i++)
            for (int k = 0; k < i; k++)
                assert_true(distance(&script->glyphs[i], &script->glyphs[k]) >= 0.08);
        discard(script);
    }
}

static void digits_of_one_hand_are_about_as_large(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < HANDS; seed++) {
        struct script *script = write_text("0123456789", seed);
        for (int i = 0; i < script->count; i++) {
            const struct glyph *glyph = &script->glyphs[i];
            assert_true(glyph->bottom - glyph->top < 1.25);
            assert_true(glyph->right - glyph->left < 1.35);
            assert_true(glyph->bottom - glyph->top > 0.8 || glyph->right - glyph->left > 0.9);
        }
        discard(script);
    }
}

static void numbers_of_a_row_lie_farther_apart_than_digits(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < HANDS; seed++) {
        struct script *script = write_text(" 20 17", seed);
        assert_int_equal(script->count, 4);
        assert_true(distance(&script->glyphs[1], &script->glyphs[2]) >= 0.5);
        discard(script);
    }
}

static void rows_lie_below_each_other(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < HANDS; seed++) {
        struct script *script = write_text("12\n34\n56", seed);
        assert_int_equal(script->count, 6);
        assert_true(script->pitch > 1.3);
        for (int i = 2; i < script->count; i++)
            assert_true(script->glyphs[i].top > script->glyphs[i - 2].top + 1);
        discard(script);
    }
}

static void the_measures_of_a_page_hold_all_ink(void **state)
{
    (void)state;
    struct script *script = write_text("12\n345", 3);
    for (int i = 0; i < script->count; i++) {
        const struct glyph *glyph = &script->glyphs[i];
        assert_true(glyph->left >= script->left && glyph->right <= script->right);
        assert_true(glyph->top >= script->top && glyph->bottom <= script->bottom);
    }
    discard(script);
}

/* ---- Its ink ---- */

static void ink_lies_where_the_page_has_it_and_what_is_outside_is_cut_off(void **state)
{
    (void)state;
    enum { ROWS = 60, COLS = 90 };
    struct script *script = write_text("48", 5);
    unsigned char cover[ROWS * COLS], moved[ROWS * COLS];
    long long sum = 0;
    assert_int_equal(script_cover(cover, ROWS, COLS, script, 40, 5 - 40 * script->left, 5 - 40 * script->top, NULL), 0);
    assert_int_equal(script_cover(moved, ROWS, COLS, script, 40, -40 * script->left - 15, -40 * script->top - 25, NULL),
                     0);
    for (int row = 0; row < ROWS; row++)
        for (int col = 0; col < COLS; col++) {
            sum += cover[row * COLS + col];
            if (row < 4 || col < 4)
                assert_int_equal(cover[row * COLS + col], 0);
            if (row >= 30 && col >= 20)
                assert_int_equal(moved[(row - 30) * COLS + col - 20], cover[row * COLS + col]);
        }
    assert_true(sum > 255 * 200);
    discard(script);
}

static void a_page_far_from_its_digits_is_empty(void **state)
{
    (void)state;
    struct script *script = write_text("1", 1);
    unsigned char cover[100];
    assert_int_equal(script_cover(cover, 10, 10, script, 50, 1000, 1000, NULL), 0);
    for (int i = 0; i < 100; i++)
        assert_int_equal(cover[i], 0);
    assert_int_equal(script_cover(cover, 10, 10, script, 50, -1000, -1000, NULL), 0);
    for (int i = 0; i < 100; i++)
        assert_int_equal(cover[i], 0);
    discard(script);
}

/* ---- Texts ---- */

static void assert_refused(const char *text, const char *sentence)
{
    struct error err = {0};
    struct script *script = malloc(sizeof *script);
    struct rng rng = rng_make(1, 1);
    assert_non_null(script);
    assert_int_equal(script_write(script, text, 1, &strokes, &rng, &err), -1);
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_string_equal(err.text, sentence);
    free(script);
}

static void a_text_that_is_none_is_refused(void **state)
{
    (void)state;
    static const char no_digits[] = "the text to write has a row without digits: each row needs one or more";
    assert_refused("", no_digits);
    assert_refused("  ", no_digits);
    assert_refused("12\n", no_digits);
    assert_refused("\n12", no_digits);
    assert_refused("12\n\n34", no_digits);
    assert_refused("12a", "character 3 of the text to write is no digit: use 0 to 9, and spaces between numbers");
    assert_refused("-1", "character 1 of the text to write is no digit: use 0 to 9, and spaces between numbers");
    assert_refused("1\t2", "character 2 of the text to write is no digit: use 0 to 9, and spaces between numbers");
}

static void a_text_may_have_200_digits_and_no_more(void **state)
{
    (void)state;
    char text[SCRIPT_DIGITS + 2];
    memset(text, '7', sizeof text - 1);
    text[SCRIPT_DIGITS + 1] = '\0';
    assert_refused(text, "the text to write has 201 digits: use 200 at most");
    text[SCRIPT_DIGITS] = '\0';
    struct script *script = write_text(text, 1);
    assert_int_equal(script->count, SCRIPT_DIGITS);
    discard(script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_stands_from_left_to_right),
        cmocka_unit_test(the_ink_of_digits_never_comes_close),
        cmocka_unit_test(digits_of_one_hand_are_about_as_large),
        cmocka_unit_test(numbers_of_a_row_lie_farther_apart_than_digits),
        cmocka_unit_test(rows_lie_below_each_other),
        cmocka_unit_test(the_measures_of_a_page_hold_all_ink),
        cmocka_unit_test(ink_lies_where_the_page_has_it_and_what_is_outside_is_cut_off),
        cmocka_unit_test(a_page_far_from_its_digits_is_empty),
        cmocka_unit_test(a_text_that_is_none_is_refused),
        cmocka_unit_test(a_text_may_have_200_digits_and_no_more),
    };
    return cmocka_run_group_tests(tests, load, release);
}
