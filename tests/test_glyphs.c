/* cli/glyphs: small pictures in a terminal, and which terminals take which. */
#define _XOPEN_SOURCE 700
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/glyphs.h"

static void assert_line(const char *expected, const unsigned char *pixels, int rows, int cols, int line,
                        enum glyphs glyphs)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    glyphs_print(out, pixels, rows, cols, line, glyphs);
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
}

static void two_rows_make_a_line_and_more_ink_a_darker_character(void **state)
{
    (void)state;
    static const unsigned char pixels[3 * 4] = {0, 255, 255, 0, 0, 255, 0, 1, 255, 0, 0, 0};
    assert_int_equal(glyphs_lines(3), 2);
    assert_int_equal(glyphs_lines(28), 14);
    assert_line(" @+ ", pixels, 3, 4, 0, GLYPHS_PLAIN);
    assert_line("+   ", pixels, 3, 4, 1, GLYPHS_PLAIN); /* what is below the last row is ground */
}

static void half_blocks_have_the_gray_of_the_upper_pixel_over_that_of_the_lower(void **state)
{
    (void)state;
    static const unsigned char pixels[2 * 2] = {0, 255, 128, 0};
    assert_line("\033[38;5;232;48;5;243m\u2580\033[38;5;255;48;5;232m\u2580\033[0m", pixels, 2, 2, 0, GLYPHS_BLOCKS);
}

static void blocks_are_for_terminals_that_take_utf_8_and_colours(void **state)
{
    (void)state;
    static const struct {
        const char *term, *lang, *no_color;
        enum glyphs glyphs;
    } terminals[] = {
        {"xterm", "de_DE.UTF-8", "", GLYPHS_BLOCKS},
        {"xterm", "C.utf8", "", GLYPHS_BLOCKS},
        {"xterm", "C.UTF-8", "1", GLYPHS_PLAIN},
        {"dumb", "C.UTF-8", "", GLYPHS_PLAIN},
        {"xterm", "C", "", GLYPHS_PLAIN},
        {"xterm", "de_DE.ISO-8859-1", "", GLYPHS_PLAIN},
    };
    const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    FILE *out = fopen(ptsname(terminal), "w"), *file = tmpfile();
    assert_non_null(out);
    unsetenv("LC_ALL");
    unsetenv("LC_CTYPE");
    for (size_t i = 0; i < sizeof terminals / sizeof terminals[0]; i++) {
        setenv("TERM", terminals[i].term, 1);
        setenv("LANG", terminals[i].lang, 1);
        setenv("NO_COLOR", terminals[i].no_color, 1);
        assert_int_equal(glyphs_for(out), terminals[i].glyphs);
        assert_int_equal(glyphs_for(file), GLYPHS_PLAIN);
    }
    fclose(out);
    fclose(file);
    close(terminal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_rows_make_a_line_and_more_ink_a_darker_character),
        cmocka_unit_test(half_blocks_have_the_gray_of_the_upper_pixel_over_that_of_the_lower),
        cmocka_unit_test(blocks_are_for_terminals_that_take_utf_8_and_colours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
