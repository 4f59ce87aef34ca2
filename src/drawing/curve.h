/* The curve that a stroke is: dots through its control points. */
#ifndef LENET5_DRAWING_CURVE_H
#define LENET5_DRAWING_CURVE_H

#include "drawing/hand.h"

/* Dots lie about this far apart, in heights. */
#define CURVE_SPACING 0.012

double curve_distance(const struct control_point *a, const struct control_point *b);

/* Adds the dots of one stroke to the line: a smooth curve through `count` points, at least one, that breaks at corners
 * unless the hand writes them round. Dots that the line has no room for are left out. */
void curve_put(struct line *line, const struct control_point *points, int count, const struct hand *hand,
               struct rng *rng);

#endif
