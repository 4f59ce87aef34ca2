/* Answers as JSON: what each path gives. serve_routes.h says how they fail. */
#ifndef LENET5_PAGES_SERVE_ANSWERS_H
#define LENET5_PAGES_SERVE_ANSWERS_H

#include <cjson/cJSON.h>

#include "pages/serve_inside.h"

/* {"digit", "probability", "certainty", "sure", "top": [{"digit", "probability"}, ...]}, the most probable first;
 * ?top=K gives K of them. Not sure of it: the certainty is below what the model's calibration asks for. */
int serve_answers_classify(cJSON **out, const struct request *request, struct desk *desk, const struct picture *picture,
                           struct error *err);

/* {"lines": as in reading_json.h} */
int serve_answers_read(cJSON **out, const struct request *request, struct desk *desk, const struct picture *picture,
                       struct error *err);

/* The walk: {"digit", "probability", "certainty", "sure", "input": {"rows", "cols", "pixels"}, "layers": [{"type", ...,
 * "maps": [[...]]}], "scores", "probabilities"}; a map is [rows * cols], a dense layer one map of its units. */
int serve_answers_explain(cJSON **out, const struct request *request, struct desk *desk, const struct picture *picture,
                          struct error *err);

/* What lenet5 filter does: ?kernel=NAME|ROWS&stride=N&padding=N&pool=max|average&f=N&s=N gives {"kernel": [[...]],
 * "is_difference", "largest" (filtered.h), "picture", "convolution", "pooling": {"rows", "cols", "gray": [...]}};
 * without pool there is no "pooling". */
int serve_answers_filter(cJSON **out, const struct request *request, struct desk *desk, const struct picture *picture,
                         struct error *err);

/* {"program", "digest", "temperature", "network": as summary --json, "training": the record in the model file} */
cJSON *serve_answers_model(const struct serve *serve);

/* {"status": "ok"} */
cJSON *serve_answers_health(const struct serve *serve);

#endif
