/* Pictures of several digits to lines of digits, with the model that is shipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "networks.h"
#include "numbers.h"
#include "pictures.h"
#include "reader/read.h"
#include "shipped.h"

enum { ROWS = 240, COLS = 480, HEIGHT = 60, PAPER = 235 };

static struct reading read_picture(const struct picture *picture, double reject)
{
    struct reading reading;
    struct error err = {0};
    if (reader_read(&reading, &shipped, picture, reject, &err) != 0)
        fail_msg("%s", err.text);
    return reading;
}

/* Lines parted by slashes. */
static void assert_text(const struct reading *reading, const char *expected)
{
    char text[500] = "";
    size_t used = 0;
    for (int i = 0; i < reading->line_count; i++) {
        if (i > 0)
            text[used++] = '/';
        for (int k = 0; k < reading->lines[i].count && used + 2 < sizeof text; k++)
            text[used++] = reading_character(&reading->digits[reading->lines[i].first + k]);
    }
    text[used] = '\0';
    assert_string_equal(text, expected);
}

static void assert_reads(struct picture *picture, const char *expected)
{
    struct reading reading = read_picture(picture, 0);
    assert_text(&reading, expected);
    reading_free(&reading);
    picture_free(picture);
}

static void assert_near(int value, int expected, int by)
{
    assert_in_range(value + 1000, expected + 1000 - by, expected + 1000 + by);
}

static void a_number_is_read_from_left_to_right_with_a_box_for_each_digit(void **state)
{
    (void)state;
    struct picture picture = pictures_plain(ROWS, COLS, PAPER);
    const char digits[] = "2907";
    int lefts[4], widths[4];
    for (int i = 0; i < 4; i++) {
        lefts[i] = 20 + 100 * i;
        widths[i] = numbers_put(&picture, digits[i] - '0', i, 40 + 10 * i, lefts[i], HEIGHT);
    }
    struct reading reading = read_picture(&picture, 0);
    assert_text(&reading, digits);
    for (int i = 0; i < 4; i++) {
        const struct reading_digit *digit = &reading.digits[i];
        assert_near(digit->box.left, lefts[i], 3);
        assert_near(digit->box.top, 40 + 10 * i, 3);
        assert_near(digit->box.cols, widths[i], 5);
        assert_near(digit->box.rows, HEIGHT, 5);
        assert_true(digit->probability > 0.5F && digit->probability <= 1);
        assert_true(digit->probability == digit->probabilities[digit->digit]);
    }
    reading_free(&reading);
    picture_free(&picture);
}

static void lines_are_read_from_the_top_down(void **state)
{
    (void)state;
    struct picture picture = pictures_plain(ROWS, COLS, PAPER);
    numbers_write(&picture, "3141", 20, 100, HEIGHT, 20, 0);
    numbers_write(&picture, "5926", 100, 20, HEIGHT, 20, 0);
    numbers_write(&picture, "53", 170, 200, 40, 20, 0);
    assert_reads(&picture, "3141/5926/53");
}

static void a_line_that_slopes_is_one_line(void **state)
{
    (void)state;
    struct picture picture = pictures_plain(ROWS, COLS, PAPER);
    numbers_write(&picture, "123456", 10, 10, HEIGHT, 15, 10);
    numbers_write(&picture, "789012", 90, 10, HEIGHT, 15, 10);
    assert_reads(&picture, "123456/789012");
}

static void light_digits_on_a_dark_ground_are_read(void **state)
{
    (void)state;
    struct picture picture = pictures_plain(ROWS, COLS, PAPER);
    numbers_write(&picture, "4082", 80, 30, HEIGHT, 30, 0);
    for (int i = 0; i < ROWS * COLS; i++)
        picture.gray[i] = (unsigned char)(255 - picture.gray[i]);
    assert_reads(&picture, "4082");
}

static void digits_that_touch_are_parted(void **state)
{
    (void)state;
    const char *const numbers[] = {"30", "26", "05", "83", "2036"};
    for (int i = 0; i < 5; i++) {
        struct picture picture = pictures_plain(ROWS, COLS, PAPER);
        numbers_write(&picture, numbers[i], 80, 30, HEIGHT, -3, 0);
        assert_reads(&picture, numbers[i]);
    }
}

static void a_wide_digit_is_not_parted(void **state)
{
    (void)state;
    for (int digit = 0; digit < 10; digit++) {
        struct picture picture = pictures_plain(ROWS, COLS, PAPER), wide = pictures_plain(ROWS, COLS, PAPER);
        const char expected[] = {(char)('0' + digit), '\0'};
        numbers_put(&picture, digit, 1, 60, 30, 80);
        for (int r = 0; r < ROWS; r++)
            for (int k = 0; k < COLS; k++) /* a quarter wider */
                wide.gray[r * COLS + k] = picture.gray[r * COLS + k * 4 / 5];
        picture_free(&picture);
        assert_reads(&wide, expected);
    }
}

/* A 5 whose bar is a stroke of its own, over the right or right of the stem's top. */
static void draw_five(struct picture *picture, double y, double x, double gap)
{
    static const double bow[][2] = {{0, 0.1}, {0.4, 0}, {0.36, 0.3}, {0.5, 0.5}, {0.75, 0.52}, {0.95, 0.3}, {0.95, 0}};
    for (int i = 0; i < 6; i++)
        pictures_line(picture, y + HEIGHT * bow[i][0], x + HEIGHT * bow[i][1], y + HEIGHT * bow[i + 1][0],
                      x + HEIGHT * bow[i + 1][1], 7, 30);
    pictures_line(picture, y, x + HEIGHT * 0.1 + 7 + gap, y, x + HEIGHT * 0.6, 7, 30);
}

static void a_bar_apart_belongs_to_its_five(void **state)
{
    (void)state;
    struct picture picture = pictures_plain(ROWS, COLS, PAPER);
    numbers_put(&picture, 3, 1, 80, 20, HEIGHT);
    draw_five(&picture, 80, 90, 3);
    numbers_put(&picture, 0, 1, 80, 160, HEIGHT);
    draw_five(&picture, 80, 230, 4);
    assert_reads(&picture, "3505");
}

static void what_is_no_digit_is_left_out(void **state)
{
    (void)state;
    struct picture picture = pictures_plain(ROWS, COLS, PAPER);
    numbers_write(&picture, "618", 60, 100, HEIGHT, 30, 0);
    for (int i = 0; i < 200; i++) /* specks */
        picture.gray[i * 37 % ROWS * COLS + i * 101 % COLS] = 20;
    pictures_line(&picture, 145, 60, 149, 400, 4, 30);  /* an underline */
    pictures_line(&picture, 112, 310, 112, 310, 9, 30); /* a full stop */
    assert_reads(&picture, "618");
}

static void a_frame_around_a_digit_is_left_out(void **state)
{
    (void)state;
    struct picture picture = pictures_plain(ROWS, COLS, PAPER);
    static const double corners[][2] = {{50, 60}, {52, 170}, {182, 168}, {180, 58}, {50, 60}};
    for (int i = 0; i < 4; i++)
        pictures_line(&picture, corners[i][0], corners[i][1], corners[i + 1][0], corners[i + 1][1], 5, 30);
    numbers_put(&picture, 8, 1, 80, 95, HEIGHT);
    numbers_put(&picture, 3, 1, 80, 250, HEIGHT);
    assert_reads(&picture, "83");
}

static void what_lies_beside_the_paper_is_no_line(void **state)
{
    (void)state;
    struct picture picture = pictures_plain(ROWS, COLS, PAPER);
    numbers_write(&picture, "618", 20, 100, HEIGHT, 30, 0);
    pictures_line(&picture, 140, 1, 200, 1, 5, 20);
    assert_reads(&picture, "618");
}

static void a_digit_on_the_edge_of_a_close_crop_is_read(void **state)
{
    (void)state;
    struct picture picture = pictures_plain(HEIGHT, COLS, PAPER);
    for (int r = 0; r < HEIGHT; r++)
        for (int k = 0; k < 7; k++)
            picture.gray[r * COLS + k] = 20; /* a 1 */
    numbers_write(&picture, "38", 0, 40, HEIGHT, 30, 0);
    assert_reads(&picture, "138");
}

/* A third of the page, with a soft edge, lies in a shadow that is as dark as the pen. */
static void a_page_half_in_the_shade_is_read(void **state)
{
    (void)state;
    struct picture picture = pictures_plain(3 * ROWS, 3 * COLS / 2, PAPER);
    numbers_write(&picture, "6180", 60, 80, HEIGHT, 40, 0);
    numbers_write(&picture, "339", 200, 80, HEIGHT, 40, 0);
    for (int r = 0; r < picture.rows; r++)
        for (int k = 0; k < picture.cols; k++) {
            const double deep = (r - 400) / 40.0 < (k - 200) / 60.0 ? (r - 400) / 40.0 : (k - 200) / 60.0;
            const double light = deep < 0 ? 1 : deep > 1 ? 0.25 : 1 - 0.75 * deep;
            unsigned char *gray = picture.gray + (size_t)r * (size_t)picture.cols + (size_t)k;
            *gray = (unsigned char)(*gray * light);
        }
    assert_reads(&picture, "6180/339");
}

static void boxes_are_in_pixels_of_the_file_that_was_shrunk(void **state)
{
    (void)state;
    struct picture picture = pictures_plain(ROWS, COLS, PAPER);
    numbers_write(&picture, "47", 40, 30, HEIGHT, 30, 0);
    struct reading plain = read_picture(&picture, 0);
    picture.shrink = 3;
    picture.full_rows = 3 * ROWS;
    picture.full_cols = 3 * (plain.digits[1].box.left + plain.digits[1].box.cols) - 1;
    struct reading shrunk = read_picture(&picture, 0);
    assert_int_equal(shrunk.digit_count, 2);
    for (int i = 0; i < 2; i++) {
        const struct box *box = &plain.digits[i].box, *large = &shrunk.digits[i].box;
        assert_int_equal(large->left, 3 * box->left);
        assert_int_equal(large->top, 3 * box->top);
        assert_int_equal(large->rows, 3 * box->rows);
        assert_int_equal(large->cols, 3 * box->cols - i);
    }
    reading_free(&plain);
    reading_free(&shrunk);
    picture_free(&picture);
}

static void a_picture_without_ink_has_no_lines(void **state)
{
    (void)state;
    struct picture picture = pictures_plain(ROWS, COLS, PAPER);
    struct reading reading = read_picture(&picture, 0);
    assert_int_equal(reading.line_count, 0);
    assert_int_equal(reading.digit_count, 0);
    reading_free(&reading);
    picture_free(&picture);
}

static void digits_less_certain_than_the_threshold_are_rejected(void **state)
{
    (void)state;
    struct picture picture = pictures_plain(ROWS, COLS, PAPER);
    numbers_write(&picture, "3141592", 80, 20, 50, 20, 0);
    struct reading all = read_picture(&picture, 0);
    assert_int_equal(all.digit_count, 7);
    float least = 1, next = 1;
    for (int i = 0; i < 7; i++)
        least = all.digits[i].certainty < least ? all.digits[i].certainty : least;
    for (int i = 0; i < 7; i++)
        next = all.digits[i].certainty > least && all.digits[i].certainty < next ? all.digits[i].certainty : next;
    struct reading some = read_picture(&picture, (double)next);
    for (int i = 0; i < 7; i++) {
        assert_int_equal(some.digits[i].is_rejected, all.digits[i].certainty < next);
        assert_int_equal(some.digits[i].digit, all.digits[i].digit);
        assert_int_equal(reading_character(&some.digits[i]) == '?', some.digits[i].is_rejected);
    }
    reading_free(&all);
    reading_free(&some);
    picture_free(&picture);
}

static void a_network_for_other_images_is_refused(void **state)
{
    (void)state;
    const struct layer layers[] = {networks_dense(10, ACTIVATION_NONE)};
    const struct layer many[] = {networks_dense(36, ACTIVATION_NONE)};
    const struct architecture wrong[] = {networks_make(3, 28, 28, 1, layers), networks_make(1, 20, 28, 1, layers),
                                         networks_make(1, 28, 28, 1, many)};
    const char *const expected[] = {
        "the network takes 28x28 with 3 channels: only one that takes 28x28 with 1 can read several digits",
        "the network takes 20x28 with 1 channels: only one that takes 28x28 with 1 can read several digits",
        "the network tells 36 classes apart: only one with 10 at most can read several digits"};
    for (int i = 0; i < 3; i++) {
        struct picture picture = pictures_plain(ROWS, COLS, PAPER);
        struct classifier other = {0};
        struct reading reading = {.line_count = -1};
        struct error err = {0};
        assert_int_equal(model_create(&other.model, &wrong[i], NULL), 0);
        assert_int_equal(reader_read(&reading, &other, &picture, 0, &err), -1);
        assert_int_equal(err.kind, ERROR_MODEL);
        assert_string_equal(err.text, expected[i]);
        assert_int_equal(reading.line_count, -1);
        classifier_close(&other);
        picture_free(&picture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_read_from_left_to_right_with_a_box_for_each_digit),
        cmocka_unit_test(lines_are_read_from_the_top_down),
        cmocka_unit_test(a_line_that_slopes_is_one_line),
        cmocka_unit_test(light_digits_on_a_dark_ground_are_read),
        cmocka_unit_test(digits_that_touch_are_parted),
        cmocka_unit_test(a_wide_digit_is_not_parted),
        cmocka_unit_test(a_bar_apart_belongs_to_its_five),
        cmocka_unit_test(what_is_no_digit_is_left_out),
        cmocka_unit_test(a_frame_around_a_digit_is_left_out),
        cmocka_unit_test(what_lies_beside_the_paper_is_no_line),
        cmocka_unit_test(a_digit_on_the_edge_of_a_close_crop_is_read),
        cmocka_unit_test(a_page_half_in_the_shade_is_read),
        cmocka_unit_test(boxes_are_in_pixels_of_the_file_that_was_shrunk),
        cmocka_unit_test(a_picture_without_ink_has_no_lines),
        cmocka_unit_test(digits_less_certain_than_the_threshold_are_rejected),
        cmocka_unit_test(a_network_for_other_images_is_refused),
    };
    return cmocka_run_group_tests(tests, shipped_open, shipped_close);
}
