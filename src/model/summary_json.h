/* A network layer by layer as JSON: what `lenet5 summary --json` prints and what the page's table shows. */
#ifndef LENET5_MODEL_SUMMARY_JSON_H
#define LENET5_MODEL_SUMMARY_JSON_H

#include "nn/architecture.h"

struct cJSON;

/* {"input": {...}, "layers": [{"type": "conv", "shape": [28, 28, 6], "parameters": 156, ...}, ...], "parameters": ...,
 * "multiply_adds": ...}; a shape is rows, columns, channels, or the units of a dense layer. NULL when memory is out. */
struct cJSON *summary_json(const struct architecture *architecture);

#endif
