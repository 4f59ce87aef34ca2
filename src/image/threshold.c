#include "image/threshold.h"

#include <math.h>
#include <string.h>

#include "image/ink.h"

enum { LEVELS = 256, BLOCKS = 96, LEAST_BLOCK = 4, LEAST_DEPTH = 12 };

struct levels {
    double count, sum, squares;
};

static void add_level(struct levels *levels, int level, double count)
{
    levels->count += count;
    levels->sum += count * level;
    levels->squares += count * level * level;
}

static double mean_of(const struct levels *levels)
{
    return levels->count > 0 ? levels->sum / levels->count : 0;
}

static double scatter_of(const struct levels *levels)
{
    return levels->count > 0 ? levels->squares - levels->sum * levels->sum / levels->count : 0;
}

/* The middle of a run of equally good ones, which is what a drawing without half-tones gives. */
static int otsu_edge(const long long counts[LEVELS])
{
    struct levels all = {0}, below = {0};
    for (int level = 0; level < LEVELS; level++)
        add_level(&all, level, (double)counts[level]);
    double best = -1;
    int first = 0, last = 0;
    for (int level = 0; level < LEVELS - 1; level++) {
        add_level(&below, level, (double)counts[level]);
        double above = all.count - below.count;
        if (below.count == 0 || above == 0)
            continue;
        double apart = (all.sum - below.sum) / above - mean_of(&below);
        double between = below.count * above * apart * apart;
        if (between > best)
            first = level;
        if (between >= best) {
            best = between;
            last = level;
        }
    }
    return (first + last) / 2 + 1;
}

void threshold_find(struct threshold *out, const unsigned char *depth, int rows, int cols)
{
    long long counts[LEVELS] = {0}, others[LEVELS] = {0}; /* in turn: neighbours are alike, and wait for each other */
    const size_t size = (size_t)rows * (size_t)cols;
    for (size_t i = 0; i + 1 < size; i += 2) {
        counts[depth[i]]++;
        others[depth[i + 1]]++;
    }
    if (size % 2 == 1)
        counts[depth[size - 1]]++;
    for (int level = 0; level < LEVELS; level++)
        counts[level] += others[level];
    out->edge = otsu_edge(counts);
    struct levels ground = {0}, ink = {0};
    for (int level = 0; level < LEVELS; level++)
        add_level(level < out->edge ? &ground : &ink, level, (double)counts[level]);
    out->ground = mean_of(&ground);
    out->ink = mean_of(&ink);
    out->spread = sqrt((scatter_of(&ground) + scatter_of(&ink)) / (double)size);
    double grain = sqrt(scatter_of(&ground) / fmax(ground.count, 1));
    out->least = (int)fmin(fmax(out->ground + 3 * grain, LEAST_DEPTH), out->edge);
}

/* What the ink is like in a block of side x side pixels. */
struct block {
    unsigned count, sum; /* of the depths of at least `edge` */
    int deepest;
};

struct blocks {
    int rows, cols, side;
    struct block all[BLOCKS * BLOCKS];
};

static void measure_blocks(struct blocks *blocks, const unsigned char *depth, int rows, int cols, int edge)
{
    const int longer = rows > cols ? rows : cols, side = (longer + BLOCKS - 1) / BLOCKS;
    blocks->side = side > LEAST_BLOCK ? side : LEAST_BLOCK;
    blocks->rows = (rows + blocks->side - 1) / blocks->side;
    blocks->cols = (cols + blocks->side - 1) / blocks->side;
    memset(blocks->all, 0, sizeof blocks->all);
    for (int r = 0; r < rows; r++)
        for (int k = 0; k < blocks->cols; k++) {
            struct block *block = &blocks->all[r / blocks->side * blocks->cols + k];
            const int end = (k + 1) * blocks->side < cols ? (k + 1) * blocks->side : cols;
            for (int x = k * blocks->side; x < end; x++) {
                const int value = depth[(size_t)r * (size_t)cols + (size_t)x];
                block->deepest = value > block->deepest ? value : block->deepest;
                block->count += value >= edge;
                block->sum += value >= edge ? (unsigned)value : 0;
            }
        }
}

/* How deep the ink is in a block and its neighbours: its mean, or the deepest of what may be a fainter one. */
static double full_depth(const struct blocks *blocks, int row, int col)
{
    double count = 0, sum = 0;
    int deepest = 0;
    for (int r = row - 1; r <= row + 1; r++)
        for (int k = col - 1; k <= col + 1; k++) {
            if (r < 0 || r >= blocks->rows || k < 0 || k >= blocks->cols)
                continue;
            const struct block *block = &blocks->all[r * blocks->cols + k];
            count += block->count;
            sum += block->sum;
            deepest = block->deepest > deepest ? block->deepest : deepest;
        }
    return count > 0 ? sum / count : deepest;
}

/* Soft edges stay soft: the strength rises from half the edge, which clears away the grain of paper, by way of INK_EDGE
 * to the depth of full ink. */
static void fill_strengths(unsigned char strengths[LEVELS], int full, const struct threshold *threshold)
{
    const double edge = fmin(fmax(full / 2.0, threshold->least), threshold->edge), top = fmax(full, edge + 1);
    for (int level = 0; level < LEVELS; level++) {
        const double value = level < edge ? INK_EDGE * (2 * level / edge - 1)
                                          : INK_EDGE + (255 - INK_EDGE) * (level - edge) / (top - edge);
        strengths[level] = (unsigned char)(value < 0 ? 0 : value > 255 ? 255 : value);
    }
}

static void fill_block(unsigned char *strength, const unsigned char *depth, const struct blocks *blocks, int rows,
                       int cols, int row, int col, const unsigned char strengths[LEVELS])
{
    for (int r = row * blocks->side; r < rows && r < (row + 1) * blocks->side; r++)
        for (int k = col * blocks->side; k < cols && k < (col + 1) * blocks->side; k++)
            strength[(size_t)r * (size_t)cols + (size_t)k] = strengths[depth[(size_t)r * (size_t)cols + (size_t)k]];
}

void threshold_strength(unsigned char *strength, const unsigned char *depth, int rows, int cols,
                        const struct threshold *threshold)
{
    struct blocks blocks;
    unsigned char strengths[LEVELS][LEVELS], is_filled[LEVELS] = {0}; /* by the full depth */
    measure_blocks(&blocks, depth, rows, cols, threshold->edge);
    for (int r = 0; r < blocks.rows; r++)
        for (int k = 0; k < blocks.cols; k++) {
            const int full = (int)(full_depth(&blocks, r, k) + 0.5);
            if (!is_filled[full])
                fill_strengths(strengths[full], full, threshold);
            is_filled[full] = 1;
            fill_block(strength, depth, &blocks, rows, cols, r, k, strengths[full]);
        }
}
