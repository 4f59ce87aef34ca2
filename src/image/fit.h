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

/* Gives   [28][28], 0 background .. 255 ink: all the ink there is, its box scaled by area averaging so that its longer
 *         side is 20 px, full contrast, centre of mass moved to index 14 by whole pixels (less where the ink would
 *         leave the picture). Who wants one digit of many passes an ink with that one alone.
 * Fails   with ERROR_BLANK when no pixel has at least INK_EDGE. */
int fit_ink(unsigned char out[FIT_SIDE * FIT_SIDE], const struct ink *ink, struct error *err);

/* Gives   [28][28], 0 background .. 255 ink. A 28x28 picture of light ink on a dark ground is copied as it is; anything
 *         else is fitted: polarity by the border, a global threshold (Otsu), the ink's box scaled by area averaging
 *         so that its longer side is 20 px, full contrast, centre of mass moved to index 14 by whole pixels (less
 *         where the ink would leave the picture).
 * Rule    the threshold parts dark pixels from light ones; the ground is dark when more than half of the pixels along
 *         the picture's border are, since the ground reaches the border and ink seldom does.
 * Fails   with ERROR_BLANK when the picture holds no ink: its darkest and lightest pixels are less than 16 of 255
 *         apart. */
int fit_picture(unsigned char out[FIT_SIDE * FIT_SIDE], const struct picture *picture, struct error *err);

#endif
