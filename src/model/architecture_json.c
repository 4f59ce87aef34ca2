#include "model/architecture_json.h"

#include <float.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"

static const char *const modes[] = {"max", "average", NULL};

static int read_input(struct input *out, const cJSON *json, int strict, struct error *err)
{
    static const char *const known[] = {"rows", "cols", "channels", "pad", "mean", "deviation", NULL};
    const struct json_object from = {json, "architecture.input"};
    struct input input = {.channels = 1};
    double mean = 0.1307, deviation = 0.3081;
    if (json_check_keys(from, known, err) != 0 ||
        json_get_int(&input.rows, from, "rows", 1, ARCHITECTURE_SIDE, 1, err) != 0 ||
        json_get_int(&input.cols, from, "cols", 1, ARCHITECTURE_SIDE, 1, err) != 0 ||
        json_get_int(&input.channels, from, "channels", 1, ARCHITECTURE_SIDE, strict, err) != 0 ||
        json_get_int(&input.pad, from, "pad", 0, ARCHITECTURE_SIDE, strict, err) != 0 ||
        json_get_number(&mean, from, "mean", -1e6, 1e6, strict, err) != 0 ||
        json_get_number(&deviation, from, "deviation", 1e-6, 1e6, strict, err) != 0)
        return -1;
    input.mean = (float)mean;
    input.deviation = (float)deviation;
    *out = input;
    return 0;
}

static int read_window(int *f, int *s, int *p, struct json_object from, int strict, struct error *err)
{
    return json_get_int(f, from, "f", 1, ARCHITECTURE_SIDE, 1, err) != 0 ||
                   json_get_int(s, from, "s", 1, ARCHITECTURE_SIDE, strict, err) != 0 ||
                   json_get_int(p, from, "p", 0, ARCHITECTURE_SIDE, strict, err) != 0
               ? -1
               : 0;
}

static int read_activation(struct layer *layer, struct json_object from, int last, int strict, struct error *err)
{
    int activation = last ? ACTIVATION_NONE : ACTIVATION_RELU;
    if (json_get_choice(&activation, from, "activation", activation_names, strict, err) != 0)
        return -1;
    layer->activation = (enum activation)activation;
    return 0;
}

static int read_conv(struct layer *layer, struct json_object from, int last, int strict, struct error *err)
{
    static const char *const known[] = {"type", "filters", "f", "s", "p", "activation", NULL};
    struct conv *conv = &layer->conv;
    *conv = (struct conv){.s = 1};
    return json_check_keys(from, known, err) != 0 ||
                   json_get_int(&conv->filters, from, "filters", 1, ARCHITECTURE_SIDE, 1, err) != 0 ||
                   read_window(&conv->f, &conv->s, &conv->p, from, strict, err) != 0 ||
                   read_activation(layer, from, last, strict, err) != 0
               ? -1
               : 0;
}

static int read_pool(struct layer *layer, struct json_object from, int strict, struct error *err)
{
    static const char *const known[] = {"type", "mode", "f", "s", "p", NULL};
    struct pool *pool = &layer->pool;
    *pool = (struct pool){0};
    int mode = POOL_MAX;
    if (json_check_keys(from, known, err) != 0 || json_get_choice(&mode, from, "mode", modes, strict, err) != 0 ||
        read_window(&pool->f, &pool->s, &pool->p, from, strict, err) != 0)
        return -1;
    pool->mode = (enum pool_mode)mode;
    if (pool->s == 0)
        pool->s = pool->f;
    layer->activation = ACTIVATION_NONE;
    return 0;
}

static int read_dense(struct layer *layer, struct json_object from, int last, int strict, struct error *err)
{
    static const char *const known[] = {"type", "units", "activation", NULL};
    layer->dense = (struct dense){0};
    return json_check_keys(from, known, err) != 0 ||
                   json_get_int(&layer->dense.units, from, "units", 1, ARCHITECTURE_UNITS, 1, err) != 0 ||
                   read_activation(layer, from, last, strict, err) != 0
               ? -1
               : 0;
}

static int read_layer(struct layer *layer, const cJSON *json, int index, int last, int strict, struct error *err)
{
    char where[JSON_WHERE];
    snprintf(where, sizeof where, "architecture.layers[%d]", index);
    const struct json_object from = {json, where};
    int kind = 0;
    if (!cJSON_IsObject(json))
        return error_set(err, ERROR_MODEL, "%s is not an object: {\"type\": ...} was expected", where);
    if (json_get_choice(&kind, from, "type", layer_kind_names, 1, err) != 0)
        return -1;
    *layer = (struct layer){.kind = (enum layer_kind)kind};
    switch (layer->kind) {
    case LAYER_CONV:
        return read_conv(layer, from, last, strict, err);
    case LAYER_POOL:
        return read_pool(layer, from, strict, err);
    default:
        return read_dense(layer, from, last, strict, err);
    }
}

int architecture_from_json(struct architecture *out, const cJSON *json, int strict, struct error *err)
{
    static const char *const known[] = {"input", "layers", NULL};
    const struct json_object from = {json, "architecture"};
    const cJSON *input, *layers, *item;
    struct architecture architecture = {0};
    if (json_check_keys(from, known, err) != 0 || json_get_object(&input, from, "input", 1, err) != 0 ||
        json_get_array(&layers, from, "layers", 1, err) != 0 ||
        read_input(&architecture.input, input, strict, err) != 0)
        return -1;
    cJSON_ArrayForEach(item, layers)
    {
        const int index = architecture.layer_count++;
        if (index >= ARCHITECTURE_LAYERS)
            return error_set(err, ERROR_MODEL, "architecture.layers has more than %d layers", ARCHITECTURE_LAYERS);
        if (read_layer(&architecture.layers[index], item, index, item->next == NULL, strict, err) != 0)
            return -1;
    }
    if (architecture_resolve(&architecture, err) != 0)
        return -1;
    *out = architecture;
    return 0;
}

static cJSON *layer_to_json(const struct layer *layer)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "type", layer_kind_name(layer->kind));
    if (layer->kind == LAYER_DENSE) {
        cJSON_AddNumberToObject(json, "units", layer->dense.units);
    } else if (layer->kind == LAYER_CONV) {
        cJSON_AddNumberToObject(json, "filters", layer->conv.filters);
        cJSON_AddNumberToObject(json, "f", layer->conv.f);
        cJSON_AddNumberToObject(json, "s", layer->conv.s);
        cJSON_AddNumberToObject(json, "p", layer->conv.p);
    } else {
        cJSON_AddStringToObject(json, "mode", modes[layer->pool.mode]);
        cJSON_AddNumberToObject(json, "f", layer->pool.f);
        cJSON_AddNumberToObject(json, "s", layer->pool.s);
        cJSON_AddNumberToObject(json, "p", layer->pool.p);
    }
    if (layer->kind != LAYER_POOL)
        cJSON_AddStringToObject(json, "activation", activation_name(layer->activation));
    return json;
}

cJSON *architecture_to_json(const struct architecture *architecture)
{
    const struct input *input = &architecture->input;
    cJSON *json = cJSON_CreateObject();
    cJSON *from = cJSON_AddObjectToObject(json, "input");
    cJSON_AddNumberToObject(from, "rows", input->rows);
    cJSON_AddNumberToObject(from, "cols", input->cols);
    cJSON_AddNumberToObject(from, "channels", input->channels);
    cJSON_AddNumberToObject(from, "pad", input->pad);
    cJSON_AddItemToObject(from, "mean", json_float(input->mean));
    cJSON_AddItemToObject(from, "deviation", json_float(input->deviation));
    cJSON *layers = cJSON_AddArrayToObject(json, "layers");
    for (int i = 0; i < architecture->layer_count; i++)
        cJSON_AddItemToArray(layers, layer_to_json(&architecture->layers[i]));
    return json;
}
