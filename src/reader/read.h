/* From a picture of several digits to lines of digits. */
#ifndef LENET5_READER_READ_H
#define LENET5_READER_READ_H

#include "image/box.h"
#include "reader/classifier.h"

struct reading_digit {
    int digit;
    int is_rejected; /* its certainty is under the threshold */
    float probability, certainty;
    const float *probabilities; /* [classes], of all digits; the reading's */
    struct box box;             /* in pixels of the file, upright, whatever the picture was shrunk by */
};

struct reading_line {
    int first, count; /* its digits are digits[first] .. digits[first + count - 1], from left to right */
};

struct reading {
    int digit_count, line_count;
    struct reading_digit *digits;
    struct reading_line *lines; /* from the top down */
    float *probabilities;
};

/* Finds the digits of a picture and reads them: ink (image/ink.h), marks, lines, lattice. Digits less certain than
 * `reject` are rejected (model/calibration.h); 0 rejects none.
 * Gives   *out, released by reading_free(); without lines when the picture shows nothing that could be a digit.
 * Fails   with ERROR_MODEL where the network does not take one channel of 28x28, or has more than 10 classes; with
 *         ERROR_FAILED: memory. */
int reader_read(struct reading *out, struct classifier *classifier, const struct picture *picture, double reject,
                struct error *err);
void reading_free(struct reading *reading);

/* '0' .. '9', or '?' where it is rejected. */
char reading_character(const struct reading_digit *digit);

#endif
