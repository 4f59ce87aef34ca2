/* cli/labels: what pictures show, from a file of columns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cli/labels.h"
#include "support.h"

static struct labels read_text(const char *text)
{
    struct labels labels;
    struct error err = {0};
    support_write(support_file, text, strlen(text));
    if (labels_read(&labels, support_file, "some/folder", &err) != 0)
        fail_msg("%s", err.text);
    return labels;
}

static void assert_label(const struct label *label, const char *path, const char *text, const char *kind)
{
    assert_string_equal(label->path, path);
    assert_string_equal(label->text, text);
    assert_string_equal(label->kind, kind);
}

static void columns_are_found_by_their_names(void **state)
{
    (void)state;
    struct labels labels =
        read_text("tags\tkind\tlabel\tfile\nx\tphoto\t7\ta b.png\n\n\tpage\t12/345\tsub/b.jpg\textra\n");
    assert_int_equal(labels.count, 2);
    assert_label(&labels.all[0], "some/folder/a b.png", "7", "photo");
    assert_string_equal(labels.all[0].file, "a b.png");
    assert_label(&labels.all[1], "some/folder/sub/b.jpg", "12/345", "page");
    labels_free(&labels);
}

static void label_and_kind_may_be_missing_and_a_dash_is_no_digit(void **state)
{
    (void)state;
    struct labels labels = read_text("file\nx.png\n");
    assert_label(&labels.all[0], "some/folder/x.png", "", "");
    labels_free(&labels);
    labels = read_text("file\tlabel\r\nx.png\t-\r\ny.png\t\r\nz.png\t0");
    assert_int_equal(labels.count, 3);
    assert_label(&labels.all[0], "some/folder/x.png", "", "");
    assert_label(&labels.all[1], "some/folder/y.png", "", "");
    assert_label(&labels.all[2], "some/folder/z.png", "0", "");
    labels_free(&labels);
}

static void a_file_that_is_none_is_refused_with_the_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *sentence;
    } files[] = {
        {"", "is empty: a line of column names was expected, file, label and kind"},
        {"a.png\t7\n", "its first line names no column \"file\": columns parted by tabs were expected, file, label and "
                       "kind among them"},
        {"file\tlabel\n", "names no picture"},
        {"file\tlabel\na.png\t7\nb.png\tseven\n",
         "line 3: label \"seven\" of \"b.png\": a file, and digits, / between lines of them, or - for none were "
         "expected"},
        {"file\tlabel\na.png\t7//8\n", "line 2: label \"7//8\" of \"a.png\": a file, and digits, / between lines of "
                                       "them, or - for none were expected"},
        {"file\tlabel\n\t7\n",
         "line 2: label \"7\" of \"\": a file, and digits, / between lines of them, or - for none were expected"},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char expected[512];
        struct labels labels = {.count = -1};
        struct error err = {0};
        support_write(support_file, files[i].text, strlen(files[i].text));
        assert_int_equal(labels_read(&labels, support_file, "x", &err), -1);
        snprintf(expected, sizeof expected, "%s: %s", support_file, files[i].sentence);
        assert_string_equal(err.text, expected);
        assert_int_equal(err.kind, ERROR_DATA);
        assert_int_equal(labels.count, -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(columns_are_found_by_their_names, support_arrive, support_leave),
        cmocka_unit_test_setup_teardown(label_and_kind_may_be_missing_and_a_dash_is_no_digit, support_arrive,
                                        support_leave),
        cmocka_unit_test_setup_teardown(a_file_that_is_none_is_refused_with_the_line, support_arrive, support_leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
