#include "drawing/skeleton.h"

#include "base/real.h"

int skeleton_arc_points(double sweep)
{
    return (int)((sweep < 0 ? -sweep : sweep) / 38) + 3;
}

/* A skeleton on its way. */
struct drawing {
    struct skeleton *out;
    int count; /* points so far */
    double values[STROKES_NAMES];
    struct rng *rng;
};

static double draw(const struct drawing *drawing, const struct formula *formula)
{
    return formula_draw(formula, drawing->values, drawing->rng);
}

static void put_point(struct drawing *drawing, const struct stroke_item *item)
{
    struct control_point *point = &drawing->out->points[drawing->count++];
    point->x = draw(drawing, &item->x);
    point->y = draw(drawing, &item->y);
    point->is_corner = item->kind == STROKE_CORNER;
}

static void put_arc(struct drawing *drawing, const struct stroke_item *item)
{
    const double x = draw(drawing, &item->x), y = draw(drawing, &item->y);
    const double radius_x = draw(drawing, &item->radius_x), radius_y = draw(drawing, &item->radius_y);
    const double from = draw(drawing, &item->from), sweep = draw(drawing, &item->sweep);
    const double spiral = draw(drawing, &item->spiral);
    const int last = skeleton_arc_points(sweep) - 1;
    for (int i = 0; i <= last; i++) {
        const double t = (double)i / last, turns = (from + sweep * t) / 360, size = 1 + spiral * (t - 0.5);
        drawing->out->points[drawing->count++] = (struct control_point){
            .x = x + radius_x * size * real_cos_turns(turns), .y = y + radius_y * size * real_cos_turns(turns - 0.25)};
    }
}

static void put_items(struct drawing *drawing, const struct stroke_item *items, int count)
{
    for (int i = 0; i < count; i++)
        switch (items[i].kind) {
        case STROKE_POINT:
        case STROKE_CORNER:
            put_point(drawing, &items[i]);
            break;
        case STROKE_ARC:
            put_arc(drawing, &items[i]);
            break;
        case STROKE_CHANCE:
            if ((double)rng_unit(drawing->rng) < items[i].chance)
                put_items(drawing, items[i].items, items[i].item_count);
            else
                put_items(drawing, items[i].otherwise, items[i].otherwise_count);
            break;
        }
}

void skeleton_draw_way(struct skeleton *out, const struct way *way, struct rng *rng)
{
    struct drawing drawing = {.out = out, .rng = rng};
    out->way = way;
    out->stroke_count = 0;
    for (int i = 0; i < way->vary_count; i++)
        drawing.values[i] = draw(&drawing, &way->vary[i]);
    for (int s = 0; s < way->stroke_count; s++) {
        const struct stroke *stroke = &way->strokes[s];
        if (stroke->chance < 1 && !((double)rng_unit(rng) < stroke->chance))
            continue;
        put_items(&drawing, stroke->items, stroke->item_count);
        out->ends[out->stroke_count++] = drawing.count;
    }
}

void skeleton_draw(struct skeleton *out, const struct digit_strokes *from, struct rng *rng)
{
    double shares = 0;
    for (int w = 0; w < from->way_count; w++)
        shares += from->ways[w].share;
    double left = shares * (double)rng_unit(rng);
    int chosen = 0;
    while (chosen + 1 < from->way_count && left >= from->ways[chosen].share)
        left -= from->ways[chosen++].share;
    skeleton_draw_way(out, &from->ways[chosen], rng);
}
