#include "image/fit.h"

#include <math.h>
#include <string.h>

#include "image/figure.h"
#include "image/stroke.h"

/* The ink is drawn anew, in ink and nothing, FINE times as finely as it will be: there strokes are measured and mended,
 * and the mean of FINE x FINE of its pixels is a pixel with a soft edge, as MNIST's were made. */
enum { FINE = 8, SIDE = FIT_BOX * FINE, MARGIN = (STROKE_SIDE - SIDE) / 2 };

/* What MNIST's digits have at least of the brightest pixel, and at most between centre of mass and FIT_CENTRE. */
enum { BRIGHTEST = 250 };
#define OFF_CENTRE 0.52

/* Widths of strokes, of digits of 20 pixels: narrower ones are widened to the first, wider ones narrowed to the second.
 * Of MNIST's digits 1 in 100 lies on either side. */
static const double narrowest = 2.0, widest = 3.5;

static double least(double a, double b)
{
    return a < b ? a : b;
}

static double greatest(double a, double b)
{
    return a > b ? a : b;
}

static int scaled_side(int side, int longer, int box)
{
    int scaled = (int)((double)side * box / longer + 0.5);
    return scaled > 1 ? scaled : 1;
}

/* A fine pixel that covers several is ink when one of them is, so that no stroke is too thin to stay. */
static int covers_ink(const struct ink *ink, const struct box *box, double top, double left, double bottom,
                      double right)
{
    for (int r = (int)top; r < bottom; r++)
        for (int k = (int)left; k < right; k++)
            if (ink->strength[(size_t)(box->top + r) * (size_t)ink->cols + (size_t)(box->left + k)] >= INK_EDGE)
                return 1;
    return 0;
}

static double strength_at(const struct ink *ink, int row, int col)
{
    if (row < 0 || row >= ink->rows || col < 0 || col >= ink->cols)
        return 0;
    return ink->strength[(size_t)row * (size_t)ink->cols + (size_t)col];
}

/* Between the middles of four pixels; y and x count from the corner of the box. */
static double strength_between(const struct ink *ink, const struct box *box, double y, double x)
{
    const double row = floor(y - 0.5), col = floor(x - 0.5), down = y - 0.5 - row, along = x - 0.5 - col;
    const int r = box->top + (int)row, k = box->left + (int)col;
    return (1 - down) * ((1 - along) * strength_at(ink, r, k) + along * strength_at(ink, r, k + 1)) +
           down * ((1 - along) * strength_at(ink, r + 1, k) + along * strength_at(ink, r + 1, k + 1));
}

static void draw_finely(struct strokes *fine, const struct ink *ink, const struct box *box)
{
    const int longer = box->rows > box->cols ? box->rows : box->cols;
    const int rows = scaled_side(box->rows, longer, SIDE), cols = scaled_side(box->cols, longer, SIDE);
    const double height = (double)box->rows / rows, width = (double)box->cols / cols;
    memset(fine->is_ink, 0, sizeof fine->is_ink);
    fine->rows = rows + 2 * MARGIN;
    fine->cols = cols + 2 * MARGIN;
    for (int r = 0; r < rows; r++)
        for (int k = 0; k < cols; k++)
            fine->is_ink[(r + MARGIN) * fine->cols + k + MARGIN] =
                longer > SIDE
                    ? (unsigned char)covers_ink(ink, box, r * height, k * width, (r + 1) * height, (k + 1) * width)
                    : strength_between(ink, box, (r + 0.5) * height, (k + 0.5) * width) >= INK_EDGE - 1;
}

/* When edges move by `by`, the box grows by twice that and what is in it shrinks again: w + 2 by becomes
 * wanted / FIT_BOX of side + 2 by. */
static double way_to(double wanted, double width, double side)
{
    const double share = wanted / FIT_BOX;
    return (share * side - width) / (2 * (1 - share));
}

/* The thinner parts of strokes that are too wide must not fade away: a fifth of their length may become narrower than
 * the narrowest. */
static void mend_width(struct strokes *fine)
{
    const struct box box = stroke_box(fine);
    const double side = box.rows > box.cols ? box.rows : box.cols;
    const double width = stroke_width(fine, 0.5), thin = stroke_width(fine, 0.2);
    if (width < narrowest / FIT_BOX * side)
        stroke_move_edges(fine, way_to(narrowest, width, side));
    else if (width > widest / FIT_BOX * side)
        stroke_move_edges(fine, least(greatest(way_to(widest, width, side), way_to(narrowest, thin, side)), 0));
}

/* Sum of the ink over a rectangle with fractional sides. */
static double sum_area(const struct strokes *fine, double top, double left, double bottom, double right)
{
    double sum = 0;
    for (int r = (int)top; r < bottom; r++) {
        double height = least(bottom, r + 1) - greatest(top, r), row_sum = 0;
        for (int k = (int)left; k < right; k++)
            row_sum += (least(right, k + 1) - greatest(left, k)) * fine->is_ink[r * fine->cols + k];
        sum += height * row_sum;
    }
    return sum;
}

/* How many pixels of `scale` fine ones a side takes; a hundredth more is none. */
static int pixels_of(int side, double scale)
{
    const int pixels = (int)ceil(side / scale - 0.01);
    return pixels < 1 ? 1 : pixels < FIT_BOX ? pixels : FIT_BOX;
}

/* Scales the ink's box to [rows][cols] in full contrast and says how many rows and cols that are. The shorter side lies
 * in the middle of its pixels, so that strokes keep their width. Values are rounded up: the faint tip of a stroke has
 * to stay, or the ink would no longer fill its 20 pixels. */
static struct box scale_down(unsigned char scaled[FIT_BOX * FIT_BOX], const struct strokes *fine)
{
    const struct box box = stroke_box(fine);
    const double scale = greatest(box.rows, box.cols) / FIT_BOX;
    const int rows = pixels_of(box.rows, scale), cols = pixels_of(box.cols, scale);
    const double top = box.top + (box.rows - rows * scale) / 2, left = box.left + (box.cols - cols * scale) / 2;
    double sums[FIT_BOX * FIT_BOX], strongest = 0;
    for (int r = 0; r < rows; r++)
        for (int k = 0; k < cols; k++) {
            const double sum =
                sum_area(fine, top + r * scale, left + k * scale, top + (r + 1) * scale, left + (k + 1) * scale);
            sums[r * cols + k] = sum;
            strongest = greatest(strongest, sum);
        }
    for (int i = 0; i < rows * cols; i++)
        scaled[i] = (unsigned char)(-floor(-255 * (sums[i] / strongest)));
    return (struct box){.rows = rows, .cols = cols};
}

/* Moves the centre of mass to index 14, as far as the box stays inside. */
static void centre_box(struct box *box, const unsigned char *scaled)
{
    double mass = 0, row_moment = 0, col_moment = 0;
    for (int r = 0; r < box->rows; r++)
        for (int k = 0; k < box->cols; k++) {
            double weight = scaled[r * box->cols + k];
            mass += weight;
            row_moment += weight * r;
            col_moment += weight * k;
        }
    double top = floor(FIT_CENTRE - row_moment / mass + 0.5), left = floor(FIT_CENTRE - col_moment / mass + 0.5);
    box->top = (int)least(greatest(top, 0), FIT_SIDE - box->rows);
    box->left = (int)least(greatest(left, 0), FIT_SIDE - box->cols);
}

int fit_ink(unsigned char out[FIT_SIDE * FIT_SIDE], const struct ink *ink, struct error *err)
{
    struct strokes fine;
    unsigned char scaled[FIT_BOX * FIT_BOX];
    const struct box found = ink_box(ink);
    if (found.rows == 0)
        return error_set(err, ERROR_BLANK, "nothing in these %d x %d pixels is ink: show one digit", ink->cols,
                         ink->rows);
    draw_finely(&fine, ink, &found);
    mend_width(&fine);
    struct box box = scale_down(scaled, &fine);
    centre_box(&box, scaled);
    memset(out, 0, FIT_SIDE * FIT_SIDE);
    for (int r = 0; r < box.rows; r++)
        memcpy(out + (box.top + r) * FIT_SIDE + box.left, scaled + r * box.cols, (size_t)box.cols);
    return 0;
}

/* Whether a picture is as MNIST's are already: so are all of its 60,000 training images. */
static int is_fitted(const struct picture *picture)
{
    if (picture->rows != FIT_SIDE || picture->cols != FIT_SIDE)
        return 0;
    int top = FIT_SIDE, bottom = 0, left = FIT_SIDE, right = 0, brightest = 0;
    double mass = 0, row_moment = 0, col_moment = 0;
    for (int r = 0; r < FIT_SIDE; r++)
        for (int k = 0; k < FIT_SIDE; k++) {
            const int level = picture->gray[r * FIT_SIDE + k];
            if (level == 0)
                continue;
            top = r < top ? r : top;
            bottom = r + 1;
            left = k < left ? k : left;
            right = k + 1 > right ? k + 1 : right;
            brightest = level > brightest ? level : brightest;
            mass += level;
            row_moment += level * r;
            col_moment += level * k;
        }
    const int longer = bottom - top > right - left ? bottom - top : right - left;
    return (longer == FIT_BOX || longer == FIT_BOX - 1) && brightest >= BRIGHTEST &&
           fabs(row_moment / mass - FIT_CENTRE) <= OFF_CENTRE && fabs(col_moment / mass - FIT_CENTRE) <= OFF_CENTRE;
}

int fit_picture(unsigned char out[FIT_SIDE * FIT_SIDE], const struct picture *picture, struct error *err)
{
    struct ink ink;
    if (is_fitted(picture)) {
        memcpy(out, picture->gray, FIT_SIDE * FIT_SIDE);
        return 0;
    }
    if (ink_find(&ink, picture, err) != 0)
        return -1;
    const int failed = ink_check(&ink, err) != 0 || figure_isolate(&ink, err) != 0 || fit_ink(out, &ink, err) != 0;
    ink_free(&ink);
    return failed ? -1 : 0;
}
