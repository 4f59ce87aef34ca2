/* Where the decoders lay the rows of a picture, in gray or in colour, with alpha or without; finished, it is a gray
 * picture of a size that can be worked on.
 *
 * A large picture is shrunk while it is laid, by area averaging: a stroke of the pen becomes fainter, never lost. */
#ifndef LENET5_IMAGE_CANVAS_H
#define LENET5_IMAGE_CANVAS_H

#include <stdint.h>

#include "base/error.h"
#include "image/picture.h"

/* A picture of more pixels is shrunk to at most as many. A 12-megapixel photo is halved: a digit of 40 px, small on a
 * full page, keeps the 20 px that the network looks at. */
#define CANVAS_PIXELS 6000000

struct canvas {
    int full_rows, full_cols; /* the file's */
    int rows, cols;           /* the picture's */
    int channels;             /* 1 gray, 2 gray + alpha, 3 RGB, 4 RGBA */
    int shrink;               /* in all */
    int own_shrink;           /* of these, what the canvas does itself; the decoder does the rest */
    unsigned char *samples;   /* [rows][cols][channels], 8 bits each, where own_shrink is 1 */
    uint16_t *sums;           /* the same memory where it is not; colours are then multiplied by alpha */
};

/* The whole factor that a picture of this size is shrunk by: the least that leaves CANVAS_PIXELS or fewer. */
int canvas_shrink(int rows, int cols);

/* `decoder_shrink` divides canvas_shrink(rows, cols): rows laid are already shrunk by it, sizes rounded up. 1 for
 * nearly all.
 * Needs   6 MB a channel, twice as much where own_shrink is not 1.
 * Fails   as picture_check() does, before any memory is asked for. */
int canvas_create(struct canvas *out, int rows, int cols, int channels, int decoder_shrink, struct error *err);

void canvas_free(struct canvas *canvas);

/* Lays pixels of the row `row` on columns first, first + step, first + 2 step ... up to the right edge. Every pixel of
 * the picture has to be laid once, in any order. */
void canvas_lay(struct canvas *canvas, const unsigned char *pixels, int row, int first, int step);

/* Gives the picture and leaves the canvas empty. Transparent pixels lie on white, or on black where the ink is light;
 * gray.h says how colour becomes gray. Fails for lack of memory only, the canvas as canvas_free() needs it. */
int canvas_finish(struct picture *out, struct canvas *canvas, struct error *err);

#endif
