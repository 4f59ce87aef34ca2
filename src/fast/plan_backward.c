/* A tile's way back, image by image. The gradient that comes to a step is that of what its activation was applied to:
 * whoever made it, the step above, multiplied it with that slope, since it has those numbers as its input. */
#include <string.h>

#include "fast/plan.h"
#include "nn/loss.h"

static float *record_of(const struct records *records, int tile, const struct plan *plan)
{
    return records->block + (size_t)tile * plan->record_floats;
}

static const float *tile_below(const struct scratch *scratch, int step, const struct plan *plan)
{
    return scratch->block + (step > 0 ? plan->steps[step - 1].y : plan->x);
}

static int count_correct(const struct scratch *scratch, const unsigned char *labels, const struct plan *plan)
{
    float scores[ARCHITECTURE_CLASSES];
    int correct = 0;
    for (int image = 0; image < scratch->count; image++) {
        plan_scores(scores, scratch, image, plan);
        correct += loss_answer(scores, plan->architecture->classes) == labels[image];
    }
    return correct;
}

float *plan_backward_loss(struct records *records, int tile, struct scratch *scratch, const unsigned char *labels,
                          float share, const struct plan *plan)
{
    const struct plan_step *last = &plan->steps[plan->step_count - 1];
    const int classes = plan->architecture->classes;
    float *d_tile = scratch->block + plan->d[1], *d_y = scratch->block + plan->d[0];
    records->loss[tile] = plan->kernels->loss->cross_entropy(d_tile, scratch->block + last->y, labels, scratch->count,
                                                             classes, plan->with_none, share);
    records->correct[tile] = count_correct(scratch, labels, plan);
    plan->kernels->image->from_tile(d_y, d_tile, classes, last->d_stride);
    return d_y;
}

/* ---- Dense ---- */

static void dense_step_backward(float *d_x, float *record, struct scratch *scratch, const float *w, const float *d_y,
                                int i, const struct plan *plan)
{
    const struct plan_step *step = &plan->steps[i];
    const struct dense *dense = &step->layer.dense;
    float *x = record + step->record_x;
    plan->kernels->image->from_tile(x, tile_below(scratch, i, plan), dense->inputs, step->x_stride);
    memcpy(record + step->record_d_y, d_y, (size_t)step->d_stride * TILE * sizeof *d_y);
    if (d_x == NULL)
        return;
    plan->kernels->dense_back->data(d_x, d_y, w, dense->inputs, dense->units, step->x_stride, step->d_stride);
    plan->kernels->activation->backward(d_x, x, step->x_stride, step->below);
}

/* ---- Plain: pools that are not fused, and large filters ---- */

static void plain_step_backward(float *d_x, float *record, struct scratch *scratch, const float *w, const float *d_y,
                                int i, const struct plan *plan)
{
    const struct plan_step *step = &plan->steps[i];
    const size_t x_stride = (size_t)step->x_stride, d_stride = (size_t)step->d_stride;
    float *x = scratch->block + step->x, *d_w = record + step->record_gradient;
    float *d_bias = scratch->block + plan->sums;
    plan->kernels->image->from_tile(x, tile_below(scratch, i, plan), shape_size(step->layer.in), step->x_stride);
    if (step->kind != STEP_POOL) {
        memset(d_w, 0, (size_t)(step->layer.weight_count + step->layer.bias_count * TILE) * sizeof *d_w);
        memset(d_bias, 0, (size_t)step->layer.bias_count * sizeof *d_bias);
    }
    for (size_t image = 0; image < (size_t)scratch->count; image++) {
        float *below = d_x != NULL ? d_x + image * x_stride : NULL;
        if (step->kind != STEP_POOL)
            conv_backward(below, d_w, d_bias, d_y + image * d_stride, x + image * x_stride, w, &step->layer.conv);
        else if (below != NULL)
            pool_backward(below, d_y + image * d_stride, x + image * x_stride, &step->layer.pool);
    }
    for (int m = 0; step->kind != STEP_POOL && m < step->layer.bias_count; m++)
        d_w[step->layer.weight_count + m * TILE] = d_bias[m]; /* one sum instead of eight */
    for (size_t image = (size_t)scratch->count; d_x != NULL && image < TILE; image++)
        memset(d_x + image * x_stride, 0, x_stride * sizeof *d_x);
    if (d_x != NULL)
        plan->kernels->activation->backward(d_x, x, step->x_stride, step->below);
}

/* ---- Convolution, by entries ---- */

/* The padding's zeros around a picture that has its own pad of background. */
static void clear_padding(float *x, const struct conv *conv, int channels, int rows, int cols)
{
    for (int c = 0; c < channels; c++)
        for (int r = 0; r < rows; r++)
            for (int k = 0; k < cols; k++, x++)
                if (r < conv->p || r >= rows - conv->p || k < conv->p || k >= cols - conv->p)
                    *x = 0;
}

static void unpack_input(struct scratch *scratch, int i, const struct plan *plan)
{
    const struct plan_step *step = &plan->steps[i];
    const struct conv *conv = &step->layer.conv;
    float *x = scratch->block + step->x;
    if (conv->p > 0)
        memset(x, 0, step->x_image * TILE * sizeof *x);
    plan->kernels->image->to_depth(x + (size_t)((conv->p * step->conv.x_cols + conv->p) * step->depth),
                                   tile_below(scratch, i, plan), conv->in.channels, conv->in.rows, conv->in.cols,
                                   step->conv.x_cols, step->conv.x_pixels);
}

static const float *picture_input(struct scratch *scratch, int image, const struct plan_step *step,
                                  const struct plan *plan)
{
    const struct conv *conv = &step->layer.conv;
    float *x = scratch->block + step->x;
    struct tile_input input = plan->input;
    input.pad += conv->p;
    input.x_cols = step->conv.x_cols;
    input.x_pixels = step->conv.x_pixels;
    if (image == 0) { /* the others have the same pad */
        plan->kernels->image->pad_planes(x, &input);
        if (conv->p > 0)
            clear_padding(x, conv, input.channels, conv->in.rows + 2 * conv->p, input.x_cols);
        memset(x + step->x_image, 0, TILE * sizeof *x);
    }
    plan->kernels->image->to_planes(x, scratch->images[image], &input);
    return x;
}

/* Behind an average all four outputs of a window have a gradient, and each its own slope. */
static const float *spread_average(struct scratch *scratch, const float *d_y, int image, const struct plan_step *step,
                                   const struct plan *plan)
{
    const int pooled = shape_size(step->out), stride = (pooled * 4 + TILE - 1) / TILE * TILE;
    float *planes = scratch->block + plan->planes, *d = planes + (size_t)stride * TILE;
    if (image == 0)
        plan->kernels->image->from_tile(planes, scratch->block + step->whole, pooled * 4, stride);
    for (int at = 0; at < pooled; at++)
        for (int member = 0; member < 4; member++)
            d[at * 4 + member] = d_y[at] * 0.25f;
    for (int at = pooled * 4; at < stride; at++)
        d[at] = 0;
    plan->kernels->activation->backward(d, planes + (size_t)image * (size_t)stride, stride / TILE,
                                        step->layer.activation);
    return d;
}

/* One filter after the other, so that its list and its part of the gradients are in the first cache. */
static void filters_backward(float *d_window, float *d_w, float *d_bias, struct scratch *scratch, const float *d_y,
                             const float *x, int image, const struct plan_step *step, const struct plan *plan)
{
    const struct entry_kernels *kernels = plan->kernels->entry;
    const struct tile_entries entries = {(int *)(scratch->block + plan->entries_at), scratch->block + plan->entries_d};
    const size_t filter = (size_t)(step->runs.rows * step->runs.run);
    struct tile_outputs outputs = step->outputs;
    if (step->kind == STEP_CONV_POOL && step->pool.mode == POOL_MAX) {
        outputs.lower = (unsigned char *)(scratch->block + step->bits);
        outputs.right = outputs.lower + shape_size(step->out);
    }
    for (int m = 0; m < step->conv.filters; m++, d_y += outputs.count) {
        const int count = kernels->list(&entries, d_bias + m * TILE, d_y, &outputs, image);
        for (int g = 0; g < step->groups; g++, d_w += filter)
            kernels->weights(d_w, &entries, count, x + g * step->group_distance, &step->runs);
        if (d_window != NULL)
            kernels->data(d_window, &entries, count, scratch->block + plan->packed, m, &step->runs);
        if (outputs.lower != NULL) {
            outputs.lower += outputs.count;
            outputs.right += outputs.count;
        }
    }
}

static void conv_step_backward(float *d_x, float *record, struct scratch *scratch, const float *w, const float *d_y,
                               int i, const struct plan *plan)
{
    const struct plan_step *step = &plan->steps[i];
    const struct conv *conv = &step->layer.conv;
    float *d_w = record + step->record_gradient, *d_window = scratch->block + plan->d_window;
    const size_t gradient = (size_t)(conv->filters * step->groups) * (size_t)(step->runs.rows * step->runs.run);
    const int corner = (conv->p * step->conv.x_cols + conv->p) * step->depth;
    memset(d_w, 0, (gradient + (size_t)conv->filters * TILE) * sizeof *d_w);
    if (i > 0)
        unpack_input(scratch, i, plan);
    if (d_x != NULL) {
        plan->kernels->entry->pack(scratch->block + plan->packed, w, conv->filters, conv->in.channels, &step->runs);
        memset(d_x, 0, (size_t)step->x_stride * TILE * sizeof *d_x);
    }
    for (int image = 0; image < scratch->count; image++) {
        const float *x = i > 0 ? scratch->block + step->x + (size_t)image * step->x_image
                               : picture_input(scratch, image, step, plan);
        const float *d = d_y + (size_t)image * (size_t)step->d_stride;
        if (step->kind == STEP_CONV_POOL && step->pool.mode == POOL_AVERAGE)
            d = spread_average(scratch, d, image, step, plan);
        if (d_x != NULL)
            memset(d_window, 0, (step->x_image + TILE) * sizeof *d_window);
        filters_backward(d_x != NULL ? d_window : NULL, d_w, d_w + gradient, scratch, d, x, image, step, plan);
        if (d_x == NULL)
            continue;
        plan->kernels->activation->backward(d_window, x, (int)(step->x_image / TILE), step->below);
        plan->kernels->image->from_depth(d_x + (size_t)image * (size_t)step->x_stride, d_window + corner,
                                         conv->in.channels, conv->in.rows, conv->in.cols, step->conv.x_cols);
    }
}

/* ---- All steps ---- */

float *plan_backward_step(struct records *records, int tile, struct scratch *scratch, const float *parameters,
                          float *d_y, int i, const struct plan *plan)
{
    const struct plan_step *step = &plan->steps[i];
    const float *w = parameters + step->layer.weights;
    float *record = record_of(records, tile, plan);
    float *other = scratch->block + (d_y == scratch->block + plan->d[0] ? plan->d[1] : plan->d[0]);
    float *d_x = i > 0 ? other : NULL;
    if (step->is_plain)
        plain_step_backward(d_x, record, scratch, w, d_y, i, plan);
    else if (step->kind == STEP_DENSE)
        dense_step_backward(d_x, record, scratch, w, d_y, i, plan);
    else
        conv_step_backward(d_x, record, scratch, w, d_y, i, plan);
    return d_x;
}

static void backward_from(struct records *records, int tile, struct scratch *scratch, const float *parameters,
                          float *d_y, const struct plan *plan)
{
    for (int i = plan->step_count - 1; i >= 0; i--)
        d_y = plan_backward_step(records, tile, scratch, parameters, d_y, i, plan);
}

void plan_backward(struct records *records, int tile, struct scratch *scratch, const float *parameters,
                   const unsigned char *labels, float share, const struct plan *plan)
{
    float *d_y = plan_backward_loss(records, tile, scratch, labels, share, plan);
    backward_from(records, tile, scratch, parameters, d_y, plan);
}

void plan_backward_taught(struct records *records, int tile, struct scratch *scratch, const float *parameters,
                          const unsigned char *labels, const struct plan_taught *taught, float share,
                          const struct plan *plan)
{
    const int classes = plan->architecture->classes, stride = plan->steps[plan->step_count - 1].d_stride;
    float *d_y = plan_backward_loss(records, tile, scratch, labels, share, plan);
    /* The gradient of cross-entropy is probability - target: only the target moves. */
    for (int image = 0; image < scratch->count; image++)
        for (int k = 0; k < classes; k++) {
            const float label = labels[image] == k ? 1 : 0;
            d_y[image * stride + k] += share * taught->weight * (label - taught->probabilities[image * classes + k]);
        }
    backward_from(records, tile, scratch, parameters, d_y, plan);
}
