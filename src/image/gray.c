#include "image/gray.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "image/picture.h"

/* The picture is looked at in at most CELLS x CELLS means: grain averages out, a stroke of the pen does not. */
enum { CELLS = 512, REACH = 16, FAINTEST = 12, ONE = 1 << 16 };
static const double gain_needed = 1.5;

struct cells {
    int rows, cols;
    unsigned char *mean; /* [rows][cols][3] */
};

struct matrix {
    double at[3][3];
};

struct spread {
    struct matrix matrix; /* sum of |d|^2 d d' over differences d */
    double weight;        /* sum of |d|^2 */
};

static const double luma[3] = {0.299, 0.587, 0.114};

static void average_cell(unsigned char mean[3], const unsigned char *rgb, int cols, int height, int width)
{
    long long sum[3] = {0};
    for (int r = 0; r < height; r++)
        for (int k = 0; k < width; k++)
            for (int channel = 0; channel < 3; channel++)
                sum[channel] += rgb[((size_t)r * (size_t)cols + (size_t)k) * 3 + (size_t)channel];
    long long count = (long long)height * width;
    for (int channel = 0; channel < 3; channel++)
        mean[channel] = (unsigned char)((sum[channel] + count / 2) / count);
}

static int create_cells(struct cells *out, const unsigned char *rgb, int rows, int cols, struct error *err)
{
    int longer = rows > cols ? rows : cols, side = (longer + CELLS - 1) / CELLS;
    struct cells cells = {.rows = (rows + side - 1) / side, .cols = (cols + side - 1) / side};
    size_t size = (size_t)cells.rows * (size_t)cells.cols * 3;
    unsigned char *mean = malloc(size);
    if (mean == NULL)
        return error_memory(err, size, "the colours of a picture");
    cells.mean = mean;
    for (int r = 0; r < rows; r += side)
        for (int k = 0; k < cols; k += side, mean += 3)
            average_cell(mean, rgb + ((size_t)r * (size_t)cols + (size_t)k) * 3, cols,
                         rows - r < side ? rows - r : side, cols - k < side ? cols - k : side);
    *out = cells;
    return 0;
}

static void add_difference(struct spread *spread, const unsigned char a[3], const unsigned char b[3])
{
    double d[3] = {a[0] - b[0], a[1] - b[1], a[2] - b[2]}, square = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            spread->matrix.at[i][j] += square * d[i] * d[j];
    spread->weight += square;
}

/* Uneven light and the colours of far-off things tell nothing of ink: only what lies near is compared. */
static struct spread measure_spread(const struct cells *cells)
{
    struct spread spread = {0};
    int longer = cells->rows > cells->cols ? cells->rows : cells->cols, reach = (longer + REACH - 1) / REACH;
    for (int r = 0; r < cells->rows; r++)
        for (int k = 0; k < cells->cols; k++) {
            const unsigned char *mean = cells->mean + ((size_t)r * (size_t)cells->cols + (size_t)k) * 3;
            if (r + reach < cells->rows)
                add_difference(&spread, mean, mean + (size_t)reach * (size_t)cells->cols * 3);
            if (k + reach < cells->cols)
                add_difference(&spread, mean, mean + (size_t)reach * 3);
        }
    return spread;
}

/* u' M v */
static double form(const double u[3], const struct matrix *matrix, const double v[3])
{
    double sum = 0;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            sum += u[i] * matrix->at[i][j] * v[j];
    return sum;
}

/* M M, made smaller so that its trace is 1. */
static struct matrix square_matrix(const struct matrix *m)
{
    struct matrix square;
    double trace = 0;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++)
            square.at[i][j] = m->at[i][0] * m->at[0][j] + m->at[i][1] * m->at[1][j] + m->at[i][2] * m->at[2][j];
        trace += square.at[i][i];
    }
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            square.at[i][j] /= trace;
    return square;
}

/* Of length 1. A high power of the matrix is the eigenvector times itself: each of its columns points along it. */
static void first_eigenvector(double vector[3], const struct matrix *matrix)
{
    struct matrix power = square_matrix(matrix);
    for (int i = 0; i < 8; i++)
        power = square_matrix(&power);
    int best = 0;
    for (int i = 1; i < 3; i++)
        best = power.at[i][i] > power.at[best][best] ? i : best;
    for (int i = 0; i < 3; i++)
        vector[i] = power.at[i][best] / sqrt(power.at[best][best]);
}

static double project(const double weights[3], const unsigned char rgb[3])
{
    return weights[0] * rgb[0] + weights[1] * rgb[1] + weights[2] * rgb[2];
}

/* Light stays light where luma has a say; where it has none, the ground, which is most of the picture, is the light. */
static int is_upside_down(const double weights[3], const struct spread *spread, const struct cells *cells)
{
    double shared = form(luma, &spread->matrix, weights), whole = form(weights, &spread->matrix, weights);
    if (fabs(shared) > whole / 10)
        return shared < 0;
    double least = 255, greatest = -255, sum = 0;
    size_t count = (size_t)cells->rows * (size_t)cells->cols;
    for (size_t i = 0; i < count; i++) {
        double level = project(weights, cells->mean + 3 * i);
        least = level < least ? level : least;
        greatest = level > greatest ? level : greatest;
        sum += level;
    }
    return 2 * sum < (least + greatest) * (double)count;
}

/* Gives the weights of the colours, their magnitudes adding up to 1; returns 0, the weights untouched, where luma shows
 * the ink. */
static int choose_direction(double weights[3], const struct cells *cells)
{
    struct spread spread = measure_spread(cells);
    if (spread.weight == 0)
        return 0;
    double vector[3], luma_square = luma[0] * luma[0] + luma[1] * luma[1] + luma[2] * luma[2];
    first_eigenvector(vector, &spread.matrix);
    double along = form(vector, &spread.matrix, vector), along_luma = form(luma, &spread.matrix, luma) / luma_square;
    double magnitude = fabs(vector[0]) + fabs(vector[1]) + fabs(vector[2]);
    double contrast = sqrt(along / spread.weight) / magnitude;
    if (along < gain_needed * gain_needed * along_luma || contrast < FAINTEST)
        return 0;
    for (int i = 0; i < 3; i++)
        weights[i] = vector[i] / magnitude;
    double sign = is_upside_down(weights, &spread, cells) ? -1 : 1;
    for (int i = 0; i < 3; i++)
        weights[i] *= sign;
    return 1;
}

static void lay_projected(unsigned char *gray, const unsigned char *rgb, size_t count, const double weights[3])
{
    int fixed[3], offset = ONE / 2;
    for (int i = 0; i < 3; i++) {
        fixed[i] = (int)floor(weights[i] * ONE + 0.5);
        offset -= fixed[i] < 0 ? 255 * fixed[i] : 0;
    }
    for (size_t i = 0; i < count; i++, rgb += 3) {
        int level = (fixed[0] * rgb[0] + fixed[1] * rgb[1] + fixed[2] * rgb[2] + offset) / ONE;
        gray[i] = (unsigned char)(level < 255 ? level : 255);
    }
}

int gray_from_colour(unsigned char *gray, const unsigned char *rgb, int rows, int cols, struct error *err)
{
    struct cells cells = {0};
    if (create_cells(&cells, rgb, rows, cols, err) != 0)
        return -1;
    double weights[3];
    size_t count = (size_t)rows * (size_t)cols;
    if (choose_direction(weights, &cells))
        lay_projected(gray, rgb, count, weights);
    else
        for (size_t i = 0; i < count; i++)
            gray[i] = picture_luma(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]);
    free(cells.mean);
    return 0;
}
