#include "image/rules.h"

#include <math.h>
#include <stdlib.h>

#include "image/components.h"
#include "image/ink.h"

enum {
    LEAST_SIDE = 48, /* in a smaller picture a stroke may well cross it all */
    THICKEST = 40,   /* a line is no thicker than this part of the shorter side, */
    THIN = 3,        /* or than this many pixels */
    MOST_PIECES = 4096,
};

/* Of the picture's length along a line: how near it comes to the borders, how much of it has to be seen, and how wide
 * the strokes are that may break it. */
static const double near_border = 0.08, least_seen = 0.5, widest_gap = 0.2;

/* The picture as lines from left to right see it; lines from top to bottom see it turned over. */
struct view {
    unsigned char *strength, *depth;
    int rows, cols, thickest;
    size_t row_step, col_step;
};

/* A thin stretch of ink. */
struct piece {
    int left, right;     /* columns, right exclusive */
    double start, end;   /* rows, at its ends */
    int component, next; /* the piece that goes on from it, or -1 */
    int has_before;
};

static size_t place(const struct view *view, int row, int col)
{
    return (size_t)row * view->row_step + (size_t)col * view->col_step;
}

static int is_ink(const struct view *view, int row, int col)
{
    return view->strength[place(view, row, col)] >= INK_EDGE;
}

static int has_ink(const unsigned char *strength, int cols, const struct box *box)
{
    for (int r = box->top; r < box->top + box->rows; r++)
        for (int k = box->left; k < box->left + box->cols; k++)
            if (strength[(size_t)r * (size_t)cols + (size_t)k] >= INK_EDGE)
                return 1;
    return 0;
}

/* Marks the pixels of runs down a column that are no longer than `thickest`. */
static void mark_thin(unsigned char *mask, const struct view *view, int thickest)
{
    for (int k = 0; k < view->cols; k++)
        for (int r = 0; r < view->rows;) {
            int end = r;
            while (end < view->rows && is_ink(view, end, k))
                end++;
            for (int i = r; i < end && end - r <= thickest; i++)
                mask[(size_t)i * (size_t)view->cols + (size_t)k] = 1;
            r = end > r ? end : r + 1;
        }
}

/* The mean row of a component near one of its ends. */
static double row_near(const struct components *found, const struct component *component, int col)
{
    double sum = 0, count = 0;
    for (long long i = component->first_run; i < component->first_run + component->runs; i++) {
        const struct run *run = &found->runs[i];
        if (run->left <= col + 2 && run->right > col - 2) {
            sum += run->row;
            count++;
        }
    }
    return sum / count;
}

static int take_pieces(struct piece *pieces, const struct components *found, const struct view *view)
{
    int count = 0;
    for (int i = 0; i < found->count && count < MOST_PIECES; i++) {
        const struct component *component = &found->all[i];
        const struct box *box = &component->box;
        if (2 * box->cols <= view->thickest || box->rows * 4 > box->cols + 8 * view->thickest)
            continue;
        const int right = box->left + box->cols;
        pieces[count++] = (struct piece){box->left,
                                         right,
                                         row_near(found, component, box->left),
                                         row_near(found, component, right - 1),

                                         i,
                                         -1,
                                         0};
    }
    return count;
}

static int compare(const void *a, const void *b)
{
    const struct piece *x = a, *y = b;
    return x->left != y->left ? x->left - y->left : x->component - y->component;
}

/* The nearest piece to the right that a line could go on with. */
static void link_pieces(struct piece *pieces, int count, const struct view *view)
{
    for (int i = 0; i < count; i++)
        for (int j = i + 1; j < count; j++) {
            const double gap = pieces[j].left - pieces[i].right;
            if (gap > widest_gap * view->cols)
                break;
            if (gap < -view->thickest || pieces[j].has_before || pieces[j].right <= pieces[i].right)
                continue;
            if (fabs(pieces[j].start - pieces[i].end) > view->thickest + fmax(gap, 0) / 16)
                continue;
            pieces[i].next = j;
            pieces[j].has_before = 1;
            break;
        }
}

/* With the soft edge above and below. */
static void erase_piece(const struct view *view, const struct components *found, const struct component *component)
{
    for (long long i = component->first_run; i < component->first_run + component->runs; i++) {
        const struct run *run = &found->runs[i];
        for (int k = run->left; k < run->right; k++) {
            for (int r = run->row - 1; r <= run->row + 1; r++)
                if (r == run->row || (r >= 0 && r < view->rows && !is_ink(view, r, k)))
                    view->strength[place(view, r, k)] = view->depth[place(view, r, k)] = 0;
        }
    }
}

static int is_rule(const struct piece *pieces, int first, const struct view *view)
{
    int last = first;
    double seen = 0;
    for (int i = first; i >= 0; i = pieces[i].next) {
        seen += pieces[i].right - pieces[i].left;
        last = i;
    }
    return seen >= least_seen * view->cols && pieces[first].left <= near_border * view->cols &&
           pieces[last].right >= (1 - near_border) * view->cols;
}

static int erase_rules(int *erased, const struct view *view, unsigned char *mask, struct error *err)
{
    struct components found;
    mark_thin(mask, view, view->thickest);
    if (components_find(&found, mask, view->rows, view->cols, 1, err) != 0)
        return -1;
    struct piece *pieces = malloc(MOST_PIECES * sizeof *pieces);
    if (pieces == NULL) {
        components_free(&found);
        return error_memory(err, MOST_PIECES * sizeof *pieces, "the lines of a picture");
    }
    const int count = take_pieces(pieces, &found, view);
    qsort(pieces, (size_t)count, sizeof *pieces, compare);
    link_pieces(pieces, count, view);
    for (int i = 0; i < count; i++)
        for (int k = i; !pieces[i].has_before && k >= 0 && is_rule(pieces, i, view); k = pieces[k].next) {
            erase_piece(view, &found, &found.all[pieces[k].component]);
            *erased = 1;
        }
    free(pieces);
    components_free(&found);
    return 0;
}

int rules_erase(int *found, unsigned char *strength, unsigned char *depth, int rows, int cols, struct error *err)
{
    const int shorter = rows < cols ? rows : cols, thickest = shorter / THICKEST > THIN ? shorter / THICKEST : THIN;
    const struct view views[] = {
        {strength, depth, rows, cols, thickest, (size_t)cols, 1},
        {strength, depth, cols, rows, thickest, 1, (size_t)cols},
    };
    const int wide = (int)(near_border * cols), high = (int)(near_border * rows);
    const struct box borders[][2] = {
        {{0, 0, rows, wide}, {0, cols - wide, rows, wide}},
        {{0, 0, high, cols}, {rows - high, 0, high, cols}},
    };
    *found = 0;
    for (int i = 0; i < 2 && shorter >= LEAST_SIDE; i++) {
        if (!has_ink(strength, cols, &borders[i][0]) || !has_ink(strength, cols, &borders[i][1]))
            continue;
        unsigned char *mask = calloc((size_t)rows, (size_t)cols);
        if (mask == NULL)
            return error_memory(err, (size_t)rows * (size_t)cols, "the lines of a picture");
        const int failed = erase_rules(found, &views[i], mask, err);
        free(mask);
        if (failed)
            return -1;
    }
    return 0;
}
