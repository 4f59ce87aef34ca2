/* An architecture as JSON, in configs and model files alike:
 *
 *     {"input": {"rows": 28, "cols": 28, "channels": 1, "pad": 2, "mean": 0.1307, "deviation": 0.3081},
 *      "layers": [{"type": "conv", "filters": 6, "f": 5, "s": 1, "p": 0, "activation": "relu"},
 *                 {"type": "pool", "mode": "max", "f": 2, "s": 2, "p": 0},
 *                 {"type": "dense", "units": 10, "activation": "none"}]}
 */
#ifndef LENET5_MODEL_ARCHITECTURE_JSON_H
#define LENET5_MODEL_ARCHITECTURE_JSON_H

#include "base/error.h"
#include "nn/architecture.h"

struct cJSON;

/* Reads and resolves. With `strict` (model files) every key has to be there; otherwise (configs) pad and p default to
 * 0, s to 1 (pool: to f), channels to 1, mode to max, mean and deviation to MNIST's, activation to relu and, in the
 * last layer, to none. Fails with ERROR_MODEL and the place. */
int architecture_from_json(struct architecture *out, const struct cJSON *json, int strict, struct error *err);

/* The document, every key written out; NULL when memory is out. */
struct cJSON *architecture_to_json(const struct architecture *architecture);

#endif
