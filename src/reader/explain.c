#include "reader/explain.h"

#include <stdlib.h>
#include <string.h>

#include "base/real.h"

static const struct architecture *architecture_of(const struct walk *walk)
{
    return &walk->model->architecture;
}

/* The index of the largest number; the first of equal ones. */
static int largest(const real *numbers, int count)
{
    int best = 0;
    for (int i = 1; i < count; i++)
        if (numbers[i] > numbers[best])
            best = i;
    return best;
}

real explain_input(const struct walk *walk, int layer, int channel, int row, int col)
{
    const struct shape in = architecture_of(walk)->layers[layer].in;
    const real *x = layer > 0 ? walk->trace.y[layer - 1] : walk->x;
    if (row < 0 || row >= in.rows || col < 0 || col >= in.cols)
        return 0;
    return x[(channel * in.rows + row) * in.cols + col];
}

/* ---- The windows ---- */

static void explain_conv(struct explain_conv *out, const struct walk *walk)
{
    const struct architecture *architecture = architecture_of(walk);
    int i = 0;
    while (i < architecture->layer_count && architecture->layers[i].kind != LAYER_CONV)
        i++;
    out->layer = -1;
    if (i == architecture->layer_count || architecture->layers[i].conv.f > EXPLAIN_FILTER)
        return;
    const struct layer *layer = &architecture->layers[i];
    const struct conv *conv = &layer->conv;
    const int place = largest(walk->trace.y[i], shape_size(layer->out)), size = layer->out.rows * layer->out.cols;
    *out = (struct explain_conv){.layer = i,
                                 .filter = place / size,
                                 .row = place % size / layer->out.cols,
                                 .col = place % layer->out.cols,
                                 .bias = walk->model->parameters[layer->biases + (size_t)(place / size)],
                                 .output = walk->trace.y[i][place]};
    out->top = out->row * conv->s - conv->p;
    out->left = out->col * conv->s - conv->p;
    const float *w =
        walk->model->parameters + layer->weights + (size_t)(out->filter * conv->in.channels * conv->f * conv->f);
    for (int c = 0; c < conv->in.channels; c++)
        for (int r = 0; r < conv->f; r++)
            for (int k = 0; k < conv->f; k++)
                out->sum += *w++ * explain_input(walk, i, c, out->top + r, out->left + k);
    out->score = out->sum + out->bias;
}

/* The pooling window that holds the convolution's output: the last one that begins at or before it. */
static void explain_pool(struct explain_pool *out, const struct explain_conv *conv, const struct walk *walk)
{
    const struct architecture *architecture = architecture_of(walk);
    const int i = conv->layer + 1;
    *out = (struct explain_pool){.layer = -1};
    if (conv->layer < 0 || architecture->layers[i].kind != LAYER_POOL ||
        architecture->layers[i].pool.f > EXPLAIN_FILTER)
        return;
    const struct pool *pool = &architecture->layers[i].pool;
    const int row = (conv->row + pool->p) / pool->s, col = (conv->col + pool->p) / pool->s;
    *out = (struct explain_pool){.layer = i,
                                 .map = conv->filter,
                                 .row = row < pool->out.rows ? row : pool->out.rows - 1,
                                 .col = col < pool->out.cols ? col : pool->out.cols - 1,
                                 .winner = -1};
    real sum = 0;
    for (int j = 0; j < pool->f * pool->f; j++) {
        const int r = out->row * pool->s - pool->p + j / pool->f, k = out->col * pool->s - pool->p + j % pool->f;
        const int inside = r >= 0 && r < pool->in.rows && k >= 0 && k < pool->in.cols;
        out->window[j] = explain_input(walk, i, out->map, r, k);
        sum += out->window[j];
        if (inside && (out->winner < 0 || out->window[j] > out->window[out->winner]))
            out->winner = j;
    }
    out->maximum = out->window[out->winner];
    out->average = sum / (real)(pool->f * pool->f);
}

/* ---- The dense layers ---- */

static real magnitude(real x)
{
    return x < 0 ? -x : x;
}

/* Keeps the shares in order; the one that falls out joins the rest. */
static void add_share(struct explain_dense *dense, struct explain_share share)
{
    int at = dense->count;
    while (at > 0 && magnitude(share.product) > magnitude(dense->shares[at - 1].product))
        at--;
    if (dense->count < EXPLAIN_SHARES)
        dense->count++;
    else if (at == EXPLAIN_SHARES) {
        dense->rest += share.product;
        return;
    } else
        dense->rest += dense->shares[EXPLAIN_SHARES - 1].product;
    memmove(dense->shares + at + 1, dense->shares + at, (size_t)(dense->count - 1 - at) * sizeof share);
    dense->shares[at] = share;
}

static struct explain_dense explain_dense(const struct walk *walk, int i)
{
    const struct layer *layer = &architecture_of(walk)->layers[i];
    const int inputs = layer->dense.inputs, unit = largest(walk->trace.y[i], layer->dense.units);
    const float *w = walk->model->parameters + layer->weights + (size_t)unit * (size_t)inputs;
    const real *x = i > 0 ? walk->trace.y[i - 1] : walk->x;
    struct explain_dense dense = {.layer = i,
                                  .unit = unit,
                                  .bias = walk->model->parameters[layer->biases + (size_t)unit],
                                  .output = walk->trace.y[i][unit]};
    for (int j = 0; j < inputs; j++)
        add_share(&dense, (struct explain_share){j, x[j], w[j], w[j] * x[j]});
    dense.score = dense.rest + dense.bias;
    for (int j = 0; j < dense.count; j++)
        dense.score += dense.shares[j].product;
    return dense;
}

/* ---- What the answer hangs on ---- */

/* A probability that has left the numbers of a float counts as the smallest of them. */
static double log_of(float p)
{
    return real_log(p > 1e-37f ? (double)p : 1e-37);
}

static int cover(float *lost, struct classifier *classifier, const struct walk *walk, const unsigned char *pixels,
                 struct error *err)
{
    const struct input *input = &architecture_of(walk)->input;
    const int rows = input->rows, cols = input->cols;
    const size_t size = (size_t)rows * (size_t)cols;
    unsigned char *covered = malloc(size * (size_t)input->channels);
    float p[ARCHITECTURE_CLASSES];
    if (covered == NULL)
        return error_memory(err, size * (size_t)input->channels, "a covered picture");
    classifier_answer(p, classifier, pixels);
    const double whole = log_of(p[walk->answer]);
    for (int place = 0; place < rows * cols; place++) {
        memcpy(covered, pixels, size * (size_t)input->channels);
        for (int i = 0; i < EXPLAIN_COVER * EXPLAIN_COVER * input->channels; i++) {
            const int r = place / cols - EXPLAIN_COVER / 2 + i / EXPLAIN_COVER % EXPLAIN_COVER;
            const int k = place % cols - EXPLAIN_COVER / 2 + i % EXPLAIN_COVER;
            if (r >= 0 && r < rows && k >= 0 && k < cols)
                covered[(size_t)(i / (EXPLAIN_COVER * EXPLAIN_COVER)) * size + (size_t)(r * cols + k)] = 0;
        }
        classifier_answer(p, classifier, covered);
        lost[place] = (float)(whole - log_of(p[walk->answer]));
    }
    free(covered);
    return 0;
}

int explain_walk(struct explanation *out, const struct walk *walk, struct classifier *classifier,
                 const unsigned char *pixels, struct error *err)
{
    const struct architecture *architecture = architecture_of(walk);
    const int size = architecture->input.rows * architecture->input.cols;
    struct explanation explanation = {.rows = architecture->input.rows, .cols = architecture->input.cols};
    if (size > EXPLAIN_MAPS)
        return error_set(err, ERROR_MODEL, "the network takes pictures of %d pixels: up to %d are explained", size,
                         EXPLAIN_MAPS);
    explain_conv(&explanation.conv, walk);
    explain_pool(&explanation.pool, &explanation.conv, walk);
    for (int i = 0; i < architecture->layer_count; i++)
        if (architecture->layers[i].kind == LAYER_DENSE)
            explanation.dense[explanation.dense_count++] = explain_dense(walk, i);
    explanation.cover = malloc((size_t)size * sizeof *explanation.cover);
    if (explanation.cover == NULL)
        return error_memory(err, (size_t)size * sizeof *explanation.cover, "the map of what the answer hangs on");
    if (cover(explanation.cover, classifier, walk, pixels, err) != 0) {
        explain_free(&explanation);
        return -1;
    }
    *out = explanation;
    return 0;
}

void explain_free(struct explanation *explanation)
{
    free(explanation->cover);
    *explanation = (struct explanation){0};
}
