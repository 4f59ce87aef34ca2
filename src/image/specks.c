#include "image/specks.h"

#include <stdlib.h>

#include "image/components.h"
#include "image/ink.h"

enum { LONGEST = 4096 };

/* What a piece of ink is; a NEAR one is small, and within a pen's width of one that is DRAWN. */
enum { FAINT, SMALL, NEAR, DRAWN };

static void count_run(long long pixels[LONGEST], int length)
{
    pixels[length < LONGEST ? length : LONGEST - 1] += length;
}

static void count_down(long long pixels[LONGEST], int *lengths, const unsigned char *strength, int rows, int cols)
{
    for (int r = 0; r < rows; r++)
        for (int k = 0; k < cols; k++) {
            const int is_ink = strength[(size_t)r * (size_t)cols + (size_t)k] >= INK_EDGE;
            if (!is_ink && lengths[k] > 0)
                count_run(pixels, lengths[k]);
            lengths[k] = is_ink ? lengths[k] + 1 : 0;
        }
    for (int k = 0; k < cols; k++)
        count_run(pixels, lengths[k]);
}

/* Of the runs of ink across a pixel, along its row and along its column, the shorter is near the width of the stroke.
 * So, of all the lengths of runs, each as often as it has pixels, a quarter lie under that width. */
static int measure_pen(double *pen, const unsigned char *strength, int rows, int cols, const struct components *found,
                       struct error *err)
{
    long long pixels[LONGEST] = {0}, all = 0, seen = 0;
    int *lengths = calloc((size_t)cols, sizeof *lengths);
    if (lengths == NULL)
        return error_memory(err, (size_t)cols * sizeof *lengths, "the strokes of a picture");
    count_down(pixels, lengths, strength, rows, cols);
    free(lengths);
    for (long long i = 0; i < found->run_count; i++)
        count_run(pixels, found->runs[i].right - found->runs[i].left);
    for (int length = 0; length < LONGEST; length++)
        all += pixels[length];
    int quarter = 0;
    while (quarter < LONGEST - 1 && 4 * (seen += pixels[quarter]) < all)
        quarter++;
    *pen = quarter;
    return 0;
}

/* Strengths of ink, 128 .. 255, are kept under INK_EDGE until it is clear what is a speck. */
static void lower(unsigned char *strength, int cols, const struct components *found, const struct component *component)
{
    for (long long i = component->first_run; i < component->first_run + component->runs; i++) {
        const struct run *run = &found->runs[i];
        for (int k = run->left; k < run->right; k++)
            strength[(size_t)run->row * (size_t)cols + (size_t)k] &= INK_EDGE - 1;
    }
}

static void settle(unsigned char *strength, int cols, const struct components *found, const struct component *component,
                   int is_kept)
{
    for (long long i = component->first_run; i < component->first_run + component->runs; i++) {
        const struct run *run = &found->runs[i];
        for (int k = run->left; k < run->right; k++) {
            unsigned char *pixel = &strength[(size_t)run->row * (size_t)cols + (size_t)k];
            *pixel = is_kept ? *pixel | INK_EDGE : 0;
        }
    }
}

static int is_deep(const unsigned char *depth, int cols, const struct components *found,
                   const struct component *component, int edge)
{
    for (long long i = component->first_run; i < component->first_run + component->runs; i++) {
        const struct run *run = &found->runs[i];
        for (int k = run->left; k < run->right; k++)
            if (depth[(size_t)run->row * (size_t)cols + (size_t)k] >= edge)
                return 1;
    }
    return 0;
}

/* A pen draws nothing smaller than its tip, and a quarter more is still no stroke. */
static int is_small(const struct component *component, double pen)
{
    return component->box.rows < 1.25 * pen && component->box.cols < 1.25 * pen;
}

static int is_near_ink(const unsigned char *strength, int rows, int cols, const struct box *box, int reach)
{
    for (int r = box->top - reach; r < box->top + box->rows + reach; r++)
        for (int k = box->left - reach; k < box->left + box->cols + reach; k++)
            if (r >= 0 && r < rows && k >= 0 && k < cols && strength[(size_t)r * (size_t)cols + (size_t)k] >= INK_EDGE)
                return 1;
    return 0;
}

int specks_erase(double *pen, unsigned char *strength, const unsigned char *depth, int rows, int cols, int edge,
                 struct error *err)
{
    struct components found;
    if (components_find(&found, strength, rows, cols, INK_EDGE, err) != 0)
        return -1;
    unsigned char *kinds = malloc((size_t)found.count + 1);
    if (kinds == NULL || measure_pen(pen, strength, rows, cols, &found, err) != 0) {
        const int is_short = kinds == NULL;
        free(kinds);
        components_free(&found);
        return is_short ? error_memory(err, (unsigned long long)found.count, "the specks of a picture") : -1;
    }
    for (int i = 0; i < found.count; i++) {
        const struct component *component = &found.all[i];
        kinds[i] = !is_deep(depth, cols, &found, component, edge) ? FAINT : is_small(component, *pen) ? SMALL : DRAWN;
        if (kinds[i] != DRAWN)
            lower(strength, cols, &found, component);
    }
    for (int i = 0; i < found.count; i++)
        if (kinds[i] == SMALL && is_near_ink(strength, rows, cols, &found.all[i].box, (int)*pen))
            kinds[i] = NEAR;
    for (int i = 0; i < found.count; i++)
        if (kinds[i] != DRAWN)
            settle(strength, cols, &found, &found.all[i], kinds[i] == NEAR);
    free(kinds);
    components_free(&found);
    return 0;
}
