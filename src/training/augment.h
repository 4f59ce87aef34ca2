/* Training images altered on the way into the network, each time anew: shifted, turned, scaled, sheared, bent smoothly,
 * their strokes thicker or thinner (Simard, Steinkraus and Platt 2003). One bilinear resample an image.
 *
 *     seed, epoch, image -> random numbers -> strokes' thickness -> where each pixel comes from -> bytes
 *
 * The result is a function of the seed, the epoch and the number of the image in its data set, whatever thread makes it
 * and in whatever order: there is no state. The same bytes on every instruction set. */
#ifndef LENET5_TRAINING_AUGMENT_H
#define LENET5_TRAINING_AUGMENT_H

#include <stdint.h>

#include "base/error.h"
#include "dataset/dataset.h"
#include "fast/kernels.h"
#include "fast/warp.h"
#include "model/config.h"

/* What is the same for all images. */
struct augment {
    struct augmentation ranges;
    uint64_t seed;
    const struct kernels *kernels;
    int channels, rows, cols;
    int row_knots, col_knots; /* of the spline that bends: AUGMENT_SPACING pixels from one to the next */
    int stride;               /* cols rounded up to 8 */
    int *first_knot;          /* [rows] */
    float *row_weights;       /* [rows][4] */
    float *col_weights;       /* [col_knots][stride] */
};

enum { AUGMENT_SPACING = 7 };

/* What one thread needs to alter the images of a tile. */
struct augment_room {
    unsigned char *images; /* [8][image_bytes] */
    size_t image_bytes;
    struct warp_room warp;
    float *at, *displaced; /* [2][col_knots]; [row_knots][2][stride] */
};

/* For images like those of `set`; nothing is kept of it. Released by augment_free(). */
int augment_create(struct augment *out, const struct augmentation *ranges, uint64_t seed, const struct dataset *set,
                   const struct kernels *kernels, struct error *err);
void augment_free(struct augment *augment);

/* Whether images are altered at all: any range above 0. */
int augment_is_on(const struct augmentation *ranges);

/* Bytes of a room; 0 where nothing is altered. */
size_t augment_room_bytes(const struct augment *augment);

int augment_room_create(struct augment_room *out, const struct augment *augment, struct error *err);
void augment_room_free(struct augment_room *room);

/* Gives image number `index` of the data set, whose bytes are `pixels`, as it is to be seen in that epoch (0, 1, ...):
 * in the room's place `slot` (0..7), until that is used again; `pixels` itself where all ranges are 0. */
const unsigned char *augment_image(struct augment_room *room, int slot, const unsigned char *pixels, int epoch,
                                   int index, const struct augment *augment);

#endif
