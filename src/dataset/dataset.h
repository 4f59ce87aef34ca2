/* Images with their labels, as bytes, and how they are found, split and shuffled. */
#ifndef LENET5_DATASET_DATASET_H
#define LENET5_DATASET_DATASET_H

#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"

struct dataset {
    int count, channels, rows, cols;
    const unsigned char *pixels;       /* [count][channels][rows][cols], 0 background .. 255 ink */
    const unsigned char *labels;       /* [count] */
    char digest[DIGEST_TEXT];          /* SHA-256 over the raw bytes of all images, then of all labels, as loaded */
    const char *source;                /* SOURCE_MNIST, SOURCE_SYNTHETIC, or NULL: not known (source.h) */
    void *owned_pixels, *owned_labels; /* NULL in a part, which borrows */
};

/* The label of an image of no class: it may be trained with, as what the network is to be unsure of. */
enum { DATASET_NO_CLASS = 255 };

enum dataset_which { DATASET_TRAIN, DATASET_TEST };

/* The folder to read: `option` if not NULL, else $MNIST_DIR if set and not empty, else data/mnist. Only a string: that
 * it holds a data set is dataset_load()'s to find out. */
const char *dataset_directory(const char *option);

/* Whether the folder has any file of that set under any of its names: one without the other is for dataset_load() to
 * refuse. Opens nothing. */
int dataset_exists(const char *directory, enum dataset_which which);

/* Loads train-images-idx3-ubyte and train-labels-idx1-ubyte (t10k-... for the test set) from a folder; each with or
 * without .gz, with a dash or a dot before idx.
 * Gives   *out, released by dataset_free().
 * Fails   with ERROR_DATA: the folder or a file is missing (says what was looked for and how to get it), a file is
 *         wrong (see idx.h), the two counts differ, a label is not below `classes`. */
int dataset_load(struct dataset *out, const char *directory, enum dataset_which which, int classes, struct error *err);

/* A part that borrows: `count` images from `first` on. Digest and source are the whole set's. */
struct dataset dataset_part(const struct dataset *whole, int first, int count);

/* The bytes of one image, [channels][rows][cols]. */
const unsigned char *dataset_image(const struct dataset *set, int index);

/* Gives a permutation of 0..count-1 (Fisher-Yates) that depends on seed and epoch alone. */
void dataset_shuffle(int *order, int count, uint64_t seed, int epoch);

void dataset_free(struct dataset *set);

#endif
