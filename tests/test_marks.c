/* Which components of a picture may be digits, and where a component may be cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "pictures.h"
#include "reader/cuts.h"
#include "reader/marks.h"

enum { ROWS = 200, COLS = 300, PEN = 8 };

/* Strokes of 255 on 0 are strengths of ink as they are. */
struct drawing {
    struct picture strength;
    struct components components;
    struct marks marks;
};

static void find(struct drawing *drawing)
{
    const struct picture *strength = &drawing->strength;
    assert_int_equal(components_find(&drawing->components, strength->gray, strength->rows, strength->cols, 128, NULL),
                     0);
    assert_int_equal(marks_find(&drawing->marks, &drawing->components, strength->rows, strength->cols, NULL), 0);
}

static void release(struct drawing *drawing)
{
    marks_free(&drawing->marks);
    components_free(&drawing->components);
    picture_free(&drawing->strength);
}

static struct drawing draw_page(void)
{
    return (struct drawing){.strength = pictures_plain(ROWS, COLS, 0)};
}

static void draw_line(struct drawing *drawing, double y0, double x0, double y1, double x1)
{
    pictures_line(&drawing->strength, y0, x0, y1, x1, PEN, 255);
}

/* Two upright strokes of 80 rows. */
static struct drawing draw_two(void)
{
    struct drawing drawing = draw_page();
    draw_line(&drawing, 54, 60, 126, 60);
    draw_line(&drawing, 54, 140, 126, 140);
    return drawing;
}

static void strokes_are_marks_and_half_of_their_ink_says_how_high_they_are(void **state)
{
    (void)state;
    struct drawing drawing = draw_two();
    draw_line(&drawing, 100, 200, 116, 200); /* 24 high */
    find(&drawing);
    assert_int_equal(drawing.marks.count, 3);
    assert_int_equal((int)drawing.marks.height, 80);
    int low = 0;
    for (int i = 0; i < 3; i++)
        low += drawing.marks.all[i].is_low;
    assert_int_equal(low, 1);
    release(&drawing);
}

static void specks_are_left_out(void **state)
{
    (void)state;
    struct drawing drawing = draw_two();
    for (int i = 0; i < 500; i++)
        drawing.strength.gray[(size_t)(3 * (i / 50)) * COLS + (size_t)(5 * (i % 50))] = 255;
    draw_line(&drawing, 150, 200, 150, 200); /* a dot as wide as the pen */
    find(&drawing);
    assert_int_equal(drawing.marks.count, 2);
    release(&drawing);
}

static void an_underline_is_left_out_and_says_nothing_about_height(void **state)
{
    (void)state;
    struct drawing drawing = draw_two();
    draw_line(&drawing, 150, 20, 156, 280);
    find(&drawing);
    assert_int_equal(drawing.marks.count, 2);
    assert_int_equal((int)drawing.marks.height, 80);
    release(&drawing);
}

static void a_frame_around_a_mark_is_left_out(void **state)
{
    (void)state;
    struct drawing drawing = draw_two();
    draw_line(&drawing, 30, 20, 34, 270);
    draw_line(&drawing, 34, 270, 170, 266);
    draw_line(&drawing, 170, 266, 168, 22);
    draw_line(&drawing, 168, 22, 30, 20);
    find(&drawing);
    assert_int_equal(drawing.marks.count, 2);
    release(&drawing);
}

static void a_ring_around_a_mark_stays_for_it_may_be_a_zero(void **state)
{
    (void)state;
    struct drawing drawing = draw_page();
    static const double ring[][2] = {{60, 0}, {42, 28}, {0, 40}, {-42, 28}, {-60, 0}, {-42, -28}, {0, -40}, {42, -28}};
    for (int i = 0; i < 8; i++)
        draw_line(&drawing, 100 + ring[i][0], 150 + ring[i][1], 100 + ring[(i + 1) % 8][0], 150 + ring[(i + 1) % 8][1]);
    draw_line(&drawing, 80, 150, 120, 150);
    find(&drawing);
    assert_int_equal(drawing.marks.count, 2);
    release(&drawing);
}

static void a_band_from_edge_to_edge_is_left_out(void **state)
{
    (void)state;
    struct drawing drawing = draw_two();
    for (int i = 0; i < 20 * COLS; i++)
        drawing.strength.gray[i] = 255;
    find(&drawing);
    assert_int_equal(drawing.marks.count, 2);
    release(&drawing);
}

static void marks_along_the_edge_are_told(void **state)
{
    (void)state;
    struct drawing drawing = draw_two();
    pictures_four(&drawing.strength, 60, 0, 50, PEN, 255); /* touches it by its corner */
    draw_line(&drawing, 60, 299, 140, 299);
    find(&drawing);
    assert_int_equal(drawing.marks.count, 4);
    for (int i = 0; i < 4; i++)
        assert_int_equal(drawing.marks.all[i].is_along_edge, drawing.marks.all[i].component->box.left > 200);
    release(&drawing);
}

static void a_row_of_digits_that_hang_together_is_no_underline(void **state)
{
    (void)state;
    struct drawing drawing = draw_page();
    for (int i = 0; i < 6; i++)
        pictures_four(&drawing.strength, 80, 20 + 36 * i, 60, PEN, 255);
    find(&drawing);
    assert_int_equal(drawing.components.count, 1);
    assert_int_equal(drawing.marks.count, 1);
    release(&drawing);
}

static void of_very_many_marks_the_largest_stay(void **state)
{
    (void)state;
    enum { SIDE = 4, LARGE = 5 }; /* dots of SIDE pixels, and some larger by one */
    struct drawing drawing = {.strength = pictures_plain(500, 500, 0)};
    for (int i = 0; i < 83 * 83; i++)
        for (int p = 0; p < LARGE * LARGE; p++)
            if (i % 83 == 7 || (p / LARGE < SIDE && p % LARGE < SIDE))
                drawing.strength
                    .gray[(size_t)(1 + i / 83 * 6 + p / LARGE) * 500 + (size_t)(1 + i % 83 * 6 + p % LARGE)] = 255;
    find(&drawing);
    assert_int_equal(drawing.marks.count, MARKS);
    int large = 0;
    for (int i = 0; i < MARKS; i++)
        large += drawing.marks.all[i].component->area == LARGE * LARGE;
    assert_int_equal(large, 83);
    release(&drawing);
}

/* ---- Cuts ---- */

static struct ink as_ink(const struct drawing *drawing)
{
    return (struct ink){
        .rows = drawing->strength.rows, .cols = drawing->strength.cols, .strength = drawing->strength.gray};
}

/* Two rings that touch at column 150. */
static struct drawing draw_rings(void)
{
    struct drawing drawing = draw_page();
    static const double ring[][2] = {{50, 0}, {35, 24}, {0, 36}, {-35, 24}, {-50, 0}, {-35, -24}, {0, -36}, {35, -24}};
    for (int side = -1; side <= 1; side += 2)
        for (int i = 0; i < 8; i++)
            draw_line(&drawing, 100 + ring[i][0], 150 + 39.6 * side + ring[i][1], 100 + ring[(i + 1) % 8][0],
                      150 + 39.6 * side + ring[(i + 1) % 8][1]);
    return drawing;
}

static void the_cheapest_cut_parts_two_rings_where_they_touch(void **state)
{
    (void)state;
    struct drawing drawing = draw_rings();
    const struct ink ink = as_ink(&drawing);
    struct cuts cuts;
    find(&drawing);
    assert_int_equal(drawing.components.count, 1);
    const struct component *component = &drawing.components.all[0];
    assert_int_equal(cuts_find(&cuts, component, &drawing.components, &ink, NULL), 0);
    assert_in_range(cuts.count, 1, CUTS);
    const struct cut *best = &cuts.all[0];
    for (int i = 1; i < cuts.count; i++)
        best = cuts.all[i].price < best->price ? &cuts.all[i] : best;
    for (int r = 0; r < component->box.rows; r++)
        assert_in_range(best->columns[r], 140, 160);
    const struct piece left = piece_between(component, &drawing.components, NULL, best);
    const struct piece right = piece_between(component, &drawing.components, best, NULL);
    assert_int_equal(left.area + right.area, component->area);
    assert_in_range(left.area, component->area * 9 / 20, component->area * 11 / 20);
    assert_true(left.box.left + left.box.cols <= right.box.left + 2);
    cuts_free(&cuts);
    release(&drawing);
}

static void cuts_run_from_left_to_right_and_cost_by_the_ink_that_they_cross(void **state)
{
    (void)state;
    struct drawing drawing = draw_rings();
    const struct ink ink = as_ink(&drawing);
    struct cuts cuts;
    find(&drawing);
    assert_int_equal(cuts_find(&cuts, &drawing.components.all[0], &drawing.components, &ink, NULL), 0);
    assert_in_range(cuts.count, 3, CUTS); /* beside the one between them, at least one through each */
    double least = cuts.all[0].price, most = least;
    for (int i = 1; i < cuts.count; i++) {
        assert_true(cuts.all[i - 1].columns[50] < cuts.all[i].columns[50]);
        least = cuts.all[i].price < least ? cuts.all[i].price : least;
        most = cuts.all[i].price > most ? cuts.all[i].price : most;
    }
    assert_true(least >= CUTS_PRICE && most > least + 0.5);
    cuts_free(&cuts);
    release(&drawing);
}

static void a_component_of_a_few_pixels_has_no_cuts(void **state)
{
    (void)state;
    struct drawing drawing = draw_page();
    drawing.strength.gray[COLS + 1] = 255;
    const struct ink ink = as_ink(&drawing);
    struct cuts cuts;
    find(&drawing);
    assert_int_equal(cuts_find(&cuts, &drawing.components.all[0], &drawing.components, &ink, NULL), 0);
    assert_int_equal(cuts.count, 0);
    cuts_free(&cuts);
    release(&drawing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strokes_are_marks_and_half_of_their_ink_says_how_high_they_are),
        cmocka_unit_test(specks_are_left_out),
        cmocka_unit_test(an_underline_is_left_out_and_says_nothing_about_height),
        cmocka_unit_test(a_frame_around_a_mark_is_left_out),
        cmocka_unit_test(a_ring_around_a_mark_stays_for_it_may_be_a_zero),
        cmocka_unit_test(a_band_from_edge_to_edge_is_left_out),
        cmocka_unit_test(marks_along_the_edge_are_told),
        cmocka_unit_test(a_row_of_digits_that_hang_together_is_no_underline),
        cmocka_unit_test(of_very_many_marks_the_largest_stay),
        cmocka_unit_test(the_cheapest_cut_parts_two_rings_where_they_touch),
        cmocka_unit_test(cuts_run_from_left_to_right_and_cost_by_the_ink_that_they_cross),
        cmocka_unit_test(a_component_of_a_few_pixels_has_no_cuts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
