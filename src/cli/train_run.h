/* One training run of lenet5 train: from data that is loaded to a saved model, with all that is said meanwhile. */
#ifndef LENET5_CLI_TRAIN_RUN_H
#define LENET5_CLI_TRAIN_RUN_H

#include <cjson/cJSON.h>

#include "cli/train_options.h"
#include "dataset/dataset.h"
#include "fast/kernels.h"
#include "training/checkpoint.h"

struct train_job {
    const struct train_asked *asked;
    const struct checkpoint *resumed; /* NULL for a run that begins */
    const struct kernels *kernels;
    const char *directory; /* where the data lies, and the test set */
    const struct dataset *data;
};

struct train_result {
    double validation_accuracy, test_accuracy; /* of the weights that were kept; below 0: none */
    cJSON *json; /* with asked->json the document, which the caller prints or deletes; else NULL */
};

/* Gives the exit status, with everything said but the document. The model is saved even where the test set turns out to
 * be unusable: hours of training are not thrown away for that. */
int train_run(struct train_result *result, const struct train_job *job);

#endif
