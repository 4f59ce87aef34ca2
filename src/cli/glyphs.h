/* Small pictures in a terminal, two rows of pixels a line of text. */
#ifndef LENET5_CLI_GLYPHS_H
#define LENET5_CLI_GLYPHS_H

#include <stdio.h>

enum glyphs {
    GLYPHS_PLAIN,  /* the darkness of a character */
    GLYPHS_BLOCKS, /* half blocks in shades of gray */
};

/* What `out` can show: blocks on a terminal that takes UTF-8 and colours (a locale that says so, TERM not "dumb",
 * NO_COLOR empty or not set: https://no-color.org). */
enum glyphs glyphs_for(FILE *out);

/* Lines of text that so many rows of pixels take. */
int glyphs_lines(int rows);

/* Prints one of them, `cols` characters wide, without a newline. Pixels [rows][cols], 0 ground .. 255 ink. */
void glyphs_print(FILE *out, const unsigned char *pixels, int rows, int cols, int line, enum glyphs glyphs);

#endif
