/* A model measured on a test set: what a model card and a report tell of. */
#ifndef LENET5_CLI_MEASURED_H
#define LENET5_CLI_MEASURED_H

#include "cli/output.h"
#include "pages/card.h"

/* What the command line says: a path or NULL each, a number or 0, a set of kernels or KERNEL_UNASKED. */
struct measured_asked {
    const char *model, *data;
    int threads, kernel;
};

struct measured {
    struct model model;
    struct dataset set;
    struct evaluation evaluation;
    char path[OUTPUT_NAME], name[OUTPUT_NAME], data[OUTPUT_NAME];
    struct card card; /* points into the others: what is measured is not to be copied */
};

/* Loads, and answers every image of the set.
 * Fails   as default_model(), model_file_load(), dataset_load() and evaluator_run() do; *out is then empty. */
int measured_make(struct measured *out, const struct measured_asked *asked, struct error *err);
void measured_free(struct measured *measured);

#endif
