#include "image/fit.h"

#include <math.h>
#include <string.h>

enum { LEVELS = 256, CONTRAST = 16 };

struct box {
    int top, left, rows, cols;
};

/* What each gray level means in this picture. */
struct ink {
    int threshold; /* the lightest of the dark levels */
    int is_on_dark;
    unsigned char strength[LEVELS]; /* 0 none .. 255 full */
};

static double least(double a, double b)
{
    return a < b ? a : b;
}

static double greatest(double a, double b)
{
    return a > b ? a : b;
}

static size_t at(const struct picture *picture, int row, int col)
{
    return (size_t)row * (size_t)picture->cols + (size_t)col;
}

static void count_levels(long long counts[LEVELS], const struct picture *picture)
{
    memset(counts, 0, LEVELS * sizeof counts[0]);
    size_t size = (size_t)picture->rows * (size_t)picture->cols;
    for (size_t i = 0; i < size; i++)
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
            dark += picture->gray[at(picture, r, k)] <= threshold;
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
 * paper, to the mean of the ink. */
static void measure_strength(struct ink *ink, const long long counts[LEVELS])
{
    double dark = mean_level(counts, 0, ink->threshold), light = mean_level(counts, ink->threshold + 1, LEVELS - 1);
    double ground = ink->is_on_dark ? dark : light, full = ink->is_on_dark ? light : dark;
    double none = (ground + ink->threshold + 0.5) / 2;
    for (int level = 0; level < LEVELS; level++) {
        double strength = (level - none) / (full - none);
        ink->strength[level] = (unsigned char)(255 * least(greatest(strength, 0), 1) + 0.5);
    }
}

static struct box find_box(const struct picture *picture, const struct ink *ink)
{
    int top = picture->rows, bottom = -1, left = picture->cols, right = -1;
    for (int r = 0; r < picture->rows; r++)
        for (int k = 0; k < picture->cols; k++) {
            int is_dark = picture->gray[at(picture, r, k)] <= ink->threshold;
            if (is_dark == ink->is_on_dark)
                continue;
            top = r < top ? r : top;
            bottom = r;
            left = k < left ? k : left;
            right = k > right ? k : right;
        }
    return (struct box){.top = top, .left = left, .rows = bottom - top + 1, .cols = right - left + 1};
}

/* Sum of the strengths over a rectangle of the box with fractional sides, counted from the box's corner: the same digit
 * gives the same bytes wherever it stands. */
static double sum_area(const struct picture *picture, const struct ink *ink, const struct box *box, double top,
                       double left, double bottom, double right)
{
    double sum = 0;
    for (int r = (int)top; r < bottom; r++) {
        double height = least(bottom, r + 1) - greatest(top, r), row_sum = 0;
        const unsigned char *gray = picture->gray + at(picture, box->top + r, box->left);
        for (int k = (int)left; k < right; k++)
            row_sum += (least(right, k + 1) - greatest(left, k)) * ink->strength[gray[k]];
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
static struct box scale_box(unsigned char scaled[FIT_BOX * FIT_BOX], const struct picture *picture,
                            const struct ink *ink, const struct box *box)
{
    int longer = box->rows > box->cols ? box->rows : box->cols;
    int rows = scaled_side(box->rows, longer), cols = scaled_side(box->cols, longer);
    double sums[FIT_BOX * FIT_BOX], strongest = 0;
    double height = box->rows, width = box->cols;
    for (int r = 0; r < rows; r++)
        for (int k = 0; k < cols; k++) {
            double sum = sum_area(picture, ink, box, r * height / rows, k * width / cols, (r + 1) * height / rows,
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

int fit_picture(unsigned char out[FIT_SIDE * FIT_SIDE], const struct picture *picture, struct error *err)
{
    long long counts[LEVELS];
    count_levels(counts, picture);
    if (contrast(counts) < CONTRAST)
        return error_set(err, ERROR_FAILED,
                         "the picture is blank (its %d x %d pixels are nearly all alike): show one digit that stands "
                         "out from its ground",
                         picture->cols, picture->rows);
    struct ink ink = {.threshold = otsu_threshold(counts)};
    ink.is_on_dark = has_dark_border(picture, ink.threshold);
    if (ink.is_on_dark && picture->rows == FIT_SIDE && picture->cols == FIT_SIDE) {
        memcpy(out, picture->gray, FIT_SIDE * FIT_SIDE);
        return 0;
    }
    measure_strength(&ink, counts);
    unsigned char scaled[FIT_BOX * FIT_BOX];
    struct box found = find_box(picture, &ink), box = scale_box(scaled, picture, &ink, &found);
    centre_box(&box, scaled);
    memset(out, 0, FIT_SIDE * FIT_SIDE);
    for (int r = 0; r < box.rows; r++)
        memcpy(out + (box.top + r) * FIT_SIDE + box.left, scaled + r * box.cols, (size_t)box.cols);
    return 0;
}
