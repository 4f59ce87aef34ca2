/* Ways of writing a digit: what is taken from the document, and the sentence for everything that is wrong there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "drawing/skeleton.h"
#include "strokes_text.h"

/* ---- Helpers ---- */

static int equal(double a, double b)
{
    return a >= b && a <= b;
}

/* `zero` is the object of digit 0. */
static void assert_digit_refused(const char *zero, const char *sentence)
{
    strokes_text_refuse(strokes_text(zero), sentence);
}

/* The content of [...] in the only way of digit 0. */
static void assert_strokes_refused(const char *strokes, const char *sentence)
{
    char zero[4096];
    assert_digit_refused(strokes_text_plain(zero, strokes), sentence);
}

/* One stroke of this one item. */
static void assert_item_refused(const char *item, const char *rest)
{
    char strokes[1024], sentence[512];
    snprintf(strokes, sizeof strokes, "[[0, 0], %s]", item);
    snprintf(sentence, sizeof sentence, "digits.0.ways[0].strokes[0][1]%s", rest);
    assert_strokes_refused(strokes, sentence);
}

/* Names before the strokes of the only way of digit 0. */
static void assert_vary_refused(const char *vary, const char *sentence)
{
    char zero[4096];
    snprintf(zero, sizeof zero, "{\"ways\": [{\"way\": \"a\", \"share\": 1, \"vary\": %s, \"strokes\": [[[0, 0]]]}]}",
             vary);
    assert_digit_refused(zero, sentence);
}

/* ---- Ways ---- */

static void ways_are_taken_with_all_that_is_in_them(void **state)
{
    (void)state;
    struct strokes strokes = strokes_text_parse(strokes_text(
        "{\"ways\": [{\"way\": \"crossed\", \"share\": 12.5, \"vary\": {\"w\": 1, \"long_name\": \"2 * w\"}, "
        "\"strokes\": [[[0, 0], [1, 1, \"corner\"], {\"arc\": [0, 0, 1, 1, 0, 90]}, {\"chance\": 0.25, "
        "\"points\": [[0, 0]], \"else\": [[0, 0], [1, 1]]}], {\"chance\": 0.5, \"points\": [[0, 0]]}]}, "
        "{\"way\": \"\\u00e9\", \"share\": 1, \"strokes\": [[[0, 0]]]}]}"));
    assert_int_equal(strokes.digits[0].way_count, 2);
    const struct way *way = strokes.digits[0].ways;
    assert_string_equal(way[0].name, "crossed");
    assert_string_equal(way[1].name, "\xc3\xa9");
    assert_true(equal(way[0].share, 12.5));
    assert_int_equal(way[0].vary_count, 2);
    assert_int_equal(way[1].vary_count, 0);
    assert_int_equal(way[0].stroke_count, 2);
    assert_true(equal(way[0].strokes[0].chance, 1) && equal(way[0].strokes[1].chance, 0.5));
    assert_int_equal(way[0].strokes[0].item_count, 4);
    const struct stroke_item *items = way[0].strokes[0].items;
    assert_int_equal(items[0].kind, STROKE_POINT);
    assert_int_equal(items[1].kind, STROKE_CORNER);
    assert_int_equal(items[2].kind, STROKE_ARC);
    assert_int_equal(items[3].kind, STROKE_CHANCE);
    assert_true(equal(items[3].chance, 0.25));
    assert_int_equal(items[3].item_count, 1);
    assert_int_equal(items[3].otherwise_count, 2);
    strokes_free(&strokes);
}

static void a_digit_has_a_way_and_a_way_has_a_share(void **state)
{
    (void)state;
    assert_digit_refused("{\"ways\": []}", "digits.0.ways is empty: one way at least was expected");
    assert_digit_refused("{\"ways\": {}}", "digits.0.ways is not an array: [...] was expected");
    assert_digit_refused("{\"ways\": [3]}", "digits.0.ways[0] is not an object: {...} was expected");
    assert_digit_refused("{\"ways\": [{\"way\": \"a\", \"share\": 0, \"strokes\": []}]}",
                         "digits.0.ways[0].share is 0: use 0.001 to 1000");
}

static void names_are_letters_and_not_too_many(void **state)
{
    (void)state;
    static const char sentence[] = "digits.0.ways[0].vary has the name \"%s\": use 1 to 24 letters a to z and _";
    static const char *const bad[] = {"", "W", "w1", "w w", "abcdefghijklmnopqrstuvwxy"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char vary[64], expected[128];
        snprintf(vary, sizeof vary, "{\"%s\": 1}", bad[i]);
        snprintf(expected, sizeof expected, sentence, bad[i]);
        assert_vary_refused(vary, expected);
    }
    assert_vary_refused("{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"k\":1,"
                        "\"l\":1,\"m\":1,\"n\":1,\"o\":1,\"p\":1,\"q\":1}",
                        "digits.0.ways[0].vary holds more than 16 names");
    assert_vary_refused("[]", "digits.0.ways[0].vary is not an object: {...} was expected");
}

static void a_name_may_use_only_those_before_it_and_stays_small(void **state)
{
    (void)state;
    assert_vary_refused("{\"wide\": \"2 * width\", \"width\": 1}",
                        "digits.0.ways[0].vary.wide: \"2 * width\" has the unknown name \"width\": use those that "
                        "stand before it in \"vary\"");
    assert_vary_refused("{\"a\": 1000, \"b\": \"-a - 0..1\"}",
                        "digits.0.ways[0].vary.b can come to -1001: use -1000 to 1000");
    assert_vary_refused("{\"a\": 1e999}", "digits.0.ways[0].vary.a can come to inf: use -1000 to 1000");
    assert_vary_refused("{\"a\": null}", "digits.0.ways[0].vary.a is neither a number nor a string with a formula");
}

/* ---- Strokes ---- */

static void a_way_has_1_to_8_strokes_and_the_first_is_certain(void **state)
{
    (void)state;
    assert_strokes_refused("", "digits.0.ways[0].strokes holds 0 strokes: use 1 to 8");
    assert_strokes_refused("[[0,0]],[[0,0]],[[0,0]],[[0,0]],[[0,0]],[[0,0]],[[0,0]],[[0,0]],[[0,0]]",
                           "digits.0.ways[0].strokes holds 9 strokes: use 1 to 8");
    assert_strokes_refused("{\"chance\": 0.5, \"points\": [[0, 0]]}",
                           "digits.0.ways[0].strokes[0] is an object: the first stroke is always drawn, [...]");
    assert_strokes_refused("3", "digits.0.ways[0].strokes[0] is not an object: {...} was expected");
    assert_strokes_refused("[]", "digits.0.ways[0].strokes[0] is empty: one point at least was expected");
}

static void a_stroke_with_a_chance_is_checked(void **state)
{
    (void)state;
    assert_strokes_refused("[[0, 0]], {\"points\": [[0, 0]]}", "digits.0.ways[0].strokes[1] lacks the key \"chance\"");
    assert_strokes_refused("[[0, 0]], {\"chance\": 1, \"points\": [[0, 0]]}",
                           "digits.0.ways[0].strokes[1].chance is 1: use 0.001 to 0.999");
    assert_strokes_refused("[[0, 0]], {\"chance\": 0.5}", "digits.0.ways[0].strokes[1] lacks the key \"points\"");
    assert_strokes_refused("[[0, 0]], {\"chance\": 0.5, \"points\": [[0, 0]], \"else\": []}",
                           "digits.0.ways[0].strokes[1] has an unknown key \"else\": known are chance or points");
    assert_strokes_refused("[[0, 0]], {\"chance\": 0.5, \"points\": [[0, 0], [9, 0]]}",
                           "digits.0.ways[0].strokes[1].points[1][0] can come to 9: use -2 to 3");
}

static void a_stroke_has_a_point_whatever_chance_says(void **state)
{
    (void)state;
    static const char sentence[] = "digits.0.ways[0].strokes[0] has no point that is drawn for certain: give it one";
    struct strokes strokes;
    char zero[4096];
    assert_strokes_refused("[{\"chance\": 0.5, \"points\": [[0, 0], [1, 1]]}]", sentence);
    assert_strokes_refused("[{\"chance\": 0.5, \"points\": [{\"chance\": 0.5, \"points\": [[0, 0]]}], "
                           "\"else\": [[0, 0]]}]",
                           sentence);
    strokes = strokes_text_parse(
        strokes_text(strokes_text_plain(zero, "[{\"chance\": 0.5, \"points\": [[0, 0]], \"else\": [[1, 1]]}]")));
    strokes_free(&strokes);
}

static void a_way_has_at_most_128_points(void **state)
{
    (void)state;
    char text[4096] = "[{\"chance\": 0.5, \"points\": [[0, 0]], \"else\": [{\"arc\": [0, 0, 1, 1, 0, \"-720..9\"]}]}";
    struct strokes strokes;
    char zero[4096];
    for (int i = skeleton_arc_points(720); i < SKELETON_POINTS; i++)
        strcat(text, i == 64 ? "], [[0, 0]" : ", [0, 0]");
    strcat(text, "]");
    strokes = strokes_text_parse(strokes_text(strokes_text_plain(zero, text)));
    strokes_free(&strokes);
    strcat(text, ", {\"chance\": 0.5, \"points\": [[0, 0]]}");
    assert_strokes_refused(text,
                           "digits.0.ways[0] can come to 129 points, those of its arcs included: use 128 at most");
}

static void a_point_is_two_coordinates_and_perhaps_a_corner(void **state)
{
    (void)state;
    static const char sentence[] = " is no point: [x, y] or [x, y, \"corner\"] was expected";
    assert_item_refused("[]", sentence);
    assert_item_refused("[1]", sentence);
    assert_item_refused("[1, 1, 1]", sentence);
    assert_item_refused("[1, 1, \"round\"]", sentence);
    assert_item_refused("[1, 1, \"corner\", 1]", sentence);
    assert_item_refused("[true, 1]", "[0] is neither a number nor a string with a formula");
    assert_item_refused("[1, [1]]", "[1] is neither a number nor a string with a formula");
    assert_item_refused("[1, \"1 +\"]", "[1]: \"1 +\" is no formula: at character 4 a number, a name, \"-\" or \"(\" "
                                        "was expected");
}

static void a_point_cannot_come_to_lie_outside(void **state)
{
    (void)state;
    assert_item_refused("[3.25, 0]", "[0] can come to 3.25: use -2 to 3");
    assert_item_refused("[0, \"0..1 - 2.5\"]", "[1] can come to -2.5: use -2 to 3");
    assert_item_refused("[0, 1e999]", "[1] can come to inf: use -2 to 3");
}

static void an_item_is_a_point_an_arc_or_a_chance(void **state)
{
    (void)state;
    static const char sentence[] = " is nothing to draw: [x, y], {\"arc\": ...} or {\"chance\": ..., \"points\": ...} "
                                   "was expected";
    assert_item_refused("{}", sentence);
    assert_item_refused("\"corner\"", sentence);
    assert_item_refused("{\"ark\": [0, 0, 1, 1, 0, 90]}", sentence);
}

static void an_arc_is_six_coordinates_and_perhaps_a_spiral(void **state)
{
    (void)state;
    assert_item_refused("{\"arc\": 3}", ".arc is not an array: [...] was expected");
    assert_item_refused("{\"arc\": [0, 0, 1, 1, 0]}",
                        ".arc has 5 elements: [centre_x, centre_y, radius_x, radius_y, from, sweep] was expected");
    assert_item_refused("{\"arc\": [0, 0, 1, 1, 0, 90], \"spirale\": 1}",
                        " has an unknown key \"spirale\": did you mean \"spiral\"?");
    assert_item_refused("{\"arc\": [0, \"x\", 1, 1, 0, 90]}",
                        ".arc[1]: \"x\" has the unknown name \"x\": use those that stand before it in \"vary\"");
    assert_item_refused("{\"arc\": [6, 0, 1, 1, 0, 90]}", ".arc[0] can come to 6: use -5 to 5");
    assert_item_refused("{\"arc\": [0, 0, 1, \"-6..1\", 0, 90]}", ".arc[3] can come to -6: use -5 to 5");
    assert_item_refused("{\"arc\": [0, 0, 1, 1, 721, 90]}", ".arc[4] can come to 721: use -720 to 720");
    assert_item_refused("{\"arc\": [0, 0, 1, 1, 0, \"-90..1000\"]}", ".arc[5] can come to 1000: use -720 to 720");
    assert_item_refused("{\"arc\": [0, 0, 1, 1, 0, 90], \"spiral\": 3}", ".spiral can come to 3: use -2 to 2");
}

static void an_arc_cannot_reach_outside(void **state)
{
    (void)state;
    struct strokes strokes;
    char zero[4096];
    assert_item_refused("{\"arc\": [2.5, 0, 1, 1, 0, 90]}", ".arc can come to x = 3.5: use -2 to 3");
    assert_item_refused("{\"arc\": [0, -1.5, 1, \"0..1\", 0, -180]}", ".arc can come to y = -2.5: use -2 to 3");
    assert_item_refused("{\"arc\": [1, 0, 1.75, 1, 180, 360], \"spiral\": 0.5}",
                        ".arc can come to x = 3.1875: use -2 to 3");
    assert_item_refused("{\"arc\": [0, 1, 1, 1.75, 90, 360], \"spiral\": 0.5}",
                        ".arc can come to y = 3.1875: use -2 to 3");
    /* A flat bow whose circle would reach far out, had it been drawn whole. */
    strokes = strokes_text_parse(
        strokes_text(strokes_text_plain(zero, "[{\"arc\": [-3.5, 0.5, 4, 4, \"-10..-5\", \"10..20\"]}]")));
    strokes_free(&strokes);
}

static void a_chance_is_checked_as_deep_as_it_goes(void **state)
{
    (void)state;
    assert_item_refused("{\"chance\": 0, \"points\": [[0, 0]]}", ".chance is 0: use 0.001 to 0.999");
    assert_item_refused("{\"chance\": 0.5}", " lacks the key \"points\"");
    assert_item_refused("{\"chance\": 0.5, \"points\": []}", ".points is empty: one point at least was expected");
    assert_item_refused("{\"chance\": 0.5, \"points\": [[0, 0]], \"else\": []}",
                        ".else is empty: one point at least was expected");
    assert_item_refused("{\"chance\": 0.5, \"points\": [[0, 0]], \"esle\": [[0, 0]]}",
                        " has an unknown key \"esle\": did you mean \"else\"?");
    assert_item_refused("{\"chance\": 0.5, \"points\": [[0, 0]], \"else\": [[0, 0], {\"chance\": 0.5, \"points\": "
                        "[{\"chance\": 0.5, \"points\": [[0, 0], [0, 5]]}]}]}",
                        ".else[1].points[0].points[1][1] can come to 5: use -2 to 3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ways_are_taken_with_all_that_is_in_them),
        cmocka_unit_test(a_digit_has_a_way_and_a_way_has_a_share),
        cmocka_unit_test(names_are_letters_and_not_too_many),
        cmocka_unit_test(a_name_may_use_only_those_before_it_and_stays_small),
        cmocka_unit_test(a_way_has_1_to_8_strokes_and_the_first_is_certain),
        cmocka_unit_test(a_stroke_with_a_chance_is_checked),
        cmocka_unit_test(a_stroke_has_a_point_whatever_chance_says),
        cmocka_unit_test(a_way_has_at_most_128_points),
        cmocka_unit_test(a_point_is_two_coordinates_and_perhaps_a_corner),
        cmocka_unit_test(a_point_cannot_come_to_lie_outside),
        cmocka_unit_test(an_item_is_a_point_an_arc_or_a_chance),
        cmocka_unit_test(an_arc_is_six_coordinates_and_perhaps_a_spiral),
        cmocka_unit_test(an_arc_cannot_reach_outside),
        cmocka_unit_test(a_chance_is_checked_as_deep_as_it_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
