/* From how deep a pixel lies to how much ink that is: a threshold that follows the pen. */
#ifndef LENET5_IMAGE_THRESHOLD_H
#define LENET5_IMAGE_THRESHOLD_H

#include "base/error.h"

struct threshold {
    int edge;           /* depths of at least this are ink anywhere; Otsu's threshold of all depths */
    int least;          /* depths under this are ground everywhere */
    double ground, ink; /* mean depths on either side of `edge` */
    double spread;      /* standard deviation of the depths within the two sides */
};

/* Source  Otsu 1979: the level that parts the depths into two classes whose means lie farthest apart. */
void threshold_find(struct threshold *out, const unsigned char *depth, int rows, int cols);

/* Gives   strength [rows][cols], 0 none .. 255 full, INK_EDGE at half the depth that the ink has nearby, where that is
 *         between `least` and `edge`: a fainter pen, or the thin end of a stroke, is ink as far as half of its own
 * depth. May be the same memory as depth. */
void threshold_strength(unsigned char *strength, const unsigned char *depth, int rows, int cols,
                        const struct threshold *threshold);

#endif
