#include "image/ink.h"

#include <stdlib.h>
#include <string.h>

enum { LEVELS = 256, CONTRAST = 16 };

static size_t size_of(const struct picture *picture)
{
    return (size_t)picture->rows * (size_t)picture->cols;
}

static void count_levels(long long counts[LEVELS], const struct picture *picture)
{
    memset(counts, 0, LEVELS * sizeof counts[0]);
    for (size_t i = 0; i < size_of(picture); i++)
        counts[picture->gray[i]]++;
}

static int contrast(const long long counts[LEVELS])
{
    int darkest = 0, lightest = LEVELS - 1;
    while (counts[darkest] == 0)
        darkest++;
    while (counts[lightest] == 0)
        lightest--;
    return lightest - darkest;
}

/* The level that parts the picture into two classes whose means lie farthest apart (Otsu 1979); the middle of a run of
 * equally good ones, which is what a drawing without half-tones gives. */
static int otsu_threshold(const long long counts[LEVELS])
{
    double count = 0, sum = 0, dark_count = 0, dark_sum = 0, best = -1;
    int first = 0, last = 0;
    for (int level = 0; level < LEVELS; level++) {
        count += (double)counts[level];
        sum += (double)counts[level] * level;
    }
    for (int level = 0; level < LEVELS - 1; level++) {
        dark_count += (double)counts[level];
        dark_sum += (double)counts[level] * level;
        double light_count = count - dark_count;
        if (dark_count == 0 || light_count == 0)
            continue;
        double apart = (sum - dark_sum) / light_count - dark_sum / dark_count;
        double between = dark_count * light_count * apart * apart;
        if (between > best) {
            best = between;
            first = level;
        }
        if (between >= best)
            last = level;
    }
    return (first + last) / 2;
}

static int has_dark_border(const struct picture *picture, int threshold)
{
    long long dark = 0, count = 0;
    for (int r = 0; r < picture->rows; r++) {
        int is_edge_row = r == 0 || r == picture->rows - 1;
        int step = is_edge_row || picture->cols == 1 ? 1 : picture->cols - 1;
        for (int k = 0; k < picture->cols; k += step) {
            dark += picture->gray[(size_t)r * (size_t)picture->cols + (size_t)k] <= threshold;
            count++;
        }
    }
    return 2 * dark > count;
}

static double mean_level(const long long counts[LEVELS], int first, int last)
{
    double count = 0, sum = 0;
    for (int level = first; level <= last; level++) {
        count += (double)counts[level];
        sum += (double)counts[level] * level;
    }
    return sum / count;
}

/* Soft edges stay soft: the strength rises from half way between ground and threshold, which clears away the grain of
 * paper, by way of INK_EDGE at the threshold to the mean of the ink. */
static void measure_strength(unsigned char strength[LEVELS], const long long counts[LEVELS], int threshold,
                             int is_light)
{
    double dark = mean_level(counts, 0, threshold), light = mean_level(counts, threshold + 1, LEVELS - 1);
    double ground = is_light ? dark : light, full = is_light ? light : dark;
    double edge = threshold + 0.5, none = (ground + edge) / 2;
    for (int level = 0; level < LEVELS; level++) {
        double value = INK_EDGE * (level - none) / (edge - none);
        if (value >= INK_EDGE)
            value = INK_EDGE + (255 - INK_EDGE) * (level - edge) / (full - edge);
        strength[level] = (unsigned char)(value < 0 ? 0 : value > 255 ? 255 : value);
    }
}

int ink_find(struct ink *out, const struct picture *picture, struct error *err)
{
    long long counts[LEVELS];
    count_levels(counts, picture);
    if (contrast(counts) < CONTRAST)
        return error_set(err, ERROR_BLANK,
                         "the picture is blank (its %d x %d pixels are nearly all alike): show one digit that stands "
                         "out from its ground",
                         picture->cols, picture->rows);
    struct ink ink;
    if (ink_create(&ink, picture->rows, picture->cols, err) != 0)
        return -1;
    const int threshold = otsu_threshold(counts);
    ink.is_light = has_dark_border(picture, threshold);
    unsigned char strength[LEVELS];
    measure_strength(strength, counts, threshold, ink.is_light);
    for (size_t i = 0; i < size_of(picture); i++)
        ink.strength[i] = strength[picture->gray[i]];
    *out = ink;
    return 0;
}

int ink_create(struct ink *out, int rows, int cols, struct error *err)
{
    size_t size = (size_t)rows * (size_t)cols;
    unsigned char *strength = calloc(size, 1);
    if (strength == NULL)
        return error_memory(err, size, "the ink of a picture");
    *out = (struct ink){.rows = rows, .cols = cols, .strength = strength};
    return 0;
}

void ink_free(struct ink *ink)
{
    free(ink->strength);
    *ink = (struct ink){0};
}

struct box ink_box(const struct ink *ink)
{
    int top = ink->rows, bottom = -1, left = ink->cols, right = -1;
    for (int r = 0; r < ink->rows; r++)
        for (int k = 0; k < ink->cols; k++) {
            if (ink->strength[(size_t)r * (size_t)ink->cols + (size_t)k] < INK_EDGE)
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
