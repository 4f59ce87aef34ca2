#include "nn/conv.h"

#include <string.h>

#include "nn/window.h"

int conv_output_shape(struct shape *out, const struct conv *conv, struct shape in, struct error *err)
{
    if (conv->filters < 1)
        return error_set(err, ERROR_MODEL, "a conv layer needs 1 filter or more, and has %d", conv->filters);
    struct shape shape = {.channels = conv->filters};
    if (window_output(&shape, "filter", conv->f, conv->s, conv->p, in, err) != 0)
        return -1;
    *out = shape;
    return 0;
}

int conv_weight_count(const struct conv *conv)
{
    return conv->filters * conv->in.channels * conv->f * conv->f;
}

/* Whether row r, column k lies on the image; if not, it is padding. */
static int inside(struct shape shape, int r, int k)
{
    return r >= 0 && r < shape.rows && k >= 0 && k < shape.cols;
}

/* The place of x[c][r][k] and of w[m][c][i][j]. */
static int at(struct shape shape, int c, int r, int k)
{
    return (c * shape.rows + r) * shape.cols + k;
}

static int weight_at(const struct conv *conv, int m, int c, int i, int j)
{
    return ((m * conv->in.channels + c) * conv->f + i) * conv->f + j;
}

void conv_forward(real *restrict y, const real *restrict x, const real *w, const real *bias, const struct conv *conv)
{
    const int f = conv->f, s = conv->s, p = conv->p;
    const struct shape in = conv->in, out = conv->out;
    for (int m = 0; m < out.channels; m++)
        for (int r = 0; r < out.rows; r++)
            for (int k = 0; k < out.cols; k++) {
                real sum = bias[m];
                for (int c = 0; c < in.channels; c++)
                    for (int i = 0; i < f; i++)
                        for (int j = 0; j < f; j++)
                            if (inside(in, r * s + i - p, k * s + j - p))
                                sum += w[weight_at(conv, m, c, i, j)] * x[at(in, c, r * s + i - p, k * s + j - p)];
                y[at(out, m, r, k)] = sum;
            }
}

void conv_backward(real *restrict d_x, real *d_w, real *d_bias, const real *restrict d_y, const real *restrict x,
                   const real *w, const struct conv *conv)
{
    const int f = conv->f, s = conv->s, p = conv->p;
    const struct shape in = conv->in, out = conv->out;
    if (d_x != NULL)
        memset(d_x, 0, (size_t)shape_size(in) * sizeof *d_x);
    for (int m = 0; m < out.channels; m++)
        for (int r = 0; r < out.rows; r++)
            for (int k = 0; k < out.cols; k++) {
                const real d = d_y[at(out, m, r, k)];
                d_bias[m] += d;
                for (int c = 0; c < in.channels; c++)
                    for (int i = 0; i < f; i++)
                        for (int j = 0; j < f; j++) {
                            if (!inside(in, r * s + i - p, k * s + j - p))
                                continue;
                            const int from = at(in, c, r * s + i - p, k * s + j - p);
                            d_w[weight_at(conv, m, c, i, j)] += d * x[from];
                            if (d_x != NULL)
                                d_x[from] += d * w[weight_at(conv, m, c, i, j)];
                        }
            }
}
