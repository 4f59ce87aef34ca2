#include "drawing/strokes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/json.h"
#include "drawing/strokes_builtin.h"
#include "drawing/strokes_way.h"

#define STROKES_FORMAT "lenet5-strokes"

enum { DIGITS = 10, STROKES_VERSION = 1 };

/* ---- The hand ---- */

static const struct hand_field {
    const char *name;
    size_t offset;
    double low, high;
} hand_fields[] = {
    {"care_spread", offsetof(struct hand, care_spread), 0, 1},
    {"jitter", offsetof(struct hand, jitter), 0, 0.2},
    {"jitter_reach", offsetof(struct hand, jitter_reach), 0.05, 10},
    {"smoothing", offsetof(struct hand, smoothing), 0, 0.5},
    {"soft_corner", offsetof(struct hand, soft_corner), 0, 1},
    {"elastic", offsetof(struct hand, elastic), 0, 0.2},
    {"elastic_waves", offsetof(struct hand, elastic_waves), 0, 10},
    {"waist", offsetof(struct hand, waist), 0, 0.5},
    {"trapezoid", offsetof(struct hand, trapezoid), 0, 0.5},
    {"bend", offsetof(struct hand, bend), 0, 0.5},
    {"aspect", offsetof(struct hand, aspect), 0, 1},
    {"slant", offsetof(struct hand, slant), -1, 1},
    {"slant_spread", offsetof(struct hand, slant_spread), 0, 1},
    {"rotation", offsetof(struct hand, rotation), 0, 45},
    {"pen", offsetof(struct hand, pen), 0.5, 8},
    {"pen_spread", offsetof(struct hand, pen_spread), 0, 1},
    {"pen_least", offsetof(struct hand, pen_least), 0.5, 8},
    {"pen_most", offsetof(struct hand, pen_most), 0.5, 8},
    {"pressure", offsetof(struct hand, pressure), 0, 1},
    {"nib", offsetof(struct hand, nib), 0, 1},
    {"taper", offsetof(struct hand, taper), 0, 1},
    {"tremor", offsetof(struct hand, tremor), 0, 0.1},
    {"roughness", offsetof(struct hand, roughness), 0, 1},
    {"gap", offsetof(struct hand, gap), 0, 1},
    {"overshoot", offsetof(struct hand, overshoot), 0, 0.5},
    {"blur", offsetof(struct hand, blur), 0, 0.25},
    {"gain", offsetof(struct hand, gain), 0, 10},
};

enum { HAND_FIELDS = sizeof hand_fields / sizeof hand_fields[0] };

static int read_hand(struct hand *out, const cJSON *json, struct error *err)
{
    const struct json_object from = {json, "hand"};
    const char *known[HAND_FIELDS + 1] = {NULL};
    struct hand hand = {0};
    for (int i = 0; i < HAND_FIELDS; i++)
        known[i] = hand_fields[i].name;
    if (json_check_keys(from, known, err) != 0)
        return -1;
    for (int i = 0; i < HAND_FIELDS; i++) {
        const struct hand_field *field = &hand_fields[i];
        double number = 0;
        if (json_get_number(&number, from, field->name, field->low, field->high, 1, err) != 0)
            return -1;
        memcpy((char *)&hand + field->offset, &number, sizeof number);
    }
    if (hand.pen < hand.pen_least || hand.pen > hand.pen_most)
        return error_set(err, ERROR_MODEL, "hand.pen is %.16g: use pen_least to pen_most, %.16g to %.16g", hand.pen,
                         hand.pen_least, hand.pen_most);
    *out = hand;
    return 0;
}

/* ---- Digits and strangers ---- */

static int read_ways(struct digit_strokes *out, const cJSON *array, const char *where, struct error *err)
{
    const int size = cJSON_GetArraySize(array);
    if (size == 0)
        return error_set(err, ERROR_MODEL, "%s.ways is empty: one way at least was expected", where);
    out->ways = calloc((size_t)size, sizeof *out->ways);
    if (out->ways == NULL)
        return error_memory(err, (size_t)size * sizeof *out->ways, "the strokes");
    out->way_count = size;
    const cJSON *child;
    int i = 0;
    cJSON_ArrayForEach(child, array)
    {
        char place[JSON_WHERE];
        snprintf(place, sizeof place, "%s.ways[%d]", where, i);
        if (strokes_way_read(&out->ways[i++], child, place, err) != 0)
            return -1;
    }
    return 0;
}

/* All optional. */
static const struct {
    const char *name;
    size_t offset;
    double low, high;
} digit_fields[] = {
    {"slant", offsetof(struct digit_strokes, slant), -1, 1},
    {"slant_spread", offsetof(struct digit_strokes, slant_spread), 0, 1},
    {"jitter", offsetof(struct digit_strokes, jitter), 0, 10},
    {"bend", offsetof(struct digit_strokes, bend), 0, 10},
    {"aspect", offsetof(struct digit_strokes, aspect), 0.1, 10},
    {"pen", offsetof(struct digit_strokes, pen), 0.1, 10},
    {"pen_spread", offsetof(struct digit_strokes, pen_spread), 0, 10},
};

enum { DIGIT_FIELDS = sizeof digit_fields / sizeof digit_fields[0] };

/* `more` is one more key that is known, or NULL. */
static int read_digit(struct digit_strokes *out, struct json_object from, const char *more, const struct hand *hand,
                      struct error *err)
{
    const char *known[DIGIT_FIELDS + 3] = {NULL};
    const cJSON *ways;
    *out = (struct digit_strokes){.slant = hand->slant,
                                  .slant_spread = hand->slant_spread,
                                  .jitter = 1,
                                  .bend = 1,
                                  .aspect = 1,
                                  .pen = 1,
                                  .pen_spread = 1};
    for (int i = 0; i < DIGIT_FIELDS; i++)
        known[i] = digit_fields[i].name;
    known[DIGIT_FIELDS] = "ways";
    known[DIGIT_FIELDS + 1] = more;
    if (json_check_keys(from, known, err) != 0)
        return -1;
    for (int i = 0; i < DIGIT_FIELDS; i++) {
        double number;
        memcpy(&number, (char *)out + digit_fields[i].offset, sizeof number);
        if (json_get_number(&number, from, digit_fields[i].name, digit_fields[i].low, digit_fields[i].high, 0, err) !=
            0)
            return -1;
        memcpy((char *)out + digit_fields[i].offset, &number, sizeof number);
    }
    return json_get_array(&ways, from, "ways", 1, err) != 0 ? -1 : read_ways(out, ways, from.where, err);
}

static const char *const digit_names[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", NULL};

static int read_digits(struct strokes *out, const cJSON *json, struct error *err)
{
    const struct json_object from = {json, "digits"};
    if (json_check_keys(from, digit_names, err) != 0)
        return -1;
    for (int d = 0; d < DIGITS; d++) {
        const cJSON *digit;
        char place[JSON_WHERE];
        if (json_get_object(&digit, from, digit_names[d], 1, err) != 0 ||
            read_digit(&out->digits[d], (struct json_object){digit, json_place(place, from.where, digit_names[d])},
                       NULL, &out->hand, err) != 0)
            return -1;
    }
    return 0;
}

static int read_rare(struct strokes *out, const cJSON *json, struct error *err)
{
    const struct json_object from = {json, "rare"};
    if (json_check_keys(from, digit_names, err) != 0)
        return -1;
    for (int d = 0; d < DIGITS; d++) {
        const cJSON *digit = NULL;
        char place[JSON_WHERE];
        if (json_get_object(&digit, from, digit_names[d], 0, err) != 0)
            return -1;
        const struct json_object rare = {digit, json_place(place, from.where, digit_names[d])};
        if (digit != NULL && (read_digit(&out->rare[d], rare, "share", &out->hand, err) != 0 ||
                              json_get_number(&out->rare_share[d], rare, "share", 0.001, 1000, 1, err) != 0))
            return -1;
    }
    return 0;
}

static int read_strangers(struct strokes *out, const cJSON *json, struct error *err)
{
    const struct json_object from = {json, "strangers"};
    return read_digit(&out->strangers, from, "pairs", &out->hand, err) != 0 ||
                   json_get_number(&out->pairs, from, "pairs", 0, 1, 0, err) != 0
               ? -1
               : 0;
}

/* ---- The document ---- */

/* First of all: is it one of ours at all, and of a version that we know? */
static int read_format(struct json_object from, struct error *err)
{
    const char *format;
    int version = 0;
    if (!cJSON_IsObject(from.object) || cJSON_GetObjectItemCaseSensitive(from.object, "format") == NULL)
        return error_set(err, ERROR_MODEL,
                         "is JSON but holds no strokes: they have the key \"format\" with \"" STROKES_FORMAT "\"");
    if (json_get_string(&format, from, "format", 1, err) != 0)
        return -1;
    if (strcmp(format, STROKES_FORMAT) != 0)
        return error_set(err, ERROR_MODEL, "format is \"%.64s\": \"" STROKES_FORMAT "\" was expected", format);
    if (json_get_int(&version, from, "version", 0, 1000000, 1, err) != 0)
        return -1;
    if (version != STROKES_VERSION)
        return error_set(err, ERROR_MODEL, "version is %d, and this program reads version %d: use a newer program",
                         version, STROKES_VERSION);
    return 0;
}

static int read_document(struct strokes *out, const cJSON *json, struct error *err)
{
    static const char *const known[] = {"format", "version", "hand", "digits", "rare", "strangers", NULL};
    const struct json_object from = {json, ""};
    const cJSON *hand, *digits, *rare = NULL, *strangers = NULL;
    return read_format(from, err) != 0 || json_check_keys(from, known, err) != 0 ||
                   json_get_object(&hand, from, "hand", 1, err) != 0 ||
                   json_get_object(&digits, from, "digits", 1, err) != 0 ||
                   json_get_object(&rare, from, "rare", 0, err) != 0 ||
                   json_get_object(&strangers, from, "strangers", 0, err) != 0 ||
                   read_hand(&out->hand, hand, err) != 0 || read_digits(out, digits, err) != 0 ||
                   (rare != NULL && read_rare(out, rare, err) != 0) ||
                   (strangers != NULL && read_strangers(out, strangers, err) != 0)
               ? -1
               : 0;
}

int strokes_parse(struct strokes *out, const unsigned char *bytes, size_t size, struct error *err)
{
    if (size > STROKES_BYTES)
        return error_set(err, ERROR_MODEL, "is %zu bytes long: strokes take at most %d", size, STROKES_BYTES);
    cJSON *json = json_parse(bytes, size, err);
    if (json == NULL)
        return -1;
    struct strokes strokes = {0};
    const int result = read_document(&strokes, json, err);
    cJSON_Delete(json);
    if (result != 0)
        strokes_free(&strokes);
    else
        *out = strokes;
    return result;
}

int strokes_load(struct strokes *out, const char *path, struct error *err)
{
    if (path == NULL)
        return strokes_parse(out, strokes_builtin, strokes_builtin_size, err);
    unsigned char *bytes;
    size_t size;
    if (files_read(&bytes, &size, path, STROKES_BYTES, ERROR_MODEL, err) != 0)
        return -1;
    const int result = strokes_parse(out, bytes, size, err);
    free(bytes);
    return result != 0 ? error_where(err, path) : 0;
}

static void free_ways(struct digit_strokes *digit)
{
    for (int w = 0; w < digit->way_count; w++)
        strokes_way_free(&digit->ways[w]);
    free(digit->ways);
}

void strokes_free(struct strokes *strokes)
{
    for (int d = 0; d < DIGITS; d++) {
        free_ways(&strokes->digits[d]);
        free_ways(&strokes->rare[d]);
    }
    free_ways(&strokes->strangers);
    *strokes = (struct strokes){0};
}
