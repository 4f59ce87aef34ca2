#include "numbers.h"

#include <math.h>

#include "digits.h"

enum { EDGE = 96 }; /* what is fainter does not count to the box of a digit */

struct corners {
    int top, left, bottom, right;
};

static struct corners find_corners(const unsigned char pixels[DIGITS_PIXELS])
{
    struct corners found = {DIGITS_SIDE, DIGITS_SIDE, 0, 0};
    for (int r = 0; r < DIGITS_SIDE; r++)
        for (int k = 0; k < DIGITS_SIDE; k++) {
            if (pixels[r * DIGITS_SIDE + k] < EDGE)
                continue;
            found.top = r < found.top ? r : found.top;
            found.left = k < found.left ? k : found.left;
            found.bottom = r + 1;
            found.right = k + 1 > found.right ? k + 1 : found.right;
        }
    return found;
}

static double pixel(const unsigned char pixels[DIGITS_PIXELS], int row, int col)
{
    return row < 0 || row >= DIGITS_SIDE || col < 0 || col >= DIGITS_SIDE ? 0 : pixels[row * DIGITS_SIDE + col];
}

/* Between the middles of four pixels. */
static double sample(const unsigned char pixels[DIGITS_PIXELS], double y, double x)
{
    const int row = (int)floor(y - 0.5), col = (int)floor(x - 0.5);
    const double down = y - 0.5 - row, right = x - 0.5 - col;
    const double upper = (1 - right) * pixel(pixels, row, col) + right * pixel(pixels, row, col + 1);
    const double lower = (1 - right) * pixel(pixels, row + 1, col) + right * pixel(pixels, row + 1, col + 1);
    return (1 - down) * upper + down * lower;
}

int numbers_put(struct picture *picture, int digit, int index, int top, int left, int height)
{
    unsigned char pixels[DIGITS_PIXELS];
    digits_image(pixels, DATASET_TRAIN, digit + 10 * index);
    const struct corners box = find_corners(pixels);
    const double scale = (double)height / (box.bottom - box.top);
    const int cols = (int)ceil(scale * (box.right - box.left)), margin = (int)ceil(scale);
    for (int r = -margin; r < height + margin; r++)
        for (int k = -margin; k < cols + margin; k++) {
            const int row = top + r, col = left + k;
            if (row < 0 || row >= picture->rows || col < 0 || col >= picture->cols)
                continue;
            unsigned char *gray = picture->gray + (size_t)row * (size_t)picture->cols + (size_t)col;
            const double ink = 255 - sample(pixels, box.top + (r + 0.5) / scale, box.left + (k + 0.5) / scale);
            *gray = ink < *gray ? (unsigned char)ink : *gray;
        }
    return cols;
}

int numbers_write(struct picture *picture, const char *text, int top, int left, int height, int gap, int drop)
{
    for (int i = 0; text[i] != '\0'; i++)
        left += numbers_put(picture, text[i] - '0', i % 10, top + i * drop, left, height) + gap;
    return left - gap;
}
