/* Where a data set comes from, so that no accuracy is read as that of other data. It is known by the digest of its
 * content alone: files that take the place of others never keep their name. */
#ifndef LENET5_DATASET_SOURCE_H
#define LENET5_DATASET_SOURCE_H

#include "base/digest.h"
#include "base/error.h"

#define SOURCE_MNIST "MNIST"
#define SOURCE_SYNTHETIC "synthetic digits"

/* The digest of MNIST's test set. */
#define SOURCE_MNIST_TEST "c3f9adf9c66efb572b1f9326c3a511b45910c7173b97be66ceceeeeaef6b802b"

/* Of a set with this digest (struct dataset) in this folder: SOURCE_MNIST; SOURCE_SYNTHETIC where the folder's file
 * SYNTHETIC lists the digest; NULL: unknown, and commands name the folder. A file SYNTHETIC that cannot be read, or is
 * something else, lists nothing. */
const char *source_name(const char *directory, const char *digest);

/* Writes the file SYNTHETIC into a folder: a sentence with the command that drew the digits, and the digests of what it
 * wrote; NULL for a set that it did not write.
 * Fails   with ERROR_FAILED, an older file as it was. */
int source_write_synthetic(const char *directory, const char *drawn_by, const char *train_digest,
                           const char *test_digest, struct error *err);

#endif
