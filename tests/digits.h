/* A data set of our own in the shape of MNIST: the digits of a seven-segment display, drawn with a round pen, each one
 * a little larger, thicker, slanted and moved in its own way. Small enough to be learned in a moment. */
#ifndef LENET5_TESTS_DIGITS_H
#define LENET5_TESTS_DIGITS_H

#include "support.h"

enum {
    DIGITS_SIDE = 28,
    DIGITS_PIXELS = DIGITS_SIDE * DIGITS_SIDE,
    DIGITS_TRAIN = 400, /* images of the training set; image i shows the digit i % 10 */
    DIGITS_TEST = 100,  /* of the test set */
    DIGITS_WRONG = 9,   /* images WRONG, 3 WRONG, 5 WRONG, ... of the test set have a wrong label */
};

/* [28][28], 0 background .. 255 ink; the same for the same variant. */
void digits_draw(unsigned char pixels[DIGITS_PIXELS], int digit, unsigned variant);

/* Image `index` of the test set, and the label that it has in the file. */
void digits_test_image(unsigned char pixels[DIGITS_PIXELS], int index);
int digits_test_label(int index);

/* Writes the four files into an existing folder, the training set plain and the test set packed by gzip. */
void digits_write(const char *folder);

/* A 28x28 PNG, light on dark, with exactly these pixels. */
void digits_write_png(const char *path, const unsigned char pixels[DIGITS_PIXELS]);

#endif
