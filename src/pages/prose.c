#include "pages/prose.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What stands before and after each part, as Markdown and as HTML. */
enum part { HEADING, PARAGRAPH, ITEM };
static const struct {
    const char *before, *after;
} markup[][2] = {
    [HEADING] = {{"## ", "\n\n"}, {"<h2>", "</h2>\n"}},
    [PARAGRAPH] = {{"", "\n\n"}, {"<p>", "</p>\n"}},
    [ITEM] = {{"- ", "\n"}, {"<li>", "</li>\n"}},
};

/* ---- Words ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Where the characters at `at` stand for a sign that ASCII lacks, or for a blank that must not break a line: adds it,
 * and gives how many they are; else 0. */
static int add_sign(struct html *html, const char *words, const char *at)
{
    if (at[0] == '+' && at[1] == '-') {
        html_add(html, "&plusmn;");
        return 2;
    }
    if (at[0] == ' ' && at[1] == '%') {
        html_add(html, "&nbsp;");
        return 1;
    }
    if (at > words && is_digit(at[-1]) && at[0] == 'x' && is_digit(at[1])) {
        html_add(html, "&times;");
        return 1;
    }
    return 0;
}

static void add_html(struct html *html, const char *words)
{
    bool is_code = false;
    for (const char *at = words; *at != '\0'; at++) {
        const int taken = is_code ? 0 : add_sign(html, words, at);
        if (taken > 0) {
            at += taken - 1;
        } else if (*at == '`') {
            html_add(html, is_code ? "</code>" : "<code>");
            is_code = !is_code;
        } else {
            html_text(html, (const char[]){*at, '\0'});
        }
    }
    html_add(html, "%s", is_code ? "</code>" : "");
}

/* In a table a bar would begin another cell. */
static void add_markdown(struct html *html, const char *words, bool is_cell)
{
    for (const char *at = words; *at != '\0'; at++)
        html_add(html, is_cell && *at == '|' ? "\\%c" : "%c", *at);
}

static void add_words(struct prose *prose, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    const int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *words = length >= 0 ? malloc((size_t)length + 1) : NULL;
    if (words == NULL) {
        prose->html->has_failed = 1;
        return;
    }
    vsnprintf(words, (size_t)length + 1, format, arguments);
    if (prose->form == PROSE_HTML)
        add_html(prose->html, words);
    else
        add_markdown(prose->html, words, prose->alignment != NULL);
    free(words);
}

/* What the one form has at this place, and the other. */
static void add_form(struct prose *prose, const char *markdown, const char *html)
{
    html_add(prose->html, "%s", prose->form == PROSE_HTML ? html : markdown);
}

static void add_part(struct prose *prose, enum part part, const char *format, va_list arguments)
{
    html_add(prose->html, "%s", markup[part][prose->form].before);
    add_words(prose, format, arguments);
    html_add(prose->html, "%s", markup[part][prose->form].after);
}

void prose_heading(struct prose *prose, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_part(prose, HEADING, format, arguments);
    va_end(arguments);
}

void prose_paragraph(struct prose *prose, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_part(prose, PARAGRAPH, format, arguments);
    va_end(arguments);
}

/* ---- Lists ---- */

void prose_list(struct prose *prose)
{
    add_form(prose, "", "<ul>\n");
}

void prose_item(struct prose *prose, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_part(prose, ITEM, format, arguments);
    va_end(arguments);
}

void prose_list_end(struct prose *prose)
{
    add_form(prose, "\n", "</ul>\n");
}

/* ---- Tables ---- */

static void add_names_html(struct html *html, const char *alignment, const char *const *names)
{
    html_add(html, "<tr>");
    for (size_t i = 0; alignment[i] != '\0'; i++)
        if (*names[i] != '\0') {
            html_add(html, "<th scope=\"col\" class=\"%c\">", alignment[i]);
            add_html(html, names[i]);
            html_add(html, "</th>");
        } else {
            html_add(html, "<td></td>");
        }
    html_add(html, "</tr>\n");
}

static void add_names_markdown(struct html *html, const char *alignment, const char *const *names)
{
    for (size_t i = 0; alignment[i] != '\0'; i++) {
        const char *name = names != NULL ? names[i] : "";
        html_add(html, "| %s%s", name, *name != '\0' ? " " : "");
    }
    html_add(html, "|\n");
    for (size_t i = 0; alignment[i] != '\0'; i++)
        html_add(html, alignment[i] == 'r' ? "|---:" : "|---");
    html_add(html, "|\n");
}

void prose_table(struct prose *prose, const char *alignment, const char *const *names)
{
    prose->alignment = alignment;
    prose->cells = 0;
    add_form(prose, "",
             names != NULL ? "<div class=\"scroll\"><table>\n" : "<div class=\"scroll\"><table class=\"facts\">\n");
    if (prose->form == PROSE_MARKDOWN)
        add_names_markdown(prose->html, alignment, names);
    else if (names != NULL)
        add_names_html(prose->html, alignment, names);
}

void prose_cell(struct prose *prose, const char *format, ...)
{
    const int columns = (int)strlen(prose->alignment), column = prose->cells++ % columns;
    va_list arguments;
    va_start(arguments, format);
    if (prose->form == PROSE_MARKDOWN)
        html_add(prose->html, "| ");
    else if (column == 0)
        html_add(prose->html, "<tr><th scope=\"row\">");
    else
        html_add(prose->html, "<td class=\"%c\">", prose->alignment[column]);
    add_words(prose, format, arguments);
    add_form(prose, " ", column == 0 ? "</th>" : "</td>");
    if (column == columns - 1)
        add_form(prose, "|\n", "</tr>\n");
    va_end(arguments);
}

void prose_table_end(struct prose *prose)
{
    add_form(prose, "\n", "</table></div>\n");
    prose->alignment = NULL;
}
