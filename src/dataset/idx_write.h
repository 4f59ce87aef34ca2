/* Writes IDX files (idx.h has the format), packed by gzip, on as many threads as OpenMP is set to. The bytes do not
 * depend on the number of threads. */
#ifndef LENET5_DATASET_IDX_WRITE_H
#define LENET5_DATASET_IDX_WRITE_H

#include "base/error.h"

/* Writes [count][rows][cols] with magic 2051.
 * Fails   with ERROR_FAILED, the old file as it was: memory, writing. With ERROR_USAGE: a size below 1, or more bytes
 *         than idx.h reads. */
int idx_write_images(const char *path, const unsigned char *pixels, int count, int rows, int cols, struct error *err);

/* Writes [count] with magic 2049. Fails as above. */
int idx_write_labels(const char *path, const unsigned char *labels, int count, struct error *err);

#endif
