/* Marks into lines: which line, in which order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "reader/lines.h"

enum { MOST = 200 };

/* Boxes are all that lines are made of. */
struct boxes {
    int count;
    struct component components[MOST];
    struct mark marks[MOST];
};

static void add(struct boxes *boxes, int top, int left, int rows, int cols, int is_low)
{
    struct component *component = &boxes->components[boxes->count];
    *component = (struct component){.box = {top, left, rows, cols}};
    boxes->marks[boxes->count++] = (struct mark){.component = component, .is_low = is_low};
}

/* How many lines; boxes->count becomes that of the marks that are left. */
static int find(struct boxes *boxes, double height)
{
    struct marks marks = {boxes->count, boxes->marks, height};
    int lines;
    assert_int_equal(lines_find(&lines, &marks, NULL), 0);
    boxes->count = marks.count;
    return lines;
}

/* The place of the mark among the components as they were added. */
static int place(const struct boxes *boxes, int i)
{
    return (int)(boxes->marks[i].component - boxes->components);
}

/* Marks as they were added: all in lines of `count` each, in their order. */
static void assert_in_order(const struct boxes *boxes, int count)
{
    for (int i = 0; i < boxes->count; i++) {
        assert_int_equal(place(boxes, i), i);
        assert_int_equal(boxes->marks[i].line, i / count);
    }
}

static void marks_side_by_side_are_a_line_from_left_to_right(void **state)
{
    (void)state;
    struct boxes boxes = {0};
    add(&boxes, 20, 300, 50, 30, 0);
    add(&boxes, 25, 100, 50, 30, 0);
    add(&boxes, 15, 200, 50, 30, 0);
    assert_int_equal(find(&boxes, 50), 1);
    const int order[] = {1, 2, 0};
    for (int i = 0; i < 3; i++)
        assert_int_equal(place(&boxes, i), order[i]);
}

static void lines_come_from_the_top_down(void **state)
{
    (void)state;
    struct boxes boxes = {0};
    for (int i = 0; i < 12; i++)
        add(&boxes, 10 + 70 * (i / 4), 300 - 90 * (i / 4) + 40 * (i % 4), 50, 30, 0);
    assert_int_equal(find(&boxes, 50), 3);
    assert_in_order(&boxes, 4);
}

static void lines_that_slope_stay_apart(void **state)
{
    (void)state;
    for (int fall = -12; fall <= 12; fall += 4) { /* rows in 40 columns: up to 17 degrees */
        struct boxes boxes = {0};
        for (int i = 0; i < 30; i++)
            add(&boxes, 200 + 70 * (i / 10) + fall * (i % 10), 10 + 40 * (i % 10), 50, 30, 0);
        assert_int_equal(find(&boxes, 50), 3);
        assert_in_order(&boxes, 10);
    }
}

static void digits_of_a_line_may_differ_in_height_and_hang_below_it(void **state)
{
    (void)state;
    struct boxes boxes = {0};
    const int tops[] = {10, 20, 5, 25, 10}, rows[] = {50, 30, 90, 25, 50};
    for (int i = 0; i < 5; i++)
        add(&boxes, tops[i], 40 * i, rows[i], 30, 0);
    for (int i = 0; i < 5; i++)
        add(&boxes, 100 + tops[i], 40 * i, rows[i], 30, 0);
    assert_int_equal(find(&boxes, 50), 2);
    assert_in_order(&boxes, 5);
}

static void lines_may_differ_in_height(void **state)
{
    (void)state;
    struct boxes boxes = {0};
    for (int i = 0; i < 4; i++)
        add(&boxes, 10, 100 * i, 100, 70, 0);
    for (int i = 0; i < 4; i++)
        add(&boxes, 130, 100 * i, 40, 30, 0);
    assert_int_equal(find(&boxes, 70), 2);
    assert_in_order(&boxes, 4);
}

static void a_low_mark_joins_the_nearest_high_one(void **state)
{
    (void)state;
    struct boxes boxes = {0};
    add(&boxes, 10, 10, 50, 30, 0);
    add(&boxes, 80, 10, 50, 30, 0);
    add(&boxes, 76, 36, 8, 20, 1); /* the bar of a 5 */
    assert_int_equal(find(&boxes, 50), 2);
    assert_int_equal(boxes.count, 3);
    assert_int_equal(place(&boxes, 2), 2);
    assert_int_equal(boxes.marks[2].line, 1);
}

static void a_small_digit_joins_the_line_beside_it_and_a_speck_does_not(void **state)
{
    (void)state;
    struct boxes boxes = {0};
    add(&boxes, 10, 10, 50, 30, 0);
    add(&boxes, 25, 100, 20, 15, 1);
    add(&boxes, 40, 160, 8, 8, 1);
    assert_int_equal(find(&boxes, 50), 1);
    assert_int_equal(boxes.count, 2);
    assert_int_equal(place(&boxes, 1), 1);
}

static void a_low_mark_far_from_all_is_taken_out(void **state)
{
    (void)state;
    struct boxes boxes = {0};
    add(&boxes, 10, 10, 50, 30, 0);
    add(&boxes, 10, 200, 8, 20, 1);
    assert_int_equal(find(&boxes, 50), 1);
    assert_int_equal(boxes.count, 1);
    assert_int_equal(place(&boxes, 0), 0);
}

static void nothing_has_no_lines(void **state)
{
    (void)state;
    struct boxes boxes = {0};
    assert_int_equal(find(&boxes, 0), 0);
    assert_int_equal(boxes.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_side_by_side_are_a_line_from_left_to_right),
        cmocka_unit_test(lines_come_from_the_top_down),
        cmocka_unit_test(lines_that_slope_stay_apart),
        cmocka_unit_test(digits_of_a_line_may_differ_in_height_and_hang_below_it),
        cmocka_unit_test(lines_may_differ_in_height),
        cmocka_unit_test(a_low_mark_joins_the_nearest_high_one),
        cmocka_unit_test(a_small_digit_joins_the_line_beside_it_and_a_speck_does_not),
        cmocka_unit_test(a_low_mark_far_from_all_is_taken_out),
        cmocka_unit_test(nothing_has_no_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
