/* One digit or several. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "digits.h"
#include "numbers.h"
#include "pictures.h"
#include "reader/count.h"
#include "shipped.h"

enum { ROWS = 200, COLS = 400, HEIGHT = 60, PAPER = 235 };

static int count(const struct picture *picture)
{
    int digits = -1;
    assert_int_equal(count_digits(&digits, &shipped, picture, NULL), 0);
    return digits;
}

static void assert_count(struct picture *picture, int expected)
{
    assert_int_equal(count(picture), expected);
    picture_free(picture);
}

static void a_number_is_several(void **state)
{
    (void)state;
    struct picture row = pictures_plain(ROWS, COLS, PAPER), rows = pictures_plain(ROWS, COLS, PAPER);
    numbers_write(&row, "2703", 80, 30, HEIGHT, 30, 0);
    assert_count(&row, 4);
    numbers_write(&rows, "24", 20, 60, HEIGHT, 30, 0);
    numbers_write(&rows, "3", 110, 60, HEIGHT, 30, 0);
    assert_count(&rows, 3);
}

static void every_digit_alone_is_one(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++) {
        struct picture picture = pictures_plain(100, 100, PAPER);
        numbers_put(&picture, i % 10, i / 10, 20, 25, HEIGHT);
        assert_count(&picture, 1);
    }
}

static void a_digit_in_parts_is_one(void **state)
{
    (void)state;
    for (int digit = 0; digit < 10; digit++) {
        struct picture picture = pictures_plain(100, 100, PAPER);
        numbers_put(&picture, digit, 2, 20, 25, HEIGHT);
        for (int r = 0; r < 100; r++)
            for (int k = 0; k < 100; k++) /* the pen left out three rows */
                if (r >= 47 && r < 50)
                    picture.gray[r * 100 + k] = PAPER;
        assert_count(&picture, 1);
    }
}

static void digits_and_dirt_are_one(void **state)
{
    (void)state;
    struct picture picture = pictures_plain(ROWS, COLS, PAPER);
    numbers_put(&picture, 3, 1, 80, 100, HEIGHT);
    for (int i = 0; i < 40; i++)
        pictures_line(&picture, i * 37 % ROWS, i * 101 % COLS, i * 37 % ROWS, i * 101 % COLS, 3, 20);
    pictures_line(&picture, 160, 60, 160, 300, 4, 20);
    assert_count(&picture, 1);
}

static void what_the_network_takes_as_it_is_is_one(void **state)
{
    (void)state;
    struct picture picture = pictures_plain(28, 28, 0);
    digits_image(picture.gray, DATASET_TRAIN, 4);
    assert_count(&picture, 1);
}

static void nothing_is_none(void **state)
{
    (void)state;
    struct picture picture = pictures_plain(ROWS, COLS, PAPER);
    assert_count(&picture, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_several),
        cmocka_unit_test(every_digit_alone_is_one),
        cmocka_unit_test(a_digit_in_parts_is_one),
        cmocka_unit_test(digits_and_dirt_are_one),
        cmocka_unit_test(what_the_network_takes_as_it_is_is_one),
        cmocka_unit_test(nothing_is_none),
    };
    return cmocka_run_group_tests(tests, shipped_open, shipped_close);
}
