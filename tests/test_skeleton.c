/* Control points: what the document says comes out, chance keeps to its numbers, and nothing leaves its bounds. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drawing/skeleton.h"
#include "strokes_text.h"

enum { DRAWS = 20000 };

static struct strokes strokes; /* of the running test; digit 0 is what it is about */

static int release(void **state)
{
    (void)state;
    strokes_free(&strokes);
    return 0;
}

/* ---- Helpers ---- */

static void read_digit(const char *zero)
{
    strokes = strokes_text_parse(strokes_text(zero));
}

static void read_strokes(const char *text)
{
    char zero[4096];
    read_digit(strokes_text_plain(zero, text));
}

static struct skeleton draw(struct rng *rng)
{
    struct skeleton skeleton;
    memset(&skeleton, 0x5a, sizeof skeleton);
    skeleton_draw(&skeleton, &strokes.digits[0], rng);
    return skeleton;
}

static struct skeleton draw_once(const char *text)
{
    struct rng rng = rng_make(1, 0);
    read_strokes(text);
    return draw(&rng);
}

static int is_near(double a, double b)
{
    return fabs(a - b) < 1e-12;
}

static int is_at(const struct control_point *point, double x, double y)
{
    return is_near(point->x, x) && is_near(point->y, y);
}

/* ---- Points ---- */

static void points_come_in_the_order_of_the_document(void **state)
{
    (void)state;
    const struct skeleton skeleton = draw_once("[[0, 0.25], [\"-0.5\", 1, \"corner\"], [2, \"1 + 2\"]], [[-1, -2]]");
    assert_int_equal(skeleton.stroke_count, 2);
    assert_int_equal(skeleton.ends[0], 3);
    assert_int_equal(skeleton.ends[1], 4);
    assert_true(is_at(&skeleton.points[0], 0, 0.25) && !skeleton.points[0].is_corner);
    assert_true(is_at(&skeleton.points[1], -0.5, 1) && skeleton.points[1].is_corner);
    assert_true(is_at(&skeleton.points[2], 2, 3) && !skeleton.points[2].is_corner);
    assert_true(is_at(&skeleton.points[3], -1, -2) && !skeleton.points[3].is_corner);
}

static void the_same_numbers_give_the_same_skeleton(void **state)
{
    (void)state;
    assert_int_equal(strokes_load(&strokes, NULL, NULL), 0);
    struct rng rng = rng_make(7, 0), twin = rng;
    for (int i = 0; i < 1000; i++) {
        struct skeleton a, b;
        memset(&a, 0, sizeof a);
        memset(&b, 0, sizeof b);
        skeleton_draw(&a, &strokes.digits[i % 10], &rng);
        skeleton_draw(&b, &strokes.digits[i % 10], &twin);
        assert_memory_equal(&a, &b, sizeof a);
        assert_true(rng.state == twin.state);
    }
}

/* The way, then the names, then the points: x before y. */
static void numbers_are_taken_in_the_order_of_the_document(void **state)
{
    (void)state;
    read_digit("{\"ways\": [{\"way\": \"a\", \"share\": 1, \"vary\": {\"b\": \"0..1\", \"a\": \"0..1\"}, "
               "\"strokes\": [[[\"0..1 + a\", \"0..1 + b\"]], {\"chance\": 0.999, \"points\": [[0, \"0..1\"]]}, "
               "[{\"chance\": 0.999, \"points\": [[\"0..1\", 0]]}, [\"0..1\", 0]]]}]}");
    struct rng rng = rng_make(8, 0), twin = rng;
    const struct skeleton skeleton = draw(&rng);
    double unit[11];
    for (int i = 0; i < 10; i++)
        unit[i] = (double)rng_unit(&twin);
    assert_true(rng.state == twin.state);
    assert_true(is_at(&skeleton.points[0], unit[3] + unit[2], unit[4] + unit[1]));
    assert_true(is_at(&skeleton.points[1], 0, unit[6]));
    assert_true(is_at(&skeleton.points[2], unit[8], 0));
    assert_true(is_at(&skeleton.points[3], unit[9], 0));
}

static void a_name_has_one_value_in_a_skeleton_and_may_build_on_another(void **state)
{
    (void)state;
    read_digit("{\"ways\": [{\"way\": \"a\", \"share\": 1, \"vary\": {\"w\": \"0.1..0.4\", \"double_w\": \"2 * w\"}, "
               "\"strokes\": [[[\"w\", \"-w\"], [\"double_w\", \"w\"]]]}]}");
    struct rng rng = rng_make(9, 0);
    double least = 1, most = 0;
    for (int i = 0; i < DRAWS; i++) {
        const struct skeleton skeleton = draw(&rng);
        const double w = skeleton.points[0].x;
        assert_true(is_at(&skeleton.points[0], w, -w) && is_at(&skeleton.points[1], 2 * w, w));
        least = fmin(least, w);
        most = fmax(most, w);
    }
    assert_true(least >= 0.1 && least < 0.101 && most <= 0.4 && most > 0.399);
}

/* ---- Arcs ---- */

static void an_arc_begins_and_ends_where_it_says(void **state)
{
    (void)state;
    static const struct {
        const char *arc;
        double first_x, first_y, last_x, last_y;
    } arcs[] = {
        {"0.5, 0.25, 0.5, 0.25, 0, 90", 1, 0.25, 0.5, 0.5},   {"0, 0.5, 0.4, 0.5, -90, -90", 0, 0, -0.4, 0.5},
        {"0, 0.5, 0.4, 0.5, 180, 360", -0.4, 0.5, -0.4, 0.5}, {"0, 0.5, 0.4, 0.5, 90, -720", 0, 1, 0, 1},
        {"0, 0.5, 0.4, 0.5, 720, \"-90\"", 0.4, 0.5, 0, 0},   {"0, 0.5, -0.4, 0.5, 0, 180", -0.4, 0.5, 0.4, 0.5},
    };
    for (size_t i = 0; i < sizeof arcs / sizeof arcs[0]; i++) {
        char text[256];
        snprintf(text, sizeof text, "[{\"arc\": [%s]}]", arcs[i].arc);
        const struct skeleton skeleton = draw_once(text);
        const struct control_point *last = &skeleton.points[skeleton.ends[0] - 1];
        assert_true(is_at(&skeleton.points[0], arcs[i].first_x, arcs[i].first_y));
        assert_true(is_at(last, arcs[i].last_x, arcs[i].last_y));
        strokes_free(&strokes);
    }
}

static void an_arc_keeps_to_its_ellipse_in_even_steps(void **state)
{
    (void)state;
    const struct skeleton skeleton = draw_once("[{\"arc\": [0.1, 0.5, 0.4, 0.5, 30, -300]}]");
    const int count = skeleton.ends[0];
    assert_int_equal(count, skeleton_arc_points(-300));
    for (int i = 0; i < count; i++) {
        const double angle = (30 - 300.0 * i / (count - 1)) * 3.14159265358979323846 / 180;
        assert_true(is_at(&skeleton.points[i], 0.1 + 0.4 * cos(angle), 0.5 + 0.5 * sin(angle)));
        assert_false(skeleton.points[i].is_corner);
    }
}

static void a_spiral_grows_from_beginning_to_end(void **state)
{
    (void)state;
    const struct skeleton skeleton = draw_once("[{\"arc\": [0, 0, 1, 1, 0, 360], \"spiral\": 0.5}]");
    const int last = skeleton.ends[0] - 1;
    assert_true(is_at(&skeleton.points[0], 0.75, 0));
    assert_true(is_at(&skeleton.points[last], 1.25, 0));
    for (int i = 0; i <= last; i++)
        assert_true(is_near(hypot(skeleton.points[i].x, skeleton.points[i].y), 0.75 + 0.5 * i / last));
}

static void an_arc_has_a_point_about_every_35_degrees(void **state)
{
    (void)state;
    assert_int_equal(skeleton_arc_points(0), 3);
    for (double sweep = 40; sweep <= 720; sweep += 0.5) {
        const double step = sweep / (skeleton_arc_points(sweep) - 1);
        assert_int_equal(skeleton_arc_points(-sweep), skeleton_arc_points(sweep));
        assert_true(step > 13 && step < 38);
        assert_true(sweep < 300 || step > 30);
    }
}

/* ---- Chance ---- */

static void ways_are_chosen_in_proportion_to_their_shares(void **state)
{
    (void)state;
    read_digit("{\"ways\": [{\"way\": \"often\", \"share\": 12, \"strokes\": [[[0, 0]]]}, "
               "{\"way\": \"seldom\", \"share\": 0.5, \"strokes\": [[[1, 0]]]}, "
               "{\"way\": \"sometimes\", \"share\": 7.5, \"strokes\": [[[2, 0]]]}]}");
    struct rng rng = rng_make(10, 0);
    int counts[3] = {0};
    for (int i = 0; i < DRAWS; i++) {
        const struct skeleton skeleton = draw(&rng);
        const int way = (int)skeleton.points[0].x;
        assert_ptr_equal(skeleton.way, &strokes.digits[0].ways[way]);
        counts[way]++;
    }
    assert_in_range(counts[0], 11650, 12350);
    assert_in_range(counts[1], 390, 610);
    assert_in_range(counts[2], 7150, 7850);
}

static void an_item_with_a_chance_takes_one_branch_or_the_other(void **state)
{
    (void)state;
    read_strokes("[[0, 0], {\"chance\": 0.25, \"points\": [[1, 0], [1, 1]], \"else\": [[2, 0]]}]");
    struct rng rng = rng_make(11, 0);
    int taken = 0;
    for (int i = 0; i < DRAWS; i++) {
        const struct skeleton skeleton = draw(&rng);
        if (skeleton.ends[0] == 3) {
            assert_true(is_at(&skeleton.points[1], 1, 0) && is_at(&skeleton.points[2], 1, 1));
            taken++;
        } else {
            assert_int_equal(skeleton.ends[0], 2);
            assert_true(is_at(&skeleton.points[1], 2, 0));
        }
    }
    assert_in_range(taken, 4650, 5350);
}

static void an_item_with_a_chance_and_no_else_may_be_left_out(void **state)
{
    (void)state;
    read_strokes("[{\"chance\": 0.75, \"points\": [[1, 0, \"corner\"]]}, [0, 0]]");
    struct rng rng = rng_make(12, 0);
    int taken = 0;
    for (int i = 0; i < DRAWS; i++) {
        const struct skeleton skeleton = draw(&rng);
        assert_true(is_at(&skeleton.points[skeleton.ends[0] - 1], 0, 0));
        assert_int_equal(skeleton.points[0].is_corner, skeleton.ends[0] == 2);
        taken += skeleton.ends[0] == 2;
    }
    assert_in_range(taken, 14650, 15350);
}

static void chances_within_chances_multiply(void **state)
{
    (void)state;
    read_strokes("[{\"chance\": 0.5, \"points\": [{\"chance\": 0.5, \"points\": [[0, 0]], \"else\": [[1, 0]]}], "
                 "\"else\": [{\"chance\": 0.25, \"points\": [[2, 0]], \"else\": [[3, 0]]}]}]");
    struct rng rng = rng_make(13, 0);
    int counts[4] = {0};
    for (int i = 0; i < DRAWS; i++)
        counts[(int)draw(&rng).points[0].x]++;
    assert_in_range(counts[0], 4650, 5350);
    assert_in_range(counts[1], 4650, 5350);
    assert_in_range(counts[2], 2200, 2800);
    assert_in_range(counts[3], 7150, 7850);
}

static void a_stroke_with_a_chance_may_be_left_out(void **state)
{
    (void)state;
    read_strokes("[[0, 0]], {\"chance\": 0.25, \"points\": [[1, 0], [1, 1]]}, [[2, 0]]");
    struct rng rng = rng_make(14, 0);
    int written = 0;
    for (int i = 0; i < DRAWS; i++) {
        const struct skeleton skeleton = draw(&rng);
        const int count = skeleton.stroke_count;
        assert_in_range(count, 2, 3);
        assert_int_equal(skeleton.ends[0], 1);
        assert_int_equal(skeleton.ends[1], count == 3 ? 3 : 2);
        assert_true(is_at(&skeleton.points[skeleton.ends[count - 1] - 1], 2, 0));
        written += count == 3;
    }
    assert_in_range(written, 4650, 5350);
}

/* ---- Limits ---- */

static void the_most_points_that_a_document_may_have_fit(void **state)
{
    (void)state;
    char text[4096] = "[";
    for (int i = 0; i < 2; i++)
        strcat(text, "{\"arc\": [0, 0, 1, 1, 0, \"-700..720\"]}, ");
    for (int i = 2 * skeleton_arc_points(720); i < SKELETON_POINTS; i++)
        strcat(text, "[0, 0], ");
    strcpy(text + strlen(text) - 2, "]");
    read_strokes(text);
    struct rng rng = rng_make(15, 0);
    int most = 0;
    for (int i = 0; i < DRAWS; i++) {
        const struct skeleton skeleton = draw(&rng);
        most = skeleton.ends[0] > most ? skeleton.ends[0] : most;
    }
    assert_int_equal(most, SKELETON_POINTS);
}

static void no_digit_of_the_built_in_document_leaves_the_bounds(void **state)
{
    (void)state;
    assert_int_equal(strokes_load(&strokes, NULL, NULL), 0);
    struct rng rng = rng_make(16, 0);
    struct skeleton skeleton;
    for (int digit = 0; digit < 10; digit++)
        for (int i = 0; i < DRAWS; i++) {
            skeleton_draw(&skeleton, &strokes.digits[digit], &rng);
            assert_in_range(skeleton.stroke_count, 1, SKELETON_STROKES);
            for (int s = 0, first = 0; s < skeleton.stroke_count; first = skeleton.ends[s++])
                assert_in_range(skeleton.ends[s], first + 1, SKELETON_POINTS);
            for (int p = 0; p < skeleton.ends[skeleton.stroke_count - 1]; p++) {
                const struct control_point *point = &skeleton.points[p];
                assert_true(point->x >= -2 && point->x <= 3 && point->y >= -2 && point->y <= 3);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(points_come_in_the_order_of_the_document, release),
        cmocka_unit_test_teardown(the_same_numbers_give_the_same_skeleton, release),
        cmocka_unit_test_teardown(numbers_are_taken_in_the_order_of_the_document, release),
        cmocka_unit_test_teardown(a_name_has_one_value_in_a_skeleton_and_may_build_on_another, release),
        cmocka_unit_test_teardown(an_arc_begins_and_ends_where_it_says, release),
        cmocka_unit_test_teardown(an_arc_keeps_to_its_ellipse_in_even_steps, release),
        cmocka_unit_test_teardown(a_spiral_grows_from_beginning_to_end, release),
        cmocka_unit_test(an_arc_has_a_point_about_every_35_degrees),
        cmocka_unit_test_teardown(ways_are_chosen_in_proportion_to_their_shares, release),
        cmocka_unit_test_teardown(an_item_with_a_chance_takes_one_branch_or_the_other, release),
        cmocka_unit_test_teardown(an_item_with_a_chance_and_no_else_may_be_left_out, release),
        cmocka_unit_test_teardown(chances_within_chances_multiply, release),
        cmocka_unit_test_teardown(a_stroke_with_a_chance_may_be_left_out, release),
        cmocka_unit_test_teardown(the_most_points_that_a_document_may_have_fit, release),
        cmocka_unit_test_teardown(no_digit_of_the_built_in_document_leaves_the_bounds, release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
