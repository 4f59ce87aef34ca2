/* cli/agreement: how far what was read agrees with what was written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/agreement.h"

static void lines_and_digits_are_counted(void **state)
{
    (void)state;
    assert_int_equal(agreement_line_count(""), 0);
    assert_int_equal(agreement_digit_count(""), 0);
    assert_int_equal(agreement_line_count("7"), 1);
    assert_int_equal(agreement_line_count("123/45/6"), 3);
    assert_int_equal(agreement_digit_count("123/45/6"), 6);
}

static void the_distance_is_the_fewest_digits_put_in_left_out_or_changed(void **state)
{
    (void)state;
    static const struct {
        const char *written, *read;
        int distance;
    } pairs[] = {{"12345", "12345", 0}, {"12345", "1345", 1}, {"12345", "912345", 1},  {"12345", "12945", 1},
                 {"12345", "", 5},      {"", "12", 2},        {"12/345", "1234/5", 0}, {"123456", "623451", 2},
                 {"1111", "2222", 4},   {"1234", "?234", 1},  {"501", "105", 2}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        assert_int_equal(agreement_distance(pairs[i].written, pairs[i].read), pairs[i].distance);
        assert_int_equal(agreement_distance(pairs[i].read, pairs[i].written), pairs[i].distance);
    }
}

static void lines_are_right_when_they_are_exact_and_in_order(void **state)
{
    (void)state;
    static const struct {
        const char *written, *read;
        int lines;
    } pairs[] = {{"12/34", "12/34", 2}, {"12/34", "9/12/34", 2}, {"12/34", "12", 1},    {"12/34", "34/12", 1},
                 {"12/34", "1234", 0},  {"12/34", "123/34", 1},  {"12/12", "12/12", 2}, {"12/12", "12", 1},
                 {"", "", 0},           {"12", "", 0},           {"1/2/3", "1/9/3", 2}, {"7", "7?", 0}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        assert_int_equal(agreement_lines(pairs[i].written, pairs[i].read), pairs[i].lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_and_digits_are_counted),
        cmocka_unit_test(the_distance_is_the_fewest_digits_put_in_left_out_or_changed),
        cmocka_unit_test(lines_are_right_when_they_are_exact_and_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
