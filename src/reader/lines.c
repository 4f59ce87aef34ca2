#include "reader/lines.h"

#include <math.h>
#include <stdlib.h>

enum {
    PAIRS_LEAST = 4, /* neighbours that tell how lines slope */
    SLOPES = 2048,   /* neighbours that are asked */
};

/* Neighbours overlap by this share of the lower one's height, and are nearer than so many heights. */
static const double OVERLAP = 0.4, NEAR = 5;
static const double STEEPEST = 0.35;

/* How far from a high mark a low one may be, in heights: anywhere around it, and beside it, where a small digit may
 * stand; and how high it has to be for that. */
static const double STRAY = 0.6, BESIDE = 2, SMALL = 0.25;

/* A line as it is put together: where its last mark stood, as a slope of 0 would have it. */
struct row {
    double top, bottom, middles;
    int count, number;
};

static double middle_col(const struct box *box)
{
    return box->left + box->cols / 2.0;
}

static double middle_row(const struct box *box)
{
    return box->top + box->rows / 2.0;
}

/* The share of the lower of two spans that lies in the other; negative where they are apart. */
static double overlap(double top, double bottom, double other_top, double other_bottom)
{
    const double least = bottom - top < other_bottom - other_top ? bottom - top : other_bottom - other_top;
    return (fmin(bottom, other_bottom) - fmax(top, other_top)) / least;
}

static int by_place(const void *a, const void *b)
{
    const struct mark *x = a, *y = b;
    const double left = middle_col(&x->component->box), right = middle_col(&y->component->box);
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    if (left < right || left > right)
        return left < right ? -1 : 1;
    return (x->component > y->component) - (x->component < y->component);
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The nearest high mark to the right that overlaps it in height; marks are sorted from left to right. */
static const struct box *right_neighbour(const struct marks *marks, int i)
{
    const struct box *box = &marks->all[i].component->box;
    for (int k = i + 1; k < marks->count; k++) {
        const struct box *other = &marks->all[k].component->box;
        if (middle_col(other) > middle_col(box) + NEAR * marks->height)
            return NULL;
        if (!marks->all[k].is_low &&
            overlap(box->top, box->top + box->rows, other->top, other->top + other->rows) >= OVERLAP)
            return other;
    }
    return NULL;
}

/* The median slope from neighbour to neighbour. */
static double find_slope(const struct marks *marks)
{
    double slopes[SLOPES];
    int count = 0;
    for (int i = 0; i < marks->count && count < SLOPES; i++) {
        const struct box *box = &marks->all[i].component->box;
        const struct box *next = marks->all[i].is_low ? NULL : right_neighbour(marks, i);
        if (next != NULL && middle_col(next) > middle_col(box) + 0.3 * marks->height)
            slopes[count++] = (middle_row(next) - middle_row(box)) / (middle_col(next) - middle_col(box));
    }
    if (count < PAIRS_LEAST)
        return 0;
    qsort(slopes, (size_t)count, sizeof *slopes, by_size);
    return fmin(fmax(slopes[count / 2], -STEEPEST), STEEPEST);
}

/* The line that overlaps the mark most; a new one where none does enough. */
static int join_line(struct row *rows, int *count, const struct box *box, double slope)
{
    const double top = box->top - slope * middle_col(box), bottom = top + box->rows;
    double most = OVERLAP;
    int best = *count;
    for (int i = 0; i < *count; i++) {
        const double shared = overlap(top, bottom, rows[i].top, rows[i].bottom);
        if (shared >= most) {
            most = shared;
            best = i;
        }
    }
    struct row *row = &rows[best];
    if (best == *count) {
        *row = (struct row){.top = top, .bottom = bottom, .number = best};
        ++*count;
    }
    row->top += (top - row->top) / 2; /* a line may bend, and one high digit must not lead it astray */
    row->bottom += (bottom - row->bottom) / 2;
    row->middles += (top + bottom) / 2;
    row->count++;
    return best;
}

static int from_top(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    const double above = x->middles / x->count, below = y->middles / y->count;
    if (above < below || above > below)
        return above < below ? -1 : 1;
    return x->number - y->number;
}

/* Pixels between two boxes; 0 where they touch or overlap. */
static double distance(const struct box *a, const struct box *b)
{
    const double across = fmax(fmax(a->left - (b->left + b->cols), b->left - (a->left + a->cols)), 0);
    const double down = fmax(fmax(a->top - (b->top + b->rows), b->top - (a->top + a->rows)), 0);
    return sqrt(across * across + down * down);
}

/* The line of the nearest high mark, or -1. */
static int nearest_line(const struct marks *marks, const struct box *box)
{
    double least = HUGE_VAL;
    int line = -1;
    for (int i = 0; i < marks->count; i++) {
        const struct box *high = &marks->all[i].component->box;
        const double apart = distance(high, box);
        const int is_beside = box->rows >= SMALL * marks->height && middle_row(box) > high->top &&
                              middle_row(box) < high->top + high->rows;
        if (!marks->all[i].is_low && apart < least && apart <= (is_beside ? BESIDE : STRAY) * marks->height) {
            least = apart;
            line = marks->all[i].line;
        }
    }
    return line;
}

int lines_find(int *line_count, struct marks *marks, struct error *err)
{
    int count = 0, kept = 0;
    const size_t size = ((size_t)marks->count + 1) * (sizeof(struct row) + sizeof(int));
    struct row *rows = malloc(size);
    if (rows == NULL)
        return error_memory(err, size, "the lines of a picture");
    int *places = (int *)(rows + marks->count + 1);
    qsort(marks->all, (size_t)marks->count, sizeof *marks->all, by_place);
    const double slope = find_slope(marks);
    for (int i = 0; i < marks->count; i++)
        if (!marks->all[i].is_low)
            marks->all[i].line = join_line(rows, &count, &marks->all[i].component->box, slope);
    qsort(rows, (size_t)count, sizeof *rows, from_top);
    for (int i = 0; i < count; i++)
        places[rows[i].number] = i;
    for (int i = 0; i < marks->count; i++) {
        struct mark *mark = &marks->all[i];
        if (mark->is_low)
            mark->line = nearest_line(marks, &mark->component->box);
    }
    for (int i = 0; i < marks->count; i++)
        if (marks->all[i].line >= 0) {
            marks->all[kept] = marks->all[i];
            marks->all[kept].line = places[marks->all[i].line];
            kept++;
        }
    marks->count = kept;
    qsort(marks->all, (size_t)marks->count, sizeof *marks->all, by_place);
    free(rows);
    *line_count = count;
    return 0;
}
