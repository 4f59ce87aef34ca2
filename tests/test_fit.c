/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "digits.h"
#include "image/decode.h"
#include "image/fit.h"
#include "pictures.h"

typedef unsigned char fitted[FIT_SIDE * FIT_SIDE];

struct geometry {
    int rows, cols, brightest; /* of the box of all that is not 0 */
    double centre_row, centre_col;
};

static struct geometry measure(const fitted image)
{
    int top = FIT_SIDE, bottom = -1, left = FIT_SIDE, right = -1, brightest = 0;
    double mass = 0, row_moment = 0, col_moment = 0;
    for (int r = 0; r < FIT_SIDE; r++)
        for (int k = 0; k < FIT_SIDE; k++) {
            int level = image[r * FIT_SIDE + k];
            mass += level;
            row_moment += level * r;
            col_moment += level * k;
            brightest = level > brightest ? level : brightest;
            if (level == 0)
                continue;
            top = r < top ? r : top;
            bottom = r;
            left = k < left ? k : left;
            right = k > right ? k : right;
        }
    return (struct geometry){.rows = bottom - top + 1,
                             .cols = right - left + 1,
                             .brightest = brightest,
                             .centre_row = row_moment / mass,
                             .centre_col = col_moment / mass};
}

static void fit_well(fitted out, const struct picture *picture)
{
    struct error err = {0};
    if (fit_picture(out, picture, &err) != 0)
        fail_msg("%s", err.text);
}

static void assert_contract(const fitted image)
{
    struct geometry geometry = measure(image);
    assert_int_equal(geometry.rows > geometry.cols ? geometry.rows : geometry.cols, FIT_BOX);
    assert_int_equal(geometry.brightest, 255);
    assert_true(fabs(geometry.centre_row - FIT_CENTRE) <= 0.5);
    assert_true(fabs(geometry.centre_col - FIT_CENTRE) <= 0.5);
}

/* A 4 in a corner of a picture twice its size. */
static void fit_four(fitted out, double height, double pen, unsigned char ground, unsigned char ink)
{
    int side = (int)(2 * height) + 3;
    struct picture picture = pictures_plain(side, side + 5, ground);
    pictures_four(&picture, 2, 3, height, pen, ink);
    fit_well(out, &picture);
    picture_free(&picture);
}

static void test_dark_strokes_on_light_keep_the_contract_at_every_size(void **state)
{
    (void)state;
    static const double heights[] = {8, 12, 17, 20, 28, 33, 64, 150, 301};
    for (size_t i = 0; i < sizeof heights / sizeof heights[0]; i++)
        for (double pen = 0.06; pen < 0.3; pen += 0.05) {
            fitted image;
            fit_four(image, heights[i], fmax(1, pen * heights[i]), 255, 0);
            assert_contract(image);
        }
}

static void test_light_strokes_on_dark_keep_the_contract_at_every_size(void **state)
{
    (void)state;
    static const double heights[] = {8, 12, 17, 20, 28, 33, 64, 150, 301};
    for (size_t i = 0; i < sizeof heights / sizeof heights[0]; i++) {
        fitted image;
        fit_four(image, heights[i], fmax(1, 0.1 * heights[i]), 0, 255);
        assert_contract(image);
    }
}

static int most_apart(const fitted a, const fitted b)
{
    int most = 0;
    for (int i = 0; i < FIT_SIDE * FIT_SIDE; i++)
        most = abs(a[i] - b[i]) > most ? abs(a[i] - b[i]) : most;
    return most;
}

static void test_polarity_makes_no_difference(void **state)
{
    (void)state;
    fitted light, dark;
    fit_four(dark, 70, 8, 255, 0);
    fit_four(light, 70, 8, 0, 255);
    assert_in_range(most_apart(light, dark), 0, 8);
}

static void test_faint_ink_becomes_full_contrast(void **state)
{
    (void)state;
    fitted image;
    fit_four(image, 70, 8, 150, 110);
    assert_contract(image);
}

static int count_ink(const fitted image)
{
    int count = 0;
    for (int i = 0; i < FIT_SIDE * FIT_SIDE; i++)
        count += image[i] > 0;
    return count;
}

static void test_ground_becomes_nothing_though_paper_is_grainy(void **state)
{
    (void)state;
    struct picture picture = pictures_plain(120, 120, 196);
    pictures_four(&picture, 30, 30, 60, 8, 40);
    fitted clean, grainy;
    fit_well(clean, &picture);
    for (int i = 0; i < 120 * 120; i++)
        picture.gray[i] = (unsigned char)(picture.gray[i] - 6 + i * 7919 % 13);
    fit_well(grainy, &picture);
    assert_contract(grainy);
    assert_in_range(count_ink(grainy) + 4 - count_ink(clean), 0, 8);
    picture_free(&picture);
}

static void test_faintest_end_of_the_ink_stays(void **state)
{
    (void)state;
    struct picture picture = pictures_plain(900, 400, 255);
    pictures_line(&picture, 200, 200, 800, 200, 60, 0);
    picture.gray[400 * 100 + 200] = picture.gray[400 * 890 + 200] = 0; /* a thousandth of a fitted pixel */
    fitted image;
    fit_well(image, &picture);
    assert_int_equal(measure(image).rows, FIT_BOX);
    picture_free(&picture);
}

static void test_place_on_the_paper_makes_no_difference(void **state)
{
    (void)state;
    fitted first, second;
    struct picture picture = pictures_plain(90, 140, 255);
    pictures_four(&picture, 3, 4, 50, 6, 0);
    fit_well(first, &picture);
    memset(picture.gray, 255, 90 * 140);
    pictures_four(&picture, 33, 84, 50, 6, 0);
    fit_well(second, &picture);
    assert_in_range(most_apart(first, second), 0, 8);
    picture_free(&picture);
}

static void test_aspect_is_kept(void **state)
{
    (void)state;
    static const int sides[][2] = {{80, 40}, {40, 80}, {60, 60}, {100, 25}, {30, 120}};
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
        int rows = sides[i][0], cols = sides[i][1], longer = rows > cols ? rows : cols;
        struct picture picture = pictures_plain(150, 160, 255);
        pictures_line(&picture, 15, 25, 5 + rows, 15 + cols, 10, 0); /* two strokes across its corners */
        pictures_line(&picture, 15, 15 + cols, 5 + rows, 25, 10, 0);
        fitted image;
        fit_well(image, &picture);
        struct geometry geometry = measure(image);
        assert_in_range(geometry.rows - rows * FIT_BOX / longer, 0, 1); /* soft edges reach into one more */
        assert_in_range(geometry.cols - cols * FIT_BOX / longer, 0, 1);
        assert_contract(image);
        picture_free(&picture);
    }
}

static void test_shrinking_averages_areas(void **state)
{
    (void)state;
    struct picture picture = pictures_plain(80, 80, 255);
    pictures_line(&picture, 20, 40, 60, 40, 6, 0); /* a cross of strokes 6 wide and 46 long, 2.3 times a fitted one */
    pictures_line(&picture, 40, 20, 40, 60, 6, 0);
    fitted image;
    fit_well(image, &picture);
    assert_contract(image);
    long long mass = 0;
    for (int i = 0; i < FIT_SIDE * FIT_SIDE; i++)
        mass += image[i];
    const double round_ends = 4 * (1 - 3.14159 / 4) * 9, area = 2 * 46 * 6 - 6 * 6 - round_ends;
    assert_true(fabs((double)mass / 255 - area / (2.3 * 2.3)) < 0.06 * area / (2.3 * 2.3));
    picture_free(&picture);
}

static void test_heavy_side_is_moved_no_further_than_the_edge(void **state)
{
    (void)state;
    struct picture tall = pictures_plain(100, 100, 255), wide = pictures_plain(100, 100, 255);
    pictures_line(&tall, 10, 10, 90, 10, 6, 0); /* a line with heavy feet: its mass lies near the end */
    for (int r = 80; r <= 90; r += 5)
        pictures_line(&tall, r, 10, r, 88, 6, 0);
    for (int i = 0; i < 100 * 100; i++)
        wide.gray[i % 100 * 100 + i / 100] = tall.gray[i];
    fitted image;
    fit_well(image, &tall);
    assert_int_equal(measure(image).rows, FIT_BOX);
    assert_true(measure(image).centre_row > FIT_CENTRE + 0.5);
    fit_well(image, &wide);
    assert_int_equal(measure(image).cols, FIT_BOX);
    assert_true(measure(image).centre_col > FIT_CENTRE + 0.5);
    picture_free(&tall);
    picture_free(&wide);
}

/* As MNIST has them: in a box of 20, about the middle. */
static struct picture fitted_picture(void)
{
    struct picture picture = pictures_plain(28, 28, 0);
    fit_four(picture.gray, 70, 8, 255, 0);
    assert_contract(picture.gray);
    return picture;
}

static void test_28x28_that_is_fitted_already_passes_as_it_is(void **state)
{
    (void)state;
    struct picture picture = fitted_picture();
    for (int i = 0; i < FIT_SIDE * FIT_SIDE; i++) /* in half-tones that no fitting would make */
        picture.gray[i] = picture.gray[i] == 255 || picture.gray[i] == 0 ? picture.gray[i] : 3;
    fitted image;
    fit_well(image, &picture);
    assert_memory_equal(image, picture.gray, sizeof image);
    picture_free(&picture);
}

static void test_28x28_off_centre_or_faint_or_grainy_or_of_another_size_is_fitted(void **state)
{
    (void)state;
    for (int fault = 0; fault < 4; fault++) {
        struct picture picture = fitted_picture();
        if (fault == 0) {
            memmove(picture.gray, picture.gray + 2 * FIT_SIDE, 26 * FIT_SIDE);
            memset(picture.gray + 26 * FIT_SIDE, 0, 2 * FIT_SIDE);
        }
        for (int i = 0; i < FIT_SIDE * FIT_SIDE && fault == 1; i++)
            picture.gray[i] = picture.gray[i] / 2;
        if (fault == 2)
            picture.gray[0] = picture.gray[783] = 20;
        if (fault == 3) {
            memset(picture.gray, 0, FIT_SIDE * FIT_SIDE);
            pictures_four(&picture, 6, 8, 15, 2.5, 255);
        }
        fitted image;
        fit_well(image, &picture);
        assert_memory_not_equal(image, picture.gray, sizeof image);
        assert_contract(image);
        picture_free(&picture);
    }
}

static void test_28x28_of_dark_ink_on_light_is_fitted(void **state)
{
    (void)state;
    struct picture picture = pictures_plain(28, 28, 255);
    pictures_four(&picture, 1, 2, 17, 2.5, 30);
    fitted image;
    fit_well(image, &picture);
    assert_contract(image);
    picture_free(&picture);
}

static void test_blank_picture_is_refused_with_output_untouched(void **state)
{
    (void)state;
    static const unsigned char grays[] = {0, 128, 255};
    static const int sides[] = {1, 28, 200};
    for (size_t i = 0; i < 9; i++) {
        struct picture picture = pictures_plain(sides[i / 3], sides[i / 3], grays[i % 3]);
        picture.gray[0] = (unsigned char)(picture.gray[0] ^ 8); /* too little to be ink */
        fitted image, before;
        memset(image, 77, sizeof image);
        memset(before, 77, sizeof before);
        struct error err = {0};
        assert_int_equal(fit_picture(image, &picture, &err), -1);
        assert_int_equal(err.kind, ERROR_BLANK);
        assert_non_null(strstr(err.text, "the picture is blank"));
        assert_memory_equal(image, before, sizeof image);
        picture_free(&picture);
    }
}

static void test_strips_of_one_pixel_do_not_crash(void **state)
{
    (void)state;
    for (int length = 2; length < 70; length++)
        for (int is_tall = 0; is_tall < 2; is_tall++) {
            struct picture picture = pictures_plain(is_tall ? length : 1, is_tall ? 1 : length, 255);
            picture.gray[length / 2] = 0;
            picture.gray[length - 1] = 90;
            fitted image;
            struct error err = {0};
            if (fit_picture(image, &picture, &err) == 0)
                assert_int_equal(measure(image).brightest, 255);
            else
                assert_int_equal(err.kind, ERROR_BLANK);
            picture_free(&picture);
        }
}

static void test_noise_of_any_small_size_does_not_crash(void **state)
{
    (void)state;
    uint32_t random = 1;
    for (int rows = 1; rows < 36; rows++)
        for (int cols = 1; cols < 36; cols++) {
            struct picture picture = pictures_plain(rows, cols, 0);
            for (int i = 0; i < rows * cols; i++) {
                random = random * 1664525 + 1013904223;
                picture.gray[i] = (unsigned char)(random >> 24);
            }
            fitted image;
            if (fit_picture(image, &picture, NULL) == 0)
                assert_true(measure(image).brightest > 0);
            picture_free(&picture);
        }
}

/* MNIST's own images, as pictures. */
static void test_mnist_passes_bit_for_bit(void **state)
{
    (void)state;
    digits_need_mnist();
    struct dataset dataset;
    struct error err = {0};
    if (dataset_load(&dataset, dataset_directory(NULL), DATASET_TRAIN, 10, &err) != 0)
        fail_msg("%s", err.text);
    struct picture picture = pictures_plain(FIT_SIDE, FIT_SIDE, 0);
    fitted image;
    for (int i = 0; i < dataset.count; i++) {
        memcpy(picture.gray, dataset.pixels + i * FIT_SIDE * FIT_SIDE, sizeof image);
        fit_well(image, &picture);
        if (memcmp(image, picture.gray, sizeof image) != 0)
            fail_msg("image %d is fitted anew", i);
    }
    picture_free(&picture);
    dataset_free(&dataset);
}

static struct picture open_sample(const char *name)
{
    const char *root = getenv("LENET5_ROOT");
    char path[4096];
    snprintf(path, sizeof path, "%s/data/samples/%s", root != NULL ? root : ".", name);
    struct picture picture = {0};
    struct error err = {0};
    if (decode_file(&picture, path, &err) != 0)
        fail_msg("%s", err.text);
    return picture;
}

static void test_sample_digits_keep_the_contract_and_pass_as_they_are(void **state)
{
    (void)state;
    for (char digit = '0'; digit <= '9'; digit++) {
        char name[] = "N-small.png";
        name[0] = digit;
        struct picture picture = open_sample(name);
        fitted image;
        fit_well(image, &picture);
        assert_memory_equal(image, picture.gray, sizeof image);
        assert_contract(image);
        picture_free(&picture);
    }
}

static void test_samples_as_people_bring_them_are_fitted(void **state)
{
    (void)state;
    static const char *const names[] = {"3-white.png", "7-white.png", "6-dark.png",
                                        "9-dark.png",  "2-paper.png", "5-paper.png"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct picture picture = open_sample(names[i]);
        fitted image;
        fit_well(image, &picture);
        assert_contract(image);
        picture_free(&picture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dark_strokes_on_light_keep_the_contract_at_every_size),
        cmocka_unit_test(test_light_strokes_on_dark_keep_the_contract_at_every_size),
        cmocka_unit_test(test_polarity_makes_no_difference),
        cmocka_unit_test(test_faint_ink_becomes_full_contrast),
        cmocka_unit_test(test_ground_becomes_nothing_though_paper_is_grainy),
        cmocka_unit_test(test_faintest_end_of_the_ink_stays),
        cmocka_unit_test(test_place_on_the_paper_makes_no_difference),
        cmocka_unit_test(test_aspect_is_kept),
        cmocka_unit_test(test_shrinking_averages_areas),
        cmocka_unit_test(test_heavy_side_is_moved_no_further_than_the_edge),
        cmocka_unit_test(test_28x28_that_is_fitted_already_passes_as_it_is),
        cmocka_unit_test(test_28x28_off_centre_or_faint_or_grainy_or_of_another_size_is_fitted),
        cmocka_unit_test(test_28x28_of_dark_ink_on_light_is_fitted),
        cmocka_unit_test(test_blank_picture_is_refused_with_output_untouched),
        cmocka_unit_test(test_strips_of_one_pixel_do_not_crash),
        cmocka_unit_test(test_noise_of_any_small_size_does_not_crash),
        cmocka_unit_test(test_mnist_passes_bit_for_bit),
        cmocka_unit_test(test_sample_digits_keep_the_contract_and_pass_as_they_are),
        cmocka_unit_test(test_samples_as_people_bring_them_are_fitted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
