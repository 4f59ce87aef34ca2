/* Pictures for tests: files in every encoding that the decoders read, made by libpng and libjpeg, and strokes drawn
 * with a round pen. A helper that cannot do its work ends the test program. */
#ifndef LENET5_TESTS_PICTURES_H
#define LENET5_TESTS_PICTURES_H

#include <stdio.h> /* jpeglib.h needs FILE */

#include <jpeglib.h>
#include <png.h>

#include "image/picture.h"
#include "support.h"

struct pictures_png {
    int rows, cols, bits, colour; /* colour: PNG_COLOR_TYPE_... */
    const uint16_t *samples;      /* [rows][cols][channels], each under 1 << bits */
    int is_interlaced;
    const png_color *palette;
    int colours;
    const unsigned char *alphas; /* of the first palette entries */
    int alpha_count;
    const png_color_16 *key; /* the gray or colour that is transparent, or NULL */
};

struct bytes pictures_png(const struct pictures_png *png);

/* Changes width and height in the header and mends its checksum. */
void pictures_png_resize(struct bytes *png, uint32_t cols, uint32_t rows);

struct pictures_jpeg {
    int rows, cols;
    const unsigned char *samples;    /* [rows][cols][channels] */
    J_COLOR_SPACE given, stored;     /* of the samples, of the file */
    int is_progressive, omits_adobe; /* omits_adobe: no marker that says how CMYK is meant */
    const void *exif;                /* payload of an APP1 marker, or NULL */
    unsigned exif_size;
};

struct bytes pictures_jpeg(const struct pictures_jpeg *jpeg);

/* Where the marker 0xff `code` stands first. */
size_t pictures_jpeg_find(const struct bytes *jpeg, int code);

/* A picture of one gray. */
struct picture pictures_plain(int rows, int cols, unsigned char gray);

/* A line of `width` pixels with round ends, antialiased, over what is there; a point is a line of no length. The middle
 * of the top left pixel is (0.5, 0.5). */
void pictures_line(struct picture *picture, double y0, double x0, double y1, double x1, double width,
                   unsigned char gray);

/* A handwritten-looking 4, top left at (y, x), `height` pixels high and about 0.7 as wide. */
void pictures_four(struct picture *picture, double y, double x, double height, double width, unsigned char gray);

#endif
