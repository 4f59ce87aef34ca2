/* The light in a photo of a page: never quite even, weaker towards the corners, and sometimes with the soft shadow of a
 * hand or a lamp's edge. */
#ifndef LENET5_DRAWING_LIGHT_H
#define LENET5_DRAWING_LIGHT_H

#include "base/rng.h"

struct light {
    float across, down; /* by which share it grows over the shorter side */
    float vignette;     /* by which share it is weaker there */
    float shadow;       /* which share the shadow takes away */
    float shadow_x, shadow_y, shadow_from, shadow_width;
    float cast[3]; /* how much of what is missing each channel keeps: shadows are blue */
};

/* Of a photo, `strength` 0 to 1 (0: none at all, the same everywhere). */
struct light light_draw(double strength, struct rng *rng);

/* Gives level[cols], about 1; bend[cols] moves the shadow's edge. */
void light_row(float *level, const float *bend, const struct light *light, int rows, int cols, int row);

#endif
