/* What was read of a picture as JSON: for `lenet5 read --json` and POST /read. */
#ifndef LENET5_PAGES_READING_JSON_H
#define LENET5_PAGES_READING_JSON_H

#include <cjson/cJSON.h>

#include "reader/read.h"

/* [{"text": "42", "digits": [{"digit", "probability", "box": [left, top, cols, rows]}, ...]}, ...], a line each; a
 * rejected digit is null, has "rejected": true and is a '?' in the text. */
cJSON *reading_json(const struct reading *reading);

#endif
