/* What is too small or too faint to have been drawn: taken out of the ink. */
#ifndef LENET5_IMAGE_SPECKS_H
#define LENET5_IMAGE_SPECKS_H

#include "base/error.h"

/* Erases from strength [rows][cols] the pieces of ink that nowhere reach a depth of `edge`, and those that are smaller
 * than the tip of the pen and not within its width of a stroke, where they are a piece of it.
 * Gives   the usual width of a stroke in pixels, in *pen.
 * Memory  that of components_find().
 * Fails   with ERROR_FAILED when memory is short. */
int specks_erase(double *pen, unsigned char *strength, const unsigned char *depth, int rows, int cols, int edge,
                 struct error *err);

#endif
