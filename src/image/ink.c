#include "image/ink.h"

#include <stdlib.h>
#include <string.h>

#include "image/components.h"
#include "image/ground.h"
#include "image/threshold.h"

enum { FAINTEST = 16 }; /* of 255: ink has to be deeper than its ground by this */

/* What is drawn is clearly ink or clearly ground, and seldom reaches the border; noise, clouds and patterns are not so.
 * In deviations, the means of ink and ground lie 7 and more apart in digits of thirty sources, 4.6 at most in noise;
 * such digits take up to a tenth of the border, patterns a quarter and more. */
static const double least_apart = 5, most_border = 0.18;

static int set_blank(const struct picture *picture, struct error *err)
{
    return error_set(err, ERROR_BLANK,
                     "the picture is blank (its %d x %d pixels are nearly all alike): show one digit that stands "
                     "out from its ground",
                     picture->cols, picture->rows);
}

enum { LONGEST = 4096 };

static int set_texture(const struct picture *picture, struct error *err)
{
    return error_set(err, ERROR_BLANK,
                     "the picture shows texture or noise and no writing (%d x %d pixels, in which ink and ground pass "
                     "into each other or run out of the picture): show one digit on an even ground",
                     picture->cols, picture->rows);
}

static double border_share(const struct ink *ink)
{
    long long count = 0, all = 0;
    for (int r = 0; r < ink->rows; r++) {
        int is_edge_row = r == 0 || r == ink->rows - 1;
        int step = is_edge_row || ink->cols == 1 ? 1 : ink->cols - 1;
        for (int k = 0; k < ink->cols; k += step) {
            count += ink->strength[(size_t)r * (size_t)ink->cols + (size_t)k] >= INK_EDGE;
            all++;
        }
    }
    return (double)count / (double)all;
}

static void count_run(long long pixels[LONGEST], int length)
{
    pixels[length < LONGEST ? length : LONGEST - 1] += length;
}

static void count_down(long long pixels[LONGEST], int *lengths, const struct ink *ink)
{
    for (int r = 0; r < ink->rows; r++)
        for (int k = 0; k < ink->cols; k++) {
            int is_ink = ink->strength[(size_t)r * (size_t)ink->cols + (size_t)k] >= INK_EDGE;
            if (!is_ink && lengths[k] > 0)
                count_run(pixels, lengths[k]);
            lengths[k] = is_ink ? lengths[k] + 1 : 0;
        }
    for (int k = 0; k < ink->cols; k++)
        count_run(pixels, lengths[k]);
}

/* Of the runs of ink across a pixel, along its row and along its column, the shorter is near the width of the stroke.
 * So, of all the lengths of runs, each as often as it has pixels, a quarter lie under that width. */
static int measure_pen(double *pen, const struct ink *ink, const struct components *found, struct error *err)
{
    long long pixels[LONGEST] = {0}, all = 0, seen = 0;
    int *lengths = calloc((size_t)ink->cols, sizeof *lengths);
    if (lengths == NULL)
        return error_memory(err, (size_t)ink->cols * sizeof *lengths, "the strokes of a picture");
    count_down(pixels, lengths, ink);
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

static int is_kept(const struct component *component, const struct components *found, const unsigned char *depth,
                   int cols, int edge)
{
    for (long long i = component->first_run; i < component->first_run + component->runs; i++) {
        const struct run *run = &found->runs[i];
        for (int k = run->left; k < run->right; k++)
            if (depth[(size_t)run->row * (size_t)cols + (size_t)k] >= edge)
                return 1;
    }
    return 0;
}

/* With its soft edge. */
static void erase(struct ink *ink, const struct component *component, const struct components *found)
{
    for (long long i = component->first_run; i < component->first_run + component->runs; i++) {
        const struct run *run = &found->runs[i];
        for (int k = run->left; k < run->right; k++)
            ink->strength[(size_t)run->row * (size_t)ink->cols + (size_t)k] = 0;
    }
}

/* A pen draws nothing smaller than its tip. */
static int is_speck(const struct component *component, double pen)
{
    return component->box.rows < 1.25 * pen && component->box.cols < 1.25 * pen;
}

static int clean(struct ink *ink, const unsigned char *depth, const struct threshold *threshold, struct error *err)
{
    struct components found;
    if (components_find(&found, ink->strength, ink->rows, ink->cols, INK_EDGE, err) != 0)
        return -1;
    if (measure_pen(&ink->pen, ink, &found, err) != 0) {
        components_free(&found);
        return -1;
    }
    for (int i = 0; i < found.count; i++)
        if (is_speck(&found.all[i], ink->pen) || !is_kept(&found.all[i], &found, depth, ink->cols, threshold->edge))
            erase(ink, &found.all[i], &found);
    components_free(&found);
    return 0;
}

int ink_find(struct ink *out, const struct picture *picture, struct error *err)
{
    struct ground ground;
    struct threshold threshold;
    struct ink ink, depth = {0};
    if (ink_create(&ink, picture->rows, picture->cols, err) != 0)
        return -1;
    if (ink_create(&depth, picture->rows, picture->cols, err) != 0) {
        ink_free(&ink);
        return -1;
    }
    ground_measure(&ground, picture);
    ink.is_light = ground.is_dark;
    ink.pen = picture->rows + picture->cols;
    int failed = 0;
    for (int round = 0; round < 2 && !failed; round++) {
        ground_depth(depth.strength, &ground, picture, round == 0 ? ink.pen : 3 * ink.pen);
        threshold_find(&threshold, depth.strength, ink.rows, ink.cols);
        if (threshold.ink - threshold.ground < FAINTEST) {
            failed = set_blank(picture, err);
            break;
        }
        threshold_strength(ink.strength, depth.strength, ink.rows, ink.cols, &threshold);
        failed = clean(&ink, depth.strength, &threshold, err) != 0;
    }
    ink_free(&depth);
    if (!failed &&
        (threshold.ink - threshold.ground < least_apart * threshold.spread || border_share(&ink) > most_border))
        failed = set_texture(picture, err);
    if (failed)
        ink_free(&ink);
    else
        *out = ink;
    return failed ? -1 : 0;
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
