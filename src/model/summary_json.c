#include "model/summary_json.h"

#include "base/json.h"
#include "nn/counts.h"

static cJSON *shape_to_json(struct shape shape, int is_dense)
{
    const int sizes[] = {shape.rows, shape.cols, shape.channels}, units[] = {shape.channels};
    return is_dense ? cJSON_CreateIntArray(units, 1) : cJSON_CreateIntArray(sizes, 3);
}

static cJSON *input_to_json(const struct architecture *architecture)
{
    const struct input *input = &architecture->input;
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "rows", input->rows);
    cJSON_AddNumberToObject(json, "cols", input->cols);
    cJSON_AddNumberToObject(json, "channels", input->channels);
    cJSON_AddNumberToObject(json, "pad", input->pad);
    cJSON_AddItemToObject(json, "shape", shape_to_json(architecture->in, 0));
    cJSON_AddNumberToObject(json, "size", (double)counts_size(architecture->in));
    return json;
}

static cJSON *layer_to_json(const struct layer *layer)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "type", layer_kind_name(layer->kind));
    if (layer->kind == LAYER_POOL)
        cJSON_AddStringToObject(json, "mode", layer->pool.mode == POOL_MAX ? "max" : "average");
    else
        cJSON_AddStringToObject(json, "activation", activation_name(layer->activation));
    if (layer->kind != LAYER_DENSE) {
        const int is_conv = layer->kind == LAYER_CONV;
        cJSON_AddNumberToObject(json, "f", is_conv ? layer->conv.f : layer->pool.f);
        cJSON_AddNumberToObject(json, "s", is_conv ? layer->conv.s : layer->pool.s);
        cJSON_AddNumberToObject(json, "p", is_conv ? layer->conv.p : layer->pool.p);
    }
    cJSON_AddItemToObject(json, "shape", shape_to_json(layer->out, layer->kind == LAYER_DENSE));
    cJSON_AddNumberToObject(json, "size", (double)counts_size(layer->out));
    cJSON_AddNumberToObject(json, "parameters", (double)counts_parameters(layer));
    cJSON_AddNumberToObject(json, "multiply_adds", (double)layer_multiply_adds(layer));
    if (layer->kind == LAYER_CONV)
        cJSON_AddNumberToObject(json, "dense_parameters", (double)counts_dense(layer->in, layer->out));
    return json;
}

cJSON *summary_json(const struct architecture *architecture)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddItemToObject(json, "input", input_to_json(architecture));
    cJSON *layers = cJSON_AddArrayToObject(json, "layers");
    for (int i = 0; i < architecture->layer_count; i++)
        cJSON_AddItemToArray(layers, layer_to_json(&architecture->layers[i]));
    cJSON_AddNumberToObject(json, "parameters", (double)architecture->parameter_count);
    cJSON_AddNumberToObject(json, "multiply_adds", (double)counts_multiply_adds(architecture));
    return json;
}
