#include "model/weights_json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

enum { SHAPE_AXES = 4, VALUES_A_LINE = 10 };

/* The shape of a layer's weights and the names of its axes. */
static int weight_axes(int axes[SHAPE_AXES], const struct layer *layer)
{
    if (layer->kind == LAYER_DENSE) {
        axes[0] = layer->dense.units;
        axes[1] = layer->dense.inputs;
        return 2;
    }
    axes[0] = layer->conv.filters;
    axes[1] = layer->conv.in.channels;
    axes[2] = axes[3] = layer->conv.f;
    return 4;
}

static const char *weight_order(const struct layer *layer)
{
    return layer->kind == LAYER_DENSE ? "unit, input" : "filter, channel, row, column";
}

/* "[0.1, -0.2, ...]", as text: cJSON would print a float as the double next to it. */
static char *values_text(const float *values, int count)
{
    char *text = malloc((size_t)count * (TEXT_FLOAT + 8) + 8), *end = text;
    if (text == NULL)
        return NULL;
    *end++ = '[';
    for (int i = 0; i < count; i++) {
        if (i > 0)
            *end++ = ',';
        *end++ = i % VALUES_A_LINE == 0 ? '\n' : ' ';
        end += strlen(text_float(end, values[i]));
    }
    strcpy(end, "]");
    return text;
}

static cJSON *tensor_to_json(const float *values, int count, const int *axes, int axis_count, const char *order)
{
    char *text = values_text(values, count);
    cJSON *json = text != NULL ? cJSON_CreateObject() : NULL;
    if (json != NULL) {
        cJSON_AddItemToObject(json, "shape", cJSON_CreateIntArray(axes, axis_count));
        if (order != NULL)
            cJSON_AddStringToObject(json, "order", order);
        cJSON_AddRawToObject(json, "values", text);
    }
    free(text);
    return json;
}

cJSON *weights_to_json(const float *parameters, const struct architecture *architecture)
{
    cJSON *json = cJSON_CreateArray();
    for (int i = 0; i < architecture->layer_count; i++) {
        const struct layer *layer = &architecture->layers[i];
        if (layer->weight_count == 0)
            continue;
        int axes[SHAPE_AXES];
        const int axis_count = weight_axes(axes, layer);
        cJSON *entry = cJSON_CreateObject();
        cJSON *weights =
            tensor_to_json(parameters + layer->weights, layer->weight_count, axes, axis_count, weight_order(layer));
        cJSON *biases = tensor_to_json(parameters + layer->biases, layer->bias_count, &layer->bias_count, 1, NULL);
        cJSON_AddNumberToObject(entry, "layer", i + 1);
        cJSON_AddItemToObject(entry, "weights", weights);
        cJSON_AddItemToObject(entry, "biases", biases);
        if (weights == NULL || biases == NULL || !cJSON_AddItemToArray(json, entry)) {
            cJSON_Delete(entry);
            cJSON_Delete(json);
            return NULL;
        }
    }
    return json;
}

static int read_shape(const cJSON *shape, const char *where, const int *axes, int axis_count, struct error *err)
{
    const cJSON *item = shape->child;
    int same = 1;
    for (int i = 0; i < axis_count; i++, item = item != NULL ? item->next : NULL)
        same &= cJSON_IsNumber(item) && item->valuedouble >= axes[i] && item->valuedouble <= axes[i];
    if (same && item == NULL)
        return 0;
    char expected[64];
    size_t used = 0;
    for (int i = 0; i < axis_count; i++)
        used += (size_t)snprintf(expected + used, sizeof expected - used, "%s%d", i > 0 ? ", " : "", axes[i]);
    return error_set(err, ERROR_MODEL, "%s.shape does not match the architecture: [%s] was expected", where, expected);
}

static int read_values(float *values, int count, const cJSON *array, const char *where, struct error *err)
{
    const cJSON *item;
    int n = 0;
    cJSON_ArrayForEach(item, array)
    {
        if (n < count) {
            const float value = (float)item->valuedouble;
            if (!cJSON_IsNumber(item) || !isfinite(value))
                return error_set(err, ERROR_MODEL, "%s.values[%d] is not a finite number", where, n);
            values[n] = value;
        }
        n++;
    }
    if (n != count)
        return error_set(err, ERROR_MODEL, "%s.values has %d numbers: %d were expected", where, n, count);
    return 0;
}

static int read_tensor(float *values, struct json_object entry, const char *key, const int *axes, int axis_count,
                       const char *order, struct error *err)
{
    static const char *const known[] = {"shape", "values", "order", NULL};
    static const char *const known_unordered[] = {"shape", "values", NULL};
    const cJSON *tensor, *shape, *array;
    const char *found = order;
    char where[JSON_WHERE];
    if (json_get_object(&tensor, entry, key, 1, err) != 0)
        return -1;
    const struct json_object from = {tensor, json_place(where, entry.where, key)};
    if (json_check_keys(from, order != NULL ? known : known_unordered, err) != 0 ||
        json_get_array(&shape, from, "shape", 1, err) != 0 || json_get_array(&array, from, "values", 1, err) != 0 ||
        (order != NULL && json_get_string(&found, from, "order", 1, err) != 0))
        return -1;
    if (order != NULL && strcmp(found, order) != 0)
        return error_set(err, ERROR_MODEL, "%s.order is \"%.64s\": \"%s\" was expected", where, found, order);
    int count = 1;
    for (int i = 0; i < axis_count; i++)
        count *= axes[i];
    return read_shape(shape, where, axes, axis_count, err) != 0 || read_values(values, count, array, where, err) != 0
               ? -1
               : 0;
}

static int read_entry(float *parameters, const cJSON *json, int index, const struct layer *layer, int number,
                      struct error *err)
{
    static const char *const known[] = {"layer", "weights", "biases", NULL};
    char where[JSON_WHERE];
    int axes[SHAPE_AXES], found = 0;
    snprintf(where, sizeof where, "weights[%d]", index);
    const struct json_object from = {json, where};
    if (json_check_keys(from, known, err) != 0 || json_get_int(&found, from, "layer", 1, 1000000, 1, err) != 0)
        return -1;
    if (found != number)
        return error_set(err, ERROR_MODEL, "%s.layer is %d: %d was expected, the next layer that has weights", where,
                         found, number);
    const int axis_count = weight_axes(axes, layer);
    return read_tensor(parameters + layer->weights, from, "weights", axes, axis_count, weight_order(layer), err) != 0 ||
                   read_tensor(parameters + layer->biases, from, "biases", &layer->bias_count, 1, NULL, err) != 0
               ? -1
               : 0;
}

int weights_from_json(float *parameters, const cJSON *json, const struct architecture *architecture, struct error *err)
{
    const cJSON *entry = json->child;
    int index = 0;
    for (int i = 0; i < architecture->layer_count; i++) {
        const struct layer *layer = &architecture->layers[i];
        if (layer->weight_count == 0)
            continue;
        if (entry == NULL)
            return error_set(err, ERROR_MODEL, "weights ends before layer %d (%s)", i + 1,
                             layer_kind_name(layer->kind));
        if (read_entry(parameters, entry, index, layer, i + 1, err) != 0)
            return -1;
        entry = entry->next;
        index++;
    }
    if (entry != NULL)
        return error_set(err, ERROR_MODEL, "weights has more entries than the %d layers that have weights", index);
    return 0;
}
