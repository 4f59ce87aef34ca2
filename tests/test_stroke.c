/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <math.h>
#include <string.h>

#include "image/fit.h"
#include "image/stroke.h"
#include "pictures.h"

typedef unsigned char fitted[FIT_SIDE * FIT_SIDE];

static void fit_well(fitted out, const struct picture *picture)
{
    struct error err = {0};
    if (fit_picture(out, picture, &err) != 0)
        fail_msg("%s", err.text);
}

/* A bar of rows x cols, and below it one of half the width and the same length. */
static struct strokes draw_bars(int rows, int cols)
{
    struct strokes strokes = {.rows = 3 * rows + 6, .cols = cols + 4};
    for (int r = 0; r < rows; r++)
        memset(strokes.is_ink + (r + 2) * strokes.cols + 2, 1, (size_t)cols);
    for (int r = 0; r < rows / 2; r++)
        memset(strokes.is_ink + (r + rows + 4) * strokes.cols + 2, 1, (size_t)cols);
    return strokes;
}

static void test_width_is_that_of_so_much_of_the_strokes_length(void **state)
{
    (void)state;
    const struct strokes strokes = draw_bars(12, 150);
    assert_true(fabs(stroke_width(&strokes, 0.2) - 6) <= 1);
    assert_true(fabs(stroke_width(&strokes, 0.8) - 12) <= 1);
}

static void test_edges_move_out_and_in(void **state)
{
    (void)state;
    struct strokes strokes = {.rows = 60, .cols = 60};
    for (int r = 25; r < 35; r++)
        memset(strokes.is_ink + r * 60 + 10, 1, 40);
    stroke_move_edges(&strokes, 3);
    struct box box = stroke_box(&strokes);
    assert_int_equal(box.rows, 16);
    assert_int_equal(box.cols, 46);
    assert_false(strokes.is_ink[box.top * 60 + box.left]); /* corners get round */
    stroke_move_edges(&strokes, -5);
    box = stroke_box(&strokes);
    assert_int_equal(box.rows, 6);
    assert_int_equal(box.cols, 36);
    stroke_move_edges(&strokes, -5);
    assert_int_equal(stroke_box(&strokes).rows, 0);
}

/* The width of the upright stroke of a fitted 1, in pixels. */
static double fit_one(int side, double height, double pen)
{
    struct picture picture = pictures_plain(side, side, 255);
    pictures_line(&picture, (side - height) / 2, side / 2.0, (side + height) / 2, side / 2.0, pen, 0);
    fitted image;
    fit_well(image, &picture);
    picture_free(&picture);
    double width = 0;
    for (int k = 0; k < FIT_SIDE; k++)
        width += image[14 * FIT_SIDE + k] / 255.0;
    return width;
}

static void test_hair_thin_and_blob_thick_strokes_come_near_those_of_mnist(void **state)
{
    (void)state;
    static const struct {
        int side;
        double height, pen;
    } cases[] = {{3000, 2400, 3}, {1000, 800, 2}, {40, 30, 1}, {28, 22, 1}, {300, 200, 70}, {100, 60, 24}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const double width = fit_one(cases[i].side, cases[i].height, cases[i].pen);
        assert_true(width > 1.6 && width < 4.2);
    }
}

static void test_strokes_as_wide_as_those_of_mnist_stay(void **state)
{
    (void)state;
    for (double pen = 11; pen < 17; pen++) /* 2.2 to 3.2 px of 20 */
        assert_true(fabs(fit_one(140, 100 - pen, pen) - pen / 5) < 0.25);
}

static void test_thin_parts_of_a_thick_digit_do_not_fade(void **state)
{
    (void)state;
    struct picture picture = pictures_plain(200, 200, 255);
    pictures_line(&picture, 40, 100, 160, 100, 40, 0);
    pictures_line(&picture, 60, 40, 60, 100, 8, 0);
    fitted image;
    fit_well(image, &picture);
    picture_free(&picture);
    int arm = 0; /* 60 of 160 px long */
    for (int k = 0; k < FIT_SIDE; k++) {
        int most = 0;
        for (int r = 0; r < FIT_SIDE; r++)
            most = image[r * FIT_SIDE + k] > most ? image[r * FIT_SIDE + k] : most;
        arm += most > 100;
    }
    assert_true(arm >= 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_width_is_that_of_so_much_of_the_strokes_length),
        cmocka_unit_test(test_edges_move_out_and_in),
        cmocka_unit_test(test_hair_thin_and_blob_thick_strokes_come_near_those_of_mnist),
        cmocka_unit_test(test_strokes_as_wide_as_those_of_mnist_stay),
        cmocka_unit_test(test_thin_parts_of_a_thick_digit_do_not_fade),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
