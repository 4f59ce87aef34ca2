#include "reader/marks.h"

#include <stdlib.h>

/* In heights of a usual digit: nothing of a digit is smaller than a speck or larger than huge. */
static const double SPECK = 0.12, LOW = 0.5, HUGE_MARK = 3;

/* An underline, a rule, a dash: longer than high by so much, and down each of its columns the pen is met hardly more
 * than once; of digits in a row, two or three times. */
static const double FLAT = 3, ONCE = 1.3;

/* A frame has ink this near to its corners, as a share of its sides, and holds a mark of at least that height. */
static const double CORNER = 0.1, FRAMED = 0.2;

/* How many columns two runs share. */
static int shared(const struct run *a, const struct run *b)
{
    const int left = a->left > b->left ? a->left : b->left, right = a->right < b->right ? a->right : b->right;
    return right > left ? right - left : 0;
}

/* How often the ink begins anew down all columns: pixels without ink above. Runs are sorted by row, then by column. */
static long long count_tops(const struct component *component, const struct components *components)
{
    const struct run *runs = components->runs + component->first_run, *end = runs + component->runs, *above = runs;
    long long tops = component->area;
    for (const struct run *run = runs; run < end; run++) {
        while (above->row < run->row - 1 || (above->row == run->row - 1 && above->right <= run->left))
            above++;
        for (const struct run *next = above; next->row == run->row - 1 && next->left < run->right; next++)
            tops -= shared(next, run);
    }
    return tops;
}

static int is_flat(const struct component *component, const struct components *components)
{
    const struct box *box = &component->box;
    return box->cols > FLAT * box->rows && (double)count_tops(component, components) < ONCE * box->cols;
}

/* A rule from edge to edge, or what lies above or below the paper. */
static int is_band(const struct box *box, int rows, int cols)
{
    return box->cols >= cols && box->rows * 8 < rows;
}

/* Whether the pixels from `start` on, `length` of them, begin or end a row or column of `size`. */
static int is_at_end(int start, int length, int size)
{
    return start <= 0 || start + length >= size;
}

/* At least half of its length lies on the picture's edge. */
static int is_along_edge(const struct component *component, const struct components *components, int rows, int cols)
{
    const struct box *box = &component->box;
    long long pixels = 0;
    if (!is_at_end(box->top, box->rows, rows) && !is_at_end(box->left, box->cols, cols))
        return 0;
    for (long long i = 0; i < component->runs; i++) {
        const struct run *run = &components->runs[component->first_run + i];
        pixels +=
            is_at_end(run->row, 1, rows) ? run->right - run->left : is_at_end(run->left, run->right - run->left, cols);
    }
    return 2 * pixels >= (box->rows > box->cols ? box->rows : box->cols);
}

static int encloses(const struct box *outer, const struct box *inner)
{
    return inner->top > outer->top && inner->left > outer->left &&
           inner->top + inner->rows < outer->top + outer->rows && inner->left + inner->cols < outer->left + outer->cols;
}

/* Whether it has ink near all four corners of its box. */
static int has_corners(const struct component *component, const struct components *components)
{
    const struct box *box = &component->box;
    const double rows = CORNER * box->rows, cols = CORNER * box->cols;
    int seen = 0;
    for (long long i = 0; i < component->runs; i++) {
        const struct run *run = &components->runs[component->first_run + i];
        const int top = run->row - box->top < rows, bottom = box->top + box->rows - 1 - run->row < rows;
        const int left = run->left - box->left < cols, right = box->left + box->cols - run->right < cols;
        seen |= (top && left) | (top && right) << 1 | (bottom && left) << 2 | (bottom && right) << 3;
    }
    return seen == 0xf;
}

static int is_frame(const struct mark *mark, const struct marks *marks, const struct components *components)
{
    const struct box *box = &mark->component->box;
    if (mark->component->area * 2 > (long long)box->rows * box->cols || !has_corners(mark->component, components))
        return 0;
    for (int i = 0; i < marks->count; i++) {
        const struct box *inner = &marks->all[i].component->box;
        if (encloses(box, inner) && inner->rows > FRAMED * box->rows)
            return 1;
    }
    return 0;
}

static int larger(const void *a, const void *b)
{
    const struct component *x = ((const struct mark *)a)->component, *y = ((const struct mark *)b)->component;
    if (x->area != y->area)
        return x->area > y->area ? -1 : 1;
    return (x > y) - (x < y);
}

static int lower(const void *a, const void *b)
{
    const struct component *x = ((const struct mark *)a)->component, *y = ((const struct mark *)b)->component;
    if (x->box.rows != y->box.rows)
        return x->box.rows < y->box.rows ? -1 : 1;
    return (x > y) - (x < y);
}

/* Half of the ink is in marks of at most that height. */
static double usual_height(struct marks *marks, const struct components *components)
{
    double all = 0, sum = 0;
    int i = 0;
    qsort(marks->all, (size_t)marks->count, sizeof *marks->all, lower);
    for (int k = 0; k < marks->count; k++)
        all += is_flat(marks->all[k].component, components) ? 0 : (double)marks->all[k].component->area;
    for (; i + 1 < marks->count; i++) {
        sum += is_flat(marks->all[i].component, components) ? 0 : (double)marks->all[i].component->area;
        if (2 * sum >= all)
            break;
    }
    return marks->count > 0 ? marks->all[i].component->box.rows : 0;
}

static int is_writing(const struct component *component, const struct components *components, double height)
{
    const struct box *box = &component->box;
    const int longer = box->rows > box->cols ? box->rows : box->cols;
    return longer >= SPECK * height && box->rows <= HUGE_MARK * height &&
           !(box->cols > HUGE_MARK / 2 * height && is_flat(component, components));
}

int marks_find(struct marks *out, const struct components *components, int rows, int cols, struct error *err)
{
    const size_t size = (size_t)components->count * sizeof *out->all;
    struct marks marks = {.all = malloc(size + 1)};
    if (marks.all == NULL)
        return error_memory(err, size, "the marks of a picture");
    for (int i = 0; i < components->count; i++)
        if (!is_band(&components->all[i].box, rows, cols))
            marks.all[marks.count++] = (struct mark){.component = &components->all[i]};
    qsort(marks.all, (size_t)marks.count, sizeof *marks.all, larger);
    marks.count = marks.count < MARKS ? marks.count : MARKS;
    int kept = 0;
    for (int i = 0; i < marks.count; i++) /* a frame is larger than what it holds, which is still behind it */
        if (!is_frame(&marks.all[i], &marks, components))
            marks.all[kept++] = marks.all[i];
    marks.count = kept;
    marks.height = usual_height(&marks, components);
    kept = 0;
    for (int i = 0; i < marks.count; i++) {
        struct mark *mark = &marks.all[i];
        mark->is_along_edge = is_along_edge(mark->component, components, rows, cols);
        mark->is_low = mark->component->box.rows < LOW * marks.height;
        if (is_writing(mark->component, components, marks.height))
            marks.all[kept++] = *mark;
    }
    marks.count = kept;
    *out = marks;
    return 0;
}

void marks_free(struct marks *marks)
{
    free(marks->all);
    *marks = (struct marks){0};
}
