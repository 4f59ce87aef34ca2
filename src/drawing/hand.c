#include "drawing/hand.h"

#include <math.h>

#include "base/real.h"
#include "drawing/chance.h"
#include "drawing/curve.h"

/* Beyond that, digits are none any more. */
static const double MOST_CARELESS = 2.5;

enum {
    WAVES = 3,     /* of the elastic distortion, on each axis */
    TAPERED = 10,  /* dots over which a stroke thins at its end */
    GAP_LEAST = 4, /* dots that a gap takes away */
    GAP_MOST = 14,
    GAP_LINE = 40, /* no gap in a line of fewer dots */
};

static double sine(double turns)
{
    return real_cos_turns(turns - 0.25);
}

/* ---- The control points ---- */

static int stroke_first(const struct skeleton *skeleton, int stroke)
{
    return stroke > 0 ? skeleton->ends[stroke - 1] : 0;
}

/* Points go astray together, the more so the nearer they are: independent errors would make polygons. */
static void jitter(struct skeleton *skeleton, double spread, double reach, struct rng *rng)
{
    for (int s = 0; s < skeleton->stroke_count; s++) {
        struct control_point *points = skeleton->points, before = {0};
        double x = 0, y = 0;
        for (int i = stroke_first(skeleton, s); i < skeleton->ends[s]; i++) {
            const int is_first = i == stroke_first(skeleton, s);
            const double memory = is_first ? 0 : real_exp(-curve_distance(&points[i], &before) / reach);
            const double fresh = sqrt(1 - memory * memory);
            x = memory * x + chance_around(rng, fresh);
            y = memory * y + chance_around(rng, fresh);
            before = points[i];
            points[i].x += spread * x;
            points[i].y += spread * y;
        }
    }
}

static void overshoot(struct skeleton *skeleton, double most, struct rng *rng)
{
    for (int s = 0; s < skeleton->stroke_count; s++) {
        const double by = chance_between(rng, 0, most);
        const int last = skeleton->ends[s] - 1;
        if (last == stroke_first(skeleton, s))
            continue;
        struct control_point *end = &skeleton->points[last];
        const double dx = end->x - end[-1].x, dy = end->y - end[-1].y, length = sqrt(dx * dx + dy * dy);
        if (length > CURVE_SPACING) {
            end->x += by * dx / length;
            end->y += by * dy / length;
        }
    }
}

/* ---- The whole shape ---- */

struct wave {
    double height, x, y, phase;
};

struct distortion {
    double waist, trapezoid, bow_x, bow_y, aspect, slant, cosine, sine;
    struct wave waves[2][WAVES];
};

static struct distortion distortion_draw(const struct hand *hand, const struct digit_strokes *digit, double care,
                                         struct rng *rng)
{
    struct distortion d;
    const double most = 0.2; /* beyond a quarter the warp would fold */
    d.waist = chance_around(rng, hand->waist);
    d.waist = d.waist > most ? most : d.waist < -most ? -most : d.waist;
    d.trapezoid = chance_around(rng, hand->trapezoid);
    d.bow_x = chance_around(rng, hand->bend) * digit->bend;
    d.bow_y = chance_around(rng, hand->bend);
    d.aspect = digit->aspect * real_exp(chance_around(rng, hand->aspect));
    d.slant = digit->slant + chance_around(rng, digit->slant_spread);
    const double turns = chance_around(rng, hand->rotation) / 360;
    d.cosine = real_cos_turns(turns);
    d.sine = sine(turns);
    for (int i = 0; i < 2 * WAVES; i++) {
        struct wave *wave = &d.waves[i / WAVES][i % WAVES];
        wave->height = chance_around(rng, hand->elastic) * care;
        wave->x = chance_between(rng, -hand->elastic_waves, hand->elastic_waves);
        wave->y = chance_between(rng, -hand->elastic_waves, hand->elastic_waves);
        wave->phase = (double)rng_unit(rng);
    }
    return d;
}

static double swell(const struct wave waves[WAVES], double x, double y)
{
    double sum = 0;
    for (int i = 0; i < WAVES; i++)
        sum += waves[i].height * sine(waves[i].x * x + waves[i].y * y + waves[i].phase);
    return sum;
}

static void distort(struct dot *dot, const struct distortion *d)
{
    double x = dot->x, y = dot->y;
    if (y > 0 && y < 1)
        y += d->waist * 4 * y * (1 - y);
    x *= 1 + d->trapezoid * (y - 0.5);
    x += d->bow_x * (4 * y * (1 - y) - 0.5);
    y += d->bow_y * x * x;
    const double dx = swell(d->waves[0], x, y), dy = swell(d->waves[1], x, y);
    x = (x + dx) * d->aspect;
    y += dy;
    x -= d->slant * (y - 0.5);
    dot->x = d->cosine * x - d->sine * (y - 0.5);
    dot->y = d->sine * x + d->cosine * (y - 0.5);
}

/* ---- The pen ---- */

static void tremble(struct line *line, double spread, struct rng *rng)
{
    const double height = chance_around(rng, spread), often = chance_between(rng, 1.5, 4),
                 phase = (double)rng_unit(rng);
    for (int i = 0; i < line->count; i++) {
        const double turns = often * CURVE_SPACING * i + phase;
        line->dots[i].x += height * sine(turns);
        line->dots[i].y += height * sine(1.1 * turns + 0.3);
    }
}

/* Pressure comes and goes along the line; a broad nib is wide in one direction. */
static void press(struct line *line, const struct hand *hand, struct rng *rng)
{
    const double pressure = chance_between(rng, 0, hand->pressure), often = chance_between(rng, 0.3, 1.1);
    const double phase = (double)rng_unit(rng), nib = chance_between(rng, 0, hand->nib), turn = (double)rng_unit(rng);
    const double nib_x = real_cos_turns(turn), nib_y = sine(turn), rough = chance_around(rng, hand->roughness);
    const double least = 0.5, memory = 0.8;
    double edge = 0;
    struct dot *dots = line->dots;
    for (int i = 0; i < line->count; i++) {
        const int back = i > 0 ? i - 1 : i, on = i + 1 < line->count ? i + 1 : i;
        const double dx = dots[on].x - dots[back].x, dy = dots[on].y - dots[back].y, square = dx * dx + dy * dy;
        /* The nib's width is the cosine of twice the angle to it. */
        const double along = square > 0 ? ((dx * dx - dy * dy) * nib_x + 2 * dx * dy * nib_y) / square : 0;
        double width = 1 + pressure * sine(often * CURVE_SPACING * i + phase) + nib * along;
        edge = memory * edge + chance_between(rng, -1, 1);
        width *= 1 + rough * edge;
        dots[i].width = width < least ? least : width;
    }
}

static void taper(struct line *line, int first, double most, struct rng *rng)
{
    const double by = chance_between(rng, 0, most);
    for (int k = 0; k < TAPERED && line->count - 1 - k >= first; k++)
        line->dots[line->count - 1 - k].width *= 1 - by * (TAPERED - k) / TAPERED;
}

/* The ink fails for a moment, somewhere in the middle. */
static void skip(struct line *line, struct rng *rng)
{
    const int length = GAP_LEAST + (int)rng_below(rng, GAP_MOST - GAP_LEAST);
    const int at = (int)(line->count * chance_between(rng, 0.1, 0.8));
    if (line->count < GAP_LINE)
        return;
    for (int i = at; i + length < line->count; i++)
        line->dots[i] = line->dots[i + length];
    line->count -= length;
}

void hand_write(struct line *out, const struct skeleton *skeleton, const struct hand *hand,
                const struct digit_strokes *digit, struct rng *rng)
{
    struct skeleton astray = *skeleton;
    const double drawn = real_exp(chance_around(rng, hand->care_spread));
    const double care = drawn < MOST_CARELESS ? drawn : MOST_CARELESS;
    int starts[SKELETON_STROKES + 1] = {0};
    jitter(&astray, hand->jitter * digit->jitter * care, hand->jitter_reach, rng);
    overshoot(&astray, hand->overshoot, rng);
    out->count = 0;
    for (int s = 0; s < astray.stroke_count; s++) {
        const int first = stroke_first(&astray, s);
        curve_put(out, astray.points + first, astray.ends[s] - first, hand, rng);
        starts[s + 1] = out->count;
    }
    const struct distortion d = distortion_draw(hand, digit, care, rng);
    for (int i = 0; i < out->count; i++)
        distort(&out->dots[i], &d);
    tremble(out, hand->tremor * care, rng);
    press(out, hand, rng);
    const int whole = out->count;
    for (int s = 0; s < astray.stroke_count; s++) {
        out->count = starts[s + 1];
        taper(out, starts[s], hand->taper, rng);
    }
    out->count = whole;
    if (chance_happens(rng, hand->gap))
        skip(out, rng);
    const double pen = hand->pen * digit->pen * real_exp(chance_around(rng, hand->pen_spread * digit->pen_spread));
    out->pen = pen < hand->pen_least ? hand->pen_least : pen > hand->pen_most ? hand->pen_most : pen;
}
