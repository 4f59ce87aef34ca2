#include "drawing/curve.h"

#include <math.h>

#include "drawing/chance.h"

enum { PASSES = 60 }; /* most passes of smoothing */

double curve_distance(const struct control_point *a, const struct control_point *b)
{
    return sqrt((a->x - b->x) * (a->x - b->x) + (a->y - b->y) * (a->y - b->y));
}

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
        step[i] = sqrt(curve_distance(&p[i], &p[i + 1]) + 1e-6);
    const double m1x = step[1] * slope(p[0].x, p[1].x, p[2].x, step[0], step[1]);
    const double m1y = step[1] * slope(p[0].y, p[1].y, p[2].y, step[0], step[1]);
    const double m2x = step[1] * slope(p[1].x, p[2].x, p[3].x, step[1], step[2]);
    const double m2y = step[1] * slope(p[1].y, p[2].y, p[3].y, step[1], step[2]);
    const int count = (int)(curve_distance(&p[1], &p[2]) / CURVE_SPACING) + 2;
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

void curve_put(struct line *line, const struct control_point *points, int count, const struct hand *hand,
               struct rng *rng)
{
    int from = 0;
    for (int i = 1; i < count; i++) {
        const int is_end = i == count - 1;
        if (!is_end && !(points[i].is_corner && !chance_happens(rng, hand->soft_corner)))
            continue;
        const int first = line->count;
        put_curve(line, points + from, i - from + 1);
        const double width = chance_between(rng, 0, hand->smoothing) / CURVE_SPACING;
        const int passes = (int)(2 * width * width); /* so many have that standard deviation, in dots */
        smooth(line, first, line->count - 1, passes < PASSES ? passes : PASSES);
        from = i;
    }
    if (count == 1)
        put(line, points[0].x, points[0].y);
}
