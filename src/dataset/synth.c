#include "dataset/synth.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "drawing/chance.h"
#include "drawing/raster.h"

enum {
    DIGITS = 10,
    PIXELS = SYNTH_SIDE * SYNTH_SIDE,
    BOX = SYNTH_BOX * SYNTH_BOX,
    STRANGERS = 2, /* beside the two sets: in the stream's number */
    RARE = 3
};

/* Px a height at which the longer side of the ink, the pen's width included, fills the box. */
static double fill_box(const struct line *line)
{
    double scale = SYNTH_BOX;
    for (int i = 0; i < 4; i++) {
        const struct extent e = raster_extent(line, scale, line->pen);
        const double width = e.right - e.left, height = e.bottom - e.top, longer = width > height ? width : height;
        if (longer - line->pen < 0.01) /* a dot */
            break;
        scale *= (SYNTH_BOX - line->pen) / (longer - line->pen); /* the pen does not grow with the shape */
    }
    return scale;
}

/* ink[20][20]; the shorter side lies anywhere within a pixel, as a scanner finds it. */
static void draw_box(unsigned char ink[BOX], const struct line *line, struct rng *rng)
{
    unsigned char grid[BOX * RASTER_FINE * RASTER_FINE];
    const double scale = fill_box(line);
    const struct extent e = raster_extent(line, scale, line->pen);
    const double width = e.right - e.left, height = e.bottom - e.top, shift = (double)rng_unit(rng);
    const double spare_x = SYNTH_BOX - width, spare_y = SYNTH_BOX - height;
    raster_draw(ink, grid, SYNTH_BOX, SYNTH_BOX, line, scale, line->pen,
                (width < height ? (spare_x < 1 ? spare_x : 1) * shift : 0) - e.left,
                (width < height ? 0 : (spare_y < 1 ? spare_y : 1) * shift) - e.top);
}

/* out[i] = the share `blur` of both neighbours at a distance of `step`, and the rest of itself. */
static void blur_line(float *out, const float *in, int step, float blur)
{
    for (int i = 0; i < SYNTH_BOX; i++) {
        const float before = i > 0 ? in[(i - 1) * step] : 0, behind = i + 1 < SYNTH_BOX ? in[(i + 1) * step] : 0;
        out[i * step] = (1 - 2 * blur) * in[i * step] + blur * (before + behind);
    }
}

/* Scanned ink: a little blurred, and darkest where it is full. */
static void darken(float ink[BOX], const unsigned char drawn[BOX], const struct hand *hand, struct rng *rng)
{
    float across[BOX], most = 0;
    const float blur = (float)(hand->blur * (double)rng_unit(rng));
    const float gain = (float)(1 + hand->gain * (double)rng_unit(rng));
    for (int i = 0; i < BOX; i++)
        ink[i] = drawn[i];
    for (int row = 0; row < SYNTH_BOX; row++)
        blur_line(across + row * SYNTH_BOX, ink + row * SYNTH_BOX, 1, blur);
    for (int col = 0; col < SYNTH_BOX; col++)
        blur_line(ink + col, across + col, SYNTH_BOX, blur);
    for (int i = 0; i < BOX; i++)
        if (ink[i] > most)
            most = ink[i];
    for (int i = 0; most > 0 && i < BOX; i++) {
        ink[i] *= 255 * gain / most;
        if (ink[i] > 255)
            ink[i] = 255;
        if (ink[i] < 5) /* less than a scanner sees */
            ink[i] = 0;
    }
}

/* The centre of mass to index 14. */
static void place(unsigned char out[PIXELS], const float ink[BOX])
{
    double mass = 0, rows = 0, cols = 0;
    for (int row = 0; row < SYNTH_BOX; row++)
        for (int col = 0; col < SYNTH_BOX; col++) {
            const double m = (double)ink[row * SYNTH_BOX + col];
            mass += m;
            rows += m * row;
            cols += m * col;
        }
    memset(out, 0, PIXELS);
    if (!(mass > 0)) /* a hand whose dots are wider than the box may leave it empty */
        return;
    const int top = SYNTH_CENTRE - (int)(rows / mass + 0.5), left = SYNTH_CENTRE - (int)(cols / mass + 0.5);
    for (int row = 0; row < SYNTH_BOX; row++)
        for (int col = 0; col < SYNTH_BOX; col++) {
            const int r = row + top, c = col + left;
            if (r >= 0 && r < SYNTH_SIDE && c >= 0 && c < SYNTH_SIDE)
                out[r * SYNTH_SIDE + c] = (unsigned char)(ink[row * SYNTH_BOX + col] + 0.5f);
        }
}

static struct rng stream(uint64_t seed, uint64_t set, int index)
{
    return rng_make(seed, RNG_DRAWING | set << 8 | (uint64_t)(uint32_t)index << 32);
}

static void write_line(struct line *out, const struct hand *hand, const struct digit_strokes *from, struct rng *rng)
{
    struct skeleton skeleton;
    skeleton_draw(&skeleton, from, rng);
    hand_write(out, &skeleton, hand, from, rng);
}

static void draw_line(unsigned char out[PIXELS], const struct line *line, const struct hand *hand, struct rng *rng)
{
    unsigned char drawn[BOX];
    float ink[BOX];
    draw_box(drawn, line, rng);
    darken(ink, drawn, hand, rng);
    place(out, ink);
}

void synth_digit(unsigned char out[PIXELS], const struct strokes *strokes, uint64_t seed, enum dataset_which set,
                 int index)
{
    struct rng rng = stream(seed, set, index);
    struct line line;
    write_line(&line, &strokes->hand, &strokes->digits[index % DIGITS], &rng);
    draw_line(out, &line, &strokes->hand, &rng);
}

int synth_rare(unsigned char out[PIXELS], const struct strokes *strokes, uint64_t seed, int index)
{
    struct rng rng = stream(seed, RARE, index);
    struct line line;
    double shares = 0;
    for (int d = 0; d < DIGITS; d++)
        shares += strokes->rare_share[d];
    double left = shares * (double)rng_unit(&rng);
    int digit = 0;
    for (int d = 0; d < DIGITS && left >= 0; d++)
        if (strokes->rare_share[d] > 0) {
            digit = d;
            left -= strokes->rare_share[d];
        }
    write_line(&line, &strokes->hand, &strokes->rare[digit], &rng);
    draw_line(out, &line, &strokes->hand, &rng);
    return digit;
}

/* Two digits side by side, which touch or nearly do. */
static void write_pair(struct line *out, const struct strokes *strokes, struct rng *rng)
{
    const double least = -0.15, most = 0.1; /* between their ink, in heights */
    const double thinner = 0.75;            /* the pen of what is small in the box */
    struct line right;
    write_line(out, &strokes->hand, &strokes->digits[rng_below(rng, DIGITS)], rng);
    write_line(&right, &strokes->hand, &strokes->digits[rng_below(rng, DIGITS)], rng);
    const double edge = raster_extent(out, SYNTH_BOX, out->pen).right;
    const double shift =
        (edge - raster_extent(&right, SYNTH_BOX, right.pen).left) / SYNTH_BOX + chance_between(rng, least, most);
    for (int i = 0; i < right.count && out->count < LINE_POINTS; i++) {
        right.dots[i].x += shift;
        out->dots[out->count++] = right.dots[i];
    }
    out->pen *= thinner;
}

void synth_stranger(unsigned char out[PIXELS], const struct strokes *strokes, uint64_t seed, int index)
{
    struct rng rng = stream(seed, STRANGERS, index);
    struct line line;
    if (chance_happens(&rng, strokes->pairs))
        write_pair(&line, strokes, &rng);
    else
        write_line(&line, &strokes->hand, &strokes->strangers, &rng);
    draw_line(out, &line, &strokes->hand, &rng);
}

static int allocate(struct dataset *out, int count, struct error *err)
{
    const size_t size = (size_t)count * PIXELS;
    unsigned char *pixels = malloc(size), *labels = malloc((size_t)count);
    if (pixels == NULL || labels == NULL) {
        free(pixels);
        free(labels);
        return error_memory(err, size, "what is drawn");
    }
    *out = (struct dataset){.count = count,
                            .channels = 1,
                            .rows = SYNTH_SIDE,
                            .cols = SYNTH_SIDE,
                            .pixels = pixels,
                            .labels = labels,
                            .owned_pixels = pixels,
                            .owned_labels = labels};
    return 0;
}

int synth_set(struct dataset *out, const struct strokes *strokes, uint64_t seed, enum dataset_which set, int count,
              struct error *err)
{
    if (allocate(out, count, err) != 0)
        return -1;
    unsigned char *pixels = out->owned_pixels, *labels = out->owned_labels;
#pragma omp parallel for schedule(dynamic, 64)
    for (int i = 0; i < count; i++) {
        synth_digit(pixels + (size_t)i * PIXELS, strokes, seed, set, i);
        labels[i] = (unsigned char)(i % DIGITS);
    }
    digest_two(out->digest, pixels, (size_t)count * PIXELS, labels, (size_t)count);
    return 0;
}

/* Rare digits, and strangers behind them. */
static int draw_extra(struct dataset *out, const struct strokes *strokes, uint64_t seed, int rare, int strangers,
                      struct error *err)
{
    const int count = rare + strangers;
    if (allocate(out, count, err) != 0)
        return -1;
    unsigned char *pixels = out->owned_pixels, *labels = out->owned_labels;
#pragma omp parallel for schedule(dynamic, 64)
    for (int i = 0; i < count; i++)
        if (i < rare) {
            labels[i] = (unsigned char)synth_rare(pixels + (size_t)i * PIXELS, strokes, seed, i);
        } else {
            synth_stranger(pixels + (size_t)i * PIXELS, strokes, seed, i - rare);
            labels[i] = DATASET_NO_CLASS;
        }
    digest_two(out->digest, pixels, (size_t)count * PIXELS, labels, (size_t)count);
    return 0;
}

int synth_strangers(struct dataset *out, const struct strokes *strokes, uint64_t seed, int count, struct error *err)
{
    if (strokes->strangers.way_count == 0)
        return error_set(err, ERROR_MODEL, "the strokes have no \"strangers\": add them, or use the built-in ones");
    return draw_extra(out, strokes, seed, 0, count, err);
}

int synth_extra(struct dataset *out, uint64_t seed, int rare, int strangers, struct error *err)
{
    struct strokes strokes;
    if (strokes_load(&strokes, NULL, err) != 0)
        return -1;
    const int result = draw_extra(out, &strokes, seed, rare, strangers, err);
    strokes_free(&strokes);
    return result;
}
