#include "pages/html.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "image/write_png.h"
#include "pages/page_files.h"

/* Room for `more` characters and the NUL; 0 where there is none. */
static int make_room(struct html *html, size_t more)
{
    if (html->has_failed)
        return 0;
    if (html->length + more < html->room)
        return 1;
    const size_t room = 2 * (html->length + more) + 4096;
    char *text = realloc(html->text, room);
    if (text == NULL) {
        html->has_failed = 1;
        return 0;
    }
    html->text = text;
    html->room = room;
    return 1;
}

void html_add(struct html *html, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0 || !make_room(html, (size_t)length))
        return;
    va_start(arguments, format);
    vsnprintf(html->text + html->length, html->room - html->length, format, arguments);
    va_end(arguments);
    html->length += (size_t)length;
}

void html_text(struct html *html, const char *text)
{
    for (; *text != '\0'; text++)
        switch (*text) {
        case '&':
            html_add(html, "&amp;");
            break;
        case '<':
            html_add(html, "&lt;");
            break;
        case '>':
            html_add(html, "&gt;");
            break;
        case '"':
            html_add(html, "&quot;");
            break;
        default:
            html_add(html, "%c", *text);
        }
}

static void add_base64(struct html *html, const unsigned char *bytes, size_t size)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (!make_room(html, (size + 2) / 3 * 4))
        return;
    for (size_t i = 0; i < size; i += 3) {
        const unsigned second = i + 1 < size ? bytes[i + 1] : 0, third = i + 2 < size ? bytes[i + 2] : 0;
        const unsigned all = (unsigned)bytes[i] << 16 | second << 8 | third;
        for (size_t k = 0; k < 4; k++)
            html->text[html->length++] = i + k > size ? '=' : letters[all >> (18 - 6 * k) & 63];
    }
    html->text[html->length] = '\0';
}

void html_picture(struct html *html, const unsigned char *gray, int rows, int cols, const char *attributes)
{
    unsigned char *bytes;
    size_t size;
    if (write_png_bytes(&bytes, &size, gray, rows, cols, NULL) != 0) {
        html->has_failed = 1;
        return;
    }
    html_add(html, "<img %s src=\"data:image/png;base64,", attributes);
    add_base64(html, bytes, size);
    html_add(html, "\">");
    free(bytes);
}

void html_begin(struct html *html, const char *title)
{
    html_add(html, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    html_text(html, title);
    html_add(html, "</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n");
    const struct page_file *style = page_files_find("paper.css");
    html_add(html, "%.*s", (int)style->size, (const char *)style->bytes);
    html_add(html, "</style>\n</head>\n<body>\n");
}

void html_end(struct html *html)
{
    html_add(html, "</body>\n</html>\n");
}

int html_save(struct html *html, const char *path, struct error *err)
{
    const int result =
        html->has_failed ? error_memory(err, html->room, "a page") : files_write(path, html->text, html->length, err);
    free(html->text);
    *html = (struct html){0};
    return result;
}
