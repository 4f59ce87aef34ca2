/* Headings, sentences, lists and tables, in Markdown or in HTML: what is said of a thing is said in one place, whoever
 * shows it. Text in `backticks` is code in both. Every part ends with its blank line, so that parts can follow in any
 * order. */
#ifndef LENET5_PAGES_PROSE_H
#define LENET5_PAGES_PROSE_H

#include "pages/html.h"

enum prose_form { PROSE_MARKDOWN, PROSE_HTML };

struct prose {
    struct html *html; /* where it goes, also as Markdown */
    enum prose_form form;
    const char *alignment; /* of the table under way */
    int cells;             /* in its last row, so far */
};

/* Below the title; text of any origin. */
void prose_heading(struct prose *prose, const char *format, ...) __attribute__((format(printf, 2, 3)));

void prose_paragraph(struct prose *prose, const char *format, ...) __attribute__((format(printf, 2, 3)));

void prose_list(struct prose *prose);
void prose_item(struct prose *prose, const char *format, ...) __attribute__((format(printf, 2, 3)));
void prose_list_end(struct prose *prose);

/* `alignment` has a letter a column, l left, r right, or w left and wrapped where it is too long; their names may be
 * "", and NULL where none has any. The cells follow row by row; the first of a row is what the row is called. */
void prose_table(struct prose *prose, const char *alignment, const char *const *names);
void prose_cell(struct prose *prose, const char *format, ...) __attribute__((format(printf, 2, 3)));
void prose_table_end(struct prose *prose);

#endif
