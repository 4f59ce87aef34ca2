/* Stochastic gradient descent with momentum and decoupled weight decay (Polyak 1964; Loshchilov and Hutter 2019), and
 * Nesterov's way of it, which goes where the next step's momentum would already have led (Sutskever et al. 2013):
 *
 *     v <- momentum * v + d_w        w <- w - lr * v - lr * decay * w
 *                          Nesterov: w <- w - lr * (d_w + momentum * v) - lr * decay * w
 */
#ifndef LENET5_NN_OPTIMIZER_H
#define LENET5_NN_OPTIMIZER_H

#include "base/real.h"

struct rates {
    float lr, momentum, decay; /* decay 0 for biases: they do not overfit */
    int is_nesterov;
};

/* Where a velocity ends: a smaller one moves no weight any more, and would only shrink on into numbers so small that
 * processors compute with them a hundred times slower. */
#define OPTIMIZER_LEAST 1e-20f

/* Updates w and v in place; d_w is the mean gradient of the minibatch. */
void optimizer_update(real *restrict w, real *restrict v, const real *restrict d_w, int count, struct rates rates);

#endif
