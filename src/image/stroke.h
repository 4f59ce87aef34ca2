/* How wide the strokes of a drawing are, and how to make them wider or narrower. */
#ifndef LENET5_IMAGE_STROKE_H
#define LENET5_IMAGE_STROKE_H

#include "image/box.h"

enum { STROKE_SIDE = 256 };

/* A drawing in ink and nothing; a pixel of nothing lies all around it, at least. */
struct strokes {
    int rows, cols;                                  /* each at most STROKE_SIDE */
    unsigned char is_ink[STROKE_SIDE * STROKE_SIDE]; /* [rows][cols] */
};

/* The box of the ink; of no rows and cols where there is none. */
struct box stroke_box(const struct strokes *strokes);

/* The width, in pixels, that `share` of the strokes' length is narrower than: 0.5 gives the median. Along the middle of
 * a stroke, the distance to its edge is half its width.
 * Source  distances exact, as in Meijster, Roerdink and Hesselink 2000. */
double stroke_width(const struct strokes *strokes, double share);

/* Moves every edge outward by `by` pixels (inward where it is negative): a stroke becomes 2 by wider. */
void stroke_move_edges(struct strokes *strokes, double by);

#endif
