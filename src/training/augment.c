#include "training/augment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/real.h"
#include "base/rng.h"

enum { TAPS = 4 }; /* knots that have a say at a place */

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
                              .stride = (set->cols + TILE - 1) / TILE * TILE};
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

static size_t knots_floats(const struct augment *augment)
{
    return 2 * (size_t)augment->col_knots;
}

static size_t displaced_floats(const struct augment *augment)
{
    return 2 * (size_t)(augment->row_knots * augment->stride);
}

size_t augment_room_bytes(const struct augment *augment)
{
    if (!augment_is_on(&augment->ranges))
        return 0;
    return TILE * warp_image_bytes(augment->channels, augment->rows, augment->cols) +
           warp_room_bytes(augment->rows, augment->cols) +
           (knots_floats(augment) + displaced_floats(augment)) * sizeof(float);
}

int augment_room_create(struct augment_room *out, const struct augment *augment, struct error *err)
{
    struct augment_room room = {.image_bytes = warp_image_bytes(augment->channels, augment->rows, augment->cols)};
    if (augment_is_on(&augment->ranges)) {
        if (warp_room_create(&room.warp, augment->rows, augment->cols, augment->kernels, err) != 0)
            return -1;
        room.images = calloc(TILE, room.image_bytes);
        room.at = calloc(knots_floats(augment), sizeof(float));
        room.displaced = calloc(displaced_floats(augment), sizeof(float));
        if (room.images == NULL || room.at == NULL || room.displaced == NULL) {
            augment_room_free(&room);
            return error_memory(err, augment_room_bytes(augment), "an altered image");
        }
    }
    *out = room;
    return 0;
}

void augment_room_free(struct augment_room *room)
{
    warp_room_free(&room->warp);
    free(room->images);
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

static struct affine draw_affine(struct chance *chance, const struct augmentation *ranges)
{
    struct affine affine;
    affine.down = draw(chance, ranges->shift);
    affine.right = draw(chance, ranges->shift);
    affine.turns = (double)draw(chance, ranges->rotation) / 360;
    affine.tall = 1 + draw(chance, ranges->scale);
    affine.wide = 1 + draw(chance, ranges->scale);
    affine.shear = draw(chance, ranges->shear);
    return affine;
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

/* Every number is drawn, used or not: one range more or less leaves the others' numbers as they are. */
const unsigned char *augment_image(struct augment_room *room, int slot, const unsigned char *pixels, int epoch,
                                   int index, const struct augment *augment)
{
    if (!augment_is_on(&augment->ranges))
        return pixels;
    struct chance chance = chance_of(augment->seed, epoch, index);
    const struct affine affine = draw_affine(&chance, &augment->ranges);
    struct tile_warp warp = warp_affine(&affine, &room->warp);
    const int thickness = (int)floorf(draw(&chance, augment->ranges.thickness) * 256 + 0.5f);
    draw_bending(&warp, room, &chance, augment);
    const size_t size = (size_t)augment->rows * (size_t)augment->cols;
    unsigned char *out = room->images + (size_t)slot * room->image_bytes;
    for (int c = 0; c < augment->channels; c++) {
        warp_load(&room->warp, pixels + (size_t)c * size, thickness);
        warp_sample(out + (size_t)c * size, &room->warp, &warp);
    }
    return out;
}
