#include "image/ground.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    TOLERANCE = 24, /* levels: what lies nearer to the surface may be ground */
    DARKEST = 48,   /* a ground darker than this is not divided by: that would only show its grain */
    ROUNDS = 8,
    CHANGE = 4,      /* levels: less is no other ground */
    MOST_ROWS = 500, /* polarity shows in so many */
    CHUNK = 16,      /* pixels that are worked out together */
};

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static void take_means(struct ground *ground, const struct picture *picture)
{
    const int step = ground->step;
    for (int r = 0; r < ground->rows; r++) {
        unsigned sums[GROUND_BLOCKS] = {0};
        const int bottom = smaller((r + 1) * step, picture->rows);
        for (int y = r * step; y < bottom; y++) {
            const unsigned char *gray = picture->gray + (size_t)y * (size_t)picture->cols;
            for (int k = 0; k < ground->cols; k++) {
                const int right = smaller((k + 1) * step, picture->cols);
                unsigned sum = 0;
                for (int x = k * step; x < right; x++)
                    sum += gray[x];
                sums[k] += sum;
            }
        }
        for (int k = 0; k < ground->cols; k++) {
            int count = (bottom - r * step) * (smaller((k + 1) * step, picture->cols) - k * step);
            ground->level[r * ground->cols + k] = (float)sums[k] / (float)count;
        }
    }
}

static int compare(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double border_median(const struct ground *ground)
{
    float levels[4 * GROUND_BLOCKS];
    size_t count = 0;
    for (int r = 0; r < ground->rows; r++) {
        int is_edge_row = r == 0 || r == ground->rows - 1;
        int step = is_edge_row || ground->cols == 1 ? 1 : ground->cols - 1;
        for (int k = 0; k < ground->cols; k += step)
            levels[count++] = ground->level[r * ground->cols + k];
    }
    qsort(levels, count, sizeof levels[0], compare);
    return levels[count / 2];
}

/* -1 .. 1 along a side of `count` places. */
static double place(double i, int count)
{
    return count > 1 ? 2 * i / (count - 1) - 1 : 0;
}

static void fill_terms(double terms[GROUND_TERMS], double x, double y)
{
    const double all[GROUND_TERMS] = {1, x, y, x * x, x * y, y * y};
    memcpy(terms, all, sizeof all);
}

static double surface_at(const struct ground *ground, double y, double x)
{
    double terms[GROUND_TERMS], sum = 0;
    fill_terms(terms, x, y);
    for (int i = 0; i < GROUND_TERMS; i++)
        sum += ground->surface[i] * terms[i];
    return sum;
}

/* Gaussian elimination of a symmetric positive system; a pivot of nothing leaves its unknown at 0. */
static void solve(double *unknowns, double matrix[GROUND_TERMS][GROUND_TERMS + 1], int count)
{
    for (int i = 0; i < count; i++) {
        if (matrix[i][i] < 1e-9)
            continue;
        for (int j = 0; j < count; j++) {
            double share = j != i ? matrix[j][i] / matrix[i][i] : 0;
            for (int k = i; share != 0 && k <= count; k++)
                matrix[j][k] -= share * matrix[i][k];
        }
    }
    for (int i = 0; i < count; i++)
        unknowns[i] = matrix[i][i] < 1e-9 ? 0 : matrix[i][count] / matrix[i][i];
}

/* Least squares over the blocks that lie near to the surface as it is. */
static void improve_surface(struct ground *ground, int count)
{
    double matrix[GROUND_TERMS][GROUND_TERMS + 1] = {{0}};
    const int step = larger(ground->rows, ground->cols) > GROUND_BLOCKS / 2 ? 2 : 1; /* every other block will do */
    for (int r = 0; r < ground->rows; r += step)
        for (int k = 0; k < ground->cols; k += step) {
            double y = place(r, ground->rows), x = place(k, ground->cols), terms[GROUND_TERMS];
            double level = ground->level[r * ground->cols + k];
            if (fabs(level - surface_at(ground, y, x)) > TOLERANCE)
                continue;
            fill_terms(terms, x, y);
            for (int i = 0; i < count; i++) {
                for (int j = 0; j < count; j++)
                    matrix[i][j] += terms[i] * terms[j];
                matrix[i][count] += terms[i] * level;
            }
        }
    if (matrix[0][0] >= 3 * count)
        solve(ground->surface, matrix, count);
}

/* Further from the surface counts more: the squares of what stands out on either side. */
static int is_ink_lighter(const struct ground *ground, const struct picture *picture)
{
    const double *a = ground->surface;
    const int stride = picture->rows / MOST_ROWS + 1;
    double lighter = 0, darker = 0;
    for (int r = 0; r < picture->rows; r += stride) {
        const unsigned char *gray = picture->gray + (size_t)r * (size_t)picture->cols;
        const double y = place(r, picture->rows);
        const float base = (float)(a[0] + a[2] * y + a[5] * y * y), slope = (float)(a[1] + a[4] * y);
        const float bend = (float)a[3], step = picture->cols > 1 ? 2.f / (float)(picture->cols - 1) : 0;
        float above = 0, below = 0;
        for (int k = 0; k < picture->cols; k++) {
            float x = (float)k * step - 1, apart = (float)gray[k] - (base + x * (slope + x * bend));
            float more = apart > TOLERANCE / 2 ? apart : 0, less = apart < -TOLERANCE / 2 ? apart : 0;
            above += more * more;
            below += less * less;
        }
        lighter += above;
        darker += below;
    }
    return lighter > darker;
}

void ground_measure(struct ground *out, const struct picture *picture)
{
    const int longer = larger(picture->rows, picture->cols), step = (longer + GROUND_BLOCKS - 1) / GROUND_BLOCKS;
    out->step = step;
    out->rows = (picture->rows + step - 1) / step;
    out->cols = (picture->cols + step - 1) / step;
    take_means(out, picture);
    memset(out->surface, 0, sizeof out->surface);
    out->surface[0] = border_median(out);
    for (int round = 0; round < ROUNDS; round++)
        improve_surface(out, round < ROUNDS / 2 ? 3 : GROUND_TERMS); /* a plane first: it strays less */
    out->is_dark = is_ink_lighter(out, picture);
    for (int i = 0; i < out->rows * out->cols; i++)
        out->closed[i] = -2 * CHANGE; /* no ground yet */
}

/* Largest (sign 1) or, negated, smallest (sign -1) of the `reach` neighbours to either side, along a row or a column:
 * windows of 2 reach + 1 lie across the ends of blocks of that length, and are the larger of what is largest before the
 * end and after (van Herk 1992). */
static void spread(float *values, int count, int step, int reach, float sign)
{
    enum { ROOM = 3 * GROUND_BLOCKS };
    const int wide = 2 * reach + 1, padded = count + 2 * reach;
    float line[ROOM], ahead[ROOM], behind[ROOM];
    for (int i = 0; i < padded; i++)
        line[i] = i < reach || i >= reach + count ? -FLT_MAX : sign * values[(i - reach) * step];
    for (int i = 0; i < padded; i++)
        ahead[i] = i % wide == 0 || line[i] > ahead[i - 1] ? line[i] : ahead[i - 1];
    for (int i = padded - 1; i >= 0; i--)
        behind[i] = i == padded - 1 || (i + 1) % wide == 0 || line[i] > behind[i + 1] ? line[i] : behind[i + 1];
    for (int i = 0; i < count; i++) {
        const float before = behind[i], after = ahead[i + wide - 1];
        values[i * step] = sign * (before > after ? before : after);
    }
}

static void spread_all(float *values, const struct ground *ground, int reach, float sign)
{
    for (int r = 0; r < ground->rows; r++)
        spread(values + r * ground->cols, ground->cols, 1, reach, sign);
    for (int k = 0; k < ground->cols; k++)
        spread(values + k, ground->rows, ground->cols, reach, sign);
}

int ground_close(struct ground *ground, double pen)
{
    const int half = smaller(ground->rows, ground->cols) / 2, wide = (int)(pen / ground->step / 2) + 2;
    const int reach = smaller(wide, half);
    float surface[GROUND_BLOCKS * GROUND_BLOCKS], levels[GROUND_BLOCKS * GROUND_BLOCKS];
    for (int r = 0; r < ground->rows; r++)
        for (int k = 0; k < ground->cols; k++) {
            const int i = r * ground->cols + k;
            surface[i] = (float)surface_at(ground, place(r, ground->rows), place(k, ground->cols));
            levels[i] = ground->is_dark ? surface[i] - ground->level[i] : ground->level[i] - surface[i];
            surface[i] = ground->is_dark ? 255 - surface[i] : surface[i];
        }
    spread_all(levels, ground, reach, 1);
    spread_all(levels, ground, reach, -1);
    float most = 0;
    for (int i = 0; i < ground->rows * ground->cols; i++) {
        const float level = levels[i] + surface[i], closed = level < 0 ? 0 : level > 255 ? 255 : level;
        const float change = fabsf(closed - ground->closed[i]);
        most = change > most ? change : most;
        ground->closed[i] = closed;
    }
    return most > CHANGE;
}

struct between {
    int first, second;
    float share; /* of the second */
};

/* The two blocks between whose middles a pixel lies. */
static struct between blocks_around(int pixel, int step, int count)
{
    float at = ((float)pixel + 0.5f) / (float)step - 0.5f;
    at = at < 0 ? 0 : at > (float)(count - 1) ? (float)(count - 1) : at;
    int first = (int)at;
    return (struct between){first, smaller(first + 1, count - 1), at - (float)first};
}

/* The levels of a row of pixels, from those of the blocks above and below. */
static void fill_row(float *row, const struct ground *ground, int pixel_row)
{
    struct between rows = blocks_around(pixel_row, ground->step, ground->rows);
    const float *first = ground->closed + rows.first * ground->cols;
    const float *second = ground->closed + rows.second * ground->cols;
    for (int k = 0; k < ground->cols; k++)
        row[k] = first[k] + rows.share * (second[k] - first[k]);
}

static float level_at(const float *row, const struct ground *ground, int pixel)
{
    const struct between cols = blocks_around(pixel, ground->step, ground->cols);
    return row[cols.first] + cols.share * (row[cols.second] - row[cols.first]);
}

/* From pixel `first` on; within a block no wider than a chunk, each for itself. */
static void fill_levels(float level[CHUNK], const float *row, const struct ground *ground, int first)
{
    const int is_wide = ground->step > CHUNK;
    const float start = level_at(row, ground, first), end = level_at(row, ground, first + CHUNK);
    for (int i = 0; i < CHUNK; i++)
        level[i] = is_wide ? start + (end - start) * (float)i / CHUNK : level_at(row, ground, first + i);
}

static void fill_chunk(unsigned char *out, const unsigned char *gray, unsigned char turn, const float *level)
{
    for (int i = 0; i < CHUNK; i++) {
        const float ground = level[i], darkest = ground > DARKEST ? ground : DARKEST;
        const float depth = 255 * (ground - (float)(gray[i] ^ turn)) / darkest + 0.5f;
        out[i] = (unsigned char)(int)(depth < 0 ? 0 : depth);
    }
}

void ground_depth(unsigned char *depth, const struct ground *ground, const struct picture *picture)
{
    float row[GROUND_BLOCKS];
    const unsigned char turn = ground->is_dark ? 255 : 0;
    for (int r = 0; r < picture->rows; r++) {
        fill_row(row, ground, r);
        const unsigned char *gray = picture->gray + (size_t)r * (size_t)picture->cols;
        unsigned char *out = depth + (size_t)r * (size_t)picture->cols;
        for (int k = 0; k < picture->cols; k += CHUNK) {
            const int count = smaller(CHUNK, picture->cols - k);
            unsigned char from[CHUNK] = {0}, to[CHUNK];
            float level[CHUNK];
            fill_levels(level, row, ground, k);
            memcpy(from, gray + k, (size_t)count);
            fill_chunk(to, from, turn, level);
            memcpy(out + k, to, (size_t)count);
        }
    }
}
