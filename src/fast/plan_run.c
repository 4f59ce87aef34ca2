/* The plan at work: one tile forward and backward, and the gradients of a minibatch. */
#include <string.h>

#include "fast/plan.h"
#include "nn/loss.h"

/* Bytes to floats, eight images interleaved; the pad around them and the lanes without an image are background. */
static void load_images(float *x, const unsigned char *const *images, int count, const struct plan *plan)
{
    const struct input *input = &plan->architecture->input;
    const struct shape in = plan->architecture->in;
    const int total = shape_size(in) * TILE, pad = input->pad;
    if (pad > 0 || count < TILE)
        for (int i = 0; i < total; i++)
            x[i] = plan->background;
    for (int c = 0; c < input->channels; c++)
        for (int r = 0; r < input->rows; r++) {
            float *row = x + (size_t)((c * in.rows + r + pad) * in.cols + pad) * TILE;
            const size_t from = (size_t)((c * input->rows + r) * input->cols);
            for (int image = 0; image < count; image++)
                for (int k = 0; k < input->cols; k++)
                    row[k * TILE + image] = plan->value[images[image][from + (size_t)k]];
        }
}

/* Copies the planes of x [shape] into `window`, its rows `cols` pixels long, each pixel `s` from the next, the first at
 * (`pad`, `pad`); what lies between and around them is zero. */
static void spread_planes(float *window, const float *x, struct shape shape, int pixels, int cols, int pad, int s)
{
    memset(window, 0, (size_t)shape.channels * (size_t)pixels * TILE * sizeof *window);
    for (int c = 0; c < shape.channels; c++)
        for (int r = 0; r < shape.rows; r++) {
            float *row = window + (size_t)(c * pixels + (r * s + pad) * cols + pad) * TILE;
            for (int k = 0; k < shape.cols; k++, x += TILE)
                memcpy(row + (size_t)(k * s) * TILE, x, TILE * sizeof *x);
        }
}

/* The input of a convolution with its padding around it; x itself where there is none. */
static const float *padded(const float *x, struct scratch *scratch, const struct plan_step *step,
                           const struct plan *plan)
{
    const struct conv *conv = &step->layer.conv;
    if (conv->p == 0)
        return x;
    float *window = scratch->block + plan->window;
    spread_planes(window, x, conv->in, step->forward.x_pixels, step->forward.x_cols, conv->p, 1);
    return window;
}

void plan_forward(struct scratch *scratch, const float *parameters, const unsigned char *const *images, int count,
                  const struct plan *plan)
{
    float *x = scratch->block + plan->x;
    load_images(x, images, count, plan);
    for (int i = 0; i < plan->architecture->layer_count; i++) {
        const struct plan_step *step = &plan->steps[i];
        const struct layer *layer = &step->layer;
        const float *w = parameters + layer->weights, *bias = parameters + layer->biases;
        float *y = scratch->block + step->y;
        if (layer->kind == LAYER_CONV)
            plan->kernels->conv->forward(y, padded(x, scratch, step, plan), w, bias, &step->forward);
        else if (layer->kind == LAYER_POOL)
            plan->kernels->pool->forward(y, x, &layer->pool);
        else
            plan->kernels->dense->forward(y, x, w, bias, layer->dense.inputs, layer->dense.units);
        plan->kernels->activation->forward(y, shape_size(layer->out), layer->activation);
        x = y;
    }
}

void plan_scores(float *scores, const struct scratch *scratch, int image, const struct plan *plan)
{
    const struct architecture *architecture = plan->architecture;
    const float *y = scratch->block + plan->steps[architecture->layer_count - 1].y;
    for (int k = 0; k < architecture->classes; k++)
        scores[k] = y[k * TILE + image];
}

/* d_y [classes][8] of the loss, zero in lanes without an image. */
static void score_gradients(float *d_y, struct records *records, int tile, const struct scratch *scratch,
                            const unsigned char *labels, int count, float share, const struct plan *plan)
{
    const int classes = plan->architecture->classes;
    float scores[ARCHITECTURE_CLASSES], d_scores[ARCHITECTURE_CLASSES];
    memset(d_y, 0, (size_t)classes * TILE * sizeof *d_y);
    records->loss[tile] = 0;
    records->correct[tile] = 0;
    for (int image = 0; image < count; image++) {
        plan_scores(scores, scratch, image, plan);
        records->loss[tile] += loss_cross_entropy(d_scores, scores, labels[image], classes);
        records->correct[tile] += loss_answer(scores, classes) == labels[image];
        for (int k = 0; k < classes; k++)
            d_y[k * TILE + image] = d_scores[k] * share;
    }
}

static void conv_step_backward(float *d_x, float *record, struct scratch *scratch, const float *w, const float *d_y,
                               const float *x, const struct plan_step *step, const struct plan *plan)
{
    const struct conv *conv = &step->layer.conv;
    float *d_w = record + step->record_gradient;
    plan->kernels->conv->gradient(d_w, d_w + step->layer.weight_count, d_y, padded(x, scratch, step, plan),
                                  &step->forward);
    if (d_x == NULL)
        return;
    const int f = conv->f;
    float *flipped = scratch->block + plan->flipped, *window = scratch->block + plan->window;
    for (int m = 0; m < conv->filters; m++)
        for (int c = 0; c < conv->in.channels; c++)
            for (int at = 0; at < f * f; at++)
                flipped[(c * conv->filters + m) * f * f + f * f - 1 - at] = w[(m * conv->in.channels + c) * f * f + at];
    spread_planes(window, d_y, conv->out, step->backward.x_pixels, step->backward.x_cols, f - 1, conv->s);
    /* The first p rows and columns of the result belong to the padding: begin behind them. */
    const float *from = window + (size_t)(conv->p * step->backward.x_cols + conv->p) * TILE;
    plan->kernels->conv->forward(d_x, from, flipped, NULL, &step->backward);
}

static void dense_step_backward(float *d_x, float *record, const float *w, const float *d_y, const float *x,
                                const struct plan_step *step, const struct plan *plan)
{
    const struct dense *dense = &step->layer.dense;
    plan->kernels->dense->transpose(record + step->record_x, x, dense->inputs, step->stride);
    memcpy(record + step->record_d_y, d_y, (size_t)dense->units * TILE * sizeof *d_y);
    if (d_x != NULL)
        plan->kernels->dense->data(d_x, d_y, w, dense->inputs, dense->units);
}

void plan_backward(struct records *records, int tile, struct scratch *scratch, const float *parameters,
                   const unsigned char *labels, int count, float share, const struct plan *plan)
{
    float *record = records->block + (size_t)tile * plan->record_floats;
    const int last = plan->architecture->layer_count - 1;
    float *d_y = scratch->block + plan->d[0], *d_x = scratch->block + plan->d[1];
    score_gradients(d_y, records, tile, scratch, labels, count, share, plan);
    for (int i = last; i >= 0; i--) {
        const struct plan_step *step = &plan->steps[i];
        const struct layer *layer = &step->layer;
        const float *w = parameters + layer->weights;
        const float *x = scratch->block + (i > 0 ? plan->steps[i - 1].y : plan->x);
        float *below = i > 0 ? d_x : NULL;
        plan->kernels->activation->backward(d_y, scratch->block + step->y, shape_size(layer->out), layer->activation);
        if (layer->kind == LAYER_CONV)
            conv_step_backward(below, record, scratch, w, d_y, x, step, plan);
        else if (layer->kind == LAYER_DENSE)
            dense_step_backward(below, record, w, d_y, x, step, plan);
        else if (below != NULL)
            plan->kernels->pool->backward(below, d_y, x, &layer->pool);
        d_x = d_y;
        d_y = below;
    }
}

static void sum_conv_gradients(float *d_w, float *d_bias, const struct records *records, int tiles,
                               const struct plan_step *step, const struct plan *plan)
{
    const int weights = step->layer.weight_count, biases = step->layer.bias_count;
    const float *gradient = records->block + step->record_gradient;
    memcpy(d_w, gradient, (size_t)weights * sizeof *d_w);
    memcpy(d_bias, gradient + weights, (size_t)biases * sizeof *d_bias);
    for (int t = 1; t < tiles; t++) {
        gradient += plan->record_floats;
        for (int i = 0; i < weights; i++)
            d_w[i] += gradient[i];
        for (int i = 0; i < biases; i++)
            d_bias[i] += gradient[weights + i];
    }
}

void plan_gradient(float *d_parameters, const struct records *records, int tiles, const struct plan_item *item,
                   const struct plan *plan)
{
    const struct plan_step *step = &plan->steps[item->step];
    const struct plan_range range = plan_item_range(item, plan);
    float *d_w = d_parameters + range.weights, *d_bias = d_parameters + range.biases;
    if (step->layer.kind == LAYER_CONV) {
        sum_conv_gradients(d_w, d_bias, records, tiles, step, plan);
        return;
    }
    const struct dense_batch batch = {
        .tiles = tiles, .distance = plan->record_floats, .inputs = step->layer.dense.inputs, .stride = step->stride};
    plan->kernels->dense->gradient(d_w, d_bias, records->block + step->record_x,
                                   records->block + step->record_d_y + (size_t)item->first * TILE, &batch, item->count);
}
