#include "image/ink.h"

#include <math.h>
#include <stdlib.h>

#include "image/ground.h"
#include "image/rules.h"
#include "image/specks.h"
#include "image/threshold.h"

enum { FAINTEST = 16 }; /* of 255: ink has to be deeper than its ground by this */

/* What is drawn is clearly ink or clearly ground, and seldom reaches the border; noise, clouds and patterns are not so.
 * In deviations, the means of ink and ground lie 7 and more apart in digits of thirty sources, 4.6 at most in noise;
 * such digits take up to a tenth of the border, patterns a quarter and more. */
static const double least_apart = 5, some_border = 0.1, most_border = 0.18;

/* In pens: what is darker over more than this is a shadow. Where strokes meet, they are wider than one. */
static const double shadow = 3;

static int set_blank(const struct picture *picture, struct error *err)
{
    return error_set(err, ERROR_BLANK,
                     "the picture is blank (its %d x %d pixels are nearly all alike): show one digit that stands "
                     "out from its ground",
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

/* Fills `ink` from what is darker than the ground. */
static int find_darker(struct ink *ink, unsigned char *depth, const struct ground *ground,
                       const struct picture *picture, struct error *err)
{
    const int rows = ink->rows, cols = ink->cols;
    struct threshold threshold;
    ground_depth(depth, ground, picture);
    for (int has_rules = 1; has_rules;) {
        threshold_find(&threshold, depth, rows, cols);
        ink->apart = (threshold.ink - threshold.ground) / fmax(threshold.spread, 1);
        if (threshold.ink - threshold.ground < FAINTEST)
            return set_blank(picture, err);
        threshold_strength(ink->strength, depth, rows, cols, &threshold);
        if (rules_erase(&has_rules, ink->strength, depth, rows, cols, err) != 0)
            return -1;
    }
    if (specks_erase(&ink->pen, ink->strength, depth, rows, cols, threshold.edge, err) != 0)
        return -1;
    ink->border = border_share(ink);
    return 0;
}

/* Whether it is clear without what is darker over more than `pen` pixels, and stays within the picture. */
static int is_clear_without(struct ink *ink, unsigned char *depth, struct ground *ground, const struct picture *picture,
                            double pen)
{
    ground_close(ground, pen);
    return find_darker(ink, depth, ground, picture, NULL) == 0 && ink->border <= some_border &&
           ink->apart >= least_apart;
}

/* At first nothing is a shadow; but where ink would run out of the picture, it is tried which width makes it one. */
static int find_any(struct ink *ink, unsigned char *depth, struct ground *ground, const struct picture *picture,
                    struct error *err)
{
    const double all = ink->rows + ink->cols, shorter = ink->rows < ink->cols ? ink->rows : ink->cols;
    ground_close(ground, all);
    if (find_darker(ink, depth, ground, picture, err) != 0)
        return -1;
    int is_clear = ink->border <= some_border;
    for (double pen = shorter / 2; !is_clear && pen > shorter / 32; pen /= 2)
        is_clear = is_clear_without(ink, depth, ground, picture, pen);
    if (ground_close(ground, is_clear ? shadow * ink->pen : all) || !is_clear)
        return find_darker(ink, depth, ground, picture, err);
    return 0;
}

/* What is darker over more than `widest` pixels is a shadow from the start. */
static int find_narrow(struct ink *ink, unsigned char *depth, struct ground *ground, const struct picture *picture,
                       double widest, struct error *err)
{
    ground_close(ground, widest);
    if (find_darker(ink, depth, ground, picture, err) != 0)
        return -1;
    if (ground_close(ground, fmin(widest, shadow * ink->pen)))
        return find_darker(ink, depth, ground, picture, err);
    return 0;
}

/* widest 0: whatever the pen. */
static int find(struct ink *out, const struct picture *picture, double widest, struct error *err)
{
    struct ground ground;
    struct ink ink, depth = {0};
    if (ink_create(&ink, picture->rows, picture->cols, err) != 0)
        return -1;
    if (ink_create(&depth, picture->rows, picture->cols, err) != 0) {
        ink_free(&ink);
        return -1;
    }
    ground_measure(&ground, picture);
    ink.is_light = ground.is_dark;
    const int failed = widest > 0 ? find_narrow(&ink, depth.strength, &ground, picture, widest, err)
                                  : find_any(&ink, depth.strength, &ground, picture, err);
    ink_free(&depth);
    if (failed)
        ink_free(&ink);
    else
        *out = ink;
    return failed;
}

int ink_find(struct ink *out, const struct picture *picture, struct error *err)
{
    return find(out, picture, 0, err);
}

int ink_find_narrow(struct ink *out, const struct picture *picture, double widest, struct error *err)
{
    return find(out, picture, widest, err);
}

int ink_check(const struct ink *ink, struct error *err)
{
    if (ink->apart >= least_apart && ink->border <= most_border)
        return 0;
    return error_set(err, ERROR_BLANK,
                     "the picture shows texture or noise and no writing (%d x %d pixels, in which ink and ground pass "
                     "into each other or run out of the picture): show one digit on an even ground",
                     ink->cols, ink->rows);
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
