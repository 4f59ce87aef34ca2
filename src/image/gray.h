/* Colour to gray so that ink stays visible: yellow pencil on white, or red on a green that is just as light.
 *
 * Nearly every picture becomes its luma. But where the colours that stand side by side differ in another direction of
 * colour space much more than in luma, the picture is projected onto that direction. */
#ifndef LENET5_IMAGE_GRAY_H
#define LENET5_IMAGE_GRAY_H

#include "base/error.h"

/* Gives    gray[rows][cols] of rgb[rows][cols][3]; both may start at the same place. A picture without colour (R = G =
 *          B) gives exactly its own gray; elsewhere ITU-R BT.601 luma, rounded, or
 *          a R + b G + c B + d with |a| + |b| + |c| = 1 and the d that just keeps it in 0..255.
 * Rule     Differences between places that lie some way apart are gathered into a matrix, weighted by their square,
 *          so that ink counts and grain does not; the direction is its first eigenvector. It takes luma's place where
 *          it has 1.5 times the contrast (of vectors of the same length, so that coloured noise gives it nothing)
 *          and shows some ink at all.
 * Fails    for lack of memory only: under 1 MB beyond the pictures. */
int gray_from_colour(unsigned char *gray, const unsigned char *rgb, int rows, int cols, struct error *err);

#endif
