/* Numbers written by one hand on one page: the same pen, slant and way of writing each digit throughout. Lengths are in
 * heights of a digit, about: each digit is a little larger or smaller. */
#ifndef LENET5_DRAWING_SCRIPT_H
#define LENET5_DRAWING_SCRIPT_H

#include "drawing/hand.h"

enum { SCRIPT_DIGITS = 200 };

/* The least distance between the ink of any two digits, in heights. */
#define SCRIPT_GAP 0.1

/* One digit as it stands on the page; a dot's width is in heights too, unlike in a line. */
struct glyph {
    int count;
    struct dot *dots;
    double left, top, right, bottom; /* of its ink */
};

struct script {
    int count;
    struct glyph glyphs[SCRIPT_DIGITS];
    double left, top, right, bottom; /* of all ink */
    /* The base line of the first row goes through (0, 0), and falls to the right where sine is positive; the others lie
     * `pitch` below each other. */
    double cosine, sine, pitch;
};

/* `text` holds digits, spaces between numbers and newlines between rows; `pen` is a factor on the width of the stroke.
 * Gives   *out, released by script_free().
 * Fails   with ERROR_USAGE when the text holds anything else, a row without digits, no digit or more than
 *         SCRIPT_DIGITS; no memory: ERROR_FAILED. */
int script_write(struct script *out, const char *text, double pen, const struct strokes *strokes, struct rng *rng,
                 struct error *err);

/* The text alone, as script_write() checks it. */
int script_check(const char *text, struct error *err);

/* Gives   cover[rows][cols], the share of each pixel that is ink, 0 to 255; overwritten. The point (0, 0) lies `left`
 * px from the left edge and `top` from the upper one, a height is `scale` px. What lies outside is cut off.
 * Fails   with ERROR_FAILED: memory. */
int script_cover(unsigned char *cover, int rows, int cols, const struct script *script, double scale, double left,
                 double top, struct error *err);

void script_free(struct script *script);

#endif
