/* From control points to a line: where it runs when nothing is left to chance, and how its points go astray. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hands.h"

enum { DRAWS = 3000 };

static const struct control_point upright[] = {{0, 0, 0}, {0, 1, 0}};
static const struct control_point hook[] = {{0.1, 0, 0}, {0.3, 0.2, 0}, {0.05, 0.5, 0}, {-0.3, 0.55, 0}, {0.2, 1, 0}};
static const struct control_point angle[] = {{-0.4, 0, 0}, {0.4, 0, 1}, {0.4, 0.9, 0}};

/* ---- Helpers ---- */

static void write_by(struct line *out, struct skeleton skeleton, const struct hand *hand, unsigned seed)
{
    hands_write(out, &skeleton, hand, seed);
}

/* Index of the dot nearest to a control point; a hand puts the middle of the digit's height at 0. */
static int nearest(const struct line *of, double x, double y, double *away)
{
    int found = 0;
    *away = HUGE_VAL;
    for (int i = 0; i < of->count; i++) {
        const double d = hypot(of->dots[i].x - x, of->dots[i].y - (y - 0.5));
        if (d < *away) {
            *away = d;
            found = i;
        }
    }
    return found;
}

/* How far the line turns at dot i, 0 to pi. */
static double turn(const struct line *of, int i)
{
    const struct dot *d = &of->dots[i];
    const double ax = d->x - d[-1].x, ay = d->y - d[-1].y, bx = d[1].x - d->x, by = d[1].y - d->y;
    return fabs(atan2(ax * by - ay * bx, ax * bx + ay * by));
}

static double sharpest(const struct line *of)
{
    double most = 0;
    for (int i = 1; i + 1 < of->count; i++)
        most = fmax(most, turn(of, i));
    return most;
}

/* ---- Where the line runs ---- */

static void the_line_runs_through_its_control_points_in_their_order(void **state)
{
    (void)state;
    int last = -1;
    write_by(hands_line, HANDS_STROKE(hook), &hands_calm, 1);
    for (size_t i = 0; i < sizeof hook / sizeof *hook; i++) {
        double away;
        const int found = nearest(hands_line, hook[i].x, hook[i].y, &away);
        assert_true(away < 1e-12);
        assert_true(found > last);
        last = found;
    }
    assert_int_equal(last, hands_line->count - 1);
}

static void dots_lie_close_together(void **state)
{
    (void)state;
    write_by(hands_line, HANDS_STROKE(hook), &hands_calm, 1);
    for (int i = 0; i + 1 < hands_line->count; i++)
        assert_true(hands_step(hands_line, i) > 0 && hands_step(hands_line, i) < 0.02);
}

static void a_stroke_of_two_points_is_straight(void **state)
{
    (void)state;
    static const struct control_point points[] = {{-0.3, 0.9, 0}, {0.4, 0.1, 0}};
    write_by(hands_line, HANDS_STROKE(points), &hands_calm, 1);
    for (int i = 0; i < hands_line->count; i++) {
        const struct dot *dot = &hands_line->dots[i];
        assert_true(fabs((dot->x + 0.3) * -0.8 - (dot->y - 0.4) * 0.7) < 1e-12);
        assert_true(i == 0 || dot->x > dot[-1].x);
    }
}

static void a_corner_is_sharp_and_a_soft_one_is_round(void **state)
{
    (void)state;
    struct hand soft = hands_calm;
    double away;
    write_by(hands_line, HANDS_STROKE(angle), &hands_calm, 1);
    const int corner = nearest(hands_line, 0.4, 0, &away);
    for (int i = 1; i < corner; i++)
        assert_true(fabs(hands_line->dots[i].y + 0.5) < 1e-12);
    for (int i = corner; i < hands_line->count; i++)
        assert_true(fabs(hands_line->dots[i].x - 0.4) < 1e-12);
    soft.soft_corner = 1;
    write_by(hands_line, HANDS_STROKE(angle), &soft, 1);
    assert_true(sharpest(hands_line) < 0.5);
    nearest(hands_line, 0.4, 0, &away);
    assert_true(away < 1e-12);
}

static void a_corner_is_soft_with_its_chance(void **state)
{
    (void)state;
    struct hand soft = hands_calm;
    int round = 0;
    soft.soft_corner = 0.25;
    for (unsigned seed = 0; seed < DRAWS; seed++) {
        struct skeleton skeleton = HANDS_STROKE(angle);
        write_by(hands_line, skeleton, &soft, seed);
        round += hands_line->dots[10].y > -0.5 + 1e-9 || hands_line->dots[10].y < -0.5 - 1e-9;
    }
    assert_in_range(round, DRAWS / 4 - 120, DRAWS / 4 + 120);
}

static void smoothing_rounds_but_leaves_ends_and_corners(void **state)
{
    (void)state;
    static const struct control_point zigzag[] = {{0, 0, 0},   {0.1, 0.1, 0}, {0, 0.2, 0},
                                                  {0, 0.6, 1}, {0.3, 0.5, 0}, {0.3, 0.8, 0}};
    struct hand smooth = hands_calm;
    double away, rounder = 0;
    smooth.smoothing = 0.1;
    write_by(hands_other, HANDS_STROKE(zigzag), &hands_calm, 1);
    const double bend = turn(hands_other, nearest(hands_other, 0.1, 0.1, &away));
    for (unsigned seed = 0; seed < 100; seed++) {
        write_by(hands_line, HANDS_STROKE(zigzag), &smooth, seed);
        assert_int_equal(hands_line->count, hands_other->count);
        const int at[] = {0, nearest(hands_line, 0, 0.6, &away), hands_line->count - 1};
        for (int i = 0; i < 3; i++) {
            assert_true(fabs(hands_line->dots[at[i]].x - hands_other->dots[at[i]].x) < 1e-12);
            assert_true(fabs(hands_line->dots[at[i]].y - hands_other->dots[at[i]].y) < 1e-12);
        }
        nearest(hands_line, 0.1, 0.1, &away);
        rounder += away > 0.01;
        assert_true(away < 0.1);
    }
    assert_true(bend > 0);
    assert_true(rounder > 30);
}

static void one_point_is_one_dot(void **state)
{
    (void)state;
    static const struct control_point point[] = {{0.2, 0.3, 1}};
    struct hand hand = hands_calm;
    hand.overshoot = 0.5;
    hand.smoothing = 0.5;
    hand.gap = 1;
    write_by(hands_line, HANDS_STROKE(point), &hand, 1);
    assert_int_equal(hands_line->count, 1);
    assert_true(fabs(hands_line->dots[0].x - 0.2) < 1e-12 && fabs(hands_line->dots[0].y + 0.2) < 1e-12);
}

static void strokes_are_not_joined(void **state)
{
    (void)state;
    struct skeleton skeleton = {
        .stroke_count = 3,
        .ends = {2, 3, 5},
        .points = {{-0.4, 0, 0}, {-0.4, 1, 0}, {0, 0.5, 0}, {0.4, 0, 0}, {0.4, 1, 0}},
    };
    write_by(hands_line, skeleton, &hands_calm, 1);
    int leaps = 0;
    for (int i = 0; i + 1 < hands_line->count; i++)
        if (hands_step(hands_line, i) > 0.02) {
            assert_true(hands_step(hands_line, i) > 0.4);
            leaps++;
        }
    assert_int_equal(leaps, 2);
}

static void an_overshoot_goes_on_straight_at_the_end_alone(void **state)
{
    (void)state;
    struct hand hand = hands_calm;
    double least = 1, most = 0;
    hand.overshoot = 0.2;
    for (unsigned seed = 0; seed < DRAWS; seed++) {
        write_by(hands_line, HANDS_STROKE(upright), &hand, seed);
        const double by = hands_line->dots[hands_line->count - 1].y - 0.5;
        assert_true(hands_line->dots[0].y == -0.5 && fabs(hands_line->dots[hands_line->count - 1].x) < 1e-12);
        least = fmin(least, by);
        most = fmax(most, by);
    }
    assert_true(least >= 0 && least < 0.002 && most > 0.198 && most <= 0.2 + 1e-12);
}

/* ---- The control points ---- */

static void jitter_moves_points_together_that_lie_near(void **state)
{
    (void)state;
    struct hand hand = hands_calm;
    struct digit_strokes careless = hands_digit;
    struct skeleton skeleton = HANDS_STROKE(upright);
    struct hands_seen first = {0}, last = {0};
    double products = 0;
    hand.jitter = 0.02;
    hand.jitter_reach = 2;
    careless.jitter = 1.5;
    for (unsigned seed = 0; seed < DRAWS; seed++) {
        struct rng rng = rng_make(seed, 0);
        hand_write(hands_line, &skeleton, &hand, &careless, &rng);
        hands_see(&first, hands_line->dots[0].x);
        hands_see(&last, hands_line->dots[hands_line->count - 1].x);
        products += hands_line->dots[0].x * hands_line->dots[hands_line->count - 1].x;
    }
    hands_assert_seen(&first, 0, 0.03, 0.07);
    hands_assert_seen(&last, 0, 0.03, 0.07);
    assert_true(fabs(products / DRAWS / (0.03 * 0.03) - exp(-0.5)) < 0.08);
}

static void careless_hands_go_further_astray(void **state)
{
    (void)state;
    struct hand hand = hands_calm;
    struct hands_seen seen = {0};
    hand.jitter = 0.02;
    hand.care_spread = 0.5;
    for (unsigned seed = 0; seed < DRAWS; seed++) {
        write_by(hands_line, HANDS_STROKE(upright), &hand, seed);
        hands_see(&seen, hands_line->dots[0].x);
    }
    hands_assert_seen(&seen, 0, 0.02 * exp(0.25), 0.15); /* the root of the mean square of a factor e^(0.5 z) */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_runs_through_its_control_points_in_their_order),
        cmocka_unit_test(dots_lie_close_together),
        cmocka_unit_test(a_stroke_of_two_points_is_straight),
        cmocka_unit_test(a_corner_is_sharp_and_a_soft_one_is_round),
        cmocka_unit_test(a_corner_is_soft_with_its_chance),
        cmocka_unit_test(smoothing_rounds_but_leaves_ends_and_corners),
        cmocka_unit_test(one_point_is_one_dot),
        cmocka_unit_test(strokes_are_not_joined),
        cmocka_unit_test(an_overshoot_goes_on_straight_at_the_end_alone),
        cmocka_unit_test(jitter_moves_points_together_that_lie_near),
        cmocka_unit_test(careless_hands_go_further_astray),
    };
    return cmocka_run_group_tests(tests, hands_arrive, hands_leave);
}
