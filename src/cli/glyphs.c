#define _POSIX_C_SOURCE 200809L
#include "cli/glyphs.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { DARKEST = 232, GRAYS = 24 }; /* the ramp of grays among a terminal's 256 colours */

/* As setlocale would choose. */
static int is_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (int i = 0; i < 3; i++) {
        const char *value = getenv(names[i]);
        if (value == NULL || *value == '\0')
            continue;
        const char *charset = strchr(value, '.');
        return charset != NULL && (strncasecmp(charset, ".utf-8", 6) == 0 || strncasecmp(charset, ".utf8", 5) == 0);
    }
    return 0;
}

enum glyphs glyphs_for(FILE *out)
{
    const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");
    const int colours = (no_colour == NULL || *no_colour == '\0') && term != NULL && strcmp(term, "dumb") != 0;
    return colours && is_utf8() && isatty(fileno(out)) ? GLYPHS_BLOCKS : GLYPHS_PLAIN;
}

int glyphs_lines(int rows)
{
    return (rows + 1) / 2;
}

void glyphs_print(FILE *out, const unsigned char *pixels, int rows, int cols, int line, enum glyphs glyphs)
{
    static const char shades[] = " .:-=+*#%@";
    const int levels = sizeof shades - 2;
    const unsigned char *upper = pixels + (size_t)(2 * line) * (size_t)cols;
    for (int col = 0; col < cols; col++) {
        const int top = upper[col], bottom = 2 * line + 1 < rows ? upper[cols + col] : 0;
        if (glyphs == GLYPHS_BLOCKS)
            fprintf(out, "\033[38;5;%d;48;5;%dm\u2580", DARKEST + top * (GRAYS - 1) / 255,
                    DARKEST + bottom * (GRAYS - 1) / 255);
        else
            fputc(shades[((top + bottom) * levels + 255) / 510], out);
    }
    if (glyphs == GLYPHS_BLOCKS)
        fputs("\033[0m", out);
}
