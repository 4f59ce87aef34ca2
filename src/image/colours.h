/* The colours of a picture, looked at coarsely: in which direction of colour space things that lie side by side differ,
 * and which colour is the ground's. */
#ifndef LENET5_IMAGE_COLOURS_H
#define LENET5_IMAGE_COLOURS_H

#include "base/error.h"

struct colours {
    int rows, cols; /* of means over squares of the picture, at most 512 each: grain averages out, strokes do not */
    int reach;      /* how far apart two means are compared: uneven light tells nothing of ink, nor what is far off */
    unsigned char *mean; /* [rows][cols][3]; malloc'ed, released by colours_free() */
};

/* Of rgb[rows][cols][3]. Fails for lack of memory only; under 1 MB are needed. */
int colours_create(struct colours *out, const unsigned char *rgb, int rows, int cols, struct error *err);

void colours_free(struct colours *colours);

/* How differences d lie in colour space; each counts as much as its square, so that ink counts and grain does not. */
struct colours_spread {
    double matrix[3][3]; /* sum of |d|^2 d d' */
    double weight;       /* sum of |d|^2; 0 where all is of one colour */
};

void colours_measure(struct colours_spread *out, const struct colours *colours);

/* The root of the mean square of the differences along a direction of length 1, 0 to 442. The weight must not be 0. */
double colours_contrast(const struct colours_spread *spread, const double direction[3]);

/* Gives the direction, of length 1, of the greatest contrast: the first eigenvector of the matrix. */
void colours_direction(double direction[3], const struct colours_spread *spread);

/* The share, 0 to 1, of the differences (by their square) that a direction of length 1 shows less than half of. Only
 * large ones are counted, and noise is not: what goes on for more than one mean counts for it, what turns round
 * against. */
double colours_hidden(const struct colours *colours, const double direction[3]);

/* Gives the commonest colour, and the mean of all. */
void colours_ground(double ground[3], double mean[3], const struct colours *colours);

#endif
