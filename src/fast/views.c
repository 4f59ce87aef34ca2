#include "fast/views.h"

#include <stdlib.h>

/* Any first few of them are of use: the image, steps of 0.7 pixels to all sides, turns by 6 degrees, 5 % smaller and
 * larger, then all of it mixed. Measured on held-out images of MNIST. */
#define STEP 0.7f
#define TURN (6.0 / 360)
#define MIXED_STEP 0.6f
#define MIXED_TURN (5.0 / 360)

static const struct affine altered[VIEWS_MOST - 1] = {
    {.tall = 1, .wide = 1, .down = STEP},
    {.tall = 1, .wide = 1, .down = -STEP},
    {.tall = 1, .wide = 1, .right = STEP},
    {.tall = 1, .wide = 1, .right = -STEP},
    {.tall = 1, .wide = 1, .turns = TURN},
    {.tall = 1, .wide = 1, .turns = -TURN},
    {.tall = 1.05f, .wide = 1.05f},
    {.tall = 0.95f, .wide = 0.95f},
    {.tall = 1, .wide = 1, .turns = MIXED_TURN, .down = MIXED_STEP, .right = MIXED_STEP},
    {.tall = 1, .wide = 1, .turns = -MIXED_TURN, .down = MIXED_STEP, .right = -MIXED_STEP},
    {.tall = 1, .wide = 1, .turns = -MIXED_TURN, .down = -MIXED_STEP, .right = MIXED_STEP},
    {.tall = 1, .wide = 1, .turns = MIXED_TURN, .down = -MIXED_STEP, .right = -MIXED_STEP},
};

int views_create(struct views *out, int count, int channels, int rows, int cols, const struct kernels *kernels,
                 struct error *err)
{
    struct views views = {.count = count, .channels = channels, .image_bytes = warp_image_bytes(channels, rows, cols)};
    if (count > 1) {
        const size_t bytes = (size_t)(count - 1) * TILE * views.image_bytes;
        if (warp_room_create(&views.room, rows, cols, kernels, err) != 0)
            return -1;
        views.images = calloc(1, bytes);
        if (views.images == NULL) {
            views_free(&views);
            return error_memory(err, bytes, "an image's views");
        }
    }
    *out = views;
    return 0;
}

void views_free(struct views *views)
{
    warp_room_free(&views->room);
    free(views->images);
    *views = (struct views){0};
}

static unsigned char *image_of(const struct views *views, int view, int slot)
{
    return views->images + (size_t)((view - 1) * TILE + slot) * views->image_bytes;
}

void views_make(const unsigned char *see[VIEWS_MOST], struct views *views, int slot, const unsigned char *pixels)
{
    see[0] = pixels;
    if (views->count == 1)
        return;
    const size_t size = (size_t)views->room.rows * (size_t)views->room.cols;
    for (int view = 1; view < views->count; view++)
        see[view] = image_of(views, view, slot);
    /* What is written behind a channel is the next one's, which is yet to come. */
    for (int c = 0; c < views->channels; c++) {
        warp_load(&views->room, pixels + (size_t)c * size, 0);
        for (int view = 1; view < views->count; view++) {
            const struct tile_warp warp = warp_affine(&altered[view - 1], &views->room);
            warp_sample(image_of(views, view, slot) + (size_t)c * size, &views->room, &warp);
        }
    }
}
