#include "reader/cuts.h"

#include <stdlib.h>
#include <string.h>

enum {
    GRID = 64, /* rows of the coarse copy on which ways are looked for: about 6 a stroke */
    GRID_COLS = 640,
};

/* A step aside costs so much, beside a row of full ink, which costs 1: a way goes round ink, but not far. */
static const float ASIDE = 0.04F;

/* Nats: of crossing as much ink as a stroke is wide. */
static const double STROKE = 1.2;

/* The share of ink in each cell, and the cheapest way that leads to a cell from above and from below. */
struct grid {
    int rows, cols;
    double cell; /* pixels */
    float *ink, *down, *up;
};

static int create(struct grid *out, const struct box *box, struct error *err)
{
    struct grid grid = {.cell = (double)box->rows / GRID};
    grid.cell = (double)box->cols / GRID_COLS > grid.cell ? (double)box->cols / GRID_COLS : grid.cell;
    grid.cell = grid.cell > 1 ? grid.cell : 1;
    grid.rows = (int)((box->rows - 1) / grid.cell) + 1;
    grid.cols = (int)((box->cols - 1) / grid.cell) + 1;
    const size_t cells = (size_t)grid.rows * (size_t)grid.cols;
    grid.ink = calloc(3 * cells, sizeof *grid.ink);
    if (grid.ink == NULL)
        return error_memory(err, 3 * cells * sizeof *grid.ink, "the cuts of a component");
    grid.down = grid.ink + cells;
    grid.up = grid.down + cells;
    *out = grid;
    return 0;
}

static void fill(struct grid *grid, const struct component *component, const struct components *components,
                 const struct ink *ink)
{
    const float share = (float)(1 / (255 * grid->cell * grid->cell));
    for (long long i = 0; i < component->runs; i++) {
        const struct run *run = &components->runs[component->first_run + i];
        float *row = grid->ink + (size_t)((run->row - component->box.top) / grid->cell) * (size_t)grid->cols;
        const unsigned char *strength = ink->strength + (size_t)run->row * (size_t)ink->cols;
        for (int k = run->left; k < run->right; k++)
            row[(int)((k - component->box.left) / grid->cell)] += share * (float)strength[k];
    }
}

/* The neighbour in the row before from which a way comes here at the least price. */
static int nearest(const float *before, int col, int cols)
{
    int best = col;
    float price = before[col];
    if (col > 0 && before[col - 1] + ASIDE < price) {
        best = col - 1;
        price = before[best] + ASIDE;
    }
    if (col + 1 < cols && before[col + 1] + ASIDE < price)
        best = col + 1;
    return best;
}

/* Adds up prices over the rows from `row` on by `step`. */
static void add_up(float *price, const struct grid *grid, int row, int step)
{
    const size_t cols = (size_t)grid->cols;
    memcpy(price + (size_t)row * cols, grid->ink + (size_t)row * cols, cols * sizeof *price);
    for (int r = row + step; r >= 0 && r < grid->rows; r += step) {
        const float *before = price + (size_t)(r - step) * cols;
        for (int k = 0; k < grid->cols; k++) {
            const int from = nearest(before, k, grid->cols);
            price[(size_t)r * cols + (size_t)k] =
                grid->ink[(size_t)r * cols + (size_t)k] + before[from] + (from != k ? ASIDE : 0);
        }
    }
}

/* Follows a way from (row, col) by `step` to the edge, and gives the ink that it crosses there. */
static double follow(int *way, const struct grid *grid, const float *price, int row, int col, int step)
{
    double ink = 0;
    for (int r = row;; r -= step) {
        way[r] = col;
        ink += (double)grid->ink[(size_t)r * (size_t)grid->cols + (size_t)col];
        if (r - step < 0 || r - step >= grid->rows)
            return ink;
        col = nearest(price + (size_t)(r - step) * (size_t)grid->cols, col, grid->cols);
    }
}

/* The price of the cheapest way through the middle row at this column. */
static float through(const struct grid *grid, int col)
{
    const size_t i = (size_t)(grid->rows / 2) * (size_t)grid->cols + (size_t)col;
    return grid->down[i] + grid->up[i] - grid->ink[i];
}

/* The cheapest column of its neighbourhood, and the first of equally cheap ones. */
static int is_valley(const struct grid *grid, int col)
{
    const int reach = grid->rows / 10 > 1 ? grid->rows / 10 : 1;
    for (int k = col - reach; k <= col + reach; k++)
        if (k >= 0 && k < grid->cols &&
            (through(grid, k) < through(grid, col) || (k < col && through(grid, k) <= through(grid, col))))
            return 0;
    return 1;
}

static void choose(int columns[CUTS], int *count, const struct grid *grid)
{
    const int edge = grid->rows / 10 > 1 ? grid->rows / 10 : 1;
    *count = 0;
    for (int col = edge; col < grid->cols - edge; col++) {
        int at = *count;
        if (!is_valley(grid, col))
            continue;
        if (*count == CUTS) { /* the dearest gives way */
            for (int i = at = 0; i < CUTS; i++)
                at = through(grid, columns[i]) > through(grid, columns[at]) ? i : at;
            if (through(grid, columns[at]) <= through(grid, col))
                continue;
            memmove(columns + at, columns + at + 1, (size_t)(CUTS - 1 - at) * sizeof *columns);
            at = --*count;
        }
        columns[at] = col;
        ++*count;
    }
}

static void draw(struct cut *cut, const struct grid *grid, const struct box *box, int col, double pen)
{
    int way[GRID + 1];
    const int middle = grid->rows / 2;
    const size_t i = (size_t)middle * (size_t)grid->cols + (size_t)col;
    const double ink = follow(way, grid, grid->down, middle, col, 1) + follow(way, grid, grid->up, middle, col, -1) -
                       (double)grid->ink[i];
    cut->price = CUTS_PRICE + STROKE * ink * grid->cell / (pen > 1 ? pen : 1);
    for (int r = 0; r < box->rows; r++)
        cut->columns[r] = box->left + (int)((way[(int)(r / grid->cell)] + 0.5) * grid->cell);
}

/* Digits stand beside each other: what a cut parts has rows in common, half of the lower one's or more. */
static int parts_digits(const struct cut *cut, const struct component *component, const struct components *components)
{
    const struct piece left = piece_between(component, components, NULL, cut);
    const struct piece right = piece_between(component, components, cut, NULL);
    const int left_foot = left.box.top + left.box.rows, right_foot = right.box.top + right.box.rows;
    const int top = left.box.top > right.box.top ? left.box.top : right.box.top;
    const int foot = left_foot < right_foot ? left_foot : right_foot;
    const int lower = left.box.rows < right.box.rows ? left.box.rows : right.box.rows;
    return left.area > 0 && right.area > 0 && 2 * (foot - top) >= lower;
}

int cuts_find(struct cuts *out, const struct component *component, const struct components *components,
              const struct ink *ink, struct error *err)
{
    struct grid grid = {0};
    struct cuts cuts = {0};
    int columns[CUTS], count;
    if (create(&grid, &component->box, err) != 0)
        return -1;
    fill(&grid, component, components, ink);
    add_up(grid.down, &grid, 0, 1);
    add_up(grid.up, &grid, grid.rows - 1, -1);
    choose(columns, &count, &grid);
    const size_t size = (size_t)component->box.rows;
    cuts.columns = malloc(((size_t)count * size + 1) * sizeof *cuts.columns);
    if (cuts.columns == NULL) {
        free(grid.ink);
        return error_memory(err, (size_t)count * size * sizeof *cuts.columns, "the cuts of a component");
    }
    for (int i = 0; i < count; i++) {
        struct cut *cut = &cuts.all[cuts.count];
        cut->columns = cuts.columns + (size_t)i * size;
        draw(cut, &grid, &component->box, columns[i], ink->pen);
        cuts.count += parts_digits(cut, component, components);
    }
    free(grid.ink);
    *out = cuts;
    return 0;
}

void cuts_free(struct cuts *cuts)
{
    free(cuts->columns);
    *cuts = (struct cuts){0};
}
