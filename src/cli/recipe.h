/* What two models' training records say of how they were made, for a figure that is measured on the one and told of the
 * other. */
#ifndef LENET5_CLI_RECIPE_H
#define LENET5_CLI_RECIPE_H

#include "base/error.h"
#include "dataset/dataset.h"
#include "model/model_file.h"

/* Fails with ERROR_MODEL unless both have one architecture, were trained on the same data, and with the same settings
 * but for "validation", how many images were held out; names the first that differs. */
int recipe_check_same(const struct model *run, const char *run_path, const struct model *model, const char *path,
                      struct error *err);

/* The part of `set` that the run held out: the last images.
 * Fails with ERROR_MODEL where it held none out or its record does not say, with ERROR_DATA where `set` is not what it
 * was trained on. */
int recipe_held_out(struct dataset *out, const struct model *run, const struct dataset *set, struct error *err);

#endif
