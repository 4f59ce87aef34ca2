/* The activations over an array in any layout, eight numbers at a time. */
#include "fast/kernels.h"
#include "fast/kernels/squash.h"
#include "fast/kernels/tier.h"

/* One loop for each activation: the switch is outside it, and what is inside is a constant to the compiler. */
LANES_INLINE void forward_all(float *y, int count, enum activation activation)
{
    for (int i = 0; i < count; i++)
        lanes_store(y, i, squash_apply(lanes_load(y, i), activation));
}

LANES_INLINE void backward_all(float *d_y, const float *y, int count, enum activation activation)
{
    for (int i = 0; i < count; i++)
        lanes_store(d_y, i, squash_times_slope(lanes_load(d_y, i), lanes_load(y, i), activation));
}

static void forward(float *y, int count, enum activation activation)
{
    switch (activation) {
    case ACTIVATION_RELU:
        forward_all(y, count, ACTIVATION_RELU);
        break;
    case ACTIVATION_TANH:
        forward_all(y, count, ACTIVATION_TANH);
        break;
    case ACTIVATION_LECUN_TANH:
        forward_all(y, count, ACTIVATION_LECUN_TANH);
        break;
    case ACTIVATION_SIGMOID:
        forward_all(y, count, ACTIVATION_SIGMOID);
        break;
    default:
        break;
    }
}

static void backward(float *d_y, const float *y, int count, enum activation activation)
{
    switch (activation) {
    case ACTIVATION_RELU:
        backward_all(d_y, y, count, ACTIVATION_RELU);
        break;
    case ACTIVATION_TANH:
        backward_all(d_y, y, count, ACTIVATION_TANH);
        break;
    case ACTIVATION_LECUN_TANH:
        backward_all(d_y, y, count, ACTIVATION_LECUN_TANH);
        break;
    case ACTIVATION_SIGMOID:
        backward_all(d_y, y, count, ACTIVATION_SIGMOID);
        break;
    default:
        break;
    }
}

const struct activation_kernels TIER_NAME(activation_kernels) = {forward, backward};
