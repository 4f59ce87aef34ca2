/* The IDX file format, plain or gzip: two zero bytes, a type byte (8: unsigned byte), the number of dimensions, their
 * sizes as big-endian 32-bit numbers, then the bytes in C order. Source: the MNIST page, "file formats". */
#ifndef LENET5_DATASET_IDX_H
#define LENET5_DATASET_IDX_H

#include "base/error.h"

/* Larger files are refused before any memory is asked for: 2^31 bytes. */
#define IDX_BYTES 2147483648u

struct idx_images {
    int count, channels, rows, cols;
    unsigned char *pixels; /* [count][channels][rows][cols], 0 background .. 255 ink; released by idx_free_images() */
};

struct idx_labels {
    int count;
    unsigned char *labels; /* [count]; released by idx_free_labels() */
};

/* Reads an image file ("-" is stdin): magic 2051 ([count][rows][cols], one channel) or 2052 ([count][channels][rows]
 * [cols]).
 * Fails   with ERROR_DATA and the path: missing, a folder, no permission, truncated, longer than its header says,
 *         another magic (what the file really is), zero sizes, above IDX_BYTES; gzip cut short, with a wrong checksum
 *         or with bytes behind its end. */
int idx_read_images(struct idx_images *out, const char *path, struct error *err);

/* Reads a label file, magic 2049; every label has to be below `classes`. Fails as above. */
int idx_read_labels(struct idx_labels *out, const char *path, int classes, struct error *err);

void idx_free_images(struct idx_images *images);
void idx_free_labels(struct idx_labels *labels);

#endif
