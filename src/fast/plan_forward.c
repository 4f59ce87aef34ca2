/* A tile's way forward: eight images in the lanes of a vector. */
#include <string.h>

#include "fast/plan.h"

void plan_forward_input(struct scratch *scratch, const unsigned char *const *images, int count, const struct plan *plan)
{
    scratch->count = count;
    for (int image = 0; image < TILE; image++)
        scratch->images[image] = images[image < count ? image : 0];
    plan->kernels->image->to_tile(scratch->block + plan->x, scratch->images, &plan->input);
}

/* The input of a convolution with its padding of zeros around it; x itself where there is none. */
static const float *padded(const float *x, struct scratch *scratch, const struct plan_step *step,
                           const struct plan *plan)
{
    const struct conv *conv = &step->layer.conv;
    if (conv->p == 0)
        return x;
    float *window = scratch->block + plan->window;
    const size_t plane = (size_t)step->conv.x_pixels * TILE, row = (size_t)conv->in.cols * TILE;
    memset(window, 0, (size_t)conv->in.channels * plane * sizeof *window);
    for (int c = 0; c < conv->in.channels; c++)
        for (int r = 0; r < conv->in.rows; r++, x += row)
            memcpy(window + (size_t)c * plane + (size_t)((r + conv->p) * step->conv.x_cols + conv->p) * TILE, x,
                   row * sizeof *x);
    return window;
}

static void conv_pool_forward(float *y, struct scratch *scratch, const float *x, const float *w, const float *bias,
                              const struct plan_step *step, const struct plan *plan)
{
    struct tile_pooled pooled = {.mode = step->pool.mode, .activation = step->layer.activation};
    if (scratch->use == PLAN_TRAINING && step->pool.mode == POOL_MAX) {
        pooled.lower = (unsigned char *)(scratch->block + step->bits);
        pooled.right = pooled.lower + shape_size(step->out);
    } else if (scratch->use == PLAN_TRAINING) {
        pooled.whole = scratch->block + step->whole;
    }
    plan->kernels->conv_pool->forward(y, scratch->block + plan->series, &pooled, x, w, bias, &step->conv);
}

void plan_forward_step(struct scratch *scratch, const float *parameters, int i, const struct plan *plan)
{
    const struct plan_step *step = &plan->steps[i];
    const struct layer *layer = &step->layer;
    const float *w = parameters + layer->weights, *bias = parameters + layer->biases;
    const float *x = scratch->block + (i > 0 ? plan->steps[i - 1].y : plan->x);
    float *y = scratch->block + step->y;
    switch (step->kind) {
    case STEP_CONV_POOL:
        conv_pool_forward(y, scratch, padded(x, scratch, step, plan), w, bias, step, plan);
        return;
    case STEP_CONV:
        plan->kernels->conv->forward(y, padded(x, scratch, step, plan), w, bias, &step->conv);
        break;
    case STEP_DENSE:
        plan->kernels->dense->forward(y, scratch->block + plan->series, x, w, bias, layer->dense.inputs,
                                      layer->dense.units);
        break;
    case STEP_POOL:
        plan->kernels->pool->forward(y, x, &layer->pool);
        return;
    }
    plan->kernels->activation->forward(y, shape_size(layer->out), layer->activation);
}

void plan_forward(struct scratch *scratch, const float *parameters, const unsigned char *const *images, int count,
                  const struct plan *plan)
{
    plan_forward_input(scratch, images, count, plan);
    for (int i = 0; i < plan->step_count; i++)
        plan_forward_step(scratch, parameters, i, plan);
}

void plan_scores(float *scores, const struct scratch *scratch, int image, const struct plan *plan)
{
    const float *y = scratch->block + plan->steps[plan->step_count - 1].y;
    for (int k = 0; k < plan->architecture->classes; k++)
        scores[k] = y[k * TILE + image];
}
