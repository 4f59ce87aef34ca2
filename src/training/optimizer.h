/* Stochastic gradient descent with momentum and decoupled weight decay (Polyak 1964; Loshchilov and Hutter 2019):
 *
 *     v <- momentum * v + d_w        w <- w - lr * v - lr * decay * w
 */
#ifndef LENET5_TRAINING_OPTIMIZER_H
#define LENET5_TRAINING_OPTIMIZER_H

struct rates {
    float lr, momentum, decay; /* decay 0 for biases: they do not overfit */
};

/* Updates w and v in place; d_w is the mean gradient of the minibatch. */
void optimizer_update(float *restrict w, float *restrict v, const float *restrict d_w, int count, struct rates rates);

#endif
