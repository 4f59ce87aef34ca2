#include "nn/activation.h"

#include <stddef.h>

const char *const activation_names[ACTIVATION_COUNT + 1] = {"none", "relu", "tanh", "lecun-tanh", "sigmoid", NULL};

const char *activation_name(enum activation activation)
{
    return activation_names[activation];
}

static real apply(real x, enum activation activation)
{
    switch (activation) {
    case ACTIVATION_RELU:
        return x < 0 ? 0 : x; /* NaN stays NaN: a network that has diverged must show it */
    case ACTIVATION_TANH:
        return (real)real_tanh((double)x);
    case ACTIVATION_LECUN_TANH:
        return (real)(LECUN_TANH_SIZE * real_tanh(LECUN_TANH_SLOPE * (double)x));
    case ACTIVATION_SIGMOID:
        return (real)(1 / (1 + real_exp(-(double)x)));
    default:
        return x;
    }
}

static real slope(real y, enum activation activation)
{
    const real size = (real)LECUN_TANH_SIZE;
    switch (activation) {
    case ACTIVATION_RELU:
        return y > 0 ? 1 : 0;
    case ACTIVATION_TANH:
        return 1 - y * y;
    case ACTIVATION_LECUN_TANH:
        return (real)LECUN_TANH_SLOPE * (size - y * y / size);
    case ACTIVATION_SIGMOID:
        return y * (1 - y);
    default:
        return 1;
    }
}

void activation_forward(real *y, int count, enum activation activation)
{
    if (activation == ACTIVATION_NONE)
        return;
    for (int i = 0; i < count; i++)
        y[i] = apply(y[i], activation);
}

void activation_backward(real *d_y, const real *y, int count, enum activation activation)
{
    if (activation == ACTIVATION_NONE)
        return;
    for (int i = 0; i < count; i++)
        d_y[i] *= slope(y[i], activation);
}
