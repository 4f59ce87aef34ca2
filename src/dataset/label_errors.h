/* Test images of MNIST whose label is wrong: who looks at them sees another digit. They stay in the test set, and count
 * as mistakes of whoever reads them right; a perfect reader scores about 99.85 %.
 * Source: Northcutt, Athalye and Mueller 2021, "Pervasive Label Errors in Test Sets Destabilize Machine Learning
 * Benchmarks" (labelerrors.com). */
#ifndef LENET5_DATASET_LABEL_ERRORS_H
#define LENET5_DATASET_LABEL_ERRORS_H

#include "dataset/dataset.h"

/* Indices from 0, ascending; *count of them. None for other data: a set is known by its digest. */
const int *label_errors(int *count, const struct dataset *set);

/* Whether image `index` of the set is one of them. */
int label_errors_has(const struct dataset *set, int index);

#endif
