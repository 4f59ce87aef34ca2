/* The digits that the program draws itself (dataset/synth.h), as data for tests: in memory, and as files in the shape
 * of MNIST's. How they look may change with data/strokes.json: no test relies on their bytes. */
#ifndef LENET5_TESTS_DIGITS_H
#define LENET5_TESTS_DIGITS_H

#include "dataset/dataset.h"

enum {
    DIGITS_SIDE = 28,
    DIGITS_PIXELS = DIGITS_SIDE * DIGITS_SIDE,
    /* Of the files: */
    DIGITS_TRAIN = 400, /* images of the training set; image i shows the digit i % 10 */
    DIGITS_TEST = 100,  /* of the test set */
    DIGITS_WRONG = 9,   /* images WRONG, 3 WRONG, 5 WRONG, ... of the test set have a wrong label */
};

/* `count` digits with their right labels; released by dataset_free(). The first ones of more are the same. */
struct dataset digits_set(enum dataset_which which, int count);

/* Image `index` of the files, which are written more tidily: [28][28], 0 background .. 255 ink, the digit index % 10.
 */
void digits_image(unsigned char pixels[DIGITS_PIXELS], enum dataset_which which, int index);

/* The label that image `index` has in the file of the test set. */
int digits_test_label(int index);

/* Writes the four files into an existing folder, the training set plain and the test set packed by gzip. */
void digits_write(const char *folder);

/* A 28x28 PNG, light on dark, with exactly these pixels. */
void digits_write_png(const char *path, const unsigned char pixels[DIGITS_PIXELS]);

/* Skips the running test where MNIST is not there. A folder that MNIST_DIR names has to be good: only where nothing is
 * named, nothing has to be there. */
void digits_need_mnist(void);

#endif
