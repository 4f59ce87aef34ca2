/* Big pictures of numbers: every ground as it has to look, the ink where it must be, nothing touching, and always the
 * same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drawing/photo.h"

enum { HEIGHT = 100 };

static struct strokes strokes;

static int load(void **state)
{
    (void)state;
    return strokes_load(&strokes, NULL, NULL);
}

static int release(void **state)
{
    (void)state;
    strokes_free(&strokes);
    return 0;
}

/* ---- Helpers ---- */

static struct photo draw(const char *text, enum photo_ground ground, int height, uint64_t seed)
{
    struct photo photo;
    struct rng rng = rng_make(seed, 1);
    struct error err = {0};
    const struct photo_plan plan = {text, ground, height};
    if (photo_draw(&photo, &plan, &strokes, &rng, &err) != 0)
        fail_msg("%s", err.text);
    return photo;
}

static int gray_of(const struct photo *photo, int pixel)
{
    const unsigned char *rgb = photo->rgb + 3 * pixel;
    return (299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2]) / 1000;
}

static int pixels_of(const struct photo *photo)
{
    return photo->rows * photo->cols;
}

/* Takes away the piece of ink that holds `pixel`, and gives its size. */
static int take_piece(unsigned char *ink, int *stack, int rows, int cols, int pixel)
{
    int depth = 0, size = 0;
    stack[depth++] = pixel;
    ink[pixel] = 0;
    while (depth > 0) {
        const int at = stack[--depth], row = at / cols, col = at % cols;
        size++;
        for (int i = 0; i < 9; i++) {
            const int r = row + i / 3 - 1, c = col + i % 3 - 1;
            if (r < 0 || r >= rows || c < 0 || c >= cols || !ink[r * cols + c])
                continue;
            ink[r * cols + c] = 0;
            stack[depth++] = r * cols + c;
        }
    }
    return size;
}

/* Pieces of ink that hang together, corners included; on white, where all that is not white is ink. */
static int count_pieces(const struct photo *photo)
{
    const size_t size = (size_t)pixels_of(photo);
    unsigned char *ink = malloc(size);
    int *stack = malloc(size * sizeof *stack), pieces = 0;
    assert_non_null(ink);
    assert_non_null(stack);
    for (size_t i = 0; i < size; i++)
        ink[i] = photo->rgb[3 * i] != 255 || photo->rgb[3 * i + 1] != 255 || photo->rgb[3 * i + 2] != 255;
    for (size_t i = 0; i < size; i++)
        if (ink[i])
            pieces += take_piece(ink, stack, photo->rows, photo->cols, (int)i) > 0;
    free(ink);
    free(stack);
    return pieces;
}

/* The border is ground everywhere: at least `margin` px. */
static void assert_margins_are_white(const struct photo *photo, int margin)
{
    for (int row = 0; row < photo->rows; row++)
        for (int col = 0; col < photo->cols; col++)
            if (row < margin || col < margin || row >= photo->rows - margin || col >= photo->cols - margin)
                assert_int_equal(gray_of(photo, row * photo->cols + col), 255);
}

static double mean_gray(const struct photo *photo)
{
    double sum = 0;
    for (int i = 0; i < pixels_of(photo); i++)
        sum += gray_of(photo, i);
    return sum / pixels_of(photo);
}

/* What share of the pixels lie under `level`. */
static double share_under(const struct photo *photo, int level)
{
    int under = 0;
    for (int i = 0; i < pixels_of(photo); i++)
        under += gray_of(photo, i) < level;
    return (double)under / pixels_of(photo);
}

/* ---- Every ground ---- */

static void the_same_plan_gives_the_same_bytes_and_another_seed_others(void **state)
{
    (void)state;
    for (int ground = 0; ground < PHOTO_GROUNDS; ground++) {
        struct photo one = draw("407\n8", (enum photo_ground)ground, HEIGHT, 1);
        struct photo same = draw("407\n8", (enum photo_ground)ground, HEIGHT, 1);
        struct photo other = draw("407\n8", (enum photo_ground)ground, HEIGHT, 2);
        const size_t size = 3 * (size_t)pixels_of(&one);
        assert_int_equal(one.rows, same.rows);
        assert_int_equal(one.cols, same.cols);
        assert_memory_equal(one.rgb, same.rgb, size);
        assert_true(one.rows != other.rows || one.cols != other.cols || memcmp(one.rgb, other.rgb, size) != 0);
        photo_free(&one);
        photo_free(&same);
        photo_free(&other);
    }
}

static void a_picture_holds_its_digits_and_a_margin(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct photo photo = draw("5", PHOTO_WHITE, HEIGHT, seed);
        assert_in_range(photo.rows, HEIGHT, 4 * HEIGHT);
        assert_in_range(photo.cols, HEIGHT / 2, 5 * HEIGHT);
        assert_margins_are_white(&photo, HEIGHT / 8);
        photo_free(&photo);
    }
    struct photo low = draw("12\n34", PHOTO_WHITE, HEIGHT, 7), high = draw("12\n34", PHOTO_WHITE, 3 * HEIGHT, 7);
    assert_in_range(high.rows, 3 * low.rows - 5, 3 * low.rows + 5);
    assert_in_range(high.cols, 3 * low.cols - 5, 3 * low.cols + 5);
    photo_free(&low);
    photo_free(&high);
}

static void on_white_the_ground_is_white_and_the_ink_one_colour(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 10; seed++) {
        struct photo photo = draw("8", PHOTO_WHITE, HEIGHT, seed);
        int white = 0, darkest = 255;
        for (int i = 0; i < pixels_of(&photo); i++) {
            const int gray = gray_of(&photo, i);
            white += gray == 255;
            darkest = gray < darkest ? gray : darkest;
        }
        int full = 0;
        for (int i = 0; i < pixels_of(&photo); i++)
            full += gray_of(&photo, i) == darkest;
        assert_true(darkest < 160);
        assert_true(white > pixels_of(&photo) / 2);
        assert_true(full > (pixels_of(&photo) - white) / 2); /* the rest is the soft edge */
        photo_free(&photo);
    }
}

static void on_black_all_is_gray_and_most_is_0_or_255(void **state)
{
    (void)state;
    struct photo photo = draw("8", PHOTO_BLACK, HEIGHT, 1);
    int black = 0, white = 0;
    for (int i = 0; i < pixels_of(&photo); i++) {
        const unsigned char *rgb = photo.rgb + 3 * i;
        assert_true(rgb[0] == rgb[1] && rgb[1] == rgb[2]);
        black += rgb[0] == 0;
        white += rgb[0] == 255;
    }
    assert_true(black > pixels_of(&photo) / 2);
    assert_true(white > (pixels_of(&photo) - black) / 2);
    photo_free(&photo);
}

static void a_blackboard_is_dark_with_light_chalk(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 10; seed++) {
        struct photo photo = draw("28", PHOTO_DARK, HEIGHT, seed);
        assert_true(mean_gray(&photo) < 110);
        assert_true(share_under(&photo, 115) < 0.995);
        photo_free(&photo);
    }
}

static void paper_is_light_uneven_and_has_dark_ink(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct photo photo = draw("28", PHOTO_PAPER, HEIGHT, seed);
        int counts[256] = {0}, used = 0;
        assert_true(mean_gray(&photo) > 120);
        assert_true(share_under(&photo, (int)mean_gray(&photo) - 40) > 0.01);
        for (int i = 0; i < pixels_of(&photo); i++)
            counts[gray_of(&photo, i)]++;
        for (int level = 0; level < 256; level++)
            used += counts[level] > 0;
        assert_true(used > 60);
        photo_free(&photo);
    }
}

/* The hand and the light are drawn from the same numbers, so that only the lines differ. */
static void lines_and_squares_darken_a_page(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 10; seed++) {
        struct photo ruled = draw("28", PHOTO_RULED, HEIGHT, seed), squared = draw("28", PHOTO_SQUARED, HEIGHT, seed);
        assert_int_equal(ruled.rows, squared.rows);
        assert_int_equal(ruled.cols, squared.cols);
        assert_true(mean_gray(&squared) < mean_gray(&ruled));
        photo_free(&ruled);
        photo_free(&squared);
    }
}

/* ---- What is written ---- */

static void each_digit_is_a_piece_of_ink_of_its_own(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int digits;
    } texts[] = {{"0", 1}, {"38", 2}, {"60 9", 3}, {"2187", 4}, {"1000\n20\n3", 7}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        for (uint64_t seed = 0; seed < 6; seed++) {
            struct photo photo = draw(texts[i].text, PHOTO_WHITE, 60, seed);
            const int pieces = count_pieces(&photo), strokes_at_most = 3;
            assert_in_range(pieces, texts[i].digits, strokes_at_most * texts[i].digits);
            photo_free(&photo);
        }
}

static void more_digits_make_a_wider_picture_and_more_rows_a_higher_one(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 6; seed++) {
        struct photo row = draw("123456", PHOTO_WHITE, HEIGHT, seed), rows = draw("1\n2\n3", PHOTO_WHITE, HEIGHT, seed);
        assert_true(row.cols > 3 * HEIGHT);
        assert_true(rows.rows > 35 * HEIGHT / 10);
        photo_free(&row);
        photo_free(&rows);
    }
}

/* ---- Limits ---- */

static void assert_refused(const char *text, int height, const char *sentence)
{
    struct photo photo = {.rows = 77};
    struct rng rng = rng_make(1, 1);
    struct error err = {0};
    const struct photo_plan plan = {text, PHOTO_PAPER, height};
    assert_int_equal(photo_draw(&photo, &plan, &strokes, &rng, &err), -1);
    assert_int_equal(err.kind, ERROR_USAGE);
    if (strncmp(err.text, sentence, strlen(sentence)) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(photo.rows, 77);
}

static void a_wrong_text_or_height_is_refused(void **state)
{
    (void)state;
    assert_refused("1", PHOTO_HEIGHT_LEAST - 1, "digits cannot be drawn 31 pixels high: use 32 to 2000");
    assert_refused("1", PHOTO_HEIGHT + 1, "digits cannot be drawn 2001 pixels high: use 32 to 2000");
    assert_refused("1", -5, "digits cannot be drawn -5 pixels high: use 32 to 2000");
    assert_refused("x", HEIGHT, "character 1 of the text to write is no digit: ");
    assert_refused("", HEIGHT, "the text to write has a row without digits: ");
}

static void a_picture_of_more_than_100_megapixels_is_refused(void **state)
{
    (void)state;
    assert_refused("1234567890123456789012345678901234567890", PHOTO_HEIGHT, "a picture of ");
}

static void the_lowest_digits_can_be_drawn_on_every_ground(void **state)
{
    (void)state;
    for (int ground = 0; ground < PHOTO_GROUNDS; ground++) {
        struct photo photo = draw("1\n1", (enum photo_ground)ground, PHOTO_HEIGHT_LEAST, 3);
        assert_true(share_under(&photo, 128) > 0 && share_under(&photo, 128) < 1);
        photo_free(&photo);
    }
}

static void grounds_have_names(void **state)
{
    (void)state;
    assert_string_equal(photo_grounds[PHOTO_WHITE], "white");
    assert_string_equal(photo_grounds[PHOTO_PAPER], "paper");
    assert_string_equal(photo_grounds[PHOTO_SQUARED], "squared");
    assert_null(photo_grounds[PHOTO_GROUNDS]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_plan_gives_the_same_bytes_and_another_seed_others),
        cmocka_unit_test(a_picture_holds_its_digits_and_a_margin),
        cmocka_unit_test(on_white_the_ground_is_white_and_the_ink_one_colour),
        cmocka_unit_test(on_black_all_is_gray_and_most_is_0_or_255),
        cmocka_unit_test(a_blackboard_is_dark_with_light_chalk),
        cmocka_unit_test(paper_is_light_uneven_and_has_dark_ink),
        cmocka_unit_test(lines_and_squares_darken_a_page),
        cmocka_unit_test(each_digit_is_a_piece_of_ink_of_its_own),
        cmocka_unit_test(more_digits_make_a_wider_picture_and_more_rows_a_higher_one),
        cmocka_unit_test(a_wrong_text_or_height_is_refused),
        cmocka_unit_test(a_picture_of_more_than_100_megapixels_is_refused),
        cmocka_unit_test(the_lowest_digits_can_be_drawn_on_every_ground),
        cmocka_unit_test(grounds_have_names),
    };
    return cmocka_run_group_tests(tests, load, release);
}
