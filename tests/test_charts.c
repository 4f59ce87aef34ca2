/* Charts: points stand where their numbers say, axes are labelled, and names of any origin are escaped. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pages/charts.h"

static const struct chart_text text = {"Loss <&> \"more\"", "epoch", "nats"};

static void leave(struct html *html)
{
    assert_int_equal(html->has_failed, 0);
    free(html->text);
}

static int count_of(const char *from, const char *part)
{
    int count = 0;
    for (from = strstr(from, part); from != NULL; from = strstr(from + 1, part))
        count++;
    return count;
}

static void a_line_goes_from_the_first_number_to_the_last(void **state)
{
    (void)state;
    struct html html = {0};
    const double falling[] = {1, 0.5, 0}, rising[] = {0, 0.25, 1};
    charts_lines(&html, &text, &(const struct chart_series){"training", falling, 3}, 1);
    float x[3], y[3];
    const char *path = strstr(html.text, " d=\"");
    assert_non_null(path);
    assert_int_equal(sscanf(path, " d=\"M%f %fL%f %fL%f %f\"", &x[0], &y[0], &x[1], &y[1], &x[2], &y[2]), 6);
    assert_true(fabsf(x[2] - x[1] - (x[1] - x[0])) < 0.3f && x[1] > x[0]);
    assert_true(y[0] < y[1] && y[1] < y[2]); /* down the page */
    assert_true(fabsf(y[2] - y[1] - (y[1] - y[0])) < 0.3f);
    leave(&html);
    struct html both = {0};
    const struct chart_series series[] = {{"training", falling, 3}, {"held out", rising, 3}};
    charts_lines(&both, &text, series, 2);
    assert_int_equal(count_of(both.text, "<path "), 2);
    assert_non_null(strstr(both.text, ">held out</text>"));
    leave(&both);
}

static void a_gap_parts_a_line_and_nothing_makes_no_chart(void **state)
{
    (void)state;
    struct html html = {0}, empty = {0};
    const double gap[] = {1, 2, (double)NAN, 3, 4}, none[] = {(double)NAN, (double)INFINITY};
    charts_lines(&html, &text, &(const struct chart_series){"a", gap, 5}, 1);
    const char *path = strstr(html.text, " d=\"") + 4;
    int starts = 0;
    for (; *path != '"'; path++)
        starts += *path == 'M';
    assert_int_equal(starts, 2);
    assert_null(strstr(html.text, "nan"));
    leave(&html);
    charts_lines(&empty, &text, &(const struct chart_series){"a", none, 2}, 1);
    assert_int_equal((int)empty.length, 0);
    leave(&empty);
}

static void axes_and_title_are_told_and_escaped(void **state)
{
    (void)state;
    struct html html = {0};
    const double values[] = {0.5, 1, 0.25};
    charts_bars(&html, &text, values, 3, 0);
    assert_non_null(strstr(html.text, "role=\"img\" aria-label=\"Loss &lt;&amp;&gt; &quot;more&quot;\""));
    assert_non_null(strstr(html.text, ">epoch</text>"));
    assert_non_null(strstr(html.text, ">nats</text>"));
    assert_int_equal(count_of(html.text, "<rect "), 3);
    assert_null(strstr(html.text, "-0.0"));
    leave(&html);
}

static void a_point_on_the_diagonal_is_as_far_from_both_axes(void **state)
{
    (void)state;
    struct html html = {0};
    const struct chart_point points[] = {{0, 0, 0.5}, {1, 1, 0.5}, {0.5, 0.5, 0}};
    float x[3], y[3];
    charts_diagonal(&html, &text, points, 3);
    const char *at = html.text;
    for (int i = 0; i < 3; i++) {
        at = strstr(at, "<circle ");
        assert_non_null(at);
        assert_int_equal(sscanf(at, "<circle class=\"bar\" cx=\"%f\" cy=\"%f\"", &x[i], &y[i]), 2);
        at++;
    }
    assert_true(fabsf(x[2] - (x[0] + x[1]) / 2) < 0.2f && fabsf(y[2] - (y[0] + y[1]) / 2) < 0.2f);
    assert_true(x[1] > x[0] && y[1] < y[0]);
    leave(&html);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_goes_from_the_first_number_to_the_last),
        cmocka_unit_test(a_gap_parts_a_line_and_nothing_makes_no_chart),
        cmocka_unit_test(axes_and_title_are_told_and_escaped),
        cmocka_unit_test(a_point_on_the_diagonal_is_as_far_from_both_axes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
