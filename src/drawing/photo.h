/* Big pictures of handwritten numbers: as a drawing program makes them, on a blackboard, or as a photo of paper. */
#ifndef LENET5_DRAWING_PHOTO_H
#define LENET5_DRAWING_PHOTO_H

#include "drawing/strokes.h"

enum {
    PHOTO_HEIGHT_LEAST = 32, /* of a digit, px */
    PHOTO_HEIGHT = 2000,
};

/* 100 megapixels: a larger picture is refused before any memory is asked for. */
#define PHOTO_PIXELS 100000000

enum photo_ground {
    PHOTO_WHITE,   /* a drawing program: pure white, one coloured pen */
    PHOTO_DARK,    /* a blackboard: chalk on dark gray, green or blue */
    PHOTO_BLACK,   /* pure white on pure black */
    PHOTO_PAPER,   /* a photo of paper: uneven light, fibres, ballpoint, felt pen or pencil */
    PHOTO_RULED,   /* the same with lines, as in an exercise book */
    PHOTO_SQUARED, /* with squares */
    PHOTO_GROUNDS
};

/* Their names, in that order, and NULL. */
extern const char *const photo_grounds[PHOTO_GROUNDS + 1];

struct photo_plan {
    const char *text; /* digits; spaces between the numbers of a row, newlines between rows */
    enum photo_ground ground;
    int height; /* of a digit, about: PHOTO_HEIGHT_LEAST to PHOTO_HEIGHT */
};

struct photo {
    int rows, cols;
    unsigned char *rgb; /* [rows][cols][3]; malloc'ed, released by photo_free() */
};

/* Whether it can be drawn, as far as that can be told beforehand: fails with ERROR_USAGE when the text is none
 * (script.h), or the height out of its range. */
int photo_check(const struct photo_plan *plan, struct error *err);

/* Writes the text by one hand and takes the picture. Margins vary, the row or rows are turned a little. The ink of two
 * digits never touches: between them lie at least 8 % of their height.
 * Gives   *out: the same bytes for the same plan and the same rng, everywhere.
 * Fails   as photo_check() does, and with ERROR_USAGE when the picture would have more than PHOTO_PIXELS; no memory:
 *         ERROR_FAILED. */
int photo_draw(struct photo *out, const struct photo_plan *plan, const struct strokes *strokes, struct rng *rng,
               struct error *err);

/* Leaves *photo empty; an empty one may be freed again. */
void photo_free(struct photo *photo);

#endif
