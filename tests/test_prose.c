/* Prose: the same sentences, lists and tables as Markdown and as HTML, and nothing of any origin becomes markup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pages/prose.h"

static void assert_written(enum prose_form form, void (*write)(struct prose *), const char *expected)
{
    struct html html = {0};
    struct prose prose = {.html = &html, .form = form};
    write(&prose);
    assert_int_equal(html.has_failed, 0);
    assert_string_equal(html.text, expected);
    free(html.text);
}

static void write_sentences(struct prose *prose)
{
    prose_heading(prose, "%d images", 3);
    prose_paragraph(prose, "%.2f %% +- %.2f of 28x28, by `a x 5x5`.", 99.5, 0.07);
    prose_list(prose);
    prose_item(prose, "one");
    prose_item(prose, "two");
    prose_list_end(prose);
}

static void sentences_and_lists_have_both_forms(void **state)
{
    (void)state;
    assert_written(PROSE_MARKDOWN, write_sentences,
                   "## 3 images\n\n99.50 % +- 0.07 of 28x28, by `a x 5x5`.\n\n- one\n- two\n\n");
    assert_written(PROSE_HTML, write_sentences,
                   "<h2>3 images</h2>\n<p>99.50&nbsp;% &plusmn; 0.07 of 28&times;28, by <code>a x 5x5</code>.</p>\n"
                   "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n");
}

static void write_tables(struct prose *prose)
{
    static const char *const names[] = {"", "share", "what"};
    prose_table(prose, "lrl", names);
    prose_cell(prose, "all");
    prose_cell(prose, "%d", 5);
    prose_cell(prose, "a|b");
    prose_table_end(prose);
    prose_table(prose, "lw", NULL);
    prose_cell(prose, "seed");
    prose_cell(prose, "1");
    prose_cell(prose, "lr");
    prose_cell(prose, "2");
    prose_table_end(prose);
    prose_paragraph(prose, "a|b");
}

static void tables_have_both_forms(void **state)
{
    (void)state;
    assert_written(PROSE_MARKDOWN, write_tables,
                   "| | share | what |\n|---|---:|---|\n| all | 5 | a\\|b |\n\n"
                   "| | |\n|---|---|\n| seed | 1 |\n| lr | 2 |\n\na|b\n\n");
    assert_written(
        PROSE_HTML, write_tables,
        "<div class=\"scroll\"><table>\n<tr><td></td><th scope=\"col\" class=\"r\">share</th>"
        "<th scope=\"col\" class=\"l\">what</th></tr>\n"
        "<tr><th scope=\"row\">all</th><td class=\"r\">5</td><td class=\"l\">a|b</td></tr>\n</table></div>\n"
        "<div class=\"scroll\"><table class=\"facts\">\n<tr><th scope=\"row\">seed</th><td class=\"w\">1</td>"
        "</tr>\n<tr><th scope=\"row\">lr</th><td class=\"w\">2</td></tr>\n</table></div>\n<p>a|b</p>\n");
}

static void write_names(struct prose *prose)
{
    prose_paragraph(prose, "%s", "<b>&\"%d\"");
    prose_paragraph(prose, "%s", "a`b");
}

static void a_name_of_any_origin_stays_text(void **state)
{
    (void)state;
    assert_written(PROSE_HTML, write_names, "<p>&lt;b&gt;&amp;&quot;%d&quot;</p>\n<p>a<code>b</code></p>\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sentences_and_lists_have_both_forms),
        cmocka_unit_test(tables_have_both_forms),
        cmocka_unit_test(a_name_of_any_origin_stays_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
