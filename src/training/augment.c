#include "training/augment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/real.h"
#include "base/rng.h"

enum { TAPS = 4, BORDER = 3 }; /* knots that have a say at a place; rows and columns of background around a picture */

/* ---- The spline ---- */

static int knots_of(int pixels)
{
    return (pixels - 1) / AUGMENT_SPACING + TAPS;
}

/* Of the four knots around a place that is `t` of the way from the second to the third. */
static void bspline(double w[TAPS], double t)
{
    const double left = 1 - t;
    w[0] = left * left * left / 6;
    w[1] = 2.0 / 3 - t * t * (2 - t) / 2;
    w[2] = 2.0 / 3 - left * left * (1 + t) / 2;
    w[3] = t * t * t / 6;
}

/* The root of the mean over all places of the squared weights' sum: with knots of deviation 1 that is the deviation. */
static double spline_deviation(int pixels)
{
    double sum = 0, w[TAPS];
    for (int at = 0; at < pixels; at++) {
        bspline(w, (double)(at % AUGMENT_SPACING) / AUGMENT_SPACING);
        for (int tap = 0; tap < TAPS; tap++)
            sum += w[tap] * w[tap];
    }
    return sqrt(sum / pixels);
}

static void make_spline(struct augment *augment)
{
    const double rows_deviation = spline_deviation(augment->rows), cols_deviation = spline_deviation(augment->cols);
    double w[TAPS];
    for (int r = 0; r < augment->rows; r++) {
        bspline(w, (double)(r % AUGMENT_SPACING) / AUGMENT_SPACING);
        augment->first_knot[r] = r / AUGMENT_SPACING;
        for (int tap = 0; tap < TAPS; tap++)
            augment->row_weights[r * TAPS + tap] = (float)(w[tap] / rows_deviation);
    }
    for (int k = 0; k < augment->cols; k++) {
        bspline(w, (double)(k % AUGMENT_SPACING) / AUGMENT_SPACING);
        for (int tap = 0; tap < TAPS; tap++)
            augment->col_weights[(k / AUGMENT_SPACING + tap) * augment->stride + k] = (float)(w[tap] / cols_deviation);
    }
}

/* ---- Memory ---- */

static int whole_vectors(int count)
{
    return (count + TILE - 1) / TILE * TILE;
}

int augment_create(struct augment *out, const struct augmentation *ranges, uint64_t seed, const struct dataset *set,
                   const struct kernels *kernels, struct error *err)
{
    struct augment augment = {.ranges = *ranges,
                              .seed = seed,
                              .kernels = kernels,
                              .channels = set->channels,
                              .rows = set->rows,
                              .cols = set->cols,
                              .row_knots = knots_of(set->rows),
                              .col_knots = knots_of(set->cols),
                              .stride = whole_vectors(set->cols),
                              .table_stride = whole_vectors(set->cols + 2)};
    const size_t rows = (size_t)augment.rows, spread = (size_t)augment.col_knots * (size_t)augment.stride;
    augment.first_knot = calloc(rows, sizeof(int));
    augment.row_weights = calloc(rows * TAPS, sizeof(float));
    augment.col_weights = calloc(spread, sizeof(float));
    if (augment.first_knot == NULL || augment.row_weights == NULL || augment.col_weights == NULL) {
        augment_free(&augment);
        return error_memory(err, (rows * (TAPS + 1) + spread) * sizeof(float), "augmentation");
    }
    make_spline(&augment);
    *out = augment;
    return 0;
}

void augment_free(struct augment *augment)
{
    free(augment->first_knot);
    free(augment->row_weights);
    free(augment->col_weights);
    *augment = (struct augment){0};
}

int augment_is_on(const struct augmentation *ranges)
{
    return ranges->shift > 0 || ranges->rotation > 0 || ranges->scale > 0 || ranges->shear > 0 || ranges->elastic > 0 ||
           ranges->thickness > 0;
}

/* How many there are of what a room is made of. */
struct room_sizes {
    size_t image, picture, table, at, displaced;
};

static struct room_sizes room_sizes(const struct augment *augment)
{
    const size_t rows = (size_t)augment->rows, table_stride = (size_t)augment->table_stride;
    return (struct room_sizes){.image = (size_t)augment->channels * rows * (size_t)augment->cols + TILE,
                               .picture = (rows + BORDER) * (table_stride + TILE),
                               .table = (rows + 2) * table_stride,
                               .at = 2 * (size_t)augment->col_knots,
                               .displaced = 2 * (size_t)(augment->row_knots * augment->stride)};
}

size_t augment_room_bytes(const struct augment *augment)
{
    const struct room_sizes sizes = room_sizes(augment);
    if (!augment_is_on(&augment->ranges))
        return 0;
    return TILE * sizes.image + 2 * sizes.picture + sizes.table * sizeof(int) +
           (sizes.at + sizes.displaced) * sizeof(float);
}

int augment_room_create(struct augment_room *out, const struct augment *augment, struct error *err)
{
    const struct room_sizes sizes = room_sizes(augment);
    struct augment_room room = {.image_bytes = sizes.image};
    if (augment_is_on(&augment->ranges)) {
        room.images = calloc(TILE, sizes.image);
        room.picture = calloc(1, sizes.picture);
        room.thick = calloc(1, sizes.picture);
        room.table = calloc(sizes.table, sizeof(int));
        room.at = calloc(sizes.at, sizeof(float));
        room.displaced = calloc(sizes.displaced, sizeof(float));
        if (room.images == NULL || room.picture == NULL || room.thick == NULL || room.table == NULL ||
            room.at == NULL || room.displaced == NULL) {
            augment_room_free(&room);
            return error_memory(err, augment_room_bytes(augment), "an altered image");
        }
    }
    *out = room;
    return 0;
}

void augment_room_free(struct augment_room *room)
{
    free(room->images);
    free(room->picture);
    free(room->thick);
    free(room->table);
    free(room->at);
    free(room->displaced);
    *room = (struct augment_room){0};
}

/* ---- Chance ---- */

struct chance {
    struct rng rng;
    uint64_t bits;
    int has_more;
};

/* The stream of an image: 8 bits of what for, then 32 of the image, then the epoch's (17). */
static struct chance chance_of(uint64_t seed, int epoch, int index)
{
    const uint64_t stream = RNG_AUGMENT | (uint64_t)(uint32_t)index << 8 | (uint64_t)(uint32_t)epoch << 40;
    return (struct chance){.rng = rng_make(seed, stream)};
}

/* Uniform in [-range, range); two from each number of the stream. */
static float draw(struct chance *chance, double range)
{
    chance->bits = chance->has_more ? chance->bits >> 32 : rng_next(&chance->rng);
    chance->has_more = !chance->has_more;
    return ((float)((uint32_t)chance->bits >> 8) * 0x1p-23f - 1) * (float)range;
}

/* ---- An image ---- */

/* Where pixels come from, without bending: around the middle, shift after turn after shear after scale. */
static void draw_affine(struct tile_warp *warp, struct chance *chance, const struct augmentation *ranges)
{
    const float down = draw(chance, ranges->shift), right = draw(chance, ranges->shift);
    const double turns = (double)draw(chance, ranges->rotation) / 360;
    const float cosine = (float)real_cos_turns(turns), sine = (float)real_cos_turns(turns - 0.25);
    const float tall = 1 + draw(chance, ranges->scale), wide = 1 + draw(chance, ranges->scale);
    const float shear = draw(chance, ranges->shear);
    const float middle_row = (float)(warp->rows - 1) / 2, middle_col = (float)(warp->cols - 1) / 2;
    warp->y_row = cosine * tall - sine * shear;
    warp->y_col = -sine * wide;
    warp->x_row = sine * tall + cosine * shear;
    warp->x_col = cosine * wide;
    warp->y = middle_row + down - warp->y_row * middle_row - warp->y_col * middle_col;
    warp->x = middle_col + right - warp->x_row * middle_row - warp->x_col * middle_col;
}

static void draw_bending(struct tile_warp *warp, struct augment_room *room, struct chance *chance,
                         const struct augment *augment)
{
    static const double from_deviation = 0x1.bb67ae8584caap0; /* sqrt(3): a uniform number of that range has 1 */
    const double range = augment->ranges.elastic * from_deviation;
    if (!(range > 0))
        return;
    for (int knot = 0; knot < augment->row_knots; knot++) {
        for (int i = 0; i < 2 * augment->col_knots; i++)
            room->at[i] = draw(chance, range);
        augment->kernels->warp->spread(room->displaced + 2 * knot * augment->stride, room->at, augment->col_weights,
                                       augment->col_knots, augment->stride);
    }
    warp->first_knot = augment->first_knot;
    warp->knots = augment->row_weights;
    warp->displaced = room->displaced;
}

/* One channel, into room->table. */
static void pack_picture(struct augment_room *room, const unsigned char *pixels, int thickness,
                         const struct augment *augment)
{
    const struct warp_kernels *kernels = augment->kernels->warp;
    const int rows = augment->rows, cols = augment->cols, stride = augment->table_stride + TILE;
    for (int r = 0; r < rows; r++)
        memcpy(room->picture + (r + 1) * stride + 1, pixels + (size_t)r * (size_t)cols, (size_t)cols);
    if (thickness != 0)
        kernels->thicken(room->thick, room->picture, thickness, rows, cols, stride);
    kernels->pack(room->table, thickness != 0 ? room->thick : room->picture, rows, stride);
}

/* Every number is drawn, used or not: one range more or less leaves the others' numbers as they are. */
const unsigned char *augment_image(struct augment_room *room, int slot, const unsigned char *pixels, int epoch,
                                   int index, const struct augment *augment)
{
    if (!augment_is_on(&augment->ranges))
        return pixels;
    struct tile_warp warp = {.rows = augment->rows, .cols = augment->cols, .stride = augment->stride};
    struct chance chance = chance_of(augment->seed, epoch, index);
    draw_affine(&warp, &chance, &augment->ranges);
    const int thickness = (int)floorf(draw(&chance, augment->ranges.thickness) * 256 + 0.5f);
    draw_bending(&warp, room, &chance, augment);
    const size_t size = (size_t)augment->rows * (size_t)augment->cols;
    unsigned char *out = room->images + (size_t)slot * room->image_bytes;
    for (int c = 0; c < augment->channels; c++) {
        pack_picture(room, pixels + (size_t)c * size, thickness, augment);
        augment->kernels->warp->sample(out + (size_t)c * size, room->table, augment->table_stride, &warp);
    }
    return out;
}
