/* What a network is counted in: numbers, parameters, multiply-adds. */
#ifndef LENET5_NN_COUNTS_H
#define LENET5_NN_COUNTS_H

#include "nn/architecture.h"

static inline long long counts_size(struct shape shape)
{
    return (long long)shape.channels * shape.rows * shape.cols;
}

static inline long long counts_parameters(const struct layer *layer)
{
    return (long long)layer->weight_count + layer->bias_count;
}

/* Parameters of a dense layer that joins every number of the one shape to every number of the other. */
static inline long long counts_dense(struct shape in, struct shape out)
{
    return (counts_size(in) + 1) * counts_size(out);
}

/* Of one picture's way through all layers. */
static inline long long counts_multiply_adds(const struct architecture *architecture)
{
    long long total = 0;
    for (int i = 0; i < architecture->layer_count; i++)
        total += layer_multiply_adds(&architecture->layers[i]);
    return total;
}

#endif
