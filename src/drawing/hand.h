/* From control points to the line that a hand draws: jitter, a curve through the points, distortions of the whole
 * shape, and the width of the pen along it. */
#ifndef LENET5_DRAWING_HAND_H
#define LENET5_DRAWING_HAND_H

#include "drawing/skeleton.h"

enum { LINE_POINTS = 4096 };

/* Dots of ink, so close that they make a line; lengths in heights of the digit before it was distorted. */
struct line {
    int count;
    double pen; /* width of the stroke in px of the 20-px box: a dot's radius there is width * pen / 2 */
    struct dot {
        double x, y;
        double width; /* about 1: pressure, nib, taper */
    } dots[LINE_POINTS];
};

/* Writes the skeleton once. */
void hand_write(struct line *out, const struct skeleton *skeleton, const struct hand *hand,
                const struct digit_strokes *digit, struct rng *rng);

#endif
