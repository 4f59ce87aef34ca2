/* From dots to pixels: how much of each is covered, against the plain definition of it, and nothing beyond the edges.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "drawing/raster.h"

enum { SIDE = 40 };

static struct line *line; /* of the running test */

static int allocate(void **state)
{
    (void)state;
    line = calloc(1, sizeof *line);
    return line != NULL ? 0 : -1;
}

static int release(void **state)
{
    (void)state;
    free(line);
    return 0;
}

/* ---- Helpers ---- */

static void add(double x, double y, double width)
{
    line->dots[line->count++] = (struct dot){x, y, width};
}

static void only(double x, double y, double width)
{
    line->count = 0;
    add(x, y, width);
}

/* Draws into allocations of their own that are no larger than asked for. Freed by the caller. */
static unsigned char *draw_with(int rows, int cols, double scale, double pen, double left, double top)
{
    const size_t pixels = (size_t)rows * (size_t)cols;
    unsigned char *ink = malloc(pixels), *grid = malloc(raster_grid(rows, cols));
    assert_non_null(ink);
    assert_non_null(grid);
    memset(ink, 0x5a, pixels);
    memset(grid, 0x5a, raster_grid(rows, cols));
    raster_draw(ink, grid, rows, cols, line, scale, pen, left, top);
    free(grid);
    return ink;
}

/* Lengths in px and a dot's width its diameter. */
static unsigned char *draw(int rows, int cols)
{
    return draw_with(rows, cols, 1, 1, 0, 0);
}

static double sum_of(const unsigned char *ink, int pixels)
{
    double sum = 0;
    for (int i = 0; i < pixels; i++)
        sum += ink[i];
    return sum / 255;
}

/* A place of the grid is ink where its middle lies in a dot; a pixel is the mean of its 16 places. */
static unsigned char plainly(int row, int col)
{
    int covered = 0;
    for (int place = 0; place < RASTER_FINE * RASTER_FINE; place++) {
        const double y = row + (place / RASTER_FINE + 0.5) / RASTER_FINE;
        const double x = col + (place % RASTER_FINE + 0.5) / RASTER_FINE;
        int is_ink = 0;
        for (int i = 0; i < line->count && !is_ink; i++) {
            const struct dot *dot = &line->dots[i];
            is_ink = (x - dot->x) * (x - dot->x) + (y - dot->y) * (y - dot->y) <= dot->width * dot->width / 4;
        }
        covered += is_ink;
    }
    return (unsigned char)floor(covered * 255 / 16.0 + 0.5);
}

static void assert_plainly(const unsigned char *ink, int rows, int cols)
{
    for (int row = 0; row < rows; row++)
        for (int col = 0; col < cols; col++)
            if (ink[row * cols + col] != plainly(row, col))
                fail_msg("row %d, column %d of %d x %d: %d, not %d", row, col, rows, cols, ink[row * cols + col],
                         plainly(row, col));
}

static double between(struct rng *rng, double low, double high)
{
    return low + (high - low) * (double)rng_unit(rng);
}

/* ---- Dots ---- */

static void a_dot_covers_the_area_of_its_circle(void **state)
{
    (void)state;
    struct rng rng = rng_make(1, 0);
    for (double radius = 0.6; radius < 16; radius *= 1.3) {
        double mean = 0;
        for (int i = 0; i < 50; i++) {
            only(SIDE / 2 + between(&rng, 0, 1), SIDE / 2 + between(&rng, 0, 1), 2 * radius);
            unsigned char *ink = draw(SIDE, SIDE);
            const double share = sum_of(ink, SIDE * SIDE) / (3.14159265358979 * radius * radius);
            assert_true(fabs(share - 1) < 0.15 / radius);
            mean += share / 50;
            free(ink);
        }
        assert_true(fabs(mean - 1) < 0.03);
    }
}

static void pixels_are_full_inside_empty_outside_and_between_on_the_edge(void **state)
{
    (void)state;
    const double x = 20.3, y = 18.9, radius = 9.7, half = sqrt(0.5);
    int edge = 0;
    only(x, y, 2 * radius);
    unsigned char *ink = draw(SIDE, SIDE);
    for (int row = 0; row < SIDE; row++)
        for (int col = 0; col < SIDE; col++) {
            const double away = hypot(col + 0.5 - x, row + 0.5 - y);
            const unsigned char got = ink[row * SIDE + col];
            if (away < radius - half)
                assert_int_equal(got, 255);
            if (away > radius + half)
                assert_int_equal(got, 0);
            edge += got > 0 && got < 255;
        }
    assert_true(edge > 2 * radius);
    free(ink);
}

static void any_dots_give_what_the_definition_says(void **state)
{
    (void)state;
    struct rng rng = rng_make(2, 0);
    for (int round = 0; round < 200; round++) {
        const int rows = 1 + (int)rng_below(&rng, 13), cols = 1 + (int)rng_below(&rng, 13);
        line->count = 0;
        for (int i = (int)rng_below(&rng, 6); i > 0; i--) /* many of them beyond an edge */
            add(between(&rng, -8, 18), between(&rng, -8, 18), between(&rng, 0.4, 9));
        unsigned char *ink = draw(rows, cols);
        assert_plainly(ink, rows, cols);
        free(ink);
    }
}

/* Scale, pen and place count for a line as they do for its dots in px. */
static void scale_pen_and_place_are_applied(void **state)
{
    (void)state;
    line->count = 0;
    add(-0.25, 0, 1);
    add(0.5, 0.5, 2);
    unsigned char *ink = draw_with(SIDE, 30, 16, 3.5, 12, 9);
    line->count = 0;
    add(8, 9, 3.5);
    add(20, 17, 7);
    assert_plainly(ink, SIDE, 30);
    free(ink);
}

/* Where rounding can put the edge of a dot beside its own radius. */
static void a_dot_whose_edge_meets_the_middle_of_places_stays_a_dot(void **state)
{
    (void)state;
    struct rng rng = rng_make(3, 0);
    for (int i = 0; i < 20000; i++) {
        const double edge = (8 + (double)rng_below(&rng, 16) + 0.5) / RASTER_FINE;
        const double x = 5, y = between(&rng, 1, 2) + between(&rng, 0, 0x1p-24), radius = nextafter(edge - y, i % 3);
        only(x, y, 2 * radius);
        unsigned char *ink = draw(10, 10);
        for (int row = 0; row < 10; row++)
            for (int col = 0; col < 10; col++)
                if (hypot(col + 0.5 - x, row + 0.5 - y) > radius + 0.8)
                    assert_int_equal(ink[row * 10 + col], 0);
        free(ink);
    }
}

/* However thin the pen and wherever it is put down. */
static void no_dot_slips_between_the_places(void **state)
{
    (void)state;
    struct rng rng = rng_make(4, 0);
    for (int i = 0; i < 2000; i++) {
        only(5 + between(&rng, 0, 1), 5 + between(&rng, 0, 1), i % 2 == 0 ? 0 : between(&rng, 0, 0.4));
        unsigned char *ink = draw(11, 11);
        const double sum = sum_of(ink, 11 * 11);
        assert_true(sum > 0.05 && sum < 0.4);
        free(ink);
    }
}

/* ---- Lines ---- */

/* Dots that hardly move are not all drawn: the line may lose a thousandth of its ink by it, and its end none. */
static void a_dense_line_is_a_stroke_with_round_ends(void **state)
{
    (void)state;
    struct rng rng = rng_make(5, 0);
    for (int round = 0; round < 50; round++) {
        const double x = between(&rng, 6, 10), y = between(&rng, 6, 10), dx = between(&rng, 0.2, 1);
        const double dy = sqrt(1 - dx * dx), length = between(&rng, 10, 18), width = between(&rng, 1.5, 6);
        line->count = 0;
        for (int i = 0; i <= 400; i++)
            add(x + dx * length * i / 400, y + dy * length * i / 400, width);
        unsigned char *ink = draw(SIDE, SIDE);
        const double area = length * width + 3.14159265358979 * width * width / 4;
        assert_true(fabs(sum_of(ink, SIDE * SIDE) / area - 1) < 0.05);
        for (int row = 0; row < SIDE; row++)
            for (int col = 0; col < SIDE; col++) {
                const double ax = col + 0.5 - x, ay = row + 0.5 - y, along = ax * dx + ay * dy;
                const double near = along < 0 ? 0 : along > length ? length : along;
                const double away = hypot(ax - near * dx, ay - near * dy);
                if (away > width / 2 + 0.8)
                    assert_int_equal(ink[row * SIDE + col], 0);
                if (away < width / 2 - 0.8)
                    assert_int_equal(ink[row * SIDE + col], 255);
            }
        free(ink);
    }
}

static void a_line_without_dots_is_no_ink(void **state)
{
    (void)state;
    line->count = 0;
    unsigned char *ink = draw(7, 9);
    assert_true(sum_of(ink, 63) == 0);
    free(ink);
}

static void what_was_there_before_is_overwritten(void **state)
{
    (void)state;
    unsigned char ink[64], grid[64 * RASTER_FINE * RASTER_FINE], fresh[64];
    assert_int_equal(sizeof grid, raster_grid(8, 8));
    memset(ink, 0, sizeof ink);
    memset(grid, 0, sizeof grid);
    only(2, 2, 3);
    raster_draw(fresh, grid, 8, 8, line, 1, 1, 0, 0);
    only(6, 6, 3);
    raster_draw(ink, grid, 8, 8, line, 1, 1, 0, 0);
    only(2, 2, 3);
    raster_draw(ink, grid, 8, 8, line, 1, 1, 0, 0); /* the other dot's ink and grid are still there */
    assert_memory_equal(ink, fresh, sizeof ink);
}

/* ---- The edges ---- */

/* A window on a larger picture, at each border and beyond it. */
static void what_lies_outside_is_cut_off(void **state)
{
    (void)state;
    struct rng rng = rng_make(6, 0);
    line->count = 0;
    for (int i = 0; i < 60; i++)
        add(between(&rng, -2, SIDE + 2), between(&rng, -2, SIDE + 2), between(&rng, 1, 5));
    unsigned char *whole = draw(SIDE, SIDE);
    for (int top = -12; top <= SIDE; top += 4)
        for (int left = -12; left <= SIDE; left += 4) {
            unsigned char *window = draw_with(11, 13, 1, 1, -left, -top);
            for (int row = 0; row < 11; row++)
                for (int col = 0; col < 13; col++) {
                    const int r = row + top, c = col + left;
                    if (r >= 0 && r < SIDE && c >= 0 && c < SIDE)
                        assert_int_equal(window[row * 13 + col], whole[r * SIDE + c]);
                }
            free(window);
        }
    free(whole);
}

static void ink_beyond_one_edge_does_not_come_in_at_another(void **state)
{
    (void)state;
    static const double places[][2] = {{10, 5}, {0, 5}, {5, 10}, {5, 0}, {10, 10}, {0, 0}, {0, 10}, {10, 0}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        only(places[i][0], places[i][1], 4);
        unsigned char *ink = draw(10, 10);
        assert_true(sum_of(ink, 100) > 2);
        for (int row = 0; row < 10; row++)
            for (int col = 0; col < 10; col++)
                if (fabs(col + 0.5 - places[i][0]) > 3 || fabs(row + 0.5 - places[i][1]) > 3)
                    assert_int_equal(ink[row * 10 + col], 0);
        free(ink);
    }
}

static void what_is_wholly_outside_is_no_ink_however_far(void **state)
{
    (void)state;
    static const double away[] = {-2.1, -40, -1e5, -3e9, -1e15, -1e100, 12.1, 50, 1e5, 3e9, 1e15, 1e100};
    for (size_t i = 0; i < sizeof away / sizeof *away; i++) {
        line->count = 0;
        add(away[i], 5, 4);
        add(5, away[i], 4);
        add(away[i], away[i], 4);
        unsigned char *ink = draw(10, 10);
        assert_true(sum_of(ink, 100) == 0);
        free(ink);
    }
}

static void a_dot_larger_than_the_picture_fills_it(void **state)
{
    (void)state;
    static const double widths[] = {40, 1e4, 1e10, 1e100};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        only(5, 3, widths[i]);
        unsigned char *ink = draw(7, 10);
        assert_true(sum_of(ink, 70) == 70);
        free(ink);
    }
}

/* ---- The extent ---- */

static void the_extent_is_that_of_all_dots_with_their_radii(void **state)
{
    (void)state;
    line->count = 0;
    add(-0.5, 0.25, 1);
    struct extent e = raster_extent(line, 16, 4);
    assert_true(e.left == -10 && e.right == -6 && e.top == 2 && e.bottom == 6);
    add(0.5, 0.25, 0.5);
    add(0, -1, 2);
    add(0, 0.5, 0.25);
    e = raster_extent(line, 16, 4);
    assert_true(e.left == -10 && e.right == 9 && e.top == -20 && e.bottom == 8.5);
}

/* Nothing is drawn beyond it, and ink is drawn up to it. */
static void ink_reaches_its_extent_and_not_beyond(void **state)
{
    (void)state;
    struct rng rng = rng_make(7, 0);
    for (int round = 0; round < 200; round++) {
        line->count = 0;
        for (int i = 0; i < 5; i++)
            add(between(&rng, 10, 30), between(&rng, 10, 30), between(&rng, 1, 8));
        const struct extent e = raster_extent(line, 1, 1);
        unsigned char *ink = draw(SIDE, SIDE);
        int left = SIDE, right = -1, top = SIDE, bottom = -1;
        for (int i = 0; i < SIDE * SIDE; i++)
            if (ink[i] > 0) {
                left = i % SIDE < left ? i % SIDE : left;
                right = i % SIDE > right ? i % SIDE : right;
                top = i / SIDE < top ? i / SIDE : top;
                bottom = i / SIDE;
            }
        assert_true(left + 1 > e.left && left < e.left + 1.3 && right < e.right && right + 1 > e.right - 0.3);
        assert_true(top + 1 > e.top && top < e.top + 1.3 && bottom < e.bottom && bottom + 1 > e.bottom - 0.3);
        free(ink);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dot_covers_the_area_of_its_circle),
        cmocka_unit_test(pixels_are_full_inside_empty_outside_and_between_on_the_edge),
        cmocka_unit_test(any_dots_give_what_the_definition_says),
        cmocka_unit_test(scale_pen_and_place_are_applied),
        cmocka_unit_test(a_dot_whose_edge_meets_the_middle_of_places_stays_a_dot),
        cmocka_unit_test(no_dot_slips_between_the_places),
        cmocka_unit_test(a_dense_line_is_a_stroke_with_round_ends),
        cmocka_unit_test(a_line_without_dots_is_no_ink),
        cmocka_unit_test(what_was_there_before_is_overwritten),
        cmocka_unit_test(what_lies_outside_is_cut_off),
        cmocka_unit_test(ink_beyond_one_edge_does_not_come_in_at_another),
        cmocka_unit_test(what_is_wholly_outside_is_no_ink_however_far),
        cmocka_unit_test(a_dot_larger_than_the_picture_fills_it),
        cmocka_unit_test(the_extent_is_that_of_all_dots_with_their_radii),
        cmocka_unit_test(ink_reaches_its_extent_and_not_beyond),
    };
    return cmocka_run_group_tests(tests, allocate, release);
}
