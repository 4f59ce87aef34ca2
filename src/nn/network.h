/* The plain network: one image, layer by layer, by the formulas. It runs every architecture and is the oracle that the
 * fast plan (src/fast) is tested against. Parameters are one block, laid out by architecture_resolve(). */
#ifndef LENET5_NN_NETWORK_H
#define LENET5_NN_NETWORK_H

#include <stdint.h>

#include "base/error.h"
#include "nn/architecture.h"

/* What one image leaves behind on its way through: every layer's output after its activation, and the gradients. */
struct trace {
    real *y[ARCHITECTURE_LAYERS];   /* [layer.out], after activation; the last one holds the scores */
    real *d_y[ARCHITECTURE_LAYERS]; /* their gradients */
    real *d_x;                      /* [architecture.in], the gradient of the input */
    real *block;                    /* the one allocation behind all of them */
};

int trace_create(struct trace *out, const struct architecture *architecture, struct error *err);
void trace_free(struct trace *trace);

/* Fills trace->y from a normalised input x [architecture.in]. Allocates nothing. */
void network_forward(struct trace *trace, const real *parameters, const real *x,
                     const struct architecture *architecture);

/* After network_forward() of the same x: adds the gradients of one image's loss into d_parameters, overwrites
 * trace->d_y and trace->d_x, and gives the loss. */
double network_backward(struct trace *trace, real *d_parameters, const real *parameters, const real *x, int label,
                        const struct architecture *architecture);

/* Random first weights: uniform within +-sqrt(6 / fan_in) before ReLU (He et al. 2015), +-sqrt(3 / fan_in) otherwise
 * (variance 1 / fan_in; LeCun et al. 1998, "Efficient BackProp"), four times that before a sigmoid, whose slope is at
 * most 1/4. The last layer's are a tenth of that: the first scores are then nearly alike, and training starts near a
 * loss of ln(classes). Biases are 0. */
void network_initialise(real *parameters, const struct architecture *architecture, uint64_t seed);

#endif
