/* Ruled and squared paper: its lines taken out of the ink, and the strokes that cross them left whole. */
#ifndef LENET5_IMAGE_RULES_H
#define LENET5_IMAGE_RULES_H

#include "base/error.h"

/* Erases from strength and depth [rows][cols], where the strength is at least INK_EDGE, the lines that run across the
 * whole picture, from side to side or from top to bottom, straight or slowly bending, broken by strokes or not: thin
 * pieces that follow each other and reach both borders. Where a stroke crosses, the ink is thicker than the line, and
 * stays. Gives   whether there were lines, in *found. Memory  2 bytes a pixel and what components_find() takes, only
 * where ink comes near two opposite borders. Fails   with ERROR_FAILED when memory is short. */
int rules_erase(int *found, unsigned char *strength, unsigned char *depth, int rows, int cols, struct error *err);

#endif
