/* What a network is: its input, and a list of layers with their hyperparameters f, s and p. No weights, no memory. */
#ifndef LENET5_NN_ARCHITECTURE_H
#define LENET5_NN_ARCHITECTURE_H

#include <stddef.h>

#include "base/error.h"
#include "nn/activation.h"
#include "nn/conv.h"
#include "nn/dense.h"
#include "nn/pool.h"
#include "nn/shape.h"

/* Caps: far above any LeNet, far below what would exhaust a machine by a slip in a config. */
enum {
    ARCHITECTURE_LAYERS = 32,
    ARCHITECTURE_SIDE = 1024,           /* rows, cols, channels, filters, f, s and p */
    ARCHITECTURE_UNITS = 65536,         /* of a dense layer */
    ARCHITECTURE_CLASSES = 256,         /* a label is a byte */
    ARCHITECTURE_PARAMETERS = 16777216, /* 2^24: 64 MiB as floats */
    ARCHITECTURE_ACTIVATIONS = 4194304, /* 2^22 numbers an image, all layers together */
};

enum layer_kind { LAYER_CONV, LAYER_POOL, LAYER_DENSE };

struct layer {
    enum layer_kind kind;
    enum activation activation; /* after a conv or dense layer */
    union {
        struct conv conv;
        struct pool pool;
        struct dense dense;
    };
    /* Made by architecture_resolve(): */
    struct shape in, out;
    size_t weights, biases; /* where they start in the parameters; weights first, then biases */
    int weight_count, bias_count;
};

struct input {
    int rows, cols, channels; /* of a picture as it comes */
    int pad;                  /* pixels of background put around it, before normalisation */
    float mean, deviation;    /* x = (byte / 255 - mean) / deviation */
};

struct architecture {
    struct input input;
    int layer_count;
    struct layer layers[ARCHITECTURE_LAYERS];
    /* Made by architecture_resolve(): */
    struct shape in; /* with pad */
    int classes;     /* units of the last layer */
    size_t parameter_count;
};

/* Computes every shape, count and offset from the input and the layers' hyperparameters.
 * Fails   with ERROR_MODEL and a sentence that names the layer ("layer 3 (conv): ..."), what it got and what would fit;
 *         *architecture is untouched then. The last layer has to be dense with activation none: softmax follows it. */
int architecture_resolve(struct architecture *architecture, struct error *err);

/* "conv", "pool", "dense"; NULL ends them. */
extern const char *const layer_kind_names[];
const char *layer_kind_name(enum layer_kind kind);

/* Multiply-adds of one image's way through a layer. Pooling counts none. */
long long layer_multiply_adds(const struct layer *layer);

/* Whether images of this size are what the network takes; fails with ERROR_DATA and says both. */
int architecture_check_images(const struct architecture *architecture, int channels, int rows, int cols,
                              struct error *err);

/* Bytes to what the first layer takes: normalised, with the pad of background around. */
void architecture_normalise(real *x,                     /* [channels][rows + 2 pad][cols + 2 pad], overwritten */
                            const unsigned char *pixels, /* [channels][rows][cols] */
                            const struct input *input);

#endif
