/* What distorts a line as a whole: slant, rotation, aspect and the rest, each by itself. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hands.h"

enum { DRAWS = 3000 };

static const struct control_point upright[] = {{0, 0, 0}, {0, 1, 0}};
static const struct control_point level[] = {{-0.5, 0.5, 0}, {0.5, 0.5, 0}};
static const struct control_point hook[] = {{0.1, 0, 0}, {0.3, 0.2, 0}, {0.05, 0.5, 0}, {-0.3, 0.55, 0}, {0.2, 1, 0}};

/* ---- Helpers ---- */

static void write_by(struct line *out, struct skeleton skeleton, const struct hand *hand, unsigned seed)
{
    hands_write(out, &skeleton, hand, seed);
}

/* ---- Each by itself ---- */

static void slant_leans_to_the_right_at_the_top(void **state)
{
    (void)state;
    struct digit_strokes slanted = hands_digit;
    struct skeleton skeleton = HANDS_STROKE(hook);
    struct rng rng = rng_make(1, 0);
    write_by(hands_line, skeleton, &hands_calm, 1);
    slanted.slant = 0.25;
    hand_write(hands_other, &skeleton, &hands_calm, &slanted, &rng);
    for (int i = 0; i < hands_line->count; i++) {
        assert_true(fabs(hands_other->dots[i].x - (hands_line->dots[i].x - 0.25 * hands_line->dots[i].y)) < 1e-12);
        assert_true(fabs(hands_other->dots[i].y - hands_line->dots[i].y) < 1e-12);
    }
    assert_true(hands_other->dots[0].x > hands_line->dots[0].x);
}

static void slants_are_spread_around_the_digits_own(void **state)
{
    (void)state;
    struct digit_strokes slanted = hands_digit;
    struct skeleton skeleton = HANDS_STROKE(upright);
    struct hands_seen seen = {0};
    slanted.slant = 0.1;
    slanted.slant_spread = 0.2;
    for (unsigned seed = 0; seed < DRAWS; seed++) {
        struct rng rng = rng_make(seed, 0);
        hand_write(hands_line, &skeleton, &hands_calm, &slanted, &rng);
        hands_see(&seen, hands_line->dots[0].x - hands_line->dots[hands_line->count - 1].x);
    }
    hands_assert_seen(&seen, 0.1, 0.2, 0.07);
}

static void rotation_turns_and_changes_no_length(void **state)
{
    (void)state;
    struct hand hand = hands_calm;
    struct hands_seen seen = {0};
    hand.rotation = 5;
    write_by(hands_other, HANDS_STROKE(hook), &hands_calm, 1);
    for (unsigned seed = 0; seed < DRAWS; seed++) {
        write_by(hands_line, HANDS_STROKE(hook), &hand, seed);
        const struct dot *first = hands_line->dots, *last = hands_line->dots + hands_line->count - 1;
        const struct dot *first_before = hands_other->dots, *last_before = hands_other->dots + hands_other->count - 1;
        assert_true(fabs(hypot(last->x - first->x, last->y - first->y) -
                         hypot(last_before->x - first_before->x, last_before->y - first_before->y)) < 1e-12);
        hands_see(&seen, (atan2(last->y - first->y, last->x - first->x) -
                          atan2(last_before->y - first_before->y, last_before->x - first_before->x)) *
                             180 / 3.14159265358979323846);
    }
    hands_assert_seen(&seen, 0, 5, 0.07);
}

static void aspect_makes_wider_or_narrower_and_not_higher(void **state)
{
    (void)state;
    struct hand hand = hands_calm;
    struct hands_seen seen = {0};
    hand.aspect = 0.2;
    for (unsigned seed = 0; seed < DRAWS; seed++) {
        write_by(hands_line, HANDS_STROKE(level), &hand, seed);
        hands_see(&seen, log(hands_line->dots[hands_line->count - 1].x - hands_line->dots[0].x));
        write_by(hands_line, HANDS_STROKE(upright), &hand, seed);
        assert_true(fabs(hands_line->dots[hands_line->count - 1].y - hands_line->dots[0].y - 1) < 1e-12);
    }
    hands_assert_seen(&seen, 0, 0.2, 0.07);
}

static void a_bend_bows_an_upright_line(void **state)
{
    (void)state;
    struct hand hand = hands_calm;
    struct hands_seen seen = {0};
    hand.bend = 0.1;
    for (unsigned seed = 0; seed < DRAWS; seed++) {
        write_by(hands_line, HANDS_STROKE(upright), &hand, seed);
        const struct dot *first = hands_line->dots, *middle = first + hands_line->count / 2,
                         *last = first + hands_line->count - 1;
        assert_true(fabs(first->x - last->x) < 1e-12);
        hands_see(&seen, middle->x - first->x);
    }
    hands_assert_seen(&seen, 0, 0.1, 0.07);
}

static void a_digit_may_be_wider_and_bent_less_than_the_others(void **state)
{
    (void)state;
    struct hand hand = hands_calm;
    struct digit_strokes own = hands_digit;
    struct skeleton skeleton = HANDS_STROKE(level), bar = HANDS_STROKE(upright);
    struct hands_seen seen = {0};
    hand.bend = 0.1;
    own.bend = 0.5;
    own.aspect = 1.5;
    for (unsigned seed = 0; seed < DRAWS; seed++) {
        struct rng rng = rng_make(seed, 0), again = rng;
        hand_write(hands_line, &skeleton, &hands_calm, &own, &rng);
        assert_true(fabs(hands_line->dots[hands_line->count - 1].x - hands_line->dots[0].x - 1.5) < 1e-12);
        hand_write(hands_line, &bar, &hand, &own, &again);
        hands_see(&seen, hands_line->dots[hands_line->count / 2].x - hands_line->dots[0].x);
    }
    hands_assert_seen(&seen, 0, 1.5 * 0.5 * 0.1, 0.07);
}

static void a_waist_moves_the_middle_between_head_and_foot(void **state)
{
    (void)state;
    struct hand hand = hands_calm;
    struct hands_seen seen = {0};
    for (unsigned seed = 0; seed < 2 * DRAWS; seed++) {
        const int is_wild = seed >= DRAWS;
        hand.waist = is_wild ? 0.5 : 0.04;
        write_by(hands_line, HANDS_STROKE(upright), &hand, seed);
        assert_true(hands_line->dots[0].y == -0.5 && fabs(hands_line->dots[hands_line->count - 1].y - 0.5) < 1e-12);
        for (int i = 0; i + 1 < hands_line->count; i++)
            assert_true(hands_line->dots[i].y < hands_line->dots[i + 1].y); /* nothing folds */
        if (!is_wild)
            hands_see(&seen,
                      (hands_line->dots[hands_line->count / 2].y + hands_line->dots[(hands_line->count - 1) / 2].y) /
                          2);
    }
    hands_assert_seen(&seen, 0, 0.04, 0.07);
}

static void a_trapezoid_widens_head_or_foot_and_leaves_the_height(void **state)
{
    (void)state;
    struct hand hand = hands_calm;
    struct skeleton skeleton = {
        .stroke_count = 3,
        .ends = {2, 4, 6},
        .points = {{-0.5, 0, 0}, {0.5, 0, 0}, {-0.5, 0.5, 0}, {0.5, 0.5, 0}, {-0.5, 1, 0}, {0.5, 1, 0}}};
    struct hands_seen wider = {0};
    hand.trapezoid = 0.2;
    for (unsigned seed = 0; seed < DRAWS; seed++) {
        write_by(hands_line, skeleton, &hand, seed);
        const int each = hands_line->count / 3;
        double width[3];
        for (int i = 0; i < 3; i++) {
            width[i] = hands_line->dots[(i + 1) * each - 1].x - hands_line->dots[i * each].x;
            assert_true(fabs(hands_line->dots[i * each].y - 0.5 * (i - 1)) < 1e-12);
        }
        assert_true(fabs(width[1] - 1) < 1e-12 && fabs(width[0] + width[2] - 2) < 1e-12);
        hands_see(&wider, width[2] - width[0]);
    }
    hands_assert_seen(&wider, 0, 0.2, 0.3);
}

static void elastic_waves_and_trembling_move_all_a_little_and_tear_nothing(void **state)
{
    (void)state;
    struct hand hand = hands_calm;
    write_by(hands_other, HANDS_STROKE(hook), &hands_calm, 1);
    for (unsigned seed = 0; seed < 400; seed++) {
        const double most = seed % 2 == 0 ? 3 * 4.3 * 0.04 : 4.3 * 0.01;
        double moved = 0;
        hand.elastic = seed % 2 == 0 ? 0.04 : 0;
        hand.tremor = seed % 2 == 0 ? 0 : 0.01;
        write_by(hands_line, HANDS_STROKE(hook), &hand, seed);
        assert_int_equal(hands_line->count, hands_other->count);
        for (int i = 0; i < hands_line->count; i++) {
            const double dx = hands_line->dots[i].x - hands_other->dots[i].x,
                         dy = hands_line->dots[i].y - hands_other->dots[i].y;
            assert_true(fabs(dx) <= most && fabs(dy) <= most);
            moved = fmax(moved, hypot(dx, dy));
            assert_true(i + 1 == hands_line->count || hands_step(hands_line, i) < 0.05);
        }
        assert_true(moved > 1e-6);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slant_leans_to_the_right_at_the_top),
        cmocka_unit_test(slants_are_spread_around_the_digits_own),
        cmocka_unit_test(rotation_turns_and_changes_no_length),
        cmocka_unit_test(aspect_makes_wider_or_narrower_and_not_higher),
        cmocka_unit_test(a_bend_bows_an_upright_line),
        cmocka_unit_test(a_digit_may_be_wider_and_bent_less_than_the_others),
        cmocka_unit_test(a_waist_moves_the_middle_between_head_and_foot),
        cmocka_unit_test(a_trapezoid_widens_head_or_foot_and_leaves_the_height),
        cmocka_unit_test(elastic_waves_and_trembling_move_all_a_little_and_tear_nothing),
    };
    return cmocka_run_group_tests(tests, hands_arrive, hands_leave);
}
