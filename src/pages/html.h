/* A page as it grows: text, escaped text, gray pictures as PNG inside it. What fails, for lack of memory, fails when it
 * is saved. */
#ifndef LENET5_PAGES_HTML_H
#define LENET5_PAGES_HTML_H

#include <stddef.h>

#include "base/error.h"

struct html {
    char *text; /* [room], NUL-terminated; released by html_save() */
    size_t length, room;
    int has_failed;
};

/* Adds markup. */
void html_add(struct html *html, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds text of any origin, with & < > " escaped: for content and for attributes in double quotes. */
void html_text(struct html *html, const char *text);

/* Adds <img> with gray [rows][cols], 0 black .. 255 white, and markup for its attributes (class, width, alt). */
void html_picture(struct html *html, const unsigned char *gray, int rows, int cols, const char *attributes);

/* Adds what every page of ours begins and ends with: doctype, title, style; light, dark and print. */
void html_begin(struct html *html, const char *title);
void html_end(struct html *html);

/* Writes the page atomically and releases it, also when that fails. */
int html_save(struct html *html, const char *path, struct error *err);

#endif
