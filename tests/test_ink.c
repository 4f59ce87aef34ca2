/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "image/components.h"
#include "image/figure.h"
#include "image/ink.h"
#include "pictures.h"

enum { SIDE = 160 };

static struct ink find(const struct picture *picture)
{
    struct ink ink;
    struct error err = {0};
    if (ink_find(&ink, picture, &err) != 0)
        fail_msg("%s", err.text);
    return ink;
}

/* A 4 of 90 px, strokes 10 wide, in the middle. */
static struct picture four(unsigned char ground, unsigned char pen)
{
    struct picture picture = pictures_plain(SIDE, SIDE, ground);
    pictures_four(&picture, 35, 45, 90, 10, pen);
    return picture;
}

static int count_components(const struct ink *ink)
{
    struct components found;
    assert_int_equal(components_find(&found, ink->strength, ink->rows, ink->cols, INK_EDGE, NULL), 0);
    const int count = found.count;
    components_free(&found);
    return count;
}

/* How many pixels are ink in one and not in the other. */
static int count_differences(const struct ink *a, const struct ink *b)
{
    int count = 0;
    for (int i = 0; i < a->rows * a->cols; i++)
        count += (a->strength[i] >= INK_EDGE) != (b->strength[i] >= INK_EDGE);
    return count;
}

static int count_ink(const struct ink *ink)
{
    int count = 0;
    for (int i = 0; i < ink->rows * ink->cols; i++)
        count += ink->strength[i] >= INK_EDGE;
    return count;
}

/* Fails where more than `share` of the ink of `plain` is not found, or found elsewhere. */
static void assert_same_ink(const struct picture *picture, const struct picture *plain, double share)
{
    struct ink ink = find(picture), expected = find(plain);
    const int differences = count_differences(&ink, &expected), most = (int)(share * count_ink(&expected));
    if (differences > most)
        fail_msg("%d of %d pixels differ", differences, count_ink(&expected));
    ink_free(&ink);
    ink_free(&expected);
}

static void test_dark_on_light_and_light_on_dark_are_told_apart(void **state)
{
    (void)state;
    struct picture dark = four(230, 40), light = four(25, 215);
    struct ink found = find(&dark);
    assert_false(found.is_light);
    ink_free(&found);
    found = find(&light);
    assert_true(found.is_light);
    ink_free(&found);
    assert_same_ink(&light, &dark, 0);
    picture_free(&dark);
    picture_free(&light);
}

static void test_gradient_of_light_makes_no_difference_in_either_polarity(void **state)
{
    (void)state;
    for (int is_turned = 0; is_turned < 2; is_turned++) {
        struct picture plain = four(240, 60), shaded = four(240, 60);
        for (int r = 0; r < SIDE; r++)
            for (int k = 0; k < SIDE; k++) {
                unsigned char *gray = &shaded.gray[r * SIDE + k];
                *gray = (unsigned char)(*gray * (1 - 0.65 * (r + 2 * k) / (3 * SIDE)));
                *gray = is_turned ? 255 - *gray : *gray;
            }
        assert_same_ink(&shaded, &plain, 0.03);
        picture_free(&plain);
        picture_free(&shaded);
    }
}

static void test_shadow_with_an_edge_is_no_ink(void **state)
{
    (void)state;
    struct picture plain = four(230, 50), shaded = four(230, 50);
    for (int r = 0; r < SIDE; r++)
        for (int k = 0; k < SIDE; k++) { /* of a hand, from the right to the middle of the digit */
            const double inside = (4 * k - r - 240) / 40.0, shade = fmin(fmax(inside, 0), 1);
            shaded.gray[r * SIDE + k] = (unsigned char)(shaded.gray[r * SIDE + k] * (1 - 0.45 * shade));
        }
    assert_same_ink(&shaded, &plain, 0.06);
    picture_free(&plain);
    picture_free(&shaded);
}

static void test_what_is_small_and_runs_out_of_the_picture_is_not_the_digit(void **state)
{
    (void)state;
    struct picture plain = four(255, 0), crowded = four(255, 0);
    pictures_line(&crowded, 20, 150, 5, 170, 9, 0);
    pictures_line(&crowded, 150, -5, 140, 12, 9, 0);
    struct ink ink = find(&crowded), alone = find(&plain);
    assert_int_equal(count_components(&ink), 3);
    assert_int_equal(figure_isolate(&ink, NULL), 0);
    assert_int_equal(count_differences(&ink, &alone), 0);
    ink_free(&ink);
    ink_free(&alone);
    picture_free(&plain);
    picture_free(&crowded);
}

static void test_shadow_that_runs_out_of_the_picture_is_no_ink(void **state)
{
    (void)state;
    struct picture plain = four(230, 50), shaded = four(230, 50);
    for (int r = 0; r < SIDE; r++)
        for (int k = 0; k < SIDE; k++)
            if (k > 130 + r / 20) /* the dark edge of a table */
                shaded.gray[r * SIDE + k] = 70;
    assert_same_ink(&shaded, &plain, 0.06);
    picture_free(&plain);
    picture_free(&shaded);
}

static void test_width_of_the_pen_is_measured(void **state)
{
    (void)state;
    for (double width = 2; width < 25; width += 3) {
        struct picture picture = pictures_plain(SIDE, SIDE, 255);
        pictures_four(&picture, 35, 40, 100, width, 0);
        struct ink ink = find(&picture);
        assert_true(ink.pen >= 0.8 * width && ink.pen <= 1.35 * width + 1);
        ink_free(&ink);
        picture_free(&picture);
    }
}

static void test_fainter_part_of_a_stroke_is_ink_too(void **state)
{
    (void)state;
    struct picture picture = pictures_plain(SIDE, SIDE, 250), even = pictures_plain(SIDE, SIDE, 250);
    for (int i = 0; i < 10; i++) { /* a 1 whose pen runs dry */
        const unsigned char gray = (unsigned char)(20 + 14 * i);
        pictures_line(&picture, 20 + 12 * i, 80, 32 + 12 * i, 80, 8, gray);
        pictures_line(&even, 20 + 12 * i, 80, 32 + 12 * i, 80, 8, 20);
    }
    assert_same_ink(&picture, &even, 0.1);
    picture_free(&picture);
    picture_free(&even);
}

static void test_specks_go_and_the_bar_of_a_five_stays(void **state)
{
    (void)state;
    struct picture plain = pictures_plain(SIDE, SIDE, 255);
    pictures_line(&plain, 60, 60, 85, 58, 8, 0);
    pictures_line(&plain, 85, 58, 90, 95, 8, 0);
    pictures_line(&plain, 90, 95, 120, 90, 8, 0);
    pictures_line(&plain, 120, 90, 125, 60, 8, 0);
    pictures_line(&plain, 45, 65, 43, 100, 8, 0); /* apart from the rest */
    struct picture dusty = pictures_plain(SIDE, SIDE, 255);
    memcpy(dusty.gray, plain.gray, SIDE * SIDE);
    for (int i = 0; i < 12; i++)
        pictures_line(&dusty, 8 + i * 12, 12 + i * 37 % 25, 8 + i * 12, 14 + i * 37 % 25, 3 + i % 3, 0);
    struct ink ink = find(&dusty);
    assert_int_equal(count_components(&ink), 2);
    ink_free(&ink);
    assert_same_ink(&dusty, &plain, 0.01);
    picture_free(&plain);
    picture_free(&dusty);
}

static void test_dot_within_a_pens_width_of_a_stroke_is_a_piece_of_it(void **state)
{
    (void)state;
    struct picture picture = four(255, 0);
    pictures_line(&picture, 60, 135, 60, 135, 6, 0); /* far from the 4 */
    struct ink ink = find(&picture);
    assert_int_equal(count_components(&ink), 1);
    const struct box box = ink_box(&ink);
    ink_free(&ink);
    pictures_line(&picture, box.top + box.rows + 6, box.left + box.cols - 6, box.top + box.rows + 6,
                  box.left + box.cols - 6, 6, 0);
    pictures_line(&picture, box.top - 6, box.left + box.cols / 2, box.top - 6, box.left + box.cols / 2, 6, 0);
    ink = find(&picture);
    assert_true(count_components(&ink) > 1);
    ink_free(&ink);
    picture_free(&picture);
}

static void test_grain_of_the_paper_is_no_ink(void **state)
{
    (void)state;
    uint32_t random = 3;
    struct picture plain = four(190, 60), grainy = four(190, 60);
    for (int i = 0; i < SIDE * SIDE; i++) {
        random = random * 1664525 + 1013904223;
        grainy.gray[i] = (unsigned char)(grainy.gray[i] + (int)(random >> 24) % 29 - 14);
    }
    assert_same_ink(&grainy, &plain, 0.05);
    picture_free(&plain);
    picture_free(&grainy);
}

static void test_blank_paper_in_any_light_is_refused(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        struct picture picture = pictures_plain(SIDE, SIDE, 200);
        for (int i = 0; i < SIDE * SIDE; i++) {
            const double across = (double)(i % SIDE) / SIDE;
            const double light[] = {1, 1 - 0.6 * across, 1 - 0.02 * (i * 7919 % 3), 1 - 0.5 * across * across};
            picture.gray[i] = (unsigned char)(200 * light[kind]);
        }
        struct ink ink;
        struct error err = {0};
        assert_int_equal(ink_find(&ink, &picture, &err), -1);
        assert_int_equal(err.kind, ERROR_BLANK);
        assert_non_null(strstr(err.text, "blank"));
        picture_free(&picture);
    }
}

static int is_writing(const struct picture *picture)
{
    struct ink ink;
    if (ink_find(&ink, picture, NULL) != 0)
        return 0;
    const int fits = ink_check(&ink, NULL) == 0;
    ink_free(&ink);
    return fits;
}

static void test_noise_is_no_writing(void **state)
{
    (void)state;
    static const int sides[] = {28, 64, 160};
    uint32_t random = 9;
    for (int i = 0; i < 3; i++)
        for (int depth = 30; depth < 256; depth += 75) {
            struct picture picture = pictures_plain(sides[i], sides[i], 0);
            for (int k = 0; k < sides[i] * sides[i]; k++) {
                random = random * 1664525 + 1013904223;
                picture.gray[k] = (unsigned char)((random >> 24) * (unsigned)depth / 255);
            }
            assert_false(is_writing(&picture));
            picture_free(&picture);
        }
}

static void test_patterns_are_no_writing(void **state)
{
    (void)state;
    for (int pitch = 6; pitch < 60; pitch += 9)
        for (int kind = 0; kind < 3; kind++) {
            struct picture picture = pictures_plain(SIDE, SIDE, 255);
            for (int r = 0; r < SIDE; r++)
                for (int k = 0; k < SIDE; k++) {
                    const int squares = (r / pitch + k / pitch) % 2, stripes = r / pitch % 2;
                    const int waves = (int)(127 + 127 * cos(6.2832 * (r + k) / (3 * pitch)));
                    const int grays[] = {squares * 255, stripes * 255, waves};
                    picture.gray[r * SIDE + k] = (unsigned char)grays[kind];
                }
            assert_false(is_writing(&picture));
            picture_free(&picture);
        }
}

static void test_digits_are_writing_thick_or_thin(void **state)
{
    (void)state;
    for (double width = 1; width < 30; width += 4) {
        struct picture picture = pictures_plain(SIDE, SIDE, 230);
        pictures_four(&picture, 25, 30, 110, width, 60);
        assert_true(is_writing(&picture));
        picture_free(&picture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dark_on_light_and_light_on_dark_are_told_apart),
        cmocka_unit_test(test_gradient_of_light_makes_no_difference_in_either_polarity),
        cmocka_unit_test(test_shadow_with_an_edge_is_no_ink),
        cmocka_unit_test(test_what_is_small_and_runs_out_of_the_picture_is_not_the_digit),
        cmocka_unit_test(test_shadow_that_runs_out_of_the_picture_is_no_ink),
        cmocka_unit_test(test_width_of_the_pen_is_measured),
        cmocka_unit_test(test_fainter_part_of_a_stroke_is_ink_too),
        cmocka_unit_test(test_specks_go_and_the_bar_of_a_five_stays),
        cmocka_unit_test(test_dot_within_a_pens_width_of_a_stroke_is_a_piece_of_it),
        cmocka_unit_test(test_grain_of_the_paper_is_no_ink),
        cmocka_unit_test(test_blank_paper_in_any_light_is_refused),
        cmocka_unit_test(test_noise_is_no_writing),
        cmocka_unit_test(test_patterns_are_no_writing),
        cmocka_unit_test(test_digits_are_writing_thick_or_thin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
