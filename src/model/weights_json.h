/* The numbers of a model file: one entry for each layer that has any.
 *
 *     [{"layer": 1, "weights": {"shape": [6, 1, 5, 5], "order": "filter, channel, row, column", "values": [...]},
 *                   "biases": {"shape": [6], "values": [...]}}, ...]
 */
#ifndef LENET5_MODEL_WEIGHTS_JSON_H
#define LENET5_MODEL_WEIGHTS_JSON_H

#include "base/error.h"
#include "nn/architecture.h"

struct cJSON;

/* Overwrites parameters [parameter_count]; on failure (ERROR_MODEL) they may be half filled. */
int weights_from_json(float *parameters, const struct cJSON *json, const struct architecture *architecture,
                      struct error *err);

/* The array; NULL when memory is out. All parameters have to be finite. */
struct cJSON *weights_to_json(const float *parameters, const struct architecture *architecture);

#endif
