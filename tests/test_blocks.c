/* Pictures as text: two rows of pixels in a line, an odd last row alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "image/blocks.h"

enum { ROWS = 3, COLS = 4, ON = 255, EDGE = BLOCKS_INK, OFF = BLOCKS_INK - 1 };

static const unsigned char pixels[ROWS * COLS] = {OFF, OFF, ON, EDGE, /**/ 0, ON, 0, EDGE, /**/ ON, 0, 0, EDGE};

static void two_rows_make_a_line_of_half_blocks(void **state)
{
    (void)state;
    char line[COLS * BLOCKS_BYTES + 1];
    char *end = blocks_line(line, pixels, ROWS, COLS, 0);
    assert_string_equal(line, " ▄▀█");
    assert_ptr_equal(end, line + strlen(line));
}

static void below_an_odd_last_row_there_is_nothing(void **state)
{
    (void)state;
    char line[COLS * BLOCKS_BYTES + 1];
    (void)blocks_line(line, pixels, ROWS, COLS, 1);
    assert_string_equal(line, "▀  ▀");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_rows_make_a_line_of_half_blocks),
        cmocka_unit_test(below_an_odd_last_row_there_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
