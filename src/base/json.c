#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
#include "base/text.h"

/* `at` is where cJSON gave up: the last byte, or where the value begins that is cut ("fals"; a string may be long). */
static int no_json(const unsigned char *bytes, size_t size, size_t at, int open, struct error *err)
{
    const int cut = open && (size - at <= 5 || memchr(bytes + at, '"', size - at) == NULL);
    if (cut || size == 0)
        return error_set(err, ERROR_MODEL, "is not JSON: it ends at byte %zu in the middle of a value", size);
    return error_set(err, ERROR_MODEL, "is not JSON: the mistake is at byte %zu", at);
}

static int check_doubled(const cJSON *tree, struct error *err)
{
    int keys = 0;
    const cJSON *child, *other;
    cJSON_ArrayForEach(child, tree)
    {
        if (cJSON_IsObject(tree)) {
            if (++keys > JSON_KEYS)
                return error_set(err, ERROR_MODEL, "holds an object with more than %d keys", JSON_KEYS);
            for (other = tree->child; other != child; other = other->next)
                if (strcmp(other->string, child->string) == 0)
                    return error_set(err, ERROR_MODEL, "has the key \"%s\" twice in one object", child->string);
        }
        if (child->child != NULL && check_doubled(child, err) != 0)
            return -1;
    }
    return 0;
}

cJSON *json_parse(const unsigned char *bytes, size_t size, struct error *err)
{
    if (size >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b) {
        error_set(err, ERROR_MODEL, "is compressed by gzip: unpack it with gunzip first");
        return NULL;
    }
    int open = 0;
    if (json_text_check(&open, bytes, size, err) != 0)
        return NULL;
    const char *end = NULL;
    cJSON *tree = cJSON_ParseWithLengthOpts((const char *)bytes, size, &end, 0);
    if (tree == NULL) {
        no_json(bytes, size, end != NULL ? (size_t)(end - (const char *)bytes) : 0, open, err);
        return NULL;
    }
    size_t at = (size_t)(end - (const char *)bytes);
    while (at < size && strchr(" \t\r\n", bytes[at]) != NULL)
        at++;
    if (at < size) {
        error_set(err, ERROR_MODEL, "goes on behind the end of its JSON document, at byte %zu", at);
        cJSON_Delete(tree);
        return NULL;
    }
    if (check_doubled(tree, err) != 0) {
        cJSON_Delete(tree);
        return NULL;
    }
    return tree;
}

int json_check_finite(const cJSON *tree, const char *where, struct error *err)
{
    const cJSON *child;
    cJSON_ArrayForEach(child, tree)
    {
        if (cJSON_IsNumber(child) && !isfinite(child->valuedouble))
            return error_set(err, ERROR_MODEL, "%s holds a number that is not finite (%s)", where,
                             child->string != NULL ? child->string : "in an array");
        if (child->child != NULL && json_check_finite(child, where, err) != 0)
            return -1;
    }
    return 0;
}

const char *json_place(char out[JSON_WHERE], const char *where, const char *key)
{
    snprintf(out, JSON_WHERE, "%s%s%s", where, where[0] != '\0' ? "." : "", key);
    return out;
}

int json_check_keys(struct json_object from, const char *const *known, struct error *err)
{
    const char *what = from.where[0] != '\0' ? from.where : "the document";
    if (!cJSON_IsObject(from.object))
        return error_set(err, ERROR_MODEL, "%s is not an object: {...} was expected", what);
    const cJSON *child;
    cJSON_ArrayForEach(child, from.object)
    {
        size_t count = 0;
        int is_known = 0;
        for (; known[count] != NULL; count++)
            is_known |= strcmp(known[count], child->string) == 0;
        if (is_known)
            continue;
        const char *nearest = text_nearest(child->string, known, count);
        if (nearest != NULL)
            return error_set(err, ERROR_MODEL, "%s has an unknown key \"%s\": did you mean \"%s\"?", what,
                             child->string, nearest);
        char list[256];
        return error_set(err, ERROR_MODEL, "%s has an unknown key \"%s\": known are %s", what, child->string,
                         text_list(list, sizeof list, known));
    }
    return 0;
}

/* The item of a key, or NULL: then *failed says whether that is an error. */
static const cJSON *find(struct json_object from, const char *key, int required, int *failed, struct error *err)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(from.object, key);
    *failed = item == NULL && required;
    if (*failed)
        error_set(err, ERROR_MODEL, "%s lacks the key \"%s\"", from.where[0] != '\0' ? from.where : "the document",
                  key);
    return item;
}

int json_get_number(double *out, struct json_object from, const char *key, double low, double high, int required,
                    struct error *err)
{
    int failed;
    char place[JSON_WHERE];
    const cJSON *item = find(from, key, required, &failed, err);
    if (item == NULL)
        return failed ? -1 : 0;
    if (!cJSON_IsNumber(item))
        return error_set(err, ERROR_MODEL, "%s is not a number", json_place(place, from.where, key));
    if (!(item->valuedouble >= low && item->valuedouble <= high))
        return error_set(err, ERROR_MODEL, "%s is %.16g: use %.16g to %.16g", json_place(place, from.where, key),
                         item->valuedouble, low, high);
    *out = item->valuedouble;
    return 0;
}

int json_get_int(int *out, struct json_object from, const char *key, int low, int high, int required, struct error *err)
{
    char place[JSON_WHERE];
    double number = *out;
    if (json_get_number(&number, from, key, low, high, required, err) != 0)
        return -1;
    if (number != floor(number))
        return error_set(err, ERROR_MODEL, "%s is %.16g: a whole number was expected",
                         json_place(place, from.where, key), number);
    *out = (int)number;
    return 0;
}

int json_get_bool(int *out, struct json_object from, const char *key, int required, struct error *err)
{
    int failed;
    char place[JSON_WHERE];
    const cJSON *item = find(from, key, required, &failed, err);
    if (item == NULL)
        return failed ? -1 : 0;
    if (!cJSON_IsBool(item))
        return error_set(err, ERROR_MODEL, "%s is neither true nor false", json_place(place, from.where, key));
    *out = cJSON_IsTrue(item);
    return 0;
}

int json_get_string(const char **out, struct json_object from, const char *key, int required, struct error *err)
{
    int failed;
    char place[JSON_WHERE];
    const cJSON *item = find(from, key, required, &failed, err);
    if (item == NULL)
        return failed ? -1 : 0;
    if (!cJSON_IsString(item))
        return error_set(err, ERROR_MODEL, "%s is not a string", json_place(place, from.where, key));
    *out = item->valuestring;
    return 0;
}

int json_get_choice(int *out, struct json_object from, const char *key, const char *const *names, int required,
                    struct error *err)
{
    const char *text = NULL;
    char place[JSON_WHERE], list[256];
    if (json_get_string(&text, from, key, required, err) != 0)
        return -1;
    if (text == NULL)
        return 0;
    for (int i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], text) == 0) {
            *out = i;
            return 0;
        }
    return error_set(err, ERROR_MODEL, "%s is \"%.64s\": use one of %s", json_place(place, from.where, key), text,
                     text_list(list, sizeof list, names));
}

static int get_branch(const cJSON **out, struct json_object from, const char *key, cJSON_bool (*is)(const cJSON *),
                      const char *expected, int required, struct error *err)
{
    int failed;
    char place[JSON_WHERE];
    const cJSON *item = find(from, key, required, &failed, err);
    if (item == NULL)
        return failed ? -1 : 0;
    if (!is(item))
        return error_set(err, ERROR_MODEL, "%s is not %s was expected", json_place(place, from.where, key), expected);
    *out = item;
    return 0;
}

int json_get_object(const cJSON **out, struct json_object from, const char *key, int required, struct error *err)
{
    return get_branch(out, from, key, cJSON_IsObject, "an object: {...}", required, err);
}

int json_get_array(const cJSON **out, struct json_object from, const char *key, int required, struct error *err)
{
    return get_branch(out, from, key, cJSON_IsArray, "an array: [...]", required, err);
}

cJSON *json_float(float value)
{
    char text[TEXT_FLOAT];
    return cJSON_CreateRaw(text_float_short(text, value));
}

cJSON *json_number(double value)
{
    char text[32];
    double back = 0;
    for (int digits = 15; digits <= 17 && (digits == 15 || back < value || back > value); digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        back = strtod(text, NULL);
    }
    return cJSON_CreateRaw(text);
}

cJSON *json_rounded(double value, int digits)
{
    char text[64];
    if (!isfinite(value))
        return cJSON_CreateNull();
    snprintf(text, sizeof text, "%.*g", digits, value);
    return cJSON_CreateRaw(text);
}

char *json_print(const cJSON *tree, struct error *err)
{
    char *text = tree != NULL ? cJSON_Print(tree) : NULL;
    if (text == NULL) {
        error_set(err, ERROR_FAILED, "memory for a JSON document could not be had");
        return NULL;
    }
    const size_t length = strlen(text);
    char *ended = malloc(length + 2);
    if (ended == NULL) {
        error_memory(err, length + 2, "a JSON document");
    } else {
        memcpy(ended, text, length);
        memcpy(ended + length, "\n", 2);
    }
    cJSON_free(text);
    return ended;
}
