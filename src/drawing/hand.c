#include "drawing/hand.h"

#include <math.h>

#include "base/real.h"
#include "drawing/chance.h"

/* Dots lie this far apart, in heights. */
static const double SPACING = 0.012;

/* Beyond that, digits are none any more. */
static const double MOST_CARELESS = 2.5;

enum {
    WAVES = 3,     /* of the elastic distortion, on each axis */
    TAPERED = 10,  /* dots over which a stroke thins at its end */
    GAP_LEAST = 4, /* dots that a gap takes away */
    GAP_MOST = 14,
    GAP_LINE = 40, /* no gap in a line of fewer dots */
    PASSES = 60,   /* most passes of smoothing */
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

static double distance(const struct control_point *a, const struct control_point *b)
{
    return sqrt((a->x - b->x) * (a->x - b->x) + (a->y - b->y) * (a->y - b->y));
}

/* Points go astray together, the more so the nearer they are: independent errors would make polygons. */
static void jitter(struct skeleton *skeleton, double spread, double reach, struct rng *rng)
{
    for (int s = 0; s < skeleton->stroke_count; s++) {
        struct control_point *points = skeleton->points, before = {0};
        double x = 0, y = 0;
        for (int i = stroke_first(skeleton, s); i < skeleton->ends[s]; i++) {
            const int is_first = i == stroke_first(skeleton, s);
            const double memory = is_first ? 0 : real_exp(-distance(&points[i], &before) / reach);
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
        if (length > SPACING) {
            end->x += by * dx / length;
            end->y += by * dy / length;
        }
    }
}

/* ---- The curve through them ---- */

static void put(struct line *line, double x, double y)
{
    if (line->count < LINE_POINTS)
        line->dots[line->count++] = (struct dot){x, y, 1};
}

/* The point that would come before the first of `count`, the others lying `step` apart: the line goes on as it began,
 * with half of its bend. */
static struct control_point beyond(const struct control_point *first, int step, int count)
{
    const struct control_point *a = first, *b = first + step;
    struct control_point point = {2 * a->x - b->x, 2 * a->y - b->y, 0};
    if (count > 2) {
        const struct control_point *c = b + step;
        point.x += 0.5 * (a->x - 2 * b->x + c->x);
        point.y += 0.5 * (a->y - 2 * b->y + c->y);
    }
    return point;
}

/* The slope at b, per unit of the parameter, which runs ab from a to b and bc from b to c. */
static double slope(double a, double b, double c, double ab, double bc)
{
    return (b - a) / ab - (c - a) / (ab + bc) + (c - b) / bc;
}

/* From p[1] to p[2], as the points before and behind bend it: a centripetal Catmull-Rom spline, which makes neither
 * loops nor cusps between points that lie unevenly. Source: Yuksel, Schaefer and Keyser, Parameterization and
 * applications of Catmull-Rom curves, 2011. */
static void put_segment(struct line *line, const struct control_point p[4])
{
    double step[3];
    for (int i = 0; i < 3; i++)
        step[i] = sqrt(distance(&p[i], &p[i + 1]) + 1e-6);
    const double m1x = step[1] * slope(p[0].x, p[1].x, p[2].x, step[0], step[1]);
    const double m1y = step[1] * slope(p[0].y, p[1].y, p[2].y, step[0], step[1]);
    const double m2x = step[1] * slope(p[1].x, p[2].x, p[3].x, step[1], step[2]);
    const double m2y = step[1] * slope(p[1].y, p[2].y, p[3].y, step[1], step[2]);
    const int count = (int)(distance(&p[1], &p[2]) / SPACING) + 2;
    for (int i = 0; i < count; i++) {
        const double t = (double)i / count, u = 1 - t;
        const double h0 = (1 + 2 * t) * u * u, h1 = t * u * u, h2 = t * t * (3 - 2 * t), h3 = -t * t * u;
        put(line, h0 * p[1].x + h1 * m1x + h2 * p[2].x + h3 * m2x, h0 * p[1].y + h1 * m1y + h2 * p[2].y + h3 * m2y);
    }
}

/* One smooth piece, from corner to corner. */
static void put_curve(struct line *line, const struct control_point *points, int count)
{
    for (int i = 0; i + 1 < count; i++) {
        const struct control_point p[4] = {i > 0 ? points[i - 1] : beyond(points, 1, count), points[i], points[i + 1],
                                           i + 2 < count ? points[i + 2] : beyond(points + count - 1, -1, count)};
        put_segment(line, p);
    }
    put(line, points[count - 1].x, points[count - 1].y);
}

/* Binomial passes along the dots from first to last, which stay where they are. */
static void smooth(struct line *line, int first, int last, int passes)
{
    struct dot *dots = line->dots;
    for (int pass = 0; pass < passes && first < last; pass++) { /* a full line has no dot left for this piece */
        double x = dots[first].x, y = dots[first].y;
        for (int i = first + 1; i < last; i++) {
            const double here_x = dots[i].x, here_y = dots[i].y;
            dots[i].x = 0.25 * x + 0.5 * here_x + 0.25 * dots[i + 1].x;
            dots[i].y = 0.25 * y + 0.5 * here_y + 0.25 * dots[i + 1].y;
            x = here_x;
            y = here_y;
        }
    }
}

static void put_stroke(struct line *line, const struct control_point *points, int count, const struct hand *hand,
                       struct rng *rng)
{
    int from = 0;
    for (int i = 1; i < count; i++) {
        const int is_end = i == count - 1;
        if (!is_end && !(points[i].is_corner && !chance_happens(rng, hand->soft_corner)))
            continue;
        const int first = line->count;
        put_curve(line, points + from, i - from + 1);
        const double width = chance_between(rng, 0, hand->smoothing) / SPACING;
        const int passes = (int)(2 * width * width); /* so many have that standard deviation, in dots */
        smooth(line, first, line->count - 1, passes < PASSES ? passes : PASSES);
        from = i;
    }
    if (count == 1)
        put(line, points[0].x, points[0].y);
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
        const double turns = often * SPACING * i + phase;
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
        double width = 1 + pressure * sine(often * SPACING * i + phase) + nib * along;
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
        put_stroke(out, astray.points + first, astray.ends[s] - first, hand, rng);
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
