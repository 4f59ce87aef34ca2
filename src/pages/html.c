#include "pages/html.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "image/write_png.h"

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

static const char style[] =
    ":root{color-scheme:light dark;--ground:#f7f7f5;--paper:#fff;--text:#1c1d21;--muted:#5f6067;--line:#dddcd7;"
    "--accent:#1f4e8c;--soft:#e6edf7;--warm:#a8480b;font:16px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,"
    "'Helvetica Neue',Arial,sans-serif;font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}"
    "@media(prefers-color-scheme:dark){:root{--ground:#131417;--paper:#1b1d21;--text:#ececef;--muted:#a3a4ac;"
    "--line:#33353c;--accent:#8db8f7;--soft:#20304a;--warm:#f0a35c}}"
    "*{box-sizing:border-box}body{margin:0 auto;max-width:62rem;padding:1.5rem 1rem 4rem;background:var(--ground);"
    "color:var(--text)}h1{font-size:1.6rem;line-height:1.2;margin:0 0 .25rem;font-weight:650}"
    "h2{font-size:1.15rem;margin:2.5rem 0 .5rem;font-weight:600}h3{font-size:1rem;margin:1.5rem 0 .5rem;"
    "font-weight:600}p{max-width:65ch;margin:0 0 .75rem}.muted{color:var(--muted)}.small{font-size:.875rem}"
    "img{image-rendering:pixelated;border:1px solid var(--line);border-radius:4px;display:block;max-width:100%;"
    "height:auto}img.strip{height:24px;max-width:none}.maps{display:flex;flex-wrap:wrap;gap:.6rem;margin:.75rem "
    "0}figure{margin:0}"
    "figcaption{font-size:.8125rem;color:var(--muted)}.scroll{overflow-x:auto}table{border-collapse:collapse;"
    "margin:.5rem 0;font-size:.9375rem}th,td{padding:.2rem .7rem;text-align:right;border-bottom:1px solid "
    "var(--line)}th{font-weight:600;color:var(--muted)}th:first-child,td:first-child{text-align:left}"
    "table.window td{border:1px solid var(--line);font-size:.8125rem;padding:.25rem .45rem;text-align:right}"
    ".figure{font-size:3rem;line-height:1.1;font-weight:650;color:var(--accent);margin:1rem 0 .25rem}"
    "table.confusion td{background:color-mix(in srgb,var(--warm) var(--shade,0%),transparent)}table.confusion td.win"
    "{background:var(--soft)}table.confusion th:first-child{text-align:left}"
    ".row{display:flex;flex-wrap:wrap;gap:1rem;align-items:center}.sign{font-size:1.5rem;color:var(--muted)}"
    ".win{background:var(--soft);font-weight:600}.bar{fill:var(--accent)}svg{max-width:100%;height:auto;"
    "display:block}svg text{fill:var(--text);font:13px system-ui,sans-serif}svg .muted{fill:var(--muted)}"
    "svg .axis{stroke:var(--line)}svg path{fill:none;stroke-width:2;stroke-linejoin:round}.line0{stroke:var(--accent)}"
    ".line1{stroke:var(--warm)}svg .name0{fill:var(--accent)}svg .name1{fill:var(--warm)}code,pre{font:.875rem/1.5 "
    "ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}code{overflow-wrap:anywhere}"
    "pre{overflow-x:auto;background:var(--paper);border:1px solid var(--line);border-radius:6px;padding:.75rem}"
    "@media print{:root{--ground:#fff;--paper:#fff;--text:#000;--muted:#444;--line:#bbb;--accent:#1f4e8c;"
    "--soft:#eee}body{max-width:none;padding:0}h2{break-after:avoid}figure,tr{break-inside:avoid}}";

void html_begin(struct html *html, const char *title)
{
    html_add(html, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    html_text(html, title);
    html_add(html, "</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>%s</style>\n</head>\n<body>\n", style);
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
