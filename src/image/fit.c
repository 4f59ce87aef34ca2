#include "image/fit.h"

#include <math.h>
#include <string.h>

static double least(double a, double b)
{
    return a < b ? a : b;
}

static double greatest(double a, double b)
{
    return a > b ? a : b;
}

/* Sum of the strengths over a rectangle of the box with fractional sides, counted from the box's corner: the same digit
 * gives the same bytes wherever it stands. */
static double sum_area(const struct ink *ink, const struct box *box, double top, double left, double bottom,
                       double right)
{
    double sum = 0;
    for (int r = (int)top; r < bottom; r++) {
        double height = least(bottom, r + 1) - greatest(top, r), row_sum = 0;
        const unsigned char *strength = ink->strength + (size_t)(box->top + r) * (size_t)ink->cols + box->left;
        for (int k = (int)left; k < right; k++)
            row_sum += (least(right, k + 1) - greatest(left, k)) * strength[k];
        sum += height * row_sum;
    }
    return sum;
}

static int scaled_side(int side, int longer)
{
    int scaled = (int)((double)side * FIT_BOX / longer + 0.5);
    return scaled > 1 ? scaled : 1;
}

/* Scales the box to [rows][cols] in full contrast and says how many rows and cols that are. Values are rounded up: the
 * faint tip of a stroke has to stay, or the ink would no longer fill its 20 pixels. */
static struct box scale_box(unsigned char scaled[FIT_BOX * FIT_BOX], const struct ink *ink, const struct box *box)
{
    int longer = box->rows > box->cols ? box->rows : box->cols;
    int rows = scaled_side(box->rows, longer), cols = scaled_side(box->cols, longer);
    double sums[FIT_BOX * FIT_BOX], strongest = 0;
    double height = box->rows, width = box->cols;
    for (int r = 0; r < rows; r++)
        for (int k = 0; k < cols; k++) {
            double sum = sum_area(ink, box, r * height / rows, k * width / cols, (r + 1) * height / rows,
                                  (k + 1) * width / cols);
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
    unsigned char scaled[FIT_BOX * FIT_BOX];
    struct box found = ink_box(ink);
    if (found.rows == 0)
        return error_set(err, ERROR_BLANK, "nothing in these %d x %d pixels is ink: show one digit", ink->cols,
                         ink->rows);
    struct box box = scale_box(scaled, ink, &found);
    centre_box(&box, scaled);
    memset(out, 0, FIT_SIDE * FIT_SIDE);
    for (int r = 0; r < box.rows; r++)
        memcpy(out + (box.top + r) * FIT_SIDE + box.left, scaled + r * box.cols, (size_t)box.cols);
    return 0;
}

int fit_picture(unsigned char out[FIT_SIDE * FIT_SIDE], const struct picture *picture, struct error *err)
{
    struct ink ink;
    if (ink_find(&ink, picture, err) != 0)
        return -1;
    int failed = 0;
    if (ink.is_light && picture->rows == FIT_SIDE && picture->cols == FIT_SIDE)
        memcpy(out, picture->gray, FIT_SIDE * FIT_SIDE);
    else
        failed = fit_ink(out, &ink, err);
    ink_free(&ink);
    return failed;
}
