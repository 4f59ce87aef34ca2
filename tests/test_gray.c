/* Coloured ink stays visible in gray, and what luma shows well stays luma. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "image/fit.h"
#include "image/gray.h"
#include "pictures.h"

enum { ROWS = 90, COLS = 70, PIXELS = ROWS * COLS };

struct colour {
    int rgb[3];
};

/* A 4 with soft edges, `ink` on `ground`, with noise of up to `noise` in each channel. */
static unsigned char *draw(struct colour ink, struct colour ground, int noise)
{
    struct picture cover = pictures_plain(ROWS, COLS, 0);
    pictures_four(&cover, 15, 12, 60, 6, 255);
    unsigned char *rgb = malloc(3 * PIXELS);
    struct rng rng = rng_make(1, 1);
    for (int i = 0; i < 3 * PIXELS; i++) {
        int from = ground.rgb[i % 3], to = ink.rgb[i % 3];
        int level = from + (to - from) * cover.gray[i / 3] / 255;
        level += noise > 0 ? (int)rng_below(&rng, (uint32_t)(2 * noise + 1)) - noise : 0;
        rgb[i] = (unsigned char)(level < 0 ? 0 : level > 255 ? 255 : level);
    }
    picture_free(&cover);
    return rgb;
}

static struct picture convert(const unsigned char *rgb)
{
    struct picture picture = pictures_plain(ROWS, COLS, 7);
    assert_int_equal(gray_from_colour(picture.gray, rgb, ROWS, COLS, NULL), 0);
    return picture;
}

static void assert_luma(const unsigned char *rgb)
{
    struct picture picture = convert(rgb);
    for (int i = 0; i < PIXELS; i++)
        assert_int_equal(picture.gray[i], picture_luma(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]));
    picture_free(&picture);
}

/* In the middle of the 4's bar and at the corner. */
static int contrast(const struct picture *picture)
{
    return abs(picture->gray[50 * COLS + 30] - picture->gray[0]);
}

static const struct colour white = {{255, 255, 255}}, black = {{0, 0, 0}};

static const struct {
    struct colour ink, ground;
    int contrast;
} inks[] = {
    {{{255, 240, 60}}, {{255, 255, 255}}, 150}, /* yellow pencil */
    {{{255, 225, 150}}, {{250, 250, 245}}, 60}, /* a pale one */
    {{{120, 230, 240}}, {{255, 255, 255}}, 90}, /* turquoise */
    {{{20, 40, 230}}, {{200, 30, 30}}, 140},    /* blue on red */
    {{{200, 80, 80}}, {{116, 116, 116}}, 60},   /* red on gray, of the same luma */
    {{{220, 60, 60}}, {{61, 130, 110}}, 100},   /* red on green, of the same luma */
    {{{90, 90, 200}}, {{102, 107, 57}}, 50},    /* blue on olive, of the same luma */
    {{{255, 0, 0}}, {{0, 0, 0}}, 250},          /* red on black */
};

static void test_ink_that_luma_hides_is_shown(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof inks / sizeof inks[0]; i++)
        for (int noise = 0; noise <= 12; noise += 6) {
            unsigned char *rgb = draw(inks[i].ink, inks[i].ground, noise);
            struct picture picture = convert(rgb);
            if (contrast(&picture) < inks[i].contrast - 2 * noise)
                fail_msg("ink %zu, noise %d: contrast %d", i, noise, contrast(&picture));
            picture_free(&picture);
            free(rgb);
        }
}

/* What the network sees of coloured ink is what it sees of black. */
static void test_coloured_ink_is_fitted_as_black_ink_is(void **state)
{
    (void)state;
    unsigned char *rgb = draw(black, white, 0), expected[FIT_SIDE * FIT_SIDE], found[FIT_SIDE * FIT_SIDE];
    struct picture picture = convert(rgb);
    assert_int_equal(fit_picture(expected, &picture, NULL), 0);
    picture_free(&picture);
    free(rgb);
    for (size_t i = 0; i < sizeof inks / sizeof inks[0]; i++) {
        rgb = draw(inks[i].ink, inks[i].ground, 0);
        picture = convert(rgb);
        assert_int_equal(fit_picture(found, &picture, NULL), 0);
        int apart = 0;
        for (int k = 0; k < FIT_SIDE * FIT_SIDE; k++)
            apart += abs(expected[k] - found[k]);
        if (apart > 8 * FIT_SIDE * FIT_SIDE)
            fail_msg("ink %zu: %d", i, apart);
        picture_free(&picture);
        free(rgb);
    }
}

static void test_dark_ink_stays_dark_and_light_ink_light(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        unsigned char *rgb = draw(inks[i].ink, inks[i].ground, 0);
        struct picture picture = convert(rgb);
        assert_true(picture.gray[50 * COLS + 30] < picture.gray[0]);
        picture_free(&picture);
        free(rgb);
    }
    unsigned char *rgb = draw(inks[7].ink, inks[7].ground, 0);
    struct picture picture = convert(rgb);
    assert_true(picture.gray[50 * COLS + 30] > picture.gray[0]);
    picture_free(&picture);
    free(rgb);
}

static void test_picture_without_colour_is_its_own_gray(void **state)
{
    (void)state;
    unsigned char *rgb = draw(black, white, 0);
    for (int i = 0; i < PIXELS; i++)
        rgb[3 * i] = rgb[3 * i + 1] = rgb[3 * i + 2] = (unsigned char)((uint32_t)i * 2654435761u >> 13);
    struct picture picture = convert(rgb);
    for (int i = 0; i < PIXELS; i++)
        assert_int_equal(picture.gray[i], rgb[3 * i]);
    picture_free(&picture);
    free(rgb);
}

static void test_usual_inks_are_luma(void **state)
{
    (void)state;
    static const struct colour usual[] = {
        {{0, 0, 0}}, {{30, 50, 160}}, {{200, 30, 40}}, {{90, 90, 95}}, {{20, 110, 60}}};
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
        for (int noise = 0; noise <= 20; noise += 10) {
            unsigned char *rgb = draw(usual[i], (struct colour){{235, 230, 215}}, noise);
            assert_luma(rgb);
            free(rgb);
        }
    unsigned char *rgb = draw((struct colour){{230, 232, 225}}, (struct colour){{40, 90, 60}}, 10); /* chalk */
    assert_luma(rgb);
    free(rgb);
}

static void test_coloured_noise_alone_is_luma(void **state)
{
    (void)state;
    for (int noise = 1; noise <= 125; noise *= 5) {
        unsigned char *rgb = draw((struct colour){{128, 128, 128}}, (struct colour){{128, 128, 128}}, noise);
        assert_luma(rgb);
        free(rgb);
    }
}

static void test_one_colour_is_luma(void **state)
{
    (void)state;
    unsigned char *rgb = draw(inks[0].ink, inks[0].ink, 0);
    assert_luma(rgb);
    free(rgb);
}

/* Bars of each colour, with white between them. */
static unsigned char *draw_bars(const struct colour *colours, int count, int noise)
{
    unsigned char *rgb = draw(white, white, noise);
    for (int i = 0; i < count; i++)
        for (int r = 10; r < ROWS - 10; r++)
            for (int k = 4 + 12 * i; k < 10 + 12 * i; k++)
                for (int channel = 0; channel < 3; channel++) {
                    unsigned char *sample = rgb + 3 * (r * COLS + k) + channel;
                    *sample = (unsigned char)(*sample * colours[i].rgb[channel] / 255);
                }
    return rgb;
}

static void test_inks_of_several_colours_are_all_shown_as_dark(void **state)
{
    (void)state;
    static const struct colour colours[] = {
        {{0, 20, 190}}, {{80, 240, 0}}, {{255, 250, 60}}, {{240, 5, 0}}, {{0, 230, 240}}};
    for (int count = 2; count <= 5; count++)
        for (int noise = 0; noise <= 10; noise += 10) {
            unsigned char *rgb = draw_bars(colours, count, noise);
            struct picture picture = convert(rgb);
            for (int i = 0; i < count; i++)
                if (picture.gray[45 * COLS] - picture.gray[45 * COLS + 7 + 12 * i] < 90)
                    fail_msg("bar %d of %d, noise %d: %d on %d", i, count, noise, picture.gray[45 * COLS + 7 + 12 * i],
                             picture.gray[45 * COLS]);
            picture_free(&picture);
            free(rgb);
        }
}

static void test_black_beside_yellow_hides_neither(void **state)
{
    (void)state;
    unsigned char *rgb = draw_bars((struct colour[]){{{0, 0, 0}}, {{255, 240, 60}}, {{0, 0, 0}}}, 3, 6);
    struct picture picture = convert(rgb);
    assert_true(picture.gray[45 * COLS] - picture.gray[45 * COLS + 7] > 200);
    assert_true(picture.gray[45 * COLS] - picture.gray[45 * COLS + 19] > 140);
    picture_free(&picture);
    free(rgb);
}

static void test_black_ink_under_strong_coloured_noise_is_luma(void **state)
{
    (void)state;
    for (int noise = 30; noise <= 90; noise += 30) {
        unsigned char *rgb = draw((struct colour){{40, 40, 40}}, (struct colour){{220, 220, 220}}, noise);
        assert_luma(rgb);
        free(rgb);
    }
}

/* Ink is dark; rules and a table at the edge are coloured and go on for long. */
static void test_coloured_rules_and_surroundings_do_not_decide(void **state)
{
    (void)state;
    unsigned char *rgb = draw((struct colour){{40, 40, 60}}, (struct colour){{240, 240, 235}}, 4);
    for (int i = 0; i < PIXELS; i++) {
        unsigned char *pixel = rgb + 3 * i;
        int is_rule = i / COLS % 15 == 0 && pixel[0] > 150, is_table = i % COLS >= COLS - 8;
        if (is_rule || is_table)
            memcpy(pixel, is_table ? (unsigned char[]){150, 100, 60} : (unsigned char[]){170, 200, 245}, 3);
    }
    assert_luma(rgb);
    free(rgb);
}

static void test_gray_may_take_the_place_of_the_colours(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        unsigned char *rgb = draw(i == 0 ? inks[0].ink : black, white, 5);
        struct picture picture = convert(rgb);
        assert_int_equal(gray_from_colour(rgb, rgb, ROWS, COLS, NULL), 0);
        assert_memory_equal(rgb, picture.gray, PIXELS);
        picture_free(&picture);
        free(rgb);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ink_that_luma_hides_is_shown),
        cmocka_unit_test(test_coloured_ink_is_fitted_as_black_ink_is),
        cmocka_unit_test(test_dark_ink_stays_dark_and_light_ink_light),
        cmocka_unit_test(test_picture_without_colour_is_its_own_gray),
        cmocka_unit_test(test_usual_inks_are_luma),
        cmocka_unit_test(test_coloured_noise_alone_is_luma),
        cmocka_unit_test(test_one_colour_is_luma),
        cmocka_unit_test(test_inks_of_several_colours_are_all_shown_as_dark),
        cmocka_unit_test(test_black_beside_yellow_hides_neither),
        cmocka_unit_test(test_black_ink_under_strong_coloured_noise_is_luma),
        cmocka_unit_test(test_coloured_rules_and_surroundings_do_not_decide),
        cmocka_unit_test(test_gray_may_take_the_place_of_the_colours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
