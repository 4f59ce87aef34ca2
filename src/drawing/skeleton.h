/* One digit's control points: a way of writing it, chosen by its share, with chance put into every formula. */
#ifndef LENET5_DRAWING_SKELETON_H
#define LENET5_DRAWING_SKELETON_H

#include "base/rng.h"
#include "drawing/strokes.h"

enum { SKELETON_POINTS = 128, SKELETON_STROKES = 8 };

struct control_point {
    double x, y; /* y from 0 at the top to 1 at the foot, x about 0 in the middle */
    int is_corner;
};

struct skeleton {
    const struct way *way; /* the one chosen, borrowed */
    int stroke_count;
    int ends[SKELETON_STROKES]; /* stroke s is points[s > 0 ? ends[s - 1] : 0] up to but not including points[ends[s]];
                                   at least one point */
    struct control_point points[SKELETON_POINTS];
};

/* How many points an arc of so many degrees has, either way round: one about every 35 degrees. */
int skeleton_arc_points(double sweep);

/* `from` has one way at least. Never fails: strokes_parse() has refused what could not fit. */
void skeleton_draw(struct skeleton *out, const struct digit_strokes *from, struct rng *rng);

/* The same for a way that is given. */
void skeleton_draw_way(struct skeleton *out, const struct way *way, struct rng *rng);

#endif
