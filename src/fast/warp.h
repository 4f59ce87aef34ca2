/* A picture resampled: shifted, turned, sheared, scaled. One bilinear resample of one channel.
 *
 *     bytes -> strokes' thickness -> table of neighbours -> where each pixel comes from -> bytes
 *
 * The same bytes on every instruction set. */
#ifndef LENET5_FAST_WARP_H
#define LENET5_FAST_WARP_H

#include <stddef.h>

#include "base/error.h"
#include "fast/kernels.h"

/* What one thread needs to resample pictures of one size. */
struct warp_room {
    const struct warp_kernels *kernels;
    int rows, cols;
    int stride;                     /* of a tile_warp: cols rounded up to 8 */
    int table_stride;               /* cols + 2 rounded up to 8; that of a picture is 8 more */
    unsigned char *picture, *thick; /* [rows + 3][table_stride + 8] */
    int *table;                     /* [rows + 2][table_stride] */
};

/* In the order in which they are applied to a place of the result, counted from the middle, to find where its pixel
 * comes from: scale, shear, turn, shift. The result shows the opposite. */
struct affine {
    float tall, wide;  /* 1: as it is */
    float shear;       /* columns a row of the result */
    double turns;      /* 1: all the way round */
    float down, right; /* pixels */
};

int warp_room_create(struct warp_room *out, int rows, int cols, const struct kernels *kernels, struct error *err);
void warp_room_free(struct warp_room *room);

/* Bytes of a room. */
size_t warp_room_bytes(int rows, int cols);

/* Bytes that an image [channels][rows][cols] needs to be written by warp_sample(): a few more than it has. */
size_t warp_image_bytes(int channels, int rows, int cols);

/* Where pixels come from, without a spline, for pictures of that room's size. */
struct tile_warp warp_affine(const struct affine *affine, const struct warp_room *room);

/* Takes a channel, pixels [rows][cols], into the room; its strokes thicker by `thickness` 256ths of a pixel on each
 * side, thinner where that is below 0. */
void warp_load(struct warp_room *room, const unsigned char *pixels, int thickness);

/* The channel in the room as that has it: overwrites out [rows][cols], and up to 7 bytes behind it. */
void warp_sample(unsigned char *out, const struct warp_room *room, const struct tile_warp *warp);

#endif
