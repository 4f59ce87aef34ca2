/* Whether a picture shows one digit or several, for whoever reads only one. */
#ifndef LENET5_READER_COUNT_H
#define LENET5_READER_COUNT_H

#include "reader/classifier.h"

/* Counts the digits of a picture. Says more than 1 only where they stand plainly apart, each as high as half of the
 * highest or more and surely read, and the picture as one digit is not read as surely: a broken stroke, a bar apart
 * or a speck is no second digit. A picture that the network takes as it is (classifier_fit()) counts as 1.
 * Gives   0 when the picture shows nothing, 1, or how many of them stand apart.
 * Fails   as reader_read() does. */
int count_digits(int *count, struct classifier *classifier, const struct picture *picture, struct error *err);

#endif
