#include "image/colours.h"

#include <math.h>
#include <stdlib.h>

enum { MOST = 512, REACH = 16, LARGE = 60 };

static void average_square(unsigned char mean[3], const unsigned char *rgb, int cols, int height, int width)
{
    long long sum[3] = {0}, count = (long long)height * width;
    for (int r = 0; r < height; r++)
        for (int k = 0; k < width; k++)
            for (int channel = 0; channel < 3; channel++)
                sum[channel] += rgb[((size_t)r * (size_t)cols + (size_t)k) * 3 + (size_t)channel];
    for (int channel = 0; channel < 3; channel++)
        mean[channel] = (unsigned char)((sum[channel] + count / 2) / count);
}

int colours_create(struct colours *out, const unsigned char *rgb, int rows, int cols, struct error *err)
{
    int longer = rows > cols ? rows : cols, side = (longer + MOST - 1) / MOST;
    struct colours colours = {.rows = (rows + side - 1) / side, .cols = (cols + side - 1) / side};
    colours.reach = ((longer + side - 1) / side + REACH - 1) / REACH;
    size_t size = (size_t)colours.rows * (size_t)colours.cols * 3;
    unsigned char *mean = malloc(size);
    if (mean == NULL)
        return error_memory(err, size, "the colours of a picture");
    colours.mean = mean;
    for (int r = 0; r < rows; r += side)
        for (int k = 0; k < cols; k += side, mean += 3)
            average_square(mean, rgb + ((size_t)r * (size_t)cols + (size_t)k) * 3, cols,
                           rows - r < side ? rows - r : side, cols - k < side ? cols - k : side);
    *out = colours;
    return 0;
}

void colours_free(struct colours *colours)
{
    free(colours->mean);
    *colours = (struct colours){0};
}

/* From the mean at (row, col) to the one `reach` below it, or to its right. Returns 0 where there is none. */
static int difference(double d[3], const struct colours *colours, int row, int col, int is_down)
{
    int to_row = is_down ? row + colours->reach : row, to_col = is_down ? col : col + colours->reach;
    if (to_row >= colours->rows || to_col >= colours->cols)
        return 0;
    const unsigned char *from = colours->mean + ((size_t)row * (size_t)colours->cols + (size_t)col) * 3;
    const unsigned char *to = colours->mean + ((size_t)to_row * (size_t)colours->cols + (size_t)to_col) * 3;
    for (int i = 0; i < 3; i++)
        d[i] = to[i] - from[i];
    return 1;
}

static double dot(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

void colours_measure(struct colours_spread *out, const struct colours *colours)
{
    double d[3];
    *out = (struct colours_spread){.weight = 0};
    for (int r = 0; r < colours->rows; r++)
        for (int k = 0; k < colours->cols; k++)
            for (int is_down = 0; is_down < 2; is_down++) {
                if (!difference(d, colours, r, k, is_down))
                    continue;
                double square = dot(d, d);
                out->weight += square;
                for (int i = 0; i < 3; i++)
                    for (int j = 0; j < 3; j++)
                        out->matrix[i][j] += square * d[i] * d[j];
            }
}

double colours_contrast(const struct colours_spread *spread, const double direction[3])
{
    double sum = 0;
    for (int i = 0; i < 3; i++)
        sum += direction[i] * dot(spread->matrix[i], direction);
    return sqrt(sum / spread->weight);
}

/* In place: M becomes M M, made smaller so that its trace is 1. */
static void square_matrix(double matrix[3][3])
{
    double square[3][3], trace = 0;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++)
            square[i][j] = dot(matrix[i], matrix[j]); /* it is symmetric */
        trace += square[i][i];
    }
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            matrix[i][j] = square[i][j] / trace;
}

/* A high power of the matrix is the eigenvector times itself: each of its columns points along it. */
void colours_direction(double direction[3], const struct colours_spread *spread)
{
    struct colours_spread power = *spread;
    for (int i = 0; i < 9; i++)
        square_matrix(power.matrix);
    int best = 0;
    for (int i = 1; i < 3; i++)
        best = power.matrix[i][i] > power.matrix[best][best] ? i : best;
    for (int i = 0; i < 3; i++)
        direction[i] = power.matrix[best][i] / sqrt(dot(power.matrix[best], power.matrix[best]));
}

/* Whether the next mean differs alike: 1, the other way round: -1, or neither: 0. Noise does the former as often as the
 * latter, ink does not. */
static int goes_on(const struct colours *colours, const double d[3], int row, int col, int is_down)
{
    double next[3];
    if (!difference(next, colours, row, col + 1, is_down))
        return 0;
    double along = dot(d, next);
    if (along * along < 0.64 * dot(d, d) * dot(next, next))
        return 0;
    return along > 0 ? 1 : -1;
}

double colours_hidden(const struct colours *colours, const double direction[3])
{
    double d[3], hidden = 0, whole = 0;
    for (int r = 0; r < colours->rows; r++)
        for (int k = 0; k < colours->cols; k++)
            for (int is_down = 0; is_down < 2; is_down++) {
                if (!difference(d, colours, r, k, is_down))
                    continue;
                double square = dot(d, d), shown = dot(d, direction);
                if (square < LARGE * LARGE)
                    continue;
                whole += square;
                if (4 * shown * shown < square)
                    hidden += square * goes_on(colours, d, r, k, is_down);
            }
    return hidden > 0 ? hidden / whole : 0;
}

/* The fullest of 16 x 16 x 16 bins, and the mean of what lies in it. */
void colours_ground(double ground[3], double mean[3], const struct colours *colours)
{
    int counts[16 * 16 * 16] = {0}, fullest = 0;
    long long sum[3] = {0}, sum_in_bin[3] = {0};
    size_t size = (size_t)colours->rows * (size_t)colours->cols;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < size; i++) {
            const unsigned char *rgb = colours->mean + 3 * i;
            int bin = rgb[0] / 16 * 256 + rgb[1] / 16 * 16 + rgb[2] / 16;
            if (pass == 0 && ++counts[bin] > counts[fullest])
                fullest = bin;
            for (int channel = 0; channel < 3; channel++) {
                sum[channel] += pass == 0 ? rgb[channel] : 0;
                sum_in_bin[channel] += pass == 1 && bin == fullest ? rgb[channel] : 0;
            }
        }
    for (int channel = 0; channel < 3; channel++) {
        ground[channel] = (double)sum_in_bin[channel] / counts[fullest];
        mean[channel] = (double)sum[channel] / (double)size;
    }
}
