/* What cJSON lets pass: the text of a document is looked through before it is parsed. */
#ifndef LENET5_BASE_JSON_TEXT_H
#define LENET5_BASE_JSON_TEXT_H

#include <stddef.h>

#include "base/error.h"

/* Fails with ERROR_MODEL and the byte on invalid UTF-8, NUL (also as \u0000), a byte order mark, other control
 * characters than a text file has, numbers that JSON does not know (01, 1., .5), nesting deeper than JSON_DEPTH. Gives
 * *open: whether the text ends inside a string, an array or an object, that is, whether it was cut. */
int json_text_check(int *open, const unsigned char *bytes, size_t size, struct error *err);

#endif
