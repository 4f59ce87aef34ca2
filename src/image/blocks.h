/* A gray picture drawn in text: half blocks, two rows of pixels in a line. */
#ifndef LENET5_IMAGE_BLOCKS_H
#define LENET5_IMAGE_BLOCKS_H

enum {
    BLOCKS_BYTES = 3, /* of a character, at most */
    BLOCKS_INK = 96   /* a pixel from here on is drawn */
};

/* Writes line `line` (0 .. (rows - 1) / 2) of a picture, pixels [rows][cols], 0 background .. 255 ink: `cols`
 * characters in UTF-8 and a NUL, in out [BLOCKS_BYTES * cols + 1]. Gives the end of what was written, where the NUL is.
 */
char *blocks_line(char *out, const unsigned char *pixels, int rows, int cols, int line);

#endif
