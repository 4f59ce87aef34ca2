/* The activations of eight numbers at once, in float, with an exp of our own: libm's differs between versions. */
#ifndef LENET5_FAST_KERNELS_SQUASH_H
#define LENET5_FAST_KERNELS_SQUASH_H

#include "fast/lanes.h"
#include "nn/activation.h"

/* e^x, relative error about 2e-7, for x cut to -87 .. 87: x = n ln 2 + r, and e^r by its series. */
LANES_INLINE lanes squash_exp(lanes x)
{
    const lanes limit = lanes_broadcast(87), zero = lanes_broadcast(0);
    x = lanes_select(x > limit, limit, x);
    x = lanes_select(x < zero - limit, zero - limit, x);
    const lanes magic = lanes_broadcast(0x1.8p23f); /* adding it rounds to a whole number */
    const lanes n = (x * lanes_broadcast(0x1.715476p0f) + magic) - magic;
    lanes r = lanes_fma(n, lanes_broadcast(-0x1.62e4p-1f), x); /* ln 2 in two parts; n times the first is exact */
    r = lanes_fma(n, lanes_broadcast(-0x1.7f7d1cp-20f), r);
    static const float series[] = {1.0f / 5040, 1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 1.0f / 2, 1.0f, 1.0f};
    lanes sum = lanes_broadcast(series[0]);
    for (int i = 1; i < 8; i++)
        sum = lanes_fma(sum, r, lanes_broadcast(series[i]));
    const lane_mask exponent = __builtin_convertvector(n, lane_mask) + 127;
    return sum * (lanes)(exponent << 23);
}

/* tanh x = 1 - 2/(e^2x + 1), and near 0, where that cancels, its odd series. */
LANES_INLINE lanes squash_tanh(lanes x)
{
    const lanes one = lanes_broadcast(1), two = lanes_broadcast(2);
    const lanes far = one - two / (squash_exp(two * x) + one);
    const lanes square = x * x;
    static const float series[] = {-1382.0f / 155925, 62.0f / 2835, -17.0f / 315, 2.0f / 15, -1.0f / 3};
    lanes sum = lanes_broadcast(series[0]);
    for (int i = 1; i < 5; i++)
        sum = lanes_fma(sum, square, lanes_broadcast(series[i]));
    const lanes near = lanes_fma(sum * square, x, x);
    const lanes limit = lanes_broadcast(0.3f);
    return lanes_select((x < limit) & (x > lanes_broadcast(0) - limit), near, far);
}

LANES_INLINE lanes squash_apply(lanes x, enum activation activation)
{
    const lanes zero = lanes_broadcast(0), one = lanes_broadcast(1);
    switch (activation) {
    case ACTIVATION_RELU:
        return lanes_select(x < zero, zero, x); /* NaN stays NaN: what has diverged must show in the loss */
    case ACTIVATION_TANH:
        return squash_tanh(x);
    case ACTIVATION_LECUN_TANH:
        return lanes_broadcast((float)LECUN_TANH_SIZE) * squash_tanh(lanes_broadcast((float)LECUN_TANH_SLOPE) * x);
    case ACTIVATION_SIGMOID:
        return one / (one + squash_exp(zero - x));
    default:
        return x;
    }
}

LANES_INLINE lanes squash_times_slope(lanes d, lanes y, enum activation activation)
{
    const lanes zero = lanes_broadcast(0), one = lanes_broadcast(1);
    switch (activation) {
    case ACTIVATION_RELU:
        return lanes_select(y > zero, d, zero);
    case ACTIVATION_TANH:
        return d * (one - y * y);
    case ACTIVATION_LECUN_TANH:
        return d * lanes_broadcast((float)LECUN_TANH_SLOPE) *
               (lanes_broadcast((float)LECUN_TANH_SIZE) - y * y * lanes_broadcast((float)(1 / LECUN_TANH_SIZE)));
    case ACTIVATION_SIGMOID:
        return d * y * (one - y);
    default:
        return d;
    }
}

#endif
