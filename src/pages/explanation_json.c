#include "pages/explanation_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

/* One piece of text: a tree of thousands of numbers would take longer than the network. */
cJSON *explanation_reals(const real *values, int count)
{
    char *text = malloc((size_t)count * TEXT_FLOAT + 3), *end = text;
    if (text == NULL)
        return NULL;
    *end++ = '[';
    for (int i = 0; i < count; i++) {
        if (i > 0)
            *end++ = ',';
        end += strlen(text_float(end, values[i]));
    }
    strcpy(end, "]");
    cJSON *json = cJSON_CreateRaw(text);
    free(text);
    return json;
}

cJSON *explanation_bytes(const unsigned char *values, int count)
{
    char *text = malloc((size_t)count * 4 + 3), *end = text;
    if (text == NULL)
        return NULL;
    *end++ = '[';
    for (int i = 0; i < count; i++)
        end += sprintf(end, i > 0 ? ",%d" : "%d", values[i]);
    strcpy(end, "]");
    cJSON *json = cJSON_CreateRaw(text);
    free(text);
    return json;
}

cJSON *explanation_answer(const struct model *model, int digit, real p, real certainty)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "digit", digit);
    cJSON_AddItemToObject(json, "probability", json_rounded((double)p, 6));
    cJSON_AddItemToObject(json, "certainty", json_rounded((double)certainty, 6));
    cJSON_AddBoolToObject(json, "sure", certainty >= (real)model->calibration.reject);
    return json;
}

cJSON *explanation_none(const char *reason)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNullToObject(json, "digit");
    cJSON_AddNullToObject(json, "probability");
    cJSON_AddNumberToObject(json, "certainty", 0);
    cJSON_AddFalseToObject(json, "sure");
    cJSON_AddStringToObject(json, "reason", reason);
    return json;
}

/* ---- The walk ---- */

static cJSON *layer_maps(const struct layer *layer, const real *y)
{
    cJSON *json = cJSON_CreateObject();
    const int is_dense = layer->kind == LAYER_DENSE, size = layer->out.rows * layer->out.cols;
    cJSON_AddStringToObject(json, "type", layer_kind_name(layer->kind));
    if (!is_dense) {
        cJSON_AddNumberToObject(json, "rows", layer->out.rows);
        cJSON_AddNumberToObject(json, "cols", layer->out.cols);
    }
    cJSON *maps = cJSON_AddArrayToObject(json, "maps");
    for (int m = 0; m < (is_dense ? 1 : layer->out.channels); m++)
        cJSON_AddItemToArray(maps, explanation_reals(y + m * size, is_dense ? shape_size(layer->out) : size));
    return json;
}

static cJSON *input_pixels(const struct input *input, const unsigned char *pixels)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "rows", input->rows);
    cJSON_AddNumberToObject(json, "cols", input->cols);
    cJSON_AddItemToObject(json, "pixels", explanation_bytes(pixels, input->rows * input->cols));
    return json;
}

cJSON *explanation_walk(const struct walk *walk, const unsigned char *pixels)
{
    const struct architecture *architecture = &walk->model->architecture;
    cJSON *json = explanation_answer(walk->model, walk->answer, walk->probabilities[walk->answer], walk->certainty);
    cJSON_AddItemToObject(json, "input", input_pixels(&architecture->input, pixels));
    cJSON *layers = cJSON_AddArrayToObject(json, "layers");
    for (int i = 0; i < architecture->layer_count; i++)
        cJSON_AddItemToArray(layers, layer_maps(&architecture->layers[i], walk->trace.y[i]));
    const real *scores = walk->trace.y[architecture->layer_count - 1];
    cJSON_AddItemToObject(json, "scores", explanation_reals(scores, architecture->classes));
    cJSON_AddItemToObject(json, "probabilities", explanation_reals(walk->probabilities, architecture->classes));
    return json;
}

/* ---- What is worked out ---- */

static void add_real(cJSON *json, const char *key, real value)
{
    cJSON_AddItemToObject(json, key, json_float(value));
}

static cJSON *convolution(const struct explain_conv *conv, const struct walk *walk)
{
    const struct layer *layer = &walk->model->architecture.layers[conv->layer];
    const int f = layer->conv.f, channels = layer->conv.in.channels, size = channels * f * f;
    const float *w = walk->model->parameters + layer->weights + (size_t)(conv->filter * size);
    cJSON *json = cJSON_CreateObject(), *window = cJSON_CreateArray();
    cJSON_AddNumberToObject(json, "layer", conv->layer + 1);
    cJSON_AddNumberToObject(json, "filter", conv->filter);
    cJSON_AddNumberToObject(json, "row", conv->row);
    cJSON_AddNumberToObject(json, "col", conv->col);
    cJSON_AddNumberToObject(json, "f", f);
    for (int i = 0; i < size; i++)
        cJSON_AddItemToArray(window, json_float(explain_input(walk, conv->layer, i / (f * f), conv->top + i / f % f,
                                                              conv->left + i % f)));
    cJSON_AddItemToObject(json, "window", window);
    cJSON_AddItemToObject(json, "weights", explanation_reals(w, size));
    add_real(json, "sum", conv->sum);
    add_real(json, "bias", conv->bias);
    add_real(json, "score", conv->score);
    cJSON_AddStringToObject(json, "activation", activation_name(layer->activation));
    add_real(json, "output", conv->output);
    return json;
}

static cJSON *pooling(const struct explain_pool *pool, const struct walk *walk)
{
    const int f = walk->model->architecture.layers[pool->layer].pool.f;
    const int is_max = walk->model->architecture.layers[pool->layer].pool.mode == POOL_MAX;
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "layer", pool->layer + 1);
    cJSON_AddNumberToObject(json, "map", pool->map);
    cJSON_AddNumberToObject(json, "row", pool->row);
    cJSON_AddNumberToObject(json, "col", pool->col);
    cJSON_AddNumberToObject(json, "f", f);
    cJSON_AddStringToObject(json, "mode", is_max ? "max" : "average");
    cJSON_AddItemToObject(json, "window", explanation_reals(pool->window, f * f));
    add_real(json, "maximum", pool->maximum);
    add_real(json, "average", pool->average);
    cJSON *max = cJSON_AddArrayToObject(json, "gradient_max");
    cJSON *average = cJSON_AddArrayToObject(json, "gradient_average");
    for (int i = 0; i < f * f; i++) {
        cJSON_AddItemToArray(max, cJSON_CreateNumber(i == pool->winner));
        cJSON_AddItemToArray(average, json_rounded(1.0 / (f * f), 6));
    }
    return json;
}

static cJSON *dense_unit(const struct explain_dense *dense)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "layer", dense->layer + 1);
    cJSON_AddNumberToObject(json, "unit", dense->unit);
    cJSON *shares = cJSON_AddArrayToObject(json, "contributions");
    for (int i = 0; i < dense->count; i++) {
        cJSON *share = cJSON_CreateObject();
        cJSON_AddNumberToObject(share, "input", dense->shares[i].input);
        add_real(share, "x", dense->shares[i].x);
        add_real(share, "weight", dense->shares[i].weight);
        add_real(share, "product", dense->shares[i].product);
        cJSON_AddItemToArray(shares, share);
    }
    add_real(json, "rest", dense->rest);
    add_real(json, "bias", dense->bias);
    add_real(json, "score", dense->score);
    add_real(json, "output", dense->output);
    return json;
}

void explanation_add_worked(cJSON *json, const struct explanation *explanation, const struct walk *walk)
{
    if (explanation->conv.layer >= 0)
        cJSON_AddItemToObject(json, "convolution", convolution(&explanation->conv, walk));
    if (explanation->pool.layer >= 0)
        cJSON_AddItemToObject(json, "pooling", pooling(&explanation->pool, walk));
    cJSON *dense = cJSON_AddArrayToObject(json, "dense");
    for (int i = 0; i < explanation->dense_count; i++)
        cJSON_AddItemToArray(dense, dense_unit(&explanation->dense[i]));
    cJSON *cover = cJSON_AddObjectToObject(json, "cover");
    cJSON_AddNumberToObject(cover, "side", EXPLAIN_COVER);
    cJSON_AddItemToObject(cover, "lost", explanation_reals(explanation->cover, explanation->rows * explanation->cols));
}
