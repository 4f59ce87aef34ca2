/* Any picture to what the network was trained on: the geometry that every MNIST digit has.
 *
 * Source: the MNIST page (digits were size-normalised to fit a 20x20 box keeping their aspect, then centred in 28x28
 * by centre of mass); measured: the longer side of the ink box is 20 px, the centre of mass lies at index 14. */
#ifndef LENET5_IMAGE_FIT_H
#define LENET5_IMAGE_FIT_H

#include "base/error.h"
#include "image/ink.h"
#include "image/picture.h"

enum { FIT_SIDE = 28, FIT_BOX = 20, FIT_CENTRE = 14 };

/* Gives   [28][28], 0 background .. 255 ink: all the ink there is. It is drawn anew, 160 px long, in ink and nothing;
 *         strokes under 2 px of 20 are widened to that and those over 3.5 narrowed; then its box is scaled by area
 *         averaging so that its longer side is 20 px, in full contrast, and its centre of mass moved to index 14 by
 *         whole pixels (less where the ink would leave the picture). Who wants one digit of many passes an ink with
 *         that one alone.
 * Fails   with ERROR_BLANK when no pixel has at least INK_EDGE. */
int fit_ink(unsigned char out[FIT_SIDE * FIT_SIDE], const struct ink *ink, struct error *err);

/* The same for what ink_find() finds in a picture of one digit, once ink_check() and figure_isolate() have seen it. A
 * picture that is fitted already is copied bit for bit: 28x28, what is not 0 in a box of 20 px (or 19), its centre of
 * mass within 0.52 of index 14 on both axes, its brightest pixel at least 250.
 * Fails   as ink_find() and ink_check() do. */
int fit_picture(unsigned char out[FIT_SIDE * FIT_SIDE], const struct picture *picture, struct error *err);

#endif
