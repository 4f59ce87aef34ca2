#include "image/stroke.h"

#include <math.h>

enum { FAR = 4 * STROKE_SIDE };

/* The middle of a stroke is where no neighbour lies deeper by more, in twice the distance to the edge: towards a corner
 * the depth falls faster. */
#define RIDGE 0.5f

/* Along each column, the distance of every pixel to the nearest that is (or is not) ink. */
static void measure_columns(short *distance, const struct strokes *strokes, int is_ink)
{
    const int rows = strokes->rows, cols = strokes->cols;
    for (int k = 0; k < cols; k++) {
        int away = FAR;
        for (int r = 0; r < rows; r++) {
            away = strokes->is_ink[r * cols + k] == is_ink ? 0 : away + 1;
            distance[r * cols + k] = (short)(away < FAR ? away : FAR);
        }
        away = FAR;
        for (int r = rows - 1; r >= 0; r--) {
            away = distance[r * cols + k] < away + 1 ? distance[r * cols + k] : away + 1;
            distance[r * cols + k] = (short)away;
        }
    }
}

/* Squared distance of pixel (r, k), across all columns that could still be nearer; not looked for beyond `limit`. */
static int nearest_squared(const short *row, int k, int cols, int limit)
{
    int best = row[k] < limit ? row[k] * row[k] : limit * limit;
    for (int away = 1; away * away < best; away++) {
        const int left = k - away, right = k + away, square = away * away;
        if (left < 0 && right >= cols)
            break;
        if (left >= 0 && square + row[left] * row[left] < best)
            best = square + row[left] * row[left];
        if (right < cols && square + row[right] * row[right] < best)
            best = square + row[right] * row[right];
    }
    return best;
}

/* Twice the distance from the middle of each pixel of ink to the edge. */
static void measure_distances(float *twice, const struct strokes *strokes)
{
    short columns[STROKE_SIDE * STROKE_SIDE];
    measure_columns(columns, strokes, 0);
    for (int r = 0; r < strokes->rows; r++)
        for (int k = 0; k < strokes->cols; k++) {
            const int i = r * strokes->cols + k;
            const int squared = nearest_squared(columns + r * strokes->cols, k, strokes->cols, FAR);
            twice[i] = strokes->is_ink[i] ? 2 * sqrtf((float)squared) - 1 : 0;
        }
}

static float deepest_neighbour(const float *twice, int cols, int i)
{
    float deepest = 0;
    for (int r = -1; r <= 1; r++)
        for (int k = -1; k <= 1; k++)
            deepest = twice[i + r * cols + k] > deepest ? twice[i + r * cols + k] : deepest;
    return deepest;
}

double stroke_width(const struct strokes *strokes, double share)
{
    float twice[STROKE_SIDE * STROKE_SIDE];
    int counts[2 * STROKE_SIDE] = {0}, all = 0;
    measure_distances(twice, strokes);
    for (int r = 1; r < strokes->rows - 1; r++)
        for (int k = 1; k < strokes->cols - 1; k++) {
            const int i = r * strokes->cols + k;
            if (twice[i] == 0 || twice[i] + RIDGE < deepest_neighbour(twice, strokes->cols, i))
                continue;
            counts[(int)(2 * twice[i])]++; /* in half pixels */
            all++;
        }
    int width = 0;
    for (int seen = counts[0]; seen <= share * all && width < 2 * STROKE_SIDE - 1; seen += counts[width])
        width++;
    return width / 2.0;
}

void stroke_move_edges(struct strokes *strokes, double by)
{
    const int becomes_ink = by > 0;
    short columns[STROKE_SIDE * STROKE_SIDE];
    measure_columns(columns, strokes, becomes_ink);
    const double reach = fabs(by) + 0.5;
    for (int r = 0; r < strokes->rows; r++)
        for (int k = 0; k < strokes->cols; k++) {
            unsigned char *pixel = &strokes->is_ink[r * strokes->cols + k];
            if (*pixel != becomes_ink &&
                nearest_squared(columns + r * strokes->cols, k, strokes->cols, (int)reach + 1) < reach * reach)
                *pixel = (unsigned char)becomes_ink;
        }
}

struct box stroke_box(const struct strokes *strokes)
{
    int top = strokes->rows, bottom = -1, left = strokes->cols, right = -1;
    for (int r = 0; r < strokes->rows; r++)
        for (int k = 0; k < strokes->cols; k++) {
            if (!strokes->is_ink[r * strokes->cols + k])
                continue;
            top = r < top ? r : top;
            bottom = r;
            left = k < left ? k : left;
            right = k > right ? k : right;
        }
    if (bottom < 0)
        return (struct box){0};
    return (struct box){.top = top, .left = left, .rows = bottom - top + 1, .cols = right - left + 1};
}
