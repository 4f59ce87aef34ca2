/* Formulas: their grammar, the sentence for every mistake, what is drawn, and that nothing drawn leaves the bounds. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/real.h"
#include "drawing/formula.h"

enum { NAMES = 3, DRAWS = 20000 };

static const char *const names[NAMES] = {"width", "top", "top_left"};
static const double values[NAMES] = {0.5, 3, -7};

/* ---- Helpers ---- */

static int same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static struct formula compile(const char *text)
{
    struct formula formula;
    struct error err = {0};
    if (formula_compile(&formula, text, names, NAMES, &err) != 0)
        fail_msg("%s: %s", text, err.text);
    return formula;
}

static double value(const char *text)
{
    const struct formula formula = compile(text);
    struct rng rng = rng_make(1, 0), before = rng;
    const double drawn = formula_draw(&formula, values, &rng);
    assert_true(rng.state == before.state); /* nothing here is left to chance */
    return drawn;
}

static void assert_value(const char *text, double expected)
{
    const double drawn = value(text);
    if (!same(drawn, expected))
        fail_msg("%s is %.17g, and %.17g was expected", text, drawn, expected);
}

static void assert_refused(const char *text, const char *sentence)
{
    struct formula formula, before;
    struct error err = {0};
    memset(&formula, 0x5a, sizeof formula);
    memset(&before, 0x5a, sizeof before);
    assert_int_equal(formula_compile(&formula, text, names, NAMES, &err), -1);
    assert_int_equal(err.kind, ERROR_MODEL);
    assert_string_equal(err.text, sentence);
    assert_memory_equal(&formula, &before, sizeof formula);
}

/* `count` times `part`, and `end` behind them. */
static const char *repeat(char out[2048], const char *part, int count, const char *end)
{
    out[0] = '\0';
    for (int i = 0; i < count; i++)
        strcat(out, part);
    return strcat(out, end);
}

/* ---- Numbers and names ---- */

static void a_number_is_the_nearest_double(void **state)
{
    (void)state;
    assert_value("0", 0);
    assert_value("0.1", 0.1);
    assert_value("-0.37", -0.37);
    assert_value("1000", 1000);
    assert_value("3.14159265358979", 3.14159265358979);
    assert_value("0.00000000000001", 1e-14);
    assert_value("- 2", -2);
}

static void a_name_stands_for_its_value(void **state)
{
    (void)state;
    assert_value("width", 0.5);
    assert_value("top", 3);
    assert_value("top_left", -7);
}

static void a_constant_is_the_number_given(void **state)
{
    (void)state;
    const struct formula formula = formula_number(-0.625);
    struct rng rng = rng_make(1, 0);
    assert_true(same(formula_draw(&formula, NULL, &rng), -0.625));
    assert_true(same(formula_bounds(&formula, NULL).low, -0.625) && same(formula_bounds(&formula, NULL).high, -0.625));
}

/* ---- Operators ---- */

static void products_come_before_sums_and_both_go_from_left_to_right(void **state)
{
    (void)state;
    assert_value("1 + 2 * 3", 7);
    assert_value("2 * 3 + 1", 7);
    assert_value("10 - 3 - 2", 5);
    assert_value("10 - 3 + 2", 9);
    assert_value("2 * 3 * 4 - 1", 23);
}

static void brackets_come_first(void **state)
{
    (void)state;
    assert_value("(1 + 2) * 3", 9);
    assert_value("10 - (3 - 2)", 9);
    assert_value("((top))", 3);
}

static void a_minus_may_stand_before_anything(void **state)
{
    (void)state;
    assert_value("-width", -0.5);
    assert_value("-(1 + top)", -4);
    assert_value("--top", 3);
    assert_value("2 - -3", 5);
    assert_value("2 - 3", -1);
    assert_value("2-3", -1);
    assert_value("2 * -width", -1);
    assert_value("-width * 2", -1);
}

static void white_space_is_free(void **state)
{
    (void)state;
    assert_value(" \t1+2*( top -\n1 ) ", 5);
}

/* ---- Ranges ---- */

static void a_range_gives_numbers_all_over_it_and_none_outside(void **state)
{
    (void)state;
    const struct formula formula = compile("-0.25 .. 0.75");
    struct rng rng = rng_make(2, 0);
    double least = 1, most = -1, sum = 0;
    for (int i = 0; i < DRAWS; i++) {
        const double drawn = formula_draw(&formula, values, &rng);
        least = fmin(least, drawn);
        most = fmax(most, drawn);
        sum += drawn;
    }
    assert_true(least >= -0.25 && least < -0.249);
    assert_true(most < 0.75 && most > 0.749);
    assert_true(fabs(sum / DRAWS - 0.25) < 0.01);
}

static void a_minus_before_digits_belongs_to_the_end_of_a_range(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double low, high;
    } ranges[] = {{"-1..2", -1, 2}, {"- 1 .. 2", -1, 2}, {"-(-1..2)", -2, 1}, {"-2..-1", -2, -1}, {"0 - 1..2", -2, -1}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        const struct formula formula = compile(ranges[i].text);
        const struct bounds bounds = formula_bounds(&formula, NULL);
        assert_true(same(bounds.low, ranges[i].low) && same(bounds.high, ranges[i].high));
    }
}

static void each_range_takes_one_number_in_the_order_of_the_text(void **state)
{
    (void)state;
    const struct formula formula = compile("0..1 - 10 * (2..4)");
    struct rng rng = rng_make(3, 0), twin = rng;
    const double drawn = formula_draw(&formula, values, &rng);
    const double first = (double)rng_unit(&twin), second = 2 + 2 * (double)rng_unit(&twin);
    assert_true(same(drawn, first - 10 * second));
    assert_true(rng.state == twin.state);
}

static void a_range_without_width_takes_no_number(void **state)
{
    (void)state;
    assert_value("0.5..0.5", 0.5);
}

/* ---- Bounds ---- */

static void nothing_drawn_leaves_the_bounds_and_they_are_nearly_reached(void **state)
{
    (void)state;
    static const char *const texts[] = {"0.1..0.3",
                                        "-width + 0.02..0.28",
                                        "-3..2 - (1..4)",
                                        "(-3..2) * -1..4",
                                        "(-3..-2) * (-5..-4)",
                                        "-(1..2) * top_left",
                                        "(width + 0..1) * (top - 2..3) - width",
                                        "0.1..0.7 * 0.3..0.9 * -0.7..-0.1"};
    static const struct bounds at[NAMES] = {{0.25, 0.75}, {1, 3}, {-7, -7}};
    struct rng rng = rng_make(4, 0);
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++) {
        const struct formula formula = compile(texts[t]);
        const struct bounds bounds = formula_bounds(&formula, at);
        double least = HUGE_VAL, most = -HUGE_VAL;
        for (int i = 0; i < DRAWS; i++) {
            double chosen[NAMES];
            for (int n = 0; n < NAMES; n++)
                chosen[n] = at[n].low + (at[n].high - at[n].low) * (double)rng_unit(&rng);
            const double drawn = formula_draw(&formula, chosen, &rng);
            least = fmin(least, drawn);
            most = fmax(most, drawn);
        }
        const double slack = 0.35 * (bounds.high - bounds.low);
        if (least < bounds.low || most > bounds.high || least > bounds.low + slack || most < bounds.high - slack)
            fail_msg("%s: drawn from %g to %g, bounds %g to %g", texts[t], least, most, bounds.low, bounds.high);
    }
}

static void bounds_of_a_cosine_know_where_it_turns(void **state)
{
    (void)state;
    static const struct bounds angles[] = {{0, 0},      {10, 80},   {-30, 60}, {100, 260}, {170, 370},
                                           {-190, -10}, {190, 350}, {-720, 0}, {350, 370}, {-540, -540}};
    for (size_t i = 0; i < sizeof angles / sizeof angles[0]; i++) {
        double least = 1, most = -1;
        for (int step = 0; step <= 2000; step++) {
            const double degrees = angles[i].low + (angles[i].high - angles[i].low) * step / 2000;
            least = fmin(least, real_cos_turns(degrees / 360));
            most = fmax(most, real_cos_turns(degrees / 360));
        }
        const struct bounds cosine = bounds_cosine(angles[i]);
        if (!(fabs(cosine.low - least) < 1e-4 && fabs(cosine.high - most) < 1e-4))
            fail_msg("%g to %g: %g to %g", angles[i].low, angles[i].high, cosine.low, cosine.high);
    }
}

/* ---- Refusals ---- */

static void what_was_expected_is_said_with_its_place(void **state)
{
    (void)state;
    static const char factor[] = "a number, a name, \"-\" or \"(\"";
    static const struct {
        const char *text;
        int at;
        const char *expected;
    } mistakes[] = {
        {"", 1, factor},
        {"  ", 3, factor},
        {"1 +", 4, factor},
        {"1 + * 2", 5, factor},
        {"-", 2, factor},
        {".5", 1, factor},
        {"()", 2, factor},
        {"+1", 1, factor},
        {"Top", 1, factor},
        {"(1 + 2", 7, "\")\""},
        {"(1 2)", 4, "\")\""},
        {"0.1..", 6, "a number"},
        {"0.1..width", 6, "a number"},
        {"0...5", 4, "a number"},
        {"1 2", 3, "\"+\", \"-\", \"*\" or the end"},
        {"1)", 2, "\"+\", \"-\", \"*\" or the end"},
        {"2 / 3", 3, "\"+\", \"-\", \"*\" or the end"},
        {"1e3", 2, "\"+\", \"-\", \"*\" or the end"},
        {"1,5", 2, "\"+\", \"-\", \"*\" or the end"},
        {"1.", 2, "\"+\", \"-\", \"*\" or the end"},
        {"width1", 6, "\"+\", \"-\", \"*\" or the end"},
        {"1 \xc3\xa9", 3, "\"+\", \"-\", \"*\" or the end"},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        char sentence[256];
        snprintf(sentence, sizeof sentence, "\"%s\" is no formula: at character %d %s was expected", mistakes[i].text,
                 mistakes[i].at, mistakes[i].expected);
        assert_refused(mistakes[i].text, sentence);
    }
}

static void an_unknown_name_is_refused_with_the_nearest(void **state)
{
    (void)state;
    struct formula formula;
    struct error err = {0};
    assert_refused("1 + widht", "\"1 + widht\" has the unknown name \"widht\": did you mean \"width\"?");
    assert_refused("zebra", "\"zebra\" has the unknown name \"zebra\": use those that stand before it in \"vary\"");
    assert_int_equal(formula_compile(&formula, "width", names, 0, &err), -1);
    assert_string_equal(err.text,
                        "\"width\" has the unknown name \"width\": use those that stand before it in \"vary\"");
}

static void a_long_name_is_cut_in_the_sentence(void **state)
{
    (void)state;
    char text[2048], sentence[512];
    repeat(text, "z", 300, "");
    snprintf(sentence, sizeof sentence,
             "\"%.80s\" has the unknown name \"%.47s\": use those that stand before it in \"vary\"", text, text);
    assert_refused(text, sentence);
}

static void a_range_with_its_ends_in_the_wrong_order_is_refused(void **state)
{
    (void)state;
    assert_refused("top + 0.3..0.1", "\"top + 0.3..0.1\" has the range 0.3..0.1: write the smaller end first");
    assert_refused("-1..-2", "\"-1..-2\" has the range -1..-2: write the smaller end first");
}

static void a_number_beyond_1000_or_15_digits_is_refused(void **state)
{
    (void)state;
    assert_refused("1 + 1000.5", "\"1 + 1000.5\" has at character 5 the number 1000.5: 1000 at most");
    assert_refused("-2000", "\"-2000\" has at character 2 the number 2000: 1000 at most");
    assert_refused("0.123456789012345", "\"0.123456789012345\" has at character 1 a number of 16 digits: 15 at most");
}

static void the_number_of_steps_is_bounded(void **state)
{
    (void)state;
    char text[2048];
    assert_value(repeat(text, "1+", 11, "-1"), 10);
    assert_refused(repeat(text, "1+", 12, "1"), "\"1+1+1+1+1+1+1+1+1+1+1+1+1\" takes more than 24 steps: give a part "
                                                "of it a name in \"vary\"");
    assert_value(repeat(text, "- ", 23, "top"), -3);
    assert_refused(repeat(text, "-", 24, "top"),
                   "\"------------------------top\" takes more than 24 steps: give a part "
                   "of it a name in \"vary\"");
}

static void the_depth_of_brackets_is_bounded(void **state)
{
    (void)state;
    char text[2048], ends[2048];
    repeat(ends, ")", 23, "");
    repeat(text, "(", 23, "1");
    strcat(text, ends);
    assert_value(text, 1);
    assert_value(repeat(text, "((1))+", 11, "1"), 12); /* side by side */
    assert_refused(repeat(text, "(", 24, "1"),
                   "\"((((((((((((((((((((((((1\" has more than 23 pairs of brackets inside each other");
}

static void random_texts_are_read_or_refused_without_harm(void **state)
{
    (void)state;
    static const char letters[] = "0123.45..+-*() \twidth_top~\xff";
    struct rng rng = rng_make(5, 0);
    int read = 0;
    for (int n = 0; n < 50000; n++) {
        char text[24] = {0};
        struct formula formula;
        struct error err = {0};
        for (uint32_t i = 0, length = rng_below(&rng, sizeof text); i < length; i++)
            text[i] = letters[rng_below(&rng, sizeof letters - 1)];
        if (formula_compile(&formula, text, names, NAMES, &err) != 0) {
            assert_int_equal(err.kind, ERROR_MODEL);
            continue;
        }
        assert_true(isfinite(formula_draw(&formula, values, &rng)));
        read++;
    }
    assert_true(read > 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_the_nearest_double),
        cmocka_unit_test(a_name_stands_for_its_value),
        cmocka_unit_test(a_constant_is_the_number_given),
        cmocka_unit_test(products_come_before_sums_and_both_go_from_left_to_right),
        cmocka_unit_test(brackets_come_first),
        cmocka_unit_test(a_minus_may_stand_before_anything),
        cmocka_unit_test(white_space_is_free),
        cmocka_unit_test(a_range_gives_numbers_all_over_it_and_none_outside),
        cmocka_unit_test(a_minus_before_digits_belongs_to_the_end_of_a_range),
        cmocka_unit_test(each_range_takes_one_number_in_the_order_of_the_text),
        cmocka_unit_test(a_range_without_width_takes_no_number),
        cmocka_unit_test(nothing_drawn_leaves_the_bounds_and_they_are_nearly_reached),
        cmocka_unit_test(bounds_of_a_cosine_know_where_it_turns),
        cmocka_unit_test(what_was_expected_is_said_with_its_place),
        cmocka_unit_test(an_unknown_name_is_refused_with_the_nearest),
        cmocka_unit_test(a_long_name_is_cut_in_the_sentence),
        cmocka_unit_test(a_range_with_its_ends_in_the_wrong_order_is_refused),
        cmocka_unit_test(a_number_beyond_1000_or_15_digits_is_refused),
        cmocka_unit_test(the_number_of_steps_is_bounded),
        cmocka_unit_test(the_depth_of_brackets_is_bounded),
        cmocka_unit_test(random_texts_are_read_or_refused_without_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
