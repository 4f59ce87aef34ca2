/* How a model came about: what its file keeps under "training". No times and no thread counts: the same seed gives the
 * same file, byte for byte, with the same kernels; other kernels with FMA give the same weights and are named here. */
#ifndef LENET5_MODEL_RECORD_H
#define LENET5_MODEL_RECORD_H

#include "base/digest.h"
#include "model/config.h"

struct cJSON;

struct epoch_log {
    int epoch;                  /* 1, 2, ... */
    double seconds;             /* the training pass alone; not kept in the file */
    double loss;                /* mean over the epoch's own forward passes */
    double train_accuracy;      /* 0..1, over the same passes: measured while the weights moved */
    double validation_accuracy; /* 0..1, or below 0 where nothing was held out */
    double validation_loss;
};

struct record {
    struct settings settings;
    const char *program; /* "lenet5 0.1.0" */
    const char *kernels; /* "avx2" */
    const char *data;    /* trained on: "MNIST"; NULL where that is not known, and the key is left out */
    const char *data_digest;
    const char *teacher_digest; /* over the teachers' digests; NULL where nobody taught, and the key is left out */
    int images;                 /* trained on, without those held out */
    int epoch_count;
    int kept_epoch; /* whose weights these are, where training had patience; 0: the last one's, and it is not said */
    const struct epoch_log *epochs;
    double test_accuracy; /* 0..1, or below 0 where there was no test set */
    int test_images;
    const char *test_data; /* as `data`; a folder may hold a test set that comes from elsewhere */
};

/* The document; NULL when memory is out. */
struct cJSON *record_to_json(const struct record *record);

#endif
