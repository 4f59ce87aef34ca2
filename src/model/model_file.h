/* A trained network as one JSON document, and in memory. The format is a versioned contract: models/README.md. */
#ifndef LENET5_MODEL_MODEL_FILE_H
#define LENET5_MODEL_MODEL_FILE_H

#include <stddef.h>

#include "base/digest.h"
#include "base/error.h"
#include "model/calibration.h"
#include "nn/architecture.h"

struct cJSON;

#define MODEL_FORMAT "lenet5-model"
#define MODEL_FILE_BYTES 419430400u /* 400 MiB: more than the largest network that is allowed needs */

enum { MODEL_FILE_VERSION = 1 };

struct model {
    struct architecture architecture;
    float *parameters;              /* [architecture.parameter_count], 64-byte aligned */
    char digest[DIGEST_TEXT];       /* SHA-256 over the parameters as little-endian float32, in order */
    struct calibration calibration; /* what its scores mean */
    struct cJSON *training;         /* how it came about: an object that is kept as it is */
};

/* Gives a model with all parameters 0 and an empty training record. Released by model_free(). */
int model_create(struct model *out, const struct architecture *architecture, struct error *err);
void model_free(struct model *model);

/* Reads and checks everything: keys, shapes, lengths, finite numbers, the digest.
 * Fails with ERROR_MODEL, the path, the key and what was expected. */
int model_file_load(struct model *out, const char *path, struct error *err);

/* The same from memory; `bytes` need no NUL behind them. */
int model_file_parse(struct model *out, const unsigned char *bytes, size_t size, struct error *err);

/* Computes model->digest, then writes the file atomically. Fails with ERROR_MODEL on a number that is not finite, with
 * ERROR_FAILED where the file cannot be written; an older file stays as it was. */
int model_file_save(struct model *model, const char *path, struct error *err);

#endif
