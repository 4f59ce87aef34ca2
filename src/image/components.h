/* Which pixels hang together: the connected components of the ink, as runs of pixels. */
#ifndef LENET5_IMAGE_COMPONENTS_H
#define LENET5_IMAGE_COMPONENTS_H

#include "base/error.h"
#include "image/box.h"

/* Pixels left .. right - 1 of a row. */
struct run {
    int row, left, right, component;
};

struct component {
    struct box box;
    long long area;            /* pixels */
    long long first_run, runs; /* its runs are runs[first_run] .. runs[first_run + runs - 1], by row, then by column */
};

struct components {
    int count;
    struct component *all; /* [count], in the order of their first pixels: by row, then by column */
    long long run_count;
    struct run *runs; /* [run_count], those of a component side by side */
};

/* Gives   the components of the pixels of at least `least`; pixels that touch by a side or a corner hang together. None
 *         is no failure. Released by components_free().
 * Memory  48 bytes a run on its way, 16 after, and 48 a component: a few hundredths of a byte a pixel of writing, at
 *         most 36 of a picture whose every second pixel stands alone.
 * Fails   with ERROR_FAILED when memory is short.
 * Source  runs joined by union-find in one pass over the rows (Rosenfeld and Pfaltz 1966). */
int components_find(struct components *out, const unsigned char *strength, int rows, int cols, int least,
                    struct error *err);

/* Leaves *components empty; an empty one may be freed again. */
void components_free(struct components *components);

#endif
