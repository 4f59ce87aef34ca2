#include "nn/architecture.h"

#include <math.h>

const char *const layer_kind_names[] = {"conv", "pool", "dense", NULL};

const char *layer_kind_name(enum layer_kind kind)
{
    return layer_kind_names[kind];
}

static int out_of_range(struct error *err, const char *what, int value, int low, int high)
{
    return error_set(err, ERROR_MODEL, "%s is %d: use %d to %d", what, value, low, high);
}

static int check_range(const char *what, int value, int low, int high, struct error *err)
{
    return value < low || value > high ? out_of_range(err, what, value, low, high) : 0;
}

static int check_window(int f, int s, int p, struct error *err)
{
    return check_range("f", f, 1, ARCHITECTURE_SIDE, err) != 0 || check_range("s", s, 1, ARCHITECTURE_SIDE, err) != 0 ||
                   check_range("p", p, 0, ARCHITECTURE_SIDE, err) != 0
               ? -1
               : 0;
}

static int check_input(const struct input *input, struct error *err)
{
    if (check_range("input: rows", input->rows, 1, ARCHITECTURE_SIDE, err) != 0 ||
        check_range("input: cols", input->cols, 1, ARCHITECTURE_SIDE, err) != 0 ||
        check_range("input: channels", input->channels, 1, ARCHITECTURE_SIDE, err) != 0 ||
        check_range("input: pad", input->pad, 0, ARCHITECTURE_SIDE, err) != 0)
        return -1;
    if (!isfinite(input->mean) || !isfinite(input->deviation) || input->deviation <= 0)
        return error_set(err, ERROR_MODEL,
                         "input: the normalisation (byte/255 - mean) / deviation needs a finite mean and a deviation "
                         "above 0, and has %g and %g",
                         (double)input->mean, (double)input->deviation);
    return 0;
}

static int resolve_conv(struct layer *layer, struct error *err)
{
    struct conv *conv = &layer->conv;
    if (check_range("filters", conv->filters, 1, ARCHITECTURE_SIDE, err) != 0 ||
        check_window(conv->f, conv->s, conv->p, err) != 0)
        return -1;
    long long weights = (long long)conv->filters * layer->in.channels * conv->f * conv->f;
    if (weights > ARCHITECTURE_PARAMETERS)
        return error_set(err, ERROR_MODEL, "%lld weights are more than the %d that a network may have", weights,
                         ARCHITECTURE_PARAMETERS);
    if (conv_output_shape(&layer->out, conv, layer->in, err) != 0)
        return -1;
    conv->in = layer->in;
    conv->out = layer->out;
    layer->weight_count = conv_weight_count(conv);
    layer->bias_count = conv->filters;
    return 0;
}

static int resolve_pool(struct layer *layer, struct error *err)
{
    struct pool *pool = &layer->pool;
    if (check_window(pool->f, pool->s, pool->p, err) != 0 || pool_output_shape(&layer->out, pool, layer->in, err) != 0)
        return -1;
    pool->in = layer->in;
    pool->out = layer->out;
    return 0;
}

static int resolve_dense(struct layer *layer, struct error *err)
{
    struct dense *dense = &layer->dense;
    if (check_range("units", dense->units, 1, ARCHITECTURE_UNITS, err) != 0)
        return -1;
    dense->inputs = shape_size(layer->in);
    long long weights = (long long)dense->inputs * dense->units;
    if (weights > ARCHITECTURE_PARAMETERS)
        return error_set(err, ERROR_MODEL,
                         "%d inputs x %d units = %lld weights are more than the %d that a network may have: pool "
                         "before it, or use fewer units",
                         dense->inputs, dense->units, weights, ARCHITECTURE_PARAMETERS);
    layer->out = (struct shape){dense->units, 1, 1};
    layer->weight_count = (int)weights;
    layer->bias_count = dense->units;
    return 0;
}

static int resolve_layer(struct layer *layer, struct error *err)
{
    layer->weight_count = layer->bias_count = 0;
    switch (layer->kind) {
    case LAYER_CONV:
        return resolve_conv(layer, err);
    case LAYER_POOL:
        return resolve_pool(layer, err);
    default:
        return resolve_dense(layer, err);
    }
}

static int check_last(const struct layer *last, struct error *err)
{
    if (last->kind != LAYER_DENSE || last->activation != ACTIVATION_NONE)
        return error_set(err, ERROR_MODEL,
                         "the last layer is %s with activation %s: it has to be dense with activation none and one "
                         "unit a class, since softmax follows it",
                         layer_kind_name(last->kind), activation_name(last->activation));
    if (last->dense.units < 2 || last->dense.units > ARCHITECTURE_CLASSES)
        return out_of_range(err, "the number of classes (units of the last layer)", last->dense.units, 2,
                            ARCHITECTURE_CLASSES);
    return 0;
}

static int in_layer(struct error *err, int index, enum layer_kind kind, const struct error *why)
{
    return error_set(err, ERROR_MODEL, "layer %d (%s): %s", index + 1, layer_kind_name(kind), why->text);
}

int architecture_resolve(struct architecture *architecture, struct error *err)
{
    struct architecture a = *architecture;
    struct error why = {0};
    if (a.layer_count < 1 || a.layer_count > ARCHITECTURE_LAYERS)
        return out_of_range(err, "the number of layers", a.layer_count, 1, ARCHITECTURE_LAYERS);
    if (check_input(&a.input, err) != 0)
        return -1;
    a.in = (struct shape){a.input.channels, a.input.rows + 2 * a.input.pad, a.input.cols + 2 * a.input.pad};
    struct shape shape = a.in;
    long long activations = (long long)shape.channels * shape.rows * shape.cols;
    a.parameter_count = 0;
    if (activations > ARCHITECTURE_ACTIVATIONS)
        return error_set(err, ERROR_MODEL, "input: %lld numbers an image are more than the %d that are allowed",
                         activations, ARCHITECTURE_ACTIVATIONS);
    for (int i = 0; i < a.layer_count; i++) {
        struct layer *layer = &a.layers[i];
        layer->in = shape;
        if (resolve_layer(layer, &why) != 0)
            return in_layer(err, i, layer->kind, &why);
        layer->weights = a.parameter_count;
        layer->biases = layer->weights + (size_t)layer->weight_count;
        a.parameter_count = layer->biases + (size_t)layer->bias_count;
        shape = layer->out;
        activations += (long long)shape.channels * shape.rows * shape.cols;
        if (activations > ARCHITECTURE_ACTIVATIONS) {
            error_set(&why, ERROR_MODEL,
                      "its output of %dx%dx%d makes %lld numbers an image up to here, and %d are allowed: use a "
                      "smaller input, fewer filters, less padding, or a larger stride",
                      shape.rows, shape.cols, shape.channels, activations, ARCHITECTURE_ACTIVATIONS);
            return in_layer(err, i, layer->kind, &why);
        }
    }
    if (a.parameter_count > ARCHITECTURE_PARAMETERS)
        return error_set(err, ERROR_MODEL, "the network has %zu parameters, more than the %d that are allowed",
                         a.parameter_count, ARCHITECTURE_PARAMETERS);
    if (check_last(&a.layers[a.layer_count - 1], err) != 0)
        return -1;
    a.classes = a.layers[a.layer_count - 1].dense.units;
    *architecture = a;
    return 0;
}

long long layer_multiply_adds(const struct layer *layer)
{
    switch (layer->kind) {
    case LAYER_CONV:
        return (long long)layer->weight_count * layer->out.rows * layer->out.cols;
    case LAYER_POOL:
        return 0;
    default:
        return layer->weight_count;
    }
}

int architecture_check_images(const struct architecture *architecture, int channels, int rows, int cols,
                              struct error *err)
{
    const struct input *input = &architecture->input;
    if (channels == input->channels && rows == input->rows && cols == input->cols)
        return 0;
    return error_set(err, ERROR_DATA,
                     "the images are %dx%d with %d channel%s and the network takes %dx%d with %d: use other images, or "
                     "a config whose input has rows %d, cols %d, channels %d",
                     rows, cols, channels, channels == 1 ? "" : "s", input->rows, input->cols, input->channels, rows,
                     cols, channels);
}

void architecture_normalise(real *x, const unsigned char *pixels, const struct input *input)
{
    real value[256];
    for (int byte = 0; byte < 256; byte++)
        value[byte] = ((real)byte / 255 - (real)input->mean) / (real)input->deviation;
    for (int c = 0; c < input->channels; c++)
        for (int r = -input->pad; r < input->rows + input->pad; r++)
            for (int k = -input->pad; k < input->cols + input->pad; k++) {
                int on_picture = r >= 0 && r < input->rows && k >= 0 && k < input->cols;
                *x++ = value[on_picture ? pixels[(c * input->rows + r) * input->cols + k] : 0];
            }
}
