/* The components of a picture that may be digits, or parts of some. */
#ifndef LENET5_READER_MARKS_H
#define LENET5_READER_MARKS_H

#include "image/components.h"

enum { MARKS = 2048 }; /* the largest ones; a page full of writing has a few hundred */

struct mark {
    const struct component *component;
    int is_low;        /* too low for a digit of this page: at most a part of one, or a small one in a line */
    int is_along_edge; /* of the picture: a digit that was cut off there, or what lies beside the paper */
    int line;          /* lines.h; 0 until then */
};

struct marks {
    int count;
    struct mark *all; /* [count]; malloc'ed, released by marks_free() */
    double height;    /* of a usual digit, pixels */
};

/* Gives   the marks of a picture of rows x cols pixels, in the order of the components. Left out are specks, rules and
 *         underlines, frames around other marks, and bands from the picture's left edge to its right one.
 * Fails   with ERROR_FAILED: memory. */
int marks_find(struct marks *out, const struct components *components, int rows, int cols, struct error *err);

/* Leaves *marks empty; an empty one may be freed again. */
void marks_free(struct marks *marks);

#endif
