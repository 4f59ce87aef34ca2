/* BMP of every kind that programs write, the same picture each time, and damaged ones. */
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
#include "support.h"

enum { CORE = 12, INFO = 40, OS2 = 64, V3 = 56, V5 = 124 };
enum { PLAIN, RUNS_OF_8, RUNS_OF_4, MASKS, JPEG_INSIDE };

struct plan {
    int rows, cols, bits, header, compression; /* negative rows: top down */
    int colours;                               /* of a gray palette, 0 .. 255 in even steps */
    const uint32_t *masks;                     /* red, green, blue, alpha */
    const void *pixels;
    size_t size;
};

static void put(struct bytes *file, uint32_t number, int size)
{
    unsigned char bytes[4];
    for (int i = 0; i < 4; i++)
        bytes[i] = (unsigned char)(number >> 8 * i);
    support_append(file, bytes, (size_t)size);
}

static void put_header(struct bytes *file, const struct plan *plan, size_t start)
{
    int is_core = plan->header == CORE;
    support_append(file, "BM", 2);
    put(file, (uint32_t)(start + plan->size), 4);
    put(file, 0, 4);
    put(file, (uint32_t)start, 4);
    put(file, (uint32_t)plan->header, 4);
    put(file, (uint32_t)plan->cols, is_core ? 2 : 4);
    put(file, (uint32_t)plan->rows, is_core ? 2 : 4);
    put(file, 1, 2);
    put(file, (uint32_t)plan->bits, 2);
    if (is_core)
        return;
    put(file, (uint32_t)plan->compression, 4);
    for (int i = 0; i < 3; i++)
        put(file, 0, 4);
    put(file, (uint32_t)plan->colours, 4);
    put(file, 0, 4);
}

/* The masks stand behind a header of 40 bytes and inside a longer one: at the same place. */
static struct bytes make_bmp(const struct plan *plan)
{
    struct bytes file = {0};
    int entry = plan->header == CORE ? 3 : 4;
    size_t masks = plan->masks != NULL ? 12 : 0, after = 14 + (size_t)plan->header;
    size_t palette = plan->header < 52 ? after + masks : after;
    put_header(&file, plan, palette + (size_t)(plan->colours * entry));
    for (int i = 0; plan->masks != NULL && i < (plan->header < V3 ? 3 : 4); i++)
        put(&file, plan->masks[i], 4);
    while (file.size < palette)
        put(&file, 0, 1);
    for (int i = 0; i < plan->colours; i++)
        put(&file, (uint32_t)(i * 255 / (plan->colours - 1)) * 0x010101, entry);
    support_append(&file, plan->pixels, plan->size);
    return file;
}

static void assert_bytes(const struct bytes *file, const char *gray, int rows, int cols)
{
    struct picture picture = {0};
    struct error err = {0};
    if (decode_picture(&picture, file->data, file->size, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(picture.rows, rows);
    assert_int_equal(picture.cols, cols);
    assert_memory_equal(picture.gray, gray, (size_t)rows * (size_t)cols);
    picture_free(&picture);
}

static void assert_bmp(const struct plan *plan, const char *gray)
{
    struct bytes file = make_bmp(plan);
    assert_bytes(&file, gray, abs(plan->rows), plan->cols);
    support_free(&file);
}

static void refuse_bytes(const struct bytes *file, const char *part)
{
    struct picture picture = {.rows = -7};
    struct error err = {0};
    assert_int_equal(decode_picture(&picture, file->data, file->size, &err), -1);
    assert_int_equal(err.kind, ERROR_FAILED);
    assert_int_equal(picture.rows, -7);
    if (strstr(err.text, part) == NULL)
        fail_msg("'%s' lacks '%s'", err.text, part);
}

static void refuse_bmp(const struct plan *plan, const char *part)
{
    struct bytes file = make_bmp(plan);
    refuse_bytes(&file, part);
    support_free(&file);
}

static const char two_by_three[] = "\x00\xff\xff\xff\x00\xff"; /* rows of 3: "black white white", "white black white" */

#define PIXELS(text) .pixels = text, .size = sizeof text - 1

static void test_palette_of_every_depth_is_looked_up_bottom_up(void **state)
{
    (void)state;
    static const int headers[] = {CORE, INFO, OS2, V3, V5};
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        struct plan plan = {.rows = 2, .cols = 3, .header = headers[i], .colours = 2};
        plan.bits = 1;
        plan.pixels = "\xa0\0\0\0\x60\0\0\0";
        plan.size = 8;
        assert_bmp(&plan, two_by_three);
        plan.bits = 4;
        plan.pixels = "\x10\x10\0\0\x01\x10\0\0";
        assert_bmp(&plan, two_by_three);
        plan.bits = 8;
        plan.pixels = "\1\0\1\0\0\1\1\0";
        assert_bmp(&plan, two_by_three);
    }
}

static void test_negative_height_is_top_down(void **state)
{
    (void)state;
    assert_bmp(
        &(struct plan){.rows = -2, .cols = 3, .bits = 1, .header = INFO, .colours = 2, PIXELS("\x60\0\0\0\xa0\0\0\0")},
        two_by_three);
}

static void test_colours_stand_blue_first(void **state)
{
    (void)state;
    struct plan plan = {.rows = 1, .cols = 1, .bits = 24, .header = INFO, PIXELS("\xc8\x64\x0a\0")};
    char gray[1] = {(char)picture_luma(10, 100, 200)};
    assert_bmp(&plan, gray);
    plan.bits = 32;
    assert_bmp(&plan, gray);
}

static void test_plain_16_bits_are_555(void **state)
{
    (void)state;
    assert_bmp(&(struct plan){.rows = 1, .cols = 3, .bits = 16, .header = INFO, PIXELS("\x00\x00\xff\x7f\x10\x42\0\0")},
               "\x00\xff\x84");
}

static void test_plain_32_bits_have_no_alpha(void **state)
{
    (void)state;
    assert_bmp(
        &(struct plan){.rows = 1, .cols = 2, .bits = 32, .header = INFO, PIXELS("\x07\x07\x07\0\xf0\xf0\xf0\x80")},
        "\x07\xf0");
}

static void test_masks_say_where_the_channels_are(void **state)
{
    (void)state;
    static const uint32_t of_565[4] = {0xf800, 0x07e0, 0x001f}, of_10[4] = {0x3ff00000, 0xffc00, 0x3ff};
    static const int headers[] = {INFO, V3, V5};
    for (size_t i = 0; i < 3; i++) {
        struct plan plan = {.rows = 1, .cols = 2, .bits = 16, .header = headers[i], .compression = MASKS};
        plan.masks = of_565;
        plan.pixels = "\0\0\xff\xff";
        plan.size = 4;
        assert_bmp(&plan, "\x00\xff");
        plan.bits = 32;
        plan.masks = of_10;
        plan.pixels = "\0\x02\x08\x20\xff\xff\xff\x3f"; /* 512 of 1023 each */
        plan.size = 8;
        assert_bmp(&plan, "\x80\xff");
    }
}

static void test_alpha_by_mask_is_heeded_unless_it_is_0_everywhere(void **state)
{
    (void)state;
    static const uint32_t masks[4] = {0xff0000, 0xff00, 0xff, 0xff000000};
    struct plan plan = {.rows = 1, .cols = 3, .bits = 32, .header = V5, .compression = MASKS, .masks = masks};
    plan.pixels = "\0\0\0\0\0\0\0\xff\0\0\0\0";
    plan.size = 12;
    assert_bmp(&plan, "\xff\x00\xff");
    plan.pixels = "\0\0\0\0\x28\x28\x28\0\0\0\0\0";
    assert_bmp(&plan, "\x00\x28\x00");
}

static void test_runs_repeat_list_jump_and_end(void **state)
{
    (void)state;
    struct plan plan = {.rows = 3, .cols = 5, .header = INFO};
    plan.bits = 8;
    plan.compression = RUNS_OF_8;
    plan.colours = 16;
    /* 5 times 15; ended. 3 listed: 1 2 3 (one to fill up). jump right 1, up 1. one 4; the picture ends. */
    plan.pixels = "\5\17\0\0\0\3\1\2\3\0\0\2\1\1\1\4\0\1";
    plan.size = 18;
    assert_bmp(&plan, "\x00\x00\x00\x00\x44\x11\x22\x33\x00\x00\xff\xff\xff\xff\xff");
    plan.bits = 4;
    plan.compression = RUNS_OF_4;
    /* 5 times 15, 14 by turns; 3 listed: 1 2 3. */
    plan.pixels = "\5\xfe\0\0\0\3\x12\x30\0\2\1\1\1\x40\0\1";
    plan.size = 16;
    assert_bmp(&plan, "\x00\x00\x00\x00\x44\x11\x22\x33\x00\x00\xff\xee\xff\xee\xff");
}

static void test_core_palette_may_be_short(void **state)
{
    (void)state;
    assert_bmp(&(struct plan){.rows = 1, .cols = 3, .bits = 8, .header = CORE, .colours = 3, PIXELS("\2\1\0\0")},
               "\xff\x7f\x00");
}

static void test_bytes_left_over_are_passed_over(void **state)
{
    (void)state;
    assert_bmp(&(struct plan){.rows = 1, .cols = 1, .bits = 8, .header = INFO, .colours = 2, PIXELS("\1\0\0\0more")},
               "\xff");
}

static void test_every_truncation_is_refused_and_no_flip_crashes(void **state)
{
    (void)state;
    static const uint32_t masks[4] = {0xff0000, 0xff00, 0xff, 0xff000000};
    struct plan plans[] = {
        {.rows = 2, .cols = 3, .bits = 4, .header = CORE, .colours = 16, PIXELS("\x10\x10\0\0\x01\x10\0\0")},
        {.rows = 1, .cols = 2, .bits = 32, .header = V5, .compression = MASKS, .masks = masks, PIXELS("12345678")},
        {.rows = 1, .cols = 2, .bits = 24, .header = INFO, PIXELS("12345678")},
        {.rows = 3,
         .cols = 5,
         .bits = 8,
         .header = INFO,
         .compression = RUNS_OF_8,
         .colours = 16,
         PIXELS("\5\17\0\0\0\3\1\2\3\0\0\2\1\1\1\4\0\1")},
    };
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
        struct bytes file = make_bmp(&plans[i]);
        for (size_t size = 2; size < file.size; size++) {
            unsigned char *cut = malloc(size); /* of exactly this size, so that a sanitizer sees reads beyond it */
            memcpy(cut, file.data, size);
            refuse_bytes(&(struct bytes){cut, size}, "is a damaged BMP picture");
            free(cut);
        }
        for (size_t at = 0; at < file.size; at++)
            for (int bit = 0; bit < 8; bit++) {
                struct picture picture = {0};
                file.data[at] ^= (unsigned char)(1 << bit);
                if (decode_picture(&picture, file.data, file.size, NULL) == 0)
                    assert_true(picture.rows >= 1 && picture.cols >= 1 && picture.gray != NULL);
                picture_free(&picture);
                file.data[at] ^= (unsigned char)(1 << bit);
            }
        support_free(&file);
    }
}

static void test_what_contradicts_itself_is_refused(void **state)
{
    (void)state;
    static const uint32_t holes[4] = {0xff0000, 0xf0f0, 0xff}, none[4] = {0xff0000, 0, 0xff};
    struct plan plan = {.rows = 1, .cols = 2, .bits = 8, .header = INFO, .colours = 2, PIXELS("\1\2\0\0")};
    refuse_bmp(&plan, "a pixel has a colour that the palette lacks");
    plan.colours = 300;
    refuse_bmp(&plan, "its palette has more colours");
    plan = (struct plan){.rows = 1, .cols = 1, .bits = 32, .header = INFO, .compression = MASKS, PIXELS("1234")};
    plan.masks = holes;
    refuse_bmp(&plan, "its bit masks are none");
    plan.masks = none;
    refuse_bmp(&plan, "its bit masks are none");
    plan = (struct plan){.rows = 60000, .cols = 60000, .bits = 1, .header = INFO, .colours = 2, PIXELS("1234")};
    refuse_bmp(&plan, "60000 x 60000 pixels is larger");
    plan.rows = 5000;
    refuse_bmp(&plan, "60000 x 5000 pixels is larger");
    plan.rows = 1000;
    refuse_bmp(&plan, "60000 x 1000 pixels of 1 bits take 7500000 bytes from byte 62 on, it ends at byte 66");
    plan.rows = 0;
    refuse_bmp(&plan, "holds nothing");
    plan.rows = INT32_MIN;
    refuse_bmp(&plan, "its width or height is out of range");
    plan = (struct plan){.rows = 1, .cols = 1, .bits = 24, .header = 13, PIXELS("1234")};
    refuse_bmp(&plan, "its header has a length that none has");
}

static void test_runs_beyond_their_row_are_refused(void **state)
{
    (void)state;
    struct plan plan = {.rows = 2, .cols = 3, .bits = 8, .header = INFO, .compression = RUNS_OF_8, .colours = 16};
    static const char *const runs[] = {"\4\1\0\1", "\0\4\1\2\3\4\0\1", "\0\0\0\0\0\0\0\1", "\0\2\4\0\0\1",
                                       "\0\2\0\3\0\1"};
    static const size_t sizes[] = {4, 8, 8, 6, 6};
    for (size_t i = 0; i < 5; i++) {
        plan.pixels = runs[i];
        plan.size = sizes[i];
        refuse_bmp(&plan, "beyond its");
    }
}

static void test_runs_too_few_for_the_picture_are_a_bomb(void **state)
{
    (void)state;
    struct plan plan = {
        .rows = 10000, .cols = 10000, .bits = 8, .header = INFO, .compression = RUNS_OF_8, .colours = 2};
    plan.pixels = "\0\2\0\xff\0\1";
    plan.size = 6;
    refuse_bmp(&plan, "or a bomb (its runs can fill 765 pixels at most, it claims 10000 x 10000)");
}

static void test_kinds_that_are_not_read_are_named(void **state)
{
    (void)state;
    struct plan plan = {.rows = 1, .cols = 1, .bits = 24, .header = INFO, .compression = JPEG_INSIDE, PIXELS("1234")};
    refuse_bmp(&plan, "is a BMP picture of a kind that is not read (24 bits a pixel, compression 4): save it as PNG");
    plan.compression = PLAIN;
    plan.bits = 2;
    refuse_bmp(&plan, "(2 bits a pixel, compression 0)");
    plan.bits = 8;
    plan.compression = RUNS_OF_8;
    plan.rows = -1;
    refuse_bmp(&plan, "(8 bits a pixel, compression 1)");
    plan.compression = 99;
    refuse_bmp(&plan, "its compression is none that BMP has");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_palette_of_every_depth_is_looked_up_bottom_up),
        cmocka_unit_test(test_negative_height_is_top_down),
        cmocka_unit_test(test_colours_stand_blue_first),
        cmocka_unit_test(test_plain_16_bits_are_555),
        cmocka_unit_test(test_plain_32_bits_have_no_alpha),
        cmocka_unit_test(test_masks_say_where_the_channels_are),
        cmocka_unit_test(test_alpha_by_mask_is_heeded_unless_it_is_0_everywhere),
        cmocka_unit_test(test_runs_repeat_list_jump_and_end),
        cmocka_unit_test(test_core_palette_may_be_short),
        cmocka_unit_test(test_bytes_left_over_are_passed_over),
        cmocka_unit_test(test_every_truncation_is_refused_and_no_flip_crashes),
        cmocka_unit_test(test_what_contradicts_itself_is_refused),
        cmocka_unit_test(test_runs_beyond_their_row_are_refused),
        cmocka_unit_test(test_runs_too_few_for_the_picture_are_a_bomb),
        cmocka_unit_test(test_kinds_that_are_not_read_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
