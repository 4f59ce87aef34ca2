/* The pen that follows the line: its width and what changes it, gaps; and the limits of every line. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hands.h"

enum { DRAWS = 3000, TAPERED = 10 };

/* A cross: two strokes, one upright and one level. */
static const struct skeleton cross = {
    .stroke_count = 2, .ends = {2, 4}, .points = {{0, 0, 0}, {0, 1, 0}, {-0.5, 0.5, 0}, {0.5, 0.5, 0}}};

/* ---- Helpers ---- */

static void write_by(const struct skeleton *skeleton, const struct hand *hand, unsigned seed)
{
    hands_write(hands_line, skeleton, hand, seed);
}

/* The dots of the cross's first stroke. */
static int upright_dots(void)
{
    int count = 1;
    while (count < hands_line->count && hands_step(hands_line, count - 1) < 0.02)
        count++;
    return count;
}

static struct skeleton bar(double length)
{
    return (struct skeleton){.stroke_count = 1, .ends = {2}, .points = {{0, 0, 0}, {0, length, 0}}};
}

/* ---- The width of the stroke ---- */

static void the_pen_is_spread_around_its_median(void **state)
{
    (void)state;
    struct hand hand = hands_calm;
    struct digit_strokes of_any_pen = hands_digit;
    struct hands_seen logarithms = {0};
    int below = 0;
    hand.pen_spread = 0.1;
    of_any_pen.pen_spread = 2;
    hand.pen_least = 0.5;
    hand.pen_most = 8;
    for (unsigned seed = 0; seed < DRAWS; seed++) {
        struct rng rng = rng_make(seed, 0);
        hand_write(hands_line, &cross, &hand, &of_any_pen, &rng);
        hands_see(&logarithms, log(hands_line->pen / hand.pen));
        below += hands_line->pen < hand.pen;
    }
    assert_in_range(below, DRAWS / 2 - 140, DRAWS / 2 + 140);
    hands_assert_seen(&logarithms, 0, 0.2, 0.07);
}

static void the_pen_stays_within_its_bounds(void **state)
{
    (void)state;
    struct hand hand = hands_calm;
    double least = HUGE_VAL, most = 0;
    hand.pen_spread = 1;
    for (unsigned seed = 0; seed < DRAWS; seed++) {
        write_by(&cross, &hand, seed);
        least = fmin(least, hands_line->pen);
        most = fmax(most, hands_line->pen);
    }
    assert_true(least == hand.pen_least && most == hand.pen_most);
    hand.pen_spread = 0;
    write_by(&cross, &hand, 1);
    assert_true(hands_line->pen == hand.pen);
}

static void a_digit_may_have_a_pen_of_its_own_within_the_same_bounds(void **state)
{
    (void)state;
    static const double factors[] = {0.1, 0.75, 1.5, 10}, pens[] = {1, 1.5, 3, 4};
    for (int i = 0; i < 4; i++) {
        struct digit_strokes own = hands_digit;
        struct rng rng = rng_make(1, 0);
        own.pen = factors[i];
        hand_write(hands_line, &cross, &hands_calm, &own, &rng);
        assert_true(hands_line->pen == pens[i]);
    }
}

static void without_any_chance_the_width_is_1_everywhere(void **state)
{
    (void)state;
    write_by(&cross, &hands_calm, 1);
    for (int i = 0; i < hands_line->count; i++)
        assert_true(hands_line->dots[i].width == 1);
}

static void pressure_swells_and_fades_along_the_line(void **state)
{
    (void)state;
    struct hand hand = hands_calm;
    double least = 1, most = 1;
    hand.pressure = 0.3;
    for (unsigned seed = 0; seed < 300; seed++) {
        write_by(&cross, &hand, seed);
        for (int i = 0; i < hands_line->count; i++) {
            const double width = hands_line->dots[i].width;
            assert_true(i == 0 || fabs(width - hands_line->dots[i - 1].width) < 0.05);
            least = fmin(least, width);
            most = fmax(most, width);
        }
    }
    assert_true(least >= 0.7 && least < 0.72 && most <= 1.3 && most > 1.28);
}

/* What it gains in one direction it loses across. */
static void a_nib_is_as_wide_across_as_it_is_narrow_along(void **state)
{
    (void)state;
    struct hand hand = hands_calm;
    double most = 0;
    hand.nib = 0.4;
    for (unsigned seed = 0; seed < 300; seed++) {
        write_by(&cross, &hand, seed);
        const int dots = upright_dots();
        const double down = hands_line->dots[dots / 2].width, across = hands_line->dots[dots + dots / 2].width;
        assert_true(fabs(down + across - 2) < 1e-9);
        for (int i = 1; i + 1 < dots; i++)
            assert_true(fabs(hands_line->dots[i].width - down) < 1e-9);
        most = fmax(most, fabs(down - 1));
    }
    assert_true(most <= 0.4 && most > 0.36);
}

static void every_stroke_thins_at_its_end_and_not_before(void **state)
{
    (void)state;
    struct hand hand = hands_calm;
    double least = 1;
    hand.taper = 0.5;
    for (unsigned seed = 0; seed < 300; seed++) {
        write_by(&cross, &hand, seed);
        const int ends[] = {upright_dots(), hands_line->count};
        for (int s = 0; s < 2; s++) {
            const int last = ends[s] - 1, first = s == 0 ? 0 : ends[0];
            for (int i = first; i <= last - TAPERED; i++)
                assert_true(hands_line->dots[i].width == 1);
            for (int i = last - TAPERED + 1; i <= last; i++)
                assert_true(hands_line->dots[i].width < hands_line->dots[i - 1].width ||
                            hands_line->dots[i].width > 0.999);
            least = fmin(least, hands_line->dots[last].width);
        }
    }
    assert_true(least >= 0.5 && least < 0.51);
}

/* Evenly, so that what thins the dot and the short stroke behind it would show in it. */
static void a_short_stroke_thins_within_itself(void **state)
{
    (void)state;
    struct hand hand = hands_calm;
    struct skeleton skeleton = {
        .stroke_count = 3, .ends = {2, 3, 5}, .points = {{0, 0, 0}, {0, 1, 0}, {0.5, 0, 0}, {1, 0, 0}, {1, 0.03, 0}}};
    hand.taper = 1;
    for (unsigned seed = 0; seed < 300; seed++) {
        write_by(&skeleton, &hand, seed);
        const struct dot *end = &hands_line->dots[upright_dots() - 1];
        const double by = end[-1].width - end->width;
        for (int k = 0; k < TAPERED; k++)
            assert_true(fabs(end[-k].width - (1 - by * (TAPERED - k))) < 1e-9);
        assert_true(end[-TAPERED].width == 1);
        for (const struct dot *dot = end + 1; dot < hands_line->dots + hands_line->count; dot++)
            assert_true(dot->width >= 0 && dot->width <= 1);
        for (const struct dot *dot = end + 3; dot < hands_line->dots + hands_line->count; dot++)
            assert_true(dot->width <= dot[-1].width);
    }
}

static void a_rough_edge_differs_from_dot_to_dot_and_never_breaks(void **state)
{
    (void)state;
    struct hand hand = hands_calm;
    hand.roughness = 1;
    hand.pressure = 1;
    hand.nib = 1;
    for (unsigned seed = 0; seed < 300; seed++) {
        write_by(&cross, &hand, seed);
        int changes = 0;
        for (int i = 0; i < hands_line->count; i++) {
            assert_true(hands_line->dots[i].width >= 0.5 && hands_line->dots[i].width < 60);
            changes += i > 0 && hands_line->dots[i].width != hands_line->dots[i - 1].width;
        }
        assert_true(changes > hands_line->count / 8);
    }
}

/* ---- Gaps ---- */

/* Dots in a row are missing, and the others are as they were. */
static void a_gap_takes_some_dots_away_in_the_middle(void **state)
{
    (void)state;
    struct hand hand = hands_calm;
    struct dot whole[200];
    const struct skeleton skeleton = bar(1);
    write_by(&skeleton, &hands_calm, 1);
    const int dots = hands_line->count;
    assert_in_range(dots, 50, 200);
    memcpy(whole, hands_line->dots, (size_t)dots * sizeof *whole);
    hand.gap = 1;
    for (unsigned seed = 0; seed < 300; seed++) {
        write_by(&skeleton, &hand, seed);
        const int missing = dots - hands_line->count;
        int at = 0;
        assert_in_range(missing, 1, dots / 4);
        while (at < hands_line->count && hands_line->dots[at].y == whole[at].y)
            at++;
        assert_in_range(at, 2, hands_line->count - 2);
        for (int i = at; i < hands_line->count; i++)
            assert_true(hands_line->dots[i].y == whole[i + missing].y);
    }
}

static void a_gap_comes_with_its_chance_and_not_in_a_short_line(void **state)
{
    (void)state;
    struct hand hand = hands_calm;
    const struct skeleton whole = bar(1), mark = bar(0.2);
    write_by(&whole, &hand, 1);
    const int dots = hands_line->count;
    int gaps = 0;
    hand.gap = 0.2;
    for (unsigned seed = 0; seed < DRAWS; seed++) {
        write_by(&whole, &hand, seed);
        gaps += hands_line->count < dots;
    }
    assert_in_range(gaps, DRAWS / 5 - 110, DRAWS / 5 + 110);
    write_by(&mark, &hands_calm, 1);
    const int few = hands_line->count;
    hand.gap = 1;
    for (unsigned seed = 0; seed < 100; seed++) {
        write_by(&mark, &hand, seed);
        assert_int_equal(hands_line->count, few);
    }
}

/* ---- Every line ---- */

static void the_same_numbers_give_the_same_line_and_others_another(void **state)
{
    (void)state;
    struct strokes strokes;
    assert_int_equal(strokes_load(&strokes, NULL, NULL), 0);
    for (int i = 0; i < 100; i++) {
        struct rng rng = rng_make((unsigned)i, 0), same = rng, next = rng_make((unsigned)i, 1);
        struct skeleton skeleton;
        struct rng start = rng_make((unsigned)i, 2);
        const struct digit_strokes *own = &strokes.digits[i % 10];
        skeleton_draw(&skeleton, &strokes.digits[i % 10], &start);
        hand_write(hands_line, &skeleton, &strokes.hand, own, &rng);
        hand_write(hands_other, &skeleton, &strokes.hand, own, &same);
        const size_t size = (size_t)hands_line->count * sizeof *hands_line->dots;
        assert_true(rng.state == same.state && hands_line->pen == hands_other->pen &&
                    hands_line->count == hands_other->count);
        assert_memory_equal(hands_line->dots, hands_other->dots, size);
        hand_write(hands_other, &skeleton, &strokes.hand, own, &next);
        assert_true(hands_line->count != hands_other->count || memcmp(hands_line->dots, hands_other->dots, size) != 0);
    }
    strokes_free(&strokes);
}

static void what_is_drawn_in_is_not_changed(void **state)
{
    (void)state;
    struct hand hand = hands_calm;
    struct skeleton skeleton = cross;
    hand.jitter = 0.1;
    hand.overshoot = 0.5;
    write_by(&skeleton, &hand, 1);
    assert_memory_equal(&skeleton, &cross, sizeof cross);
}

/* As long as a document can make it: points from border to border, in one stroke or in several. */
static void a_line_never_has_more_than_its_room(void **state)
{
    (void)state;
    struct hand hand = hands_calm;
    hand.smoothing = 0.5;
    hand.taper = 1;
    hand.gap = 0.5;
    for (int strokes = 1; strokes <= SKELETON_STROKES; strokes++)
        for (unsigned seed = 0; seed < 8; seed++) {
            struct skeleton skeleton = {.stroke_count = strokes};
            for (int s = 0; s < strokes; s++)
                skeleton.ends[s] = SKELETON_POINTS * (s + 1) / strokes;
            for (int i = 0; i < SKELETON_POINTS; i++)
                skeleton.points[i] = (struct control_point){i % 2 * 5 - 2, (i / 2) % 2 * 5 - 2, seed % 2 == 0};
            write_by(&skeleton, &hand, seed);
            assert_in_range(hands_line->count, LINE_POINTS - 20, LINE_POINTS);
            for (int i = 0; i < hands_line->count; i++)
                assert_true(isfinite(hands_line->dots[i].x) && isfinite(hands_line->dots[i].y) &&
                            isfinite(hands_line->dots[i].width));
        }
}

static void points_upon_each_other_do_no_harm(void **state)
{
    (void)state;
    struct hand hand = hands_calm;
    hand.jitter = 0.2;
    hand.overshoot = 0.5;
    hand.smoothing = 0.5;
    hand.nib = 1;
    for (unsigned seed = 0; seed < 100; seed++) {
        struct skeleton skeleton = {.stroke_count = 1, .ends = {6}};
        for (int i = 0; i < 6; i++)
            skeleton.points[i] = (struct control_point){0.5, 0.5, i == 3};
        hand.jitter = seed % 2 == 0 ? 0.2 : 0;
        write_by(&skeleton, &hand, seed);
        for (int i = 0; i < hands_line->count; i++)
            assert_true(fabs(hands_line->dots[i].x) < 2 && fabs(hands_line->dots[i].y) < 2 &&
                        hands_line->dots[i].width > 0);
    }
}

static void every_line_of_the_built_in_document_is_finite_and_of_a_digits_size(void **state)
{
    (void)state;
    struct strokes strokes;
    assert_int_equal(strokes_load(&strokes, NULL, NULL), 0);
    for (int i = 0; i < 20000; i++) {
        struct rng rng = rng_make((unsigned)i, 0);
        struct skeleton skeleton;
        skeleton_draw(&skeleton, &strokes.digits[i % 10], &rng);
        hand_write(hands_line, &skeleton, &strokes.hand, &strokes.digits[i % 10], &rng);
        assert_in_range(hands_line->count, 20, LINE_POINTS - 1);
        assert_true(hands_line->pen >= strokes.hand.pen_least && hands_line->pen <= strokes.hand.pen_most);
        for (int d = 0; d < hands_line->count; d++) {
            const struct dot *dot = &hands_line->dots[d];
            assert_true(fabs(dot->x) < 3 && fabs(dot->y) < 3 && dot->width > 0 && dot->width < 5);
        }
    }
    strokes_free(&strokes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pen_is_spread_around_its_median),
        cmocka_unit_test(the_pen_stays_within_its_bounds),
        cmocka_unit_test(a_digit_may_have_a_pen_of_its_own_within_the_same_bounds),
        cmocka_unit_test(without_any_chance_the_width_is_1_everywhere),
        cmocka_unit_test(pressure_swells_and_fades_along_the_line),
        cmocka_unit_test(a_nib_is_as_wide_across_as_it_is_narrow_along),
        cmocka_unit_test(every_stroke_thins_at_its_end_and_not_before),
        cmocka_unit_test(a_short_stroke_thins_within_itself),
        cmocka_unit_test(a_rough_edge_differs_from_dot_to_dot_and_never_breaks),
        cmocka_unit_test(a_gap_takes_some_dots_away_in_the_middle),
        cmocka_unit_test(a_gap_comes_with_its_chance_and_not_in_a_short_line),
        cmocka_unit_test(the_same_numbers_give_the_same_line_and_others_another),
        cmocka_unit_test(what_is_drawn_in_is_not_changed),
        cmocka_unit_test(a_line_never_has_more_than_its_room),
        cmocka_unit_test(points_upon_each_other_do_no_harm),
        cmocka_unit_test(every_line_of_the_built_in_document_is_finite_and_of_a_digits_size),
    };
    return cmocka_run_group_tests(tests, hands_arrive, hands_leave);
}
