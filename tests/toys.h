/* A toy data set, drawn: ten classes of noisy bars on 28x28 pixels, five heights of level ones and five columns of
 * upright ones. Any network learns it in a few hundred pictures; no MNIST is needed. */
#ifndef LENET5_TESTS_TOYS_H
#define LENET5_TESTS_TOYS_H

#include <stdint.h>

#include "dataset/dataset.h"

enum { TOYS_SIDE = 28, TOYS_CLASSES = 10 };

/* Gives `count` pictures with their labels, the same for the same seed; released by dataset_free(). */
struct dataset toys_draw(int count, uint64_t seed);

#endif
