/* Where digits that touch can be parted: ways through a component from top to foot that cross little ink.
 *
 * Source: heuristic over-segmentation (LeCun et al. 1998, section V), with paths in the place of straight lines. */
#ifndef LENET5_READER_CUTS_H
#define LENET5_READER_CUTS_H

#include "reader/piece.h"

enum { CUTS = 8 }; /* at most, of one component */

/* What any cut costs, in nats (lattice.h), and how wide a component is, in heights of a digit, that may be two. */
#define CUTS_PRICE 1.0
#define CUTS_WIDTH 0.65

struct cuts {
    int count;
    struct cut all[CUTS]; /* from left to right */
    int *columns;         /* of all of them; released by cuts_free() */
};

/* Gives   the best ways, none where the component is too small to be cut. No way turns by more than 45 degrees.
 * Fails   with ERROR_FAILED: memory. */
int cuts_find(struct cuts *out, const struct component *component, const struct components *components,
              const struct ink *ink, struct error *err);

/* Leaves *cuts empty; an empty one may be freed again. */
void cuts_free(struct cuts *cuts);

#endif
