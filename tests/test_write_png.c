/* Colours that are written come back as they were. Gray ones: test_decode.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <png.h>

#include "base/files.h"
#include "image/write_png.h"
#include "support.h"

static void assert_reads_back(const char *path, const unsigned char *rgb, int rows, int cols)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    const size_t size = (size_t)rows * (size_t)cols * 3;
    unsigned char *back = malloc(size);
    assert_non_null(back);
    assert_true(png_image_begin_read_from_file(&image, path));
    assert_int_equal(image.format, PNG_FORMAT_RGB);
    assert_int_equal(image.height, rows);
    assert_int_equal(image.width, cols);
    assert_true(png_image_finish_read(&image, NULL, back, 0, NULL));
    assert_memory_equal(back, rgb, size);
    free(back);
}

static void colours_are_read_back_bit_for_bit(void **state)
{
    (void)state;
    static const int sides[][2] = {{1, 1}, {2, 3}, {3, 500}, {257, 64}};
    char *folder = support_make_folder(), *path = support_path(folder, "picture.png");
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
        const int rows = sides[i][0], cols = sides[i][1];
        const size_t size = (size_t)rows * (size_t)cols * 3;
        unsigned char *rgb = malloc(size);
        assert_non_null(rgb);
        for (size_t k = 0; k < size; k++)
            rgb[k] = (unsigned char)((uint32_t)k * 2654435761u >> 13);
        assert_int_equal(write_png_rgb(path, rgb, rows, cols, NULL), 0);
        assert_reads_back(path, rgb, rows, cols);
        free(rgb);
    }
    free(path);
    support_remove_folder(folder);
}

static void a_picture_that_cannot_be_written_is_said_so(void **state)
{
    (void)state;
    static const unsigned char rgb[3] = {1, 2, 3};
    struct error err = {0};
    char *folder = support_make_folder(), *path = support_path(folder, "nowhere/picture.png"), sentence[768];
    snprintf(sentence, sizeof sentence, "%s: cannot be written: No such file or directory", path);
    assert_int_equal(write_png_rgb(path, rgb, 1, 1, &err), -1);
    assert_int_equal(err.kind, ERROR_FAILED);
    assert_string_equal(err.text, sentence);
    free(path);
    support_remove_folder(folder);
}

static void a_picture_without_pixels_is_refused_and_an_old_file_kept(void **state)
{
    (void)state;
    static const unsigned char rgb[3] = {1, 2, 3};
    struct error err = {0};
    char *folder = support_make_folder(), *path = support_path(folder, "picture.png");
    assert_int_equal(write_png_rgb(path, rgb, 1, 1, NULL), 0);
    assert_int_equal(write_png_rgb(path, rgb, 0, 1, &err), -1);
    assert_int_equal(err.kind, ERROR_FAILED);
    assert_non_null(strstr(err.text, "picture.png: a PNG picture of 1 x 0 pixels cannot be made: "));
    assert_reads_back(path, rgb, 1, 1);
    free(path);
    support_remove_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colours_are_read_back_bit_for_bit),
        cmocka_unit_test(a_picture_that_cannot_be_written_is_said_so),
        cmocka_unit_test(a_picture_without_pixels_is_refused_and_an_old_file_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
