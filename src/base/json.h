/* Strict reading of JSON over cJSON: every key known, none missing, none twice, every number finite and in range. What
 * is wrong is said with its place: "architecture.layers[2].f is 0: use 1 to 1024". All failures are ERROR_MODEL. */
#ifndef LENET5_BASE_JSON_H
#define LENET5_BASE_JSON_H

#include <cjson/cJSON.h>
#include <stddef.h>

#include "base/error.h"

enum {
    JSON_DEPTH = 16, /* nesting */
    JSON_KEYS = 256, /* keys in one object */
    JSON_WHERE = 128 /* a place, as text */
};

/* Parses a whole document: valid UTF-8 without NUL, nothing but white space behind its end, no key twice in an object.
 * Gives a tree that the caller releases by cJSON_Delete(); NULL on failure. */
cJSON *json_parse(const unsigned char *bytes, size_t size, struct error *err);

/* An object and its place in the document, for the sentences. */
struct json_object {
    const cJSON *object;
    const char *where; /* "" for the document itself */
};

/* Fails unless it is an object that holds nothing but `known` keys (NULL ends them); names the nearest. */
int json_check_keys(struct json_object from, const char *const *known, struct error *err);

/* Fails when any number anywhere in the tree is too large for a double: cJSON reads 1e999 as infinity. */
int json_check_finite(const cJSON *tree, const char *where, struct error *err);

/* "where.key", or "key" at the top; gives `out`. */
const char *json_place(char out[JSON_WHERE], const char *where, const char *key);

/* Each reads one key. A missing one is an error where `required`, else leaves *out as it is. */
int json_get_int(int *out, struct json_object from, const char *key, int low, int high, int required,
                 struct error *err);
int json_get_number(double *out, struct json_object from, const char *key, double low, double high, int required,
                    struct error *err);
/* true or false, as 1 or 0. */
int json_get_bool(int *out, struct json_object from, const char *key, int required, struct error *err);
/* The index of a string in `names` (NULL ends them). */
int json_get_choice(int *out, struct json_object from, const char *key, const char *const *names, int required,
                    struct error *err);
/* A string, borrowed from the tree. */
int json_get_string(const char **out, struct json_object from, const char *key, int required, struct error *err);
/* An object or an array, borrowed from the tree. */
int json_get_object(const cJSON **out, struct json_object from, const char *key, int required, struct error *err);
int json_get_array(const cJSON **out, struct json_object from, const char *key, int required, struct error *err);

/* A float as cJSON would not print it: 0.1307 and not 0.13070000708103180, exact on reading back all the same. */
cJSON *json_float(float value);

/* A finite double with as few digits as read back to the same bits, which cJSON's own numbers may miss by one. */
cJSON *json_number(double value);

/* A number with `digits` significant digits, so that 0.9912 is printed as 0.9912 and not as 0.99119999999999997; null
 * when it is not finite. */
cJSON *json_rounded(double value, int digits);

/* The text of a tree, malloc'ed, with a newline at the end; NULL when memory is out. */
char *json_print(const cJSON *tree, struct error *err);

#endif
