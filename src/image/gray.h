/* Colour to gray so that ink stays visible: yellow pencil on white, red on a green that is just as light, a row of
 * digits in all colours.
 *
 * Nearly every picture becomes its luma. Where luma would hide the ink, the picture is projected onto the direction of
 * colour space in which it differs most; and where inks of several colours leave no such direction, gray tells how far
 * each pixel's colour is from the ground's. */
#ifndef LENET5_IMAGE_GRAY_H
#define LENET5_IMAGE_GRAY_H

#include "base/error.h"

/* Gives   gray[rows][cols] of rgb[rows][cols][3]; both may start at the same place. A picture without colour (R = G =
 * B) gives exactly its own gray; else one of ITU-R BT.601 luma, rounded, a R + b G + c B + d with |a| + |b| + |c| = 1
 * and the d that just keeps it in 0..255, 255 - the largest difference to the ground's colour in any channel. Rule The
 * direction of greatest contrast (colours.h) takes luma's place where its contrast is 1.3 times as large (of vectors of
 * the same length, so that coloured noise gives it nothing) and shows some ink at all; the distance to the ground takes
 * the place of either where that hides 3 % of them. Fails   for lack of memory only; under 1 MB are needed.
 */
int gray_from_colour(unsigned char *gray, const unsigned char *rgb, int rows, int cols, struct error *err);

#endif
