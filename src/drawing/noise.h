/* Uneven surfaces: random values on a coarse lattice, and smoothly between them. Made row by row, since a page of
 * floats would need more memory than the page. */
#ifndef LENET5_DRAWING_NOISE_H
#define LENET5_DRAWING_NOISE_H

#include "base/error.h"
#include "base/rng.h"

struct noise {
    double cell_x, cell_y; /* px from one value of the lattice to the next */
    double shift_x, shift_y;
    int cols;  /* of the lattice */
    int above; /* the lattice's row `above` and the next one are those in memory */
    struct rng rng;
    float *upper, *lower, *between; /* [cols] each; one allocation, in `owned` */
    float *owned;
};

/* For rows of `cols` pixels. Gives *out, released by noise_free(). Fails with ERROR_FAILED: memory. */
int noise_make(struct noise *out, int cols, double cell_x, double cell_y, uint64_t seed, struct error *err);

/* Adds to row[cols] values between -amount and amount. Rows are asked for from 0 on, in order. */
void noise_add(float *row, struct noise *noise, int cols, int index, float amount);

void noise_free(struct noise *noise);

#endif
