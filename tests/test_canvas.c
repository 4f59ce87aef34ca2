/* Large pictures are shrunk by whole factors while they are laid, in any order, and clear pixels get a ground. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdlib.h>
#include <string.h>

#include "image/canvas.h"
#include "image/decode.h"
#include "pictures.h"

/* Just above CANVAS_PIXELS, and odd, so that the last means are of fewer pixels. */
enum { ROWS = 2001, COLS = 3001 };

static struct canvas create(int rows, int cols, int channels)
{
    struct canvas canvas = {0};
    struct error err = {0};
    if (canvas_create(&canvas, rows, cols, channels, 1, &err) != 0)
        fail_msg("%s", err.text);
    return canvas;
}

static struct picture finish(struct canvas *canvas)
{
    struct picture picture = {0};
    assert_int_equal(canvas_finish(&picture, canvas, NULL), 0);
    assert_null(canvas->samples);
    return picture;
}

static int gray_at(int row, int col)
{
    return (row * 7 + col * 13) % 251;
}

static void test_shrink_is_the_least_that_is_small_enough(void **state)
{
    (void)state;
    static const struct {
        int rows, cols, shrink;
    } sizes[] = {{28, 28, 1},       {2000, 3000, 1}, {2001, 3000, 2},    {3000, 4000, 2},
                 {4000, 6000, 2},   {6000, 8000, 3}, {10000, 10000, 5},  {1, 1000000, 1},
                 {100, 1000000, 5}, {6000000, 1, 1}, {100000000, 1, 17}, {50000000, 2, 9}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        assert_int_equal(canvas_shrink(sizes[i].rows, sizes[i].cols), sizes[i].shrink);
}

static void test_what_fits_stays_as_it_is(void **state)
{
    (void)state;
    struct canvas canvas = create(2000, 3000, 1);
    unsigned char *row = malloc(3000);
    for (int r = 0; r < 2000; r++) {
        for (int k = 0; k < 3000; k++)
            row[k] = (unsigned char)gray_at(r, k);
        canvas_lay(&canvas, row, r, 0, 1);
    }
    struct picture picture = finish(&canvas);
    assert_int_equal(picture.shrink, 1);
    assert_int_equal(picture.rows, picture.full_rows);
    for (int i = 0; i < 2000 * 3000; i++)
        if (picture.gray[i] != gray_at(i / 3000, i % 3000))
            fail_msg("pixel %d is %d", i, picture.gray[i]);
    picture_free(&picture);
    free(row);
}

static int mean_at(int row, int col)
{
    int sum = 0, count = 0;
    for (int r = 2 * row; r < 2 * row + 2 && r < ROWS; r++)
        for (int k = 2 * col; k < 2 * col + 2 && k < COLS; k++, count++)
            sum += gray_at(r, k);
    return (sum + count / 2) / count;
}

static void assert_halved(const struct picture *picture)
{
    assert_int_equal(picture->shrink, 2);
    assert_int_equal(picture->full_rows, ROWS);
    assert_int_equal(picture->full_cols, COLS);
    assert_int_equal(picture->rows, 1001);
    assert_int_equal(picture->cols, 1501);
    for (int r = 0; r < picture->rows; r++)
        for (int k = 0; k < picture->cols; k++)
            if (picture->gray[r * picture->cols + k] != mean_at(r, k))
                fail_msg("(%d, %d) is %d", r, k, picture->gray[r * picture->cols + k]);
}

static void test_a_large_picture_is_averaged(void **state)
{
    (void)state;
    for (int channels = 1; channels <= 4; channels++) {
        struct canvas canvas = create(ROWS, COLS, channels);
        unsigned char *row = malloc((size_t)(COLS * channels));
        for (int r = ROWS - 1; r >= 0; r--) { /* from the bottom up, as in BMP */
            for (int i = 0; i < COLS * channels; i++) {
                int is_alpha = channels % 2 == 0 && i % channels == channels - 1;
                row[i] = (unsigned char)(is_alpha ? 255 : gray_at(r, i / channels));
            }
            canvas_lay(&canvas, row, r, 0, 1);
        }
        struct picture picture = finish(&canvas);
        assert_halved(&picture);
        picture_free(&picture);
        free(row);
    }
}

static void test_columns_may_come_in_turns(void **state)
{
    (void)state;
    struct canvas canvas = create(ROWS, COLS, 1);
    unsigned char *row = malloc(COLS);
    for (int first = 2; first >= 0; first--)
        for (int r = 0; r < ROWS; r++) {
            for (int k = first; k < COLS; k += 3)
                row[(k - first) / 3] = (unsigned char)gray_at(r, k);
            canvas_lay(&canvas, row, r, first, 3);
        }
    struct picture picture = finish(&canvas);
    assert_halved(&picture);
    picture_free(&picture);
    free(row);
}

/* Half of the pixels are clear and of another colour, which must not bleed into the mean. */
static void test_clear_pixels_have_no_say_in_the_mean_colour(void **state)
{
    (void)state;
    struct canvas canvas = create(ROWS, COLS, 2);
    unsigned char *row = malloc(2 * COLS);
    for (int r = 0; r < ROWS; r++) {
        for (int k = 0; k < COLS; k++) {
            row[2 * k] = k % 2 ? 250 : 20;
            row[2 * k + 1] = k % 2 ? 0 : 255;
        }
        canvas_lay(&canvas, row, r, 0, 1);
    }
    struct picture picture = finish(&canvas);
    for (int k = 0; k < picture.cols - 1; k++)
        assert_in_range(picture.gray[k], 137, 139); /* half of 20, half of the white that it lies on */
    picture_free(&picture);
    free(row);
}

static struct picture lay_on_ground(const unsigned char *samples, int cols, int channels)
{
    struct canvas canvas = create(1, cols, channels);
    canvas_lay(&canvas, samples, 0, 0, 1);
    return finish(&canvas);
}

static void assert_ground(const unsigned char *samples, int cols, int channels, const char *gray)
{
    struct picture picture = lay_on_ground(samples, cols, channels);
    assert_memory_equal(picture.gray, gray, (size_t)cols);
    picture_free(&picture);
}

static void test_clear_ground_is_white_under_dark_ink_and_black_under_light(void **state)
{
    (void)state;
    assert_ground((const unsigned char[]){0, 0, 0, 255, 0, 0}, 3, 2, "\xff\x00\xff");
    assert_ground((const unsigned char[]){100, 0, 100, 255, 0, 0}, 3, 2, "\xff\x64\xff");
    assert_ground((const unsigned char[]){255, 0, 255, 255, 0, 0}, 3, 2, "\x00\xff\x00");
    assert_ground((const unsigned char[]){0, 0, 190, 255, 0, 0}, 3, 2, "\x00\xbe\x00");
    assert_ground((const unsigned char[]){0, 0, 190, 128, 0, 0}, 3, 2, "\x00\x5f\x00");
    assert_ground((const unsigned char[]){0, 0, 0, 0, 0, 0}, 3, 2, "\xff\xff\xff");
}

static void test_ink_that_fills_most_of_the_picture_is_ink(void **state)
{
    (void)state;
    assert_ground((const unsigned char[]){240, 255, 240, 255, 240, 255, 0, 0}, 4, 2, "\xf0\xf0\xf0\x00");
    assert_ground((const unsigned char[]){20, 255, 20, 255, 20, 255, 0, 0}, 4, 2, "\x14\x14\x14\xff");
}

static void test_clear_corners_go_with_the_page(void **state)
{
    (void)state;
    assert_ground((const unsigned char[]){0, 0, 250, 255, 10, 255, 250, 255}, 4, 2, "\xff\xfa\x0a\xfa");
    assert_ground((const unsigned char[]){0, 0, 10, 255, 10, 255, 10, 255, 10, 255, 200, 255}, 6, 2,
                  "\x00\x0a\x0a\x0a\x0a\xc8");
}

static struct bytes photo(int orientation)
{
    char exif[] = "Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\0\0\0\0\0\0";
    exif[25] = (char)orientation;
    struct picture page = pictures_plain(ROWS, COLS, 220);
    for (int r = 0; r < ROWS; r++) /* smooth, which JPEG keeps */
        for (int k = 0; k < COLS; k++)
            page.gray[r * COLS + k] = (unsigned char)(20 + r / 20 + k / 30);
    struct bytes file = pictures_jpeg(&(struct pictures_jpeg){.rows = ROWS,
                                                              .cols = COLS,
                                                              .samples = page.gray,
                                                              .given = JCS_GRAYSCALE,
                                                              .stored = JCS_GRAYSCALE,
                                                              .exif = exif,
                                                              .exif_size = sizeof exif - 1});
    picture_free(&page);
    return file;
}

static void test_a_large_jpeg_is_shrunk_and_turned(void **state)
{
    (void)state;
    for (int orientation = 1; orientation <= 6; orientation += 5) {
        struct bytes file = photo(orientation);
        struct picture picture = {0};
        assert_int_equal(decode_picture(&picture, file.data, file.size, NULL), 0);
        int is_turned = orientation == 6;
        assert_int_equal(picture.shrink, 2);
        assert_int_equal(picture.full_rows, is_turned ? COLS : ROWS);
        assert_int_equal(picture.full_cols, is_turned ? ROWS : COLS);
        assert_int_equal(picture.rows, is_turned ? 1501 : 1001);
        assert_int_equal(picture.cols, is_turned ? 1001 : 1501);
        for (int r = 0; r < picture.rows; r += 50)
            for (int k = 0; k < picture.cols; k += 50) {
                int row = is_turned ? 1000 - k : r, col = is_turned ? r : k;
                int expected = 20 + 2 * row / 20 + 2 * col / 30;
                assert_in_range(picture.gray[r * picture.cols + k] + 3 - expected, 0, 6);
            }
        picture_free(&picture);
        support_free(&file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shrink_is_the_least_that_is_small_enough),
        cmocka_unit_test(test_what_fits_stays_as_it_is),
        cmocka_unit_test(test_a_large_picture_is_averaged),
        cmocka_unit_test(test_columns_may_come_in_turns),
        cmocka_unit_test(test_clear_pixels_have_no_say_in_the_mean_colour),
        cmocka_unit_test(test_clear_ground_is_white_under_dark_ink_and_black_under_light),
        cmocka_unit_test(test_ink_that_fills_most_of_the_picture_is_ink),
        cmocka_unit_test(test_clear_corners_go_with_the_page),
        cmocka_unit_test(test_a_large_jpeg_is_shrunk_and_turned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
