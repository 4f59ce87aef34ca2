/* Damaged, hostile and foreign files: refused by a sentence, the output untouched, and never a crash. */
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

static struct error refuse(const void *bytes, size_t size)
{
    struct picture picture = {.rows = -7};
    struct error err = {0};
    if (decode_picture(&picture, bytes, size, &err) == 0)
        fail_msg("%zu bytes were taken for a picture of %d x %d", size, picture.cols, picture.rows);
    assert_int_equal(picture.rows, -7);
    assert_null(picture.gray);
    assert_int_equal(err.kind, ERROR_FAILED);
    assert_true(strlen(err.text) > 10);
    assert_true(err.text[strlen(err.text) - 1] != '.');
    return err;
}

static void refuse_with(const void *bytes, size_t size, const char *part)
{
    struct error err = refuse(bytes, size);
    if (strstr(err.text, part) == NULL)
        fail_msg("'%s' lacks '%s'", err.text, part);
}

#define REFUSE_WITH(text, part) refuse_with(text, sizeof text - 1, part)

/* From a copy of exactly this size, so that a sanitizer sees the first byte read beyond it. */
static void refuse_every_truncation(struct bytes file)
{
    for (size_t size = 0; size < file.size; size++) {
        unsigned char *cut = malloc(size + 1);
        memcpy(cut + 1, file.data, size);
        refuse(cut + 1, size);
        free(cut);
    }
}

static void survive_every_flip(struct bytes file)
{
    static const unsigned char flips[] = {0x01, 0x10, 0x80, 0xff};
    for (size_t at = 0; at < file.size; at++)
        for (size_t i = 0; i < sizeof flips; i++) {
            file.data[at] ^= flips[i];
            struct picture picture = {0};
            if (decode_picture(&picture, file.data, file.size, NULL) == 0)
                assert_true(picture.rows >= 1 && picture.cols >= 1 && picture.gray != NULL);
            picture_free(&picture);
            file.data[at] ^= flips[i];
        }
}

static struct bytes small_png(int is_interlaced)
{
    uint16_t samples[4 * 9 * 9];
    for (int i = 0; i < 4 * 9 * 9; i++)
        samples[i] = (uint16_t)(i * 37 % 251);
    return pictures_png(&(struct pictures_png){.rows = 9,
                                               .cols = 9,
                                               .bits = 8,
                                               .colour = PNG_COLOR_TYPE_RGB_ALPHA,
                                               .samples = samples,
                                               .is_interlaced = is_interlaced});
}

static struct bytes small_jpeg(J_COLOR_SPACE space, int is_progressive)
{
    unsigned char samples[4 * 20 * 20];
    for (int i = 0; i < 4 * 20 * 20; i++)
        samples[i] = (unsigned char)(i * 37 % 251);
    return pictures_jpeg(&(struct pictures_jpeg){.rows = 20,
                                                 .cols = 20,
                                                 .samples = samples,
                                                 .given = space == JCS_YCbCr ? JCS_RGB : space,
                                                 .stored = space,
                                                 .is_progressive = is_progressive,
                                                 .exif = "Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0",
                                                 .exif_size = 30});
}

static void test_every_truncation_of_a_png_is_refused(void **state)
{
    (void)state;
    for (int is_interlaced = 0; is_interlaced < 2; is_interlaced++) {
        struct bytes file = small_png(is_interlaced);
        refuse_every_truncation(file);
        support_free(&file);
    }
}

static void test_every_truncation_of_a_jpeg_is_refused(void **state)
{
    (void)state;
    static const J_COLOR_SPACE spaces[] = {JCS_GRAYSCALE, JCS_YCbCr, JCS_CMYK};
    for (int i = 0; i < 6; i++) {
        struct bytes file = small_jpeg(spaces[i / 2], i % 2);
        refuse_every_truncation(file);
        support_free(&file);
    }
}

/* But not inside the last number of an ascii file: 12 of 123 is a number too. */
static void test_every_truncation_of_a_pnm_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t size;
    } files[] = {{"P1\n3 2\n1 0 1\n0 1 1", 18},     {"P2\n3 2\n9\n1 2 3\n4 5 6", 20}, {"P3\n1 2\n9\n1 2 3\n4 5 6", 20},
                 {"P4\n9 2\n\x7f\x80\xff\x00", 11}, {"P5\n3 2\n255\n123456", 17},     {"P5\n3 1\n65535\n123456", 19},
                 {"P6\n1 2\n255\n123456", 17}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct bytes file = {0};
        support_append(&file, files[i].text, files[i].size);
        struct picture picture = {0};
        assert_int_equal(decode_picture(&picture, file.data, file.size, NULL), 0);
        picture_free(&picture);
        refuse_every_truncation(file);
        support_free(&file);
    }
}

static void test_flipped_bits_never_crash(void **state)
{
    (void)state;
    struct bytes pnm = {0};
    support_append(&pnm, "P3 # x\n1 2\n9\n1 2 3\n4 5 6\n", 25);
    struct bytes files[] = {small_png(0),
                            small_png(1),
                            small_jpeg(JCS_GRAYSCALE, 0),
                            small_jpeg(JCS_YCbCr, 0),
                            small_jpeg(JCS_YCbCr, 1),
                            small_jpeg(JCS_CMYK, 0),
                            pnm};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        survive_every_flip(files[i]);
        support_free(&files[i]);
    }
}

static void test_png_with_a_wrong_checksum_is_refused(void **state)
{
    (void)state;
    struct bytes file = small_png(0);
    file.data[file.size - 13] ^= 1; /* the end of IDAT's checksum; IEND takes 12 bytes */
    refuse_with(file.data, file.size, "is a damaged PNG picture (IDAT: CRC error)");
    support_free(&file);
}

static void test_png_with_too_few_rows_is_refused(void **state)
{
    (void)state;
    for (int is_interlaced = 0; is_interlaced < 2; is_interlaced++) {
        struct bytes file = small_png(is_interlaced);
        pictures_png_resize(&file, 9, 10);
        refuse_with(file.data, file.size, "is a damaged PNG picture");
        support_free(&file);
    }
}

static void test_png_bomb_is_refused_by_its_header(void **state)
{
    (void)state;
    static const uint32_t sides[][2] = {{60000, 60000}, {1, 100000001}, {0x7fffffff, 0x7fffffff}};
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
        struct bytes file = small_png(0);
        pictures_png_resize(&file, sides[i][0], sides[i][1]);
        refuse_with(file.data, file.size, "pixels is larger than the 100 megapixels taken at most");
        support_free(&file);
    }
}

static void test_png_of_too_many_columns_is_refused(void **state)
{
    (void)state;
    struct bytes file = small_png(0);
    pictures_png_resize(&file, 90000000, 1);
    refuse_with(file.data, file.size, "a picture of 90000000 columns is wider than the 1000000");
    support_free(&file);
}

static void test_jpeg_bomb_is_refused_by_its_header(void **state)
{
    (void)state;
    struct bytes file = small_jpeg(JCS_YCbCr, 0);
    size_t frame = pictures_jpeg_find(&file, 0xc0); /* marker, length, precision, height, width */
    memcpy(file.data + frame + 5, "\xea\x60\xea\x60", 4);
    refuse_with(file.data, file.size, "60000 x 60000 pixels is larger");
    support_free(&file);
}

static void test_jpeg_of_endless_scans_is_refused(void **state)
{
    (void)state;
    struct bytes file = small_jpeg(JCS_YCbCr, 1), bomb = {0};
    size_t scan = pictures_jpeg_find(&file, 0xda), end = scan + 1;
    while (file.data[end] != 0xff || file.data[end + 1] == 0)
        end++;
    support_append(&bomb, file.data, end);
    for (int i = 0; i < 500; i++)
        support_append(&bomb, file.data + scan, end - scan);
    support_append(&bomb, file.data + end, file.size - end);
    refuse_with(bomb.data, bomb.size, "more than 100 scans");
    support_free(&file);
    support_free(&bomb);
}

static void test_pnm_bomb_is_refused_by_its_header(void **state)
{
    (void)state;
    REFUSE_WITH("P5\n60000 60000\n255\n", "60000 x 60000 pixels is larger");
    REFUSE_WITH("P1\n99999999999999999999 1\n1", "is a damaged ascii PBM picture");
    REFUSE_WITH("P6\n1 100000001\n255\n", "pixels is larger");
}

static void test_pnm_with_bytes_left_over_is_refused(void **state)
{
    (void)state;
    REFUSE_WITH("P5\n2 1\n255\n123", "take 2 bytes after the header, it has 3");
    REFUSE_WITH("P2\n2 1\n255\n1 2 3\n", "more values follow after its 2 x 1 pixels");
    REFUSE_WITH("P1\n2 1\n1 0 0\n", "more values follow");
}

static void test_pnm_sample_above_the_largest_is_refused(void **state)
{
    (void)state;
    REFUSE_WITH("P5\n2 1\n100\n\x64\x65", "a value that is not in 0..100");
    REFUSE_WITH("P2\n2 1\n100\n100 101\n", "a value that is not in 0..100");
    REFUSE_WITH("P1\n2 1\n1 2\n", "a value that is not in 0..1");
}

static void test_pnm_header_that_is_none_is_refused(void **state)
{
    (void)state;
    REFUSE_WITH("P5\n", "is a damaged binary PGM picture: its header should give width, height and the largest");
    REFUSE_WITH("P2 3 x 255 1 2 3", "is a damaged ascii PGM picture");
    REFUSE_WITH("P6 -1 1 255 ", "is a damaged binary PPM picture");
    REFUSE_WITH("P5 1 1 65536 ab", "is a damaged binary PGM picture");
    REFUSE_WITH("P5 1 1 0 a", "is a damaged binary PGM picture");
    REFUSE_WITH("P2 0 1 255 ", "holds nothing");
}

static void test_other_formats_are_named_with_the_cure(void **state)
{
    (void)state;
    REFUSE_WITH("", "is empty");
    REFUSE_WITH("GIF89a......", "is a GIF picture, which is not read: save it as PNG or JPEG");
    REFUSE_WITH("II*\0........", "is a TIFF picture");
    REFUSE_WITH("MM\0*........", "is a TIFF picture");
    REFUSE_WITH("RIFF....WEBPVP8 ", "is a WebP picture");
    REFUSE_WITH("\0\0\0\x18"
                "ftypheic....",
                "is a HEIC picture");
    REFUSE_WITH("\0\0\0\x18"
                "ftypmif1....",
                "is a HEIC picture");
    REFUSE_WITH("\0\0\0\x18"
                "ftypavif....",
                "is an AVIF picture");
    REFUSE_WITH("\0\0\0\x18"
                "ftypisom....",
                "is a video, which is not read: save one frame");
    REFUSE_WITH("RIFF....AVI LIST", "is a video");
    REFUSE_WITH("\0\0\0\x0cjP  \r\n", "is a JPEG 2000 picture");
    REFUSE_WITH("\xff\x4f\xff\x51\0", "is a JPEG 2000 picture");
    REFUSE_WITH("\xff\x0a........", "is a JPEG XL picture");
    REFUSE_WITH("8BPS\0\1......", "is a Photoshop picture");
    REFUSE_WITH("gimp xcf v011...", "is a GIMP picture (XCF), which is not read: export it as PNG or JPEG");
    REFUSE_WITH("\0\0\1\0\1\0\x10\x10", "is an icon (ICO)");
    REFUSE_WITH("\x0a\5\1\x08......", "is a PCX picture");
    REFUSE_WITH("P7\nWIDTH 1\n", "is a PAM picture");
    REFUSE_WITH("%!PS-Adobe-3.0", "is a PostScript document");
    REFUSE_WITH("\xd0\xcf\x11\xe0\xa1\xb1", "is an Office document");
    REFUSE_WITH("\x93NUMPY\1\0", "is a NumPy array");
    REFUSE_WITH("%PDF-1.7....", "is a PDF document");
    REFUSE_WITH("<svg xmlns='http://www.w3.org/2000/svg'/>", "is an SVG drawing, which is not read: export it as PNG");
    REFUSE_WITH("<?xml version='1.0'?>\n<!-- x --><svg/>", "is an SVG drawing");
    REFUSE_WITH("<!DOCTYPE html><title>404</title>", "is a web page (HTML)");
    REFUSE_WITH("\x1f\x8b\x08.........", "is a gzip file: unpack it first");
    REFUSE_WITH("PK\3\4........", "is a ZIP archive or an Office document: unpack it first");
    REFUSE_WITH("\0\0\x08\3\0\0\0\1....", "is an IDX file: name the image with --index N");
    REFUSE_WITH("\0\0\x08\1\0\0\0\1....", "is an IDX file of labels");
    REFUSE_WITH("\x89"
                "HDF........",
                "is no picture that is known here (it starts with the bytes 89 48 44 46)");
    REFUSE_WITH("x", "it starts with the bytes 78)");
}

static void test_file_errors_start_with_the_path(void **state)
{
    (void)state;
    char *folder = support_make_folder(), *path = support_path(folder, "three.png");
    struct picture picture = {0};
    struct error err = {0};
    assert_int_equal(decode_file(&picture, path, &err), -1);
    assert_int_equal(err.kind, ERROR_FAILED);
    assert_memory_equal(err.text, path, strlen(path));
    assert_non_null(strstr(err.text, "three.png: cannot be opened: No such file or directory"));
    support_write(path, "GIF89a", 6);
    assert_int_equal(decode_file(&picture, path, &err), -1);
    assert_memory_equal(err.text, path, strlen(path));
    assert_non_null(strstr(err.text, "three.png: is a GIF picture"));
    free(path);
    support_remove_folder(folder);
}

static void test_writing_into_a_missing_folder_is_refused(void **state)
{
    (void)state;
    char *folder = support_make_folder(), *path = support_path(folder, "missing/three.png");
    struct picture picture = pictures_plain(2, 2, 9);
    struct error err = {0};
    assert_int_equal(write_png_file(path, &picture, &err), -1);
    assert_int_equal(err.kind, ERROR_FAILED);
    assert_memory_equal(err.text, path, strlen(path));
    picture_free(&picture);
    free(path);
    support_remove_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_truncation_of_a_png_is_refused),
        cmocka_unit_test(test_every_truncation_of_a_jpeg_is_refused),
        cmocka_unit_test(test_every_truncation_of_a_pnm_is_refused),
        cmocka_unit_test(test_flipped_bits_never_crash),
        cmocka_unit_test(test_png_with_a_wrong_checksum_is_refused),
        cmocka_unit_test(test_png_with_too_few_rows_is_refused),
        cmocka_unit_test(test_png_bomb_is_refused_by_its_header),
        cmocka_unit_test(test_png_of_too_many_columns_is_refused),
        cmocka_unit_test(test_jpeg_bomb_is_refused_by_its_header),
        cmocka_unit_test(test_jpeg_of_endless_scans_is_refused),
        cmocka_unit_test(test_pnm_bomb_is_refused_by_its_header),
        cmocka_unit_test(test_pnm_with_bytes_left_over_is_refused),
        cmocka_unit_test(test_pnm_sample_above_the_largest_is_refused),
        cmocka_unit_test(test_pnm_header_that_is_none_is_refused),
        cmocka_unit_test(test_other_formats_are_named_with_the_cure),
        cmocka_unit_test(test_file_errors_start_with_the_path),
        cmocka_unit_test(test_writing_into_a_missing_folder_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
