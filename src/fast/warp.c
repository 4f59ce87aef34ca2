#include "fast/warp.h"

#include <stdlib.h>
#include <string.h>

#include "base/real.h"

enum { BORDER = 3 }; /* rows of background around a picture */

static int whole_vectors(int count)
{
    return (count + TILE - 1) / TILE * TILE;
}

static size_t picture_bytes(int rows, int cols)
{
    return (size_t)(rows + BORDER) * (size_t)(whole_vectors(cols + 2) + TILE);
}

static size_t table_entries(int rows, int cols)
{
    return (size_t)(rows + 2) * (size_t)whole_vectors(cols + 2);
}

size_t warp_room_bytes(int rows, int cols)
{
    return 2 * picture_bytes(rows, cols) + table_entries(rows, cols) * sizeof(int);
}

size_t warp_image_bytes(int channels, int rows, int cols)
{
    return (size_t)channels * (size_t)rows * (size_t)cols + TILE;
}

int warp_room_create(struct warp_room *out, int rows, int cols, const struct kernels *kernels, struct error *err)
{
    struct warp_room room = {.kernels = kernels->warp,
                             .rows = rows,
                             .cols = cols,
                             .stride = whole_vectors(cols),
                             .table_stride = whole_vectors(cols + 2),
                             .picture = calloc(1, picture_bytes(rows, cols)),
                             .thick = calloc(1, picture_bytes(rows, cols)),
                             .table = calloc(table_entries(rows, cols), sizeof(int))};
    if (room.picture == NULL || room.thick == NULL || room.table == NULL) {
        warp_room_free(&room);
        return error_memory(err, warp_room_bytes(rows, cols), "an altered image");
    }
    *out = room;
    return 0;
}

void warp_room_free(struct warp_room *room)
{
    free(room->picture);
    free(room->thick);
    free(room->table);
    *room = (struct warp_room){0};
}

struct tile_warp warp_affine(const struct affine *affine, const struct warp_room *room)
{
    const float cosine = (float)real_cos_turns(affine->turns), sine = (float)real_cos_turns(affine->turns - 0.25);
    const float middle_row = (float)(room->rows - 1) / 2, middle_col = (float)(room->cols - 1) / 2;
    struct tile_warp warp = {.rows = room->rows, .cols = room->cols, .stride = room->stride};
    warp.y_row = cosine * affine->tall - sine * affine->shear;
    warp.y_col = -sine * affine->wide;
    warp.x_row = sine * affine->tall + cosine * affine->shear;
    warp.x_col = cosine * affine->wide;
    warp.y = middle_row + affine->down - warp.y_row * middle_row - warp.y_col * middle_col;
    warp.x = middle_col + affine->right - warp.x_row * middle_row - warp.x_col * middle_col;
    return warp;
}

void warp_load(struct warp_room *room, const unsigned char *pixels, int thickness)
{
    const int rows = room->rows, cols = room->cols, stride = room->table_stride + TILE;
    for (int r = 0; r < rows; r++)
        memcpy(room->picture + (r + 1) * stride + 1, pixels + (size_t)r * (size_t)cols, (size_t)cols);
    if (thickness != 0)
        room->kernels->thicken(room->thick, room->picture, thickness, rows, cols, stride);
    room->kernels->pack(room->table, thickness != 0 ? room->thick : room->picture, rows, stride);
}

void warp_sample(unsigned char *out, const struct warp_room *room, const struct tile_warp *warp)
{
    room->kernels->sample(out, room->table, room->table_stride, warp);
}
