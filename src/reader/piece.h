/* What a digit is put together from: a connected component of the ink, or what lies between two cuts of one. */
#ifndef LENET5_READER_PIECE_H
#define LENET5_READER_PIECE_H

#include "image/components.h"
#include "image/fit.h"
#include "image/ink.h"

/* A way through a component from its top to its foot. */
struct cut {
    int *columns; /* [component->box.rows]: what lies left of it ends before this column */
    double price; /* of parting a digit there, in nats (lattice.h) */
};

struct piece {
    const struct component *component;
    struct box box;
    long long area;                 /* pixels */
    const struct cut *left, *right; /* NULL where the component ends by itself */
};

/* The whole component. */
struct piece piece_whole(const struct component *component);

/* What lies between two cuts, either of which may be NULL; area 0 where that is nothing. */
struct piece piece_between(const struct component *component, const struct components *components,
                           const struct cut *left, const struct cut *right);

/* The smallest box around all of them; count is 1 or more. */
struct box piece_bounds(const struct piece *pieces, int count);

/* The least number of columns without ink between two pieces, over the rows that both have: negative where `right`
 * begins before `left` ends; 0 where they share no row. */
int piece_clearance(const struct piece *left, const struct piece *right, const struct components *components);

/* Gives   out [28][28] as fit_ink() (image/fit.h) makes it from these pieces alone, with their soft edges.
 * Fails   as fit_ink() does. */
int piece_fit(unsigned char out[FIT_SIDE * FIT_SIDE], const struct piece *pieces, int count,
              const struct components *components, const struct ink *ink, struct error *err);

#endif
