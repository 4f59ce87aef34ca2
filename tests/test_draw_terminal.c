/* scripts/draw-terminal: what commands write to a terminal, as SVG. */
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "commands.h"

/* Exit status; the picture is "drawn", what the script says "said". */
static int draw(const char *commands)
{
    char line[5000];
    if (system("python3 -c '' 2>/dev/null") != 0) {
        print_message("SKIPPED: there is no python3\n");
        skip();
    }
    snprintf(line, sizeof line, "'%s/scripts/draw-terminal' %s > drawn 2> said", commands_repository(), commands);
    return system(line);
}

static void assert_has(const char *path, const char *text)
{
    char *all = commands_file(path);
    if (strstr(all, text) == NULL)
        fail_msg("%s lacks \"%s\": %s", path, text, all);
    free(all);
}

static void commands_and_what_they_write_stand_in_the_columns_of_a_terminal(void **state)
{
    (void)state;
    assert_int_equal(draw("'echo \"1 < 2\"' 'printf \"a\\tb\\n\"'"), 0);
    /* 20 around, characters of 9 x 18: the prompt and a blank, then the command; a tab leads to column 8. */
    assert_has("drawn", "<text x=\"20\" y=\"33\" fill=\"#8db8f7\" textLength=\"9\"");
    assert_has("drawn", "<text x=\"38\" y=\"33\" fill=\"#ffffff\" textLength=\"108\" lengthAdjust=\"spacingAndGlyphs\">"
                        "echo \"1 &lt; 2\"</text>");
    assert_has("drawn", "<text x=\"20\" y=\"51\" fill=\"#d3d5db\" textLength=\"45\" lengthAdjust=\"spacingAndGlyphs\">"
                        "1 &lt; 2</text>");
    assert_has("drawn", "<text x=\"92\" y=\"105\" fill=\"#d3d5db\" textLength=\"9\" "
                        "lengthAdjust=\"spacingAndGlyphs\">b</text>");
}

static void half_blocks_become_squares_of_their_grays(void **state)
{
    (void)state;
    assert_int_equal(draw("'printf \"\\033[38;5;255;48;5;232m\\342\\226\\200\\342\\226\\200\\033[0m x\\n\"'"), 0);
    assert_has("drawn", "fill=\"#eeeeee\" d=\"M20 38h18v9h-18z\"");
    assert_has("drawn", "fill=\"#080808\" d=\"M20 47h18v9h-18z\"");
    assert_has("drawn", "<text x=\"47\" y=\"51\" fill=\"#d3d5db\"");
}

static void the_program_draws_in_blocks_there(void **state)
{
    (void)state;
    char command[9000];
    snprintf(command, sizeof command,
             "'\"$LENET5\" classify --model \"%s/models/lenet5.json\" --show \"%s/data/samples/5-paper.png\"'",
             commands_repository(), commands_repository());
    assert_int_equal(draw(command), 0);
    assert_has("drawn", "<path shape-rendering=\"crispEdges\" fill=\"#eeeeee\" ");
}

static void what_fails_or_is_not_known_draws_nothing(void **state)
{
    (void)state;
    assert_int_not_equal(draw("'echo no; exit 3'"), 0);
    assert_has("said", "draw-terminal: this command failed, so nothing was drawn: echo no; exit 3\nno");
    assert_int_not_equal(draw("'printf \"\\033[2J\"'"), 0);
    assert_has("said", "draw-terminal: there is an escape sequence that does not choose colours");
    assert_int_not_equal(draw("'printf \"\\033[31m\"'"), 0);
    assert_has("said", "draw-terminal: the escape sequence '31' is not known");
    assert_int_not_equal(draw("'printf \"\\033[38;5;9mx\"'"), 0);
    assert_has("said", "draw-terminal: colour 9 is not one of the grays");
    char *drawn = commands_file("drawn");
    assert_string_equal(drawn, "");
    free(drawn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_and_what_they_write_stand_in_the_columns_of_a_terminal),
        cmocka_unit_test(half_blocks_become_squares_of_their_grays),
        cmocka_unit_test(the_program_draws_in_blocks_there),
        cmocka_unit_test(what_fails_or_is_not_known_draws_nothing),
    };
    return cmocka_run_group_tests(tests, commands_arrive, commands_leave);
}
