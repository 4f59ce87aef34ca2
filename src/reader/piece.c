#include "reader/piece.h"

#include <limits.h>
#include <string.h>

enum { MARGIN = 2 }; /* pixels around the ink, for soft edges */

struct piece piece_whole(const struct component *component)
{
    return (struct piece){.component = component, .box = component->box, .area = component->area};
}

/* Cuts off what is not the piece's; empty where nothing is left. */
static struct run clip(const struct run *run, const struct piece *piece)
{
    struct run clipped = *run;
    const int row = run->row - piece->component->box.top;
    if (piece->left != NULL && piece->left->columns[row] > clipped.left)
        clipped.left = piece->left->columns[row];
    if (piece->right != NULL && piece->right->columns[row] < clipped.right)
        clipped.right = piece->right->columns[row];
    return clipped;
}

struct piece piece_between(const struct component *component, const struct components *components,
                           const struct cut *left, const struct cut *right)
{
    struct piece piece = {.component = component, .left = left, .right = right};
    int first_col = INT_MAX, last_col = 0, first_row = INT_MAX, last_row = 0;
    for (long long i = 0; i < component->runs; i++) {
        const struct run run = clip(&components->runs[component->first_run + i], &piece);
        if (run.left >= run.right)
            continue;
        first_col = run.left < first_col ? run.left : first_col;
        last_col = run.right > last_col ? run.right : last_col;
        first_row = run.row < first_row ? run.row : first_row;
        last_row = run.row;
        piece.area += run.right - run.left;
    }
    if (piece.area > 0)
        piece.box = (struct box){first_row, first_col, last_row - first_row + 1, last_col - first_col};
    return piece;
}

struct box piece_bounds(const struct piece *pieces, int count)
{
    struct box all = pieces[0].box;
    for (int i = 1; i < count; i++) {
        const struct box *box = &pieces[i].box;
        const int bottom = all.top + all.rows > box->top + box->rows ? all.top + all.rows : box->top + box->rows;
        const int right = all.left + all.cols > box->left + box->cols ? all.left + all.cols : box->left + box->cols;
        all.top = box->top < all.top ? box->top : all.top;
        all.left = box->left < all.left ? box->left : all.left;
        all.rows = bottom - all.top;
        all.cols = right - all.left;
    }
    return all;
}

/* Reads the runs of the row that *next is at, and gives its first and last column. Gives the row, or INT_MAX behind the
 * last run. */
static int take_row(int *first, int *last, long long *next, const struct piece *piece,
                    const struct components *components)
{
    const struct component *component = piece->component;
    const struct run *runs = components->runs + component->first_run;
    *first = INT_MAX;
    *last = INT_MIN;
    int row = INT_MAX;
    for (; *next < component->runs; ++*next) {
        const struct run run = clip(&runs[*next], piece);
        if (row != INT_MAX && run.row != row)
            break;
        if (run.left >= run.right)
            continue;
        row = run.row;
        *first = run.left < *first ? run.left : *first;
        *last = run.right > *last ? run.right : *last;
    }
    return row;
}

int piece_clearance(const struct piece *left, const struct piece *right, const struct components *components)
{
    int least = INT_MAX, first, end, begin, last;
    long long a = 0, b = 0;
    int row = take_row(&first, &end, &a, left, components), other = take_row(&begin, &last, &b, right, components);
    while (row != INT_MAX && other != INT_MAX) {
        if (row == other && begin - end < least)
            least = begin - end;
        if (row <= other)
            row = take_row(&first, &end, &a, left, components);
        else
            other = take_row(&begin, &last, &b, right, components);
    }
    return least != INT_MAX ? least : 0;
}

/* Copies the pixels of a soft edge that begins behind (row, col) and goes on by (down, right). */
static void copy_edge(struct ink *out, const struct ink *ink, const struct box *box, int row, int col, int down,
                      int right)
{
    for (int i = 1; i <= MARGIN; i++) {
        const int r = row + i * down, k = col + i * right;
        if (r < 0 || r >= ink->rows || k < 0 || k >= ink->cols)
            return;
        const unsigned char strength = ink->strength[(size_t)r * (size_t)ink->cols + (size_t)k];
        if (strength == 0 || strength >= INK_EDGE)
            return;
        out->strength[(size_t)(r - box->top) * (size_t)out->cols + (size_t)(k - box->left)] = strength;
    }
}

static void copy_run(struct ink *out, const struct ink *ink, const struct box *box, const struct run *run)
{
    const int length = run->right - run->left;
    if (length <= 0)
        return;
    memcpy(out->strength + (size_t)(run->row - box->top) * (size_t)out->cols + (size_t)(run->left - box->left),
           ink->strength + (size_t)run->row * (size_t)ink->cols + (size_t)run->left, (size_t)length);
    copy_edge(out, ink, box, run->row, run->left, 0, -1);
    copy_edge(out, ink, box, run->row, run->right - 1, 0, 1);
    for (int k = run->left; k < run->right; k++) {
        copy_edge(out, ink, box, run->row, k, -1, 0);
        copy_edge(out, ink, box, run->row, k, 1, 0);
    }
}

int piece_fit(unsigned char out[FIT_SIDE * FIT_SIDE], const struct piece *pieces, int count,
              const struct components *components, const struct ink *ink, struct error *err)
{
    struct box box = piece_bounds(pieces, count);
    struct ink alone;
    box = (struct box){box.top - MARGIN, box.left - MARGIN, box.rows + 2 * MARGIN, box.cols + 2 * MARGIN};
    if (ink_create(&alone, box.rows, box.cols, err) != 0)
        return -1;
    alone.is_light = ink->is_light;
    for (int i = 0; i < count; i++) {
        const struct component *component = pieces[i].component;
        for (long long k = 0; k < component->runs; k++) {
            const struct run run = clip(&components->runs[component->first_run + k], &pieces[i]);
            copy_run(&alone, ink, &box, &run);
        }
    }
    const int result = fit_ink(out, &alone, err);
    ink_free(&alone);
    return result;
}
