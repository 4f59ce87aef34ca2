/* The squashing functions. Each is applied in place, and each derivative is written by the *output* y, so that nothing
 * but y has to be kept for the way back. */
#ifndef LENET5_NN_ACTIVATION_H
#define LENET5_NN_ACTIVATION_H

#include "base/real.h"

enum activation {
    ACTIVATION_NONE,
    ACTIVATION_RELU,       /* max(0, x); its gradient at 0 is 0 */
    ACTIVATION_TANH,       /* 1 - y^2 */
    ACTIVATION_LECUN_TANH, /* 1.7159 tanh(2x/3): f(+-1) = +-1; LeCun et al. 1998, appendix A */
    ACTIVATION_SIGMOID,    /* 1 / (1 + e^-x); y (1 - y) */
    ACTIVATION_COUNT
};

#define LECUN_TANH_SIZE 1.7159
#define LECUN_TANH_SLOPE (2.0 / 3.0)

/* "none", "relu", "tanh", "lecun-tanh", "sigmoid"; NULL ends them. */
extern const char *const activation_names[ACTIVATION_COUNT + 1];
const char *activation_name(enum activation activation);

void activation_forward(real *y, int count, enum activation activation);

/* d_y *= f'(x), by the output y. */
void activation_backward(real *d_y, const real *y, int count, enum activation activation);

#endif
