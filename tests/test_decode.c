/* Every encoding gives the right gray. What is damaged or foreign stands in test_decode_damage.c. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdlib.h>
#include <string.h>

#include "image/decode.h"
#include "image/write_png.h"
#include "pictures.h"

/* Odd on purpose: rows end inside a byte, and the last interlace blocks are cut. */
enum { ROWS = 11, COLS = 13, PIXELS = ROWS * COLS };

static struct picture decode_well(const void *bytes, size_t size)
{
    struct picture picture = {0};
    struct error err = {0};
    if (decode_picture(&picture, bytes, size, &err) != 0)
        fail_msg("%s", err.text);
    return picture;
}

static void assert_size(const struct picture *picture, int rows, int cols)
{
    assert_int_equal(picture->rows, rows);
    assert_int_equal(picture->cols, cols);
}

static struct picture decode_png_well(const struct pictures_png *plan)
{
    struct bytes file = pictures_png(plan);
    struct picture picture = decode_well(file.data, file.size);
    support_free(&file);
    assert_size(&picture, plan->rows, plan->cols);
    return picture;
}

/* Numbers under 1 << bits, all different from their neighbours. */
static void fill(uint16_t *samples, int count, int bits)
{
    for (int i = 0; i < count; i++)
        samples[i] = (uint16_t)((uint32_t)i * 40503u >> 3 & ((1u << bits) - 1));
}

static int luma(double red, double green, double blue)
{
    return (int)(0.299 * red + 0.587 * green + 0.114 * blue + 0.5);
}

static void test_png_gray_of_every_depth_is_scaled_to_255(void **state)
{
    (void)state;
    for (int bits = 1; bits <= 16; bits *= 2) {
        uint16_t samples[PIXELS];
        fill(samples, PIXELS, bits);
        struct picture picture =
            decode_png_well(&(struct pictures_png){.rows = ROWS, .cols = COLS, .bits = bits, .samples = samples});
        double largest = (1 << bits) - 1;
        for (int i = 0; i < PIXELS; i++)
            assert_int_equal(picture.gray[i], (int)(samples[i] * 255 / largest + 0.5));
        picture_free(&picture);
    }
}

static void test_png_colour_becomes_luma(void **state)
{
    (void)state;
    for (int bits = 8; bits <= 16; bits += 8) {
        uint16_t samples[3 * PIXELS];
        fill(samples, 3 * PIXELS, 8);
        for (int i = 0; i < 3 * PIXELS && bits == 16; i++)
            samples[i] = (uint16_t)(samples[i] * 257);
        struct picture picture = decode_png_well(&(struct pictures_png){
            .rows = ROWS, .cols = COLS, .bits = bits, .colour = PNG_COLOR_TYPE_RGB, .samples = samples});
        int one = bits == 16 ? 257 : 1;
        for (int i = 0; i < PIXELS; i++)
            assert_int_equal(picture.gray[i],
                             luma(samples[3 * i] / one, samples[3 * i + 1] / one, samples[3 * i + 2] / one));
        picture_free(&picture);
    }
}

static void test_png_palette_of_every_depth_is_looked_up(void **state)
{
    (void)state;
    png_color palette[256];
    for (int i = 0; i < 256; i++)
        palette[i] = (png_color){(png_byte)(255 - i), (png_byte)(255 - i / 2), (png_byte)(255 - i / 3)};
    for (int bits = 1; bits <= 8; bits *= 2) {
        uint16_t samples[PIXELS];
        fill(samples, PIXELS, bits);
        struct picture picture = decode_png_well(&(struct pictures_png){.rows = ROWS,
                                                                        .cols = COLS,
                                                                        .bits = bits,
                                                                        .colour = PNG_COLOR_TYPE_PALETTE,
                                                                        .samples = samples,
                                                                        .palette = palette,
                                                                        .colours = 1 << bits});
        for (int i = 0; i < PIXELS; i++) {
            png_color colour = palette[samples[i]];
            assert_int_equal(picture.gray[i], luma(colour.red, colour.green, colour.blue));
        }
        picture_free(&picture);
    }
}

static void test_png_transparent_palette_entry_is_laid_on_white(void **state)
{
    (void)state;
    static const png_color palette[] = {{0, 0, 0}, {0, 0, 0}, {100, 100, 100}};
    static const unsigned char alphas[] = {0, 128};
    static const uint16_t samples[] = {0, 1, 2};
    struct picture picture = decode_png_well(&(struct pictures_png){.rows = 1,
                                                                    .cols = 3,
                                                                    .bits = 2,
                                                                    .colour = PNG_COLOR_TYPE_PALETTE,
                                                                    .samples = samples,
                                                                    .palette = palette,
                                                                    .colours = 3,
                                                                    .alphas = alphas,
                                                                    .alpha_count = 2});
    assert_memory_equal(picture.gray, "\xff\x7f\x64", 3);
    picture_free(&picture);
}

static void test_png_transparent_gray_or_colour_is_laid_on_white(void **state)
{
    (void)state;
    static const uint16_t gray[] = {3, 4}, colour[] = {9, 8, 7, 9, 8, 8};
    static const png_color_16 gray_key = {.gray = 3}, colour_key = {.red = 9, .green = 8, .blue = 7};
    struct picture picture =
        decode_png_well(&(struct pictures_png){.rows = 1, .cols = 2, .bits = 4, .samples = gray, .key = &gray_key});
    assert_memory_equal(picture.gray, "\xff\x44", 2);
    picture_free(&picture);
    picture = decode_png_well(&(struct pictures_png){
        .rows = 1, .cols = 2, .bits = 16, .colour = PNG_COLOR_TYPE_RGB, .samples = colour, .key = &colour_key});
    assert_memory_equal(picture.gray, "\xff\x00", 2);
    picture_free(&picture);
}

static void test_png_alpha_is_laid_on_white(void **state)
{
    (void)state;
    for (int channels = 2; channels <= 4; channels += 2) {
        uint16_t samples[4 * PIXELS];
        fill(samples, channels * PIXELS, 8);
        struct picture picture = decode_png_well(
            &(struct pictures_png){.rows = ROWS,
                                   .cols = COLS,
                                   .bits = 8,
                                   .colour = channels == 2 ? PNG_COLOR_TYPE_GRAY_ALPHA : PNG_COLOR_TYPE_RGB_ALPHA,
                                   .samples = samples});
        for (int i = 0; i < PIXELS; i++) {
            const uint16_t *pixel = samples + channels * i;
            int level = channels == 2 ? pixel[0] : luma(pixel[0], pixel[1], pixel[2]);
            double alpha = pixel[channels - 1] / 255.0;
            int expected =
                (int)(alpha * level + (1 - alpha) * 255 + 0.5); /* colours are rounded before their luma is */
            assert_in_range(picture.gray[i] + 1 - expected, channels == 2, channels == 2 ? 1 : 2);
        }
        picture_free(&picture);
    }
}

static void test_png_white_ink_on_transparent_ground_is_laid_on_black(void **state)
{
    (void)state;
    static const uint16_t samples[] = {255, 255, 255, 0, 255, 128};
    struct picture picture = decode_png_well(&(struct pictures_png){
        .rows = 1, .cols = 3, .bits = 8, .colour = PNG_COLOR_TYPE_GRAY_ALPHA, .samples = samples});
    assert_memory_equal(picture.gray, "\xff\x00\x80", 3);
    picture_free(&picture);
}

static void test_png_interlaced_is_the_same_picture_at_every_size(void **state)
{
    (void)state;
    static const int colours[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_RGB_ALPHA};
    uint16_t samples[4 * 18 * 18];
    for (size_t c = 0; c < 2; c++)
        for (int rows = 1; rows <= 18; rows++)
            for (int cols = 1; cols <= 18; cols++) {
                struct pictures_png plan = {
                    .rows = rows, .cols = cols, .bits = 8, .colour = colours[c], .samples = samples};
                fill(samples, 4 * rows * cols, 8);
                struct picture plain = decode_png_well(&plan);
                plan.is_interlaced = 1;
                struct picture interlaced = decode_png_well(&plan);
                assert_memory_equal(plain.gray, interlaced.gray, (size_t)rows * (size_t)cols);
                picture_free(&plain);
                picture_free(&interlaced);
            }
}

/* JPEG loses a little even at the best quality: a slope that it keeps well, and closeness in place of equality. */
static void assert_jpeg(const struct pictures_jpeg *plan, const unsigned char *expected)
{
    struct bytes file = pictures_jpeg(plan);
    struct picture picture = decode_well(file.data, file.size);
    assert_size(&picture, plan->rows, plan->cols);
    for (int i = 0; i < plan->rows * plan->cols; i++)
        assert_in_range(picture.gray[i] + 4 - expected[i], 0, 8);
    picture_free(&picture);
    support_free(&file);
}

static void slope(unsigned char *samples, unsigned char *expected, int channels)
{
    for (int i = 0; i < PIXELS; i++) {
        unsigned char *pixel = samples + channels * i;
        int row = i / COLS, col = i % COLS;
        for (int channel = 0; channel < channels; channel++)
            pixel[channel] =
                (unsigned char)(channel == 3 ? 200 + 4 * row : 40 + 9 * row + 60 * (channel == 1) + 5 * col);
        if (channels == 4) /* as Adobe means it: the light that each ink lets through */
            expected[i] = (unsigned char)(luma(pixel[0], pixel[1], pixel[2]) * pixel[3] / 255);
        else
            expected[i] = (unsigned char)(channels == 3 ? luma(pixel[0], pixel[1], pixel[2]) : pixel[0]);
    }
}

static void test_jpeg_gray_and_colour_become_luma(void **state)
{
    (void)state;
    static const J_COLOR_SPACE stored[] = {JCS_GRAYSCALE, JCS_YCbCr, JCS_RGB};
    for (size_t i = 0; i < 3; i++) {
        unsigned char samples[3 * PIXELS], expected[PIXELS];
        slope(samples, expected, i == 0 ? 1 : 3);
        struct pictures_jpeg plan = {.rows = ROWS,
                                     .cols = COLS,
                                     .samples = samples,
                                     .given = i == 0 ? JCS_GRAYSCALE : JCS_RGB,
                                     .stored = stored[i]};
        assert_jpeg(&plan, expected);
        plan.is_progressive = 1;
        assert_jpeg(&plan, expected);
    }
}

static void test_jpeg_cmyk_of_adobe_is_light(void **state)
{
    (void)state;
    unsigned char samples[4 * PIXELS], expected[PIXELS];
    slope(samples, expected, 4);
    struct pictures_jpeg plan = {.rows = ROWS, .cols = COLS, .samples = samples, .given = JCS_CMYK, .stored = JCS_CMYK};
    assert_jpeg(&plan, expected);
    plan.stored = JCS_YCCK;
    assert_jpeg(&plan, expected);
}

static void test_jpeg_cmyk_of_others_is_ink(void **state)
{
    (void)state;
    unsigned char samples[4 * PIXELS], expected[PIXELS];
    slope(samples, expected, 4);
    for (int i = 0; i < 4 * PIXELS; i++)
        samples[i] = (unsigned char)(255 - samples[i]);
    assert_jpeg(
        &(struct pictures_jpeg){
            .rows = ROWS, .cols = COLS, .samples = samples, .given = JCS_CMYK, .stored = JCS_CMYK, .omits_adobe = 1},
        expected);
}

/* For each orientation, where the corners of the stored picture stand in the upright one, clockwise from the top left:
 * 0 is the stored top left, 1 top right, 2 bottom right, 3 bottom left. */
static const int corners[9][4] = {
    [1] = {0, 1, 2, 3}, [2] = {1, 0, 3, 2}, [3] = {2, 3, 0, 1}, [4] = {3, 2, 1, 0},
    [5] = {0, 3, 2, 1}, [6] = {3, 0, 1, 2}, [7] = {2, 1, 0, 3}, [8] = {1, 2, 3, 0},
};

static void test_jpeg_is_turned_upright_by_exif(void **state)
{
    (void)state;
    static const unsigned char grays[4] = {20, 90, 160, 230};
    struct picture stored = pictures_plain(16, 32, 128);
    for (int r = 0; r < 16; r++)
        for (int k = 0; k < 32; k++)
            stored.gray[32 * r + k] = grays[r < 8 ? k >= 16 : 2 + (k < 16)];
    for (int orientation = 1; orientation <= 8; orientation++)
        for (int is_little = 0; is_little < 2; is_little++) {
            char big[] = "Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\0\0\0\0\0\0",
                 little[] = "Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\0\0\0\0\0\0\0";
            big[25] = little[24] = (char)orientation;
            struct bytes file = pictures_jpeg(&(struct pictures_jpeg){.rows = 16,
                                                                      .cols = 32,
                                                                      .samples = stored.gray,
                                                                      .given = JCS_GRAYSCALE,
                                                                      .stored = JCS_GRAYSCALE,
                                                                      .exif = is_little ? little : big,
                                                                      .exif_size = sizeof big - 1});
            struct picture picture = decode_well(file.data, file.size);
            assert_size(&picture, orientation < 5 ? 16 : 32, orientation < 5 ? 32 : 16);
            int right = picture.cols - 1, bottom = (picture.rows - 1) * picture.cols;
            int places[4] = {0, right, bottom + right, bottom};
            for (int i = 0; i < 4; i++)
                assert_in_range(picture.gray[places[i]] + 3 - grays[corners[orientation][i]], 0, 6);
            picture_free(&picture);
            support_free(&file);
        }
    picture_free(&stored);
}

static void assert_pnm(const char *file, size_t size, const char *expected, int rows, int cols)
{
    struct picture picture = decode_well(file, size);
    assert_size(&picture, rows, cols);
    assert_memory_equal(picture.gray, expected, (size_t)rows * (size_t)cols);
    picture_free(&picture);
}

#define ASSERT_PNM(file, expected, rows, cols) assert_pnm(file, sizeof file - 1, expected, rows, cols)

static void test_pbm_bit_1_is_black(void **state)
{
    (void)state;
    ASSERT_PNM("P1\n3 2\n1 0 1\n0 1 1\n", "\x00\xff\x00\xff\x00\x00", 2, 3);
    ASSERT_PNM("P1 3 2 101011", "\x00\xff\x00\xff\x00\x00", 2, 3);
    ASSERT_PNM("P4\n9 2\n\x7f\x80\xff\x00", "\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff", 2, 9);
}

static void test_pgm_is_scaled_to_255(void **state)
{
    (void)state;
    ASSERT_PNM("P2\n4 1\n15\n0 1 8 15\n", "\x00\x11\x88\xff", 1, 4);
    ASSERT_PNM("P5\n4 1\n15\n\x00\x01\x08\x0f", "\x00\x11\x88\xff", 1, 4);
    ASSERT_PNM("P5 3 1 255 \x23 \n", "\x23 \n", 1, 3);
}

static void test_pgm_of_two_bytes_a_sample_has_the_high_one_first(void **state)
{
    (void)state;
    ASSERT_PNM("P2 3 1 65535 0 32896 65535", "\x00\x80\xff", 1, 3);
    ASSERT_PNM("P5 3 1 65535\n\x00\x00\x80\x80\xff\xff", "\x00\x80\xff", 1, 3);
    ASSERT_PNM("P5 2 1 256\n\x00\x80\x01\x00", "\x80\xff", 1, 2);
}

static void test_ppm_becomes_luma(void **state)
{
    (void)state;
    ASSERT_PNM("P3 2 2 255\n255 0 0  0 255 0\n0 0 255  255 255 255\n", "\x4c\x96\x1d\xff", 2, 2);
    ASSERT_PNM("P6 2 2 255\n\xff\0\0\0\xff\0\0\0\xff\xff\xff\xff", "\x4c\x96\x1d\xff", 2, 2);
}

static void test_pnm_comments_are_passed_over(void **state)
{
    (void)state;
    ASSERT_PNM("P2# one\n# two\n2 # three 9 9\n1\n#\n255 7 # eight\n8#", "\x07\x08", 1, 2);
    ASSERT_PNM("P5\n# made by hand\n2 1\n255\n#\x08", "#\x08", 1, 2);
}

static void test_written_png_is_read_back_bit_for_bit(void **state)
{
    (void)state;
    static const int sides[][2] = {{1, 1}, {28, 28}, {3, 500}, {257, 64}};
    char *folder = support_make_folder(), *path = support_path(folder, "picture.png");
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
        struct picture picture = pictures_plain(sides[i][0], sides[i][1], 0), back = {0};
        int size = picture.rows * picture.cols;
        for (int k = 0; k < size; k++)
            picture.gray[k] = (unsigned char)((uint32_t)k * 2654435761u >> 13);
        assert_int_equal(write_png_file(path, &picture, NULL), 0);
        assert_int_equal(decode_file(&back, path, NULL), 0);
        assert_size(&back, picture.rows, picture.cols);
        assert_memory_equal(back.gray, picture.gray, (size_t)size);
        picture_free(&picture);
        picture_free(&back);
    }
    free(path);
    support_remove_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_png_gray_of_every_depth_is_scaled_to_255),
        cmocka_unit_test(test_png_colour_becomes_luma),
        cmocka_unit_test(test_png_palette_of_every_depth_is_looked_up),
        cmocka_unit_test(test_png_transparent_palette_entry_is_laid_on_white),
        cmocka_unit_test(test_png_transparent_gray_or_colour_is_laid_on_white),
        cmocka_unit_test(test_png_alpha_is_laid_on_white),
        cmocka_unit_test(test_png_white_ink_on_transparent_ground_is_laid_on_black),
        cmocka_unit_test(test_png_interlaced_is_the_same_picture_at_every_size),
        cmocka_unit_test(test_jpeg_gray_and_colour_become_luma),
        cmocka_unit_test(test_jpeg_cmyk_of_adobe_is_light),
        cmocka_unit_test(test_jpeg_cmyk_of_others_is_ink),
        cmocka_unit_test(test_jpeg_is_turned_upright_by_exif),
        cmocka_unit_test(test_pbm_bit_1_is_black),
        cmocka_unit_test(test_pgm_is_scaled_to_255),
        cmocka_unit_test(test_pgm_of_two_bytes_a_sample_has_the_high_one_first),
        cmocka_unit_test(test_ppm_becomes_luma),
        cmocka_unit_test(test_pnm_comments_are_passed_over),
        cmocka_unit_test(test_written_png_is_read_back_bit_for_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
