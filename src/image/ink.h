/* From a gray picture to its ink: how much pen lies on each pixel, whatever the paper and the light. */
#ifndef LENET5_IMAGE_INK_H
#define LENET5_IMAGE_INK_H

#include "base/error.h"
#include "image/box.h"
#include "image/picture.h"

enum { INK_EDGE = 128 }; /* a pixel of at least this strength is ink; less is the soft edge of a stroke */

struct ink {
    int rows, cols;
    unsigned char *strength; /* [rows][cols], 0 none .. 255 full; malloc'ed, released by ink_free() */
    int is_light;            /* the ink was lighter than its ground */
    double pen;              /* the usual width of a stroke in pixels */
    double apart;            /* how far ink lies from its ground, in standard deviations of both; of noise: under 5 */
    double border;           /* the share of the picture's border that is ink */
};

/* Gives   the ink of a picture, of the same rows and cols: dark on light or light on dark, the light made even, the
 * paper's lines, specks and shadows left out. A shadow is what is darker over more than three strokes' width; where ink
 *         would run out of the picture, ever narrower ones are tried.
 * Memory  2 bytes a pixel, and what components_find() takes.
 * Fails   with ERROR_BLANK when the picture holds no ink, with ERROR_FAILED when memory is short. */
int ink_find(struct ink *out, const struct picture *picture, struct error *err);

/* The same where strokes are known to be narrow: what is darker over more than `widest` pixels is a shadow. Of a page
 * it finds the digits whatever lies on the page's edges; a thicker pen it loses. */
int ink_find_narrow(struct ink *out, const struct picture *picture, double widest, struct error *err);

/* Whether ink can be writing at all, by `apart` and `border`. Fails with ERROR_BLANK where it looks like noise or a
 * pattern. A page with a dark edge may fail, and still hold digits: this is for pictures of one. */
int ink_check(const struct ink *ink, struct error *err);

/* An ink of no strength anywhere, for a caller who copies a part of another one into it. */
int ink_create(struct ink *out, int rows, int cols, struct error *err);

/* Leaves *ink empty; an empty one may be freed again. */
void ink_free(struct ink *ink);

/* The box of the pixels of at least INK_EDGE; of no rows and cols where there are none. */
struct box ink_box(const struct ink *ink);

#endif
