/* The paper under the ink: uneven light made even, whichever of the two is the lighter. */
#ifndef LENET5_IMAGE_GROUND_H
#define LENET5_IMAGE_GROUND_H

#include "base/error.h"
#include "image/picture.h"

enum { GROUND_BLOCKS = 96, GROUND_TERMS = 6 };

/* A picture seen coarsely: the mean levels of blocks of step x step pixels, at most GROUND_BLOCKS along each side. */
struct ground {
    int rows, cols, step;
    int is_dark;                  /* the ink is the lighter: levels below are of the picture turned round, 255 - gray */
    double surface[GROUND_TERMS]; /* the smooth part of the light: 1, x, y, x*x, x*y, y*y of the place, -1 .. 1 */
    float level[GROUND_BLOCKS * GROUND_BLOCKS];  /* [rows][cols] of the picture */
    float closed[GROUND_BLOCKS * GROUND_BLOCKS]; /* of the ground itself, turned round where it is dark */
};

/* Gives   light and polarity of a picture: a smooth surface is grown from the median of its border, since the ground
 *         reaches the border and ink seldom does; what stands out from it furthest is the ink. */
void ground_measure(struct ground *out, const struct picture *picture);

/* Makes out the ground, surface and shadows: what is darker over more than `pen` pixels each way is a shadow, what is
 * narrower is ink. Gives whether that changes the ground anywhere by more than a few levels.
 * Source  grayscale closing (Serra 1982), on the blocks. */
int ground_close(struct ground *ground, double pen);

/* Gives   depth [rows][cols], 0 like the ground .. 255 black (or white on a dark ground): the share of the ground's
 *         light that is missing, so that the same pen is as deep in the shade. */
void ground_depth(unsigned char *depth, const struct ground *ground, const struct picture *picture);

#endif
