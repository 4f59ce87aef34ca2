/* An image seen several times, a little shifted, turned or scaled each time. The mean of a network's scores over all
 * views errs less often than its scores of the image alone, as an ensemble does: what one view shows badly another one
 * shows well (Krizhevsky, Sutskever and Hinton 2012, "ImageNet Classification with Deep Convolutional Neural
 * Networks", section 4.1, averages over ten). It costs as many times the work. */
#ifndef LENET5_FAST_VIEWS_H
#define LENET5_FAST_VIEWS_H

#include <stddef.h>

#include "base/error.h"
#include "fast/kernels.h"
#include "fast/warp.h"

enum { VIEWS_MOST = 13 };

/* What one thread needs to make them. */
struct views {
    int count, channels;
    struct warp_room room;
    size_t image_bytes;
    unsigned char *images; /* [count - 1][8][image_bytes] */
};

/* For images [channels][rows][cols]; `count` is 1 to VIEWS_MOST. Released by views_free(). */
int views_create(struct views *out, int count, int channels, int rows, int cols, const struct kernels *kernels,
                 struct error *err);
void views_free(struct views *views);

/* Gives the views of an image, bytes [channels][rows][cols], in see[0 .. count - 1]. The first is `pixels` itself; the
 * others lie in the place `slot` (0..7), until that is used again. */
void views_make(const unsigned char *see[VIEWS_MOST], struct views *views, int slot, const unsigned char *pixels);

#endif
