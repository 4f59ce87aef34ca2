/* A gray picture in memory: what the decoders give and what fit takes. */
#ifndef LENET5_IMAGE_PICTURE_H
#define LENET5_IMAGE_PICTURE_H

#include "base/error.h"

/* 100 megapixels, and rows that fit into a few megabytes: more is refused before any memory is asked for. */
#define PICTURE_PIXELS 100000000
#define PICTURE_COLS 1000000

struct picture {
    int rows, cols;
    unsigned char *gray; /* [rows][cols], 0 black .. 255 white; malloc'ed, released by picture_free() */
    int shrink;          /* each pixel is the mean of shrink x shrink of the file's, fewer at the right and lower edge;
                            1 where nothing was shrunk */
    int full_rows, full_cols; /* the file's own size: rows = full_rows / shrink, rounded up */
};

/* Fails when rows or cols is under 1, rows*cols above PICTURE_PIXELS, or cols above PICTURE_COLS. */
int picture_check(int rows, int cols, struct error *err);

/* Gives an all-black picture, not shrunk. Fails as picture_check() does, and for lack of memory. */
int picture_create(struct picture *out, int rows, int cols, struct error *err);

/* Leaves *picture empty; an empty one may be freed again. */
void picture_free(struct picture *picture);

/* The gray of a colour: ITU-R BT.601 luma, rounded. */
static inline unsigned char picture_luma(int red, int green, int blue)
{
    return (unsigned char)((299 * red + 587 * green + 114 * blue + 500) / 1000);
}

#endif
