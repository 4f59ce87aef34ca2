/* Softmax and cross-entropy: the ten scores as probabilities, and the price of the wrong answer.
 *
 *     p[k] = e^y[k] / sum over j of e^y[j]        loss = -log p[label]        d_y[k] = p[k] - [k = label]
 *
 * The largest score is subtracted first: e^x of a large score would be infinite, and the quotient is the same. */
#ifndef LENET5_NN_LOSS_H
#define LENET5_NN_LOSS_H

#include "base/real.h"

void loss_softmax(real *p,       /* [classes], overwritten; sums to 1 */
                  const real *y, /* [classes], the scores */
                  int classes);

/* Gives the loss of one image. Overwrites d_y unless it is NULL. */
double loss_cross_entropy(real *d_y, const real *y, int label, int classes);

/* The index of the largest score; the first of equal ones. */
int loss_answer(const real *y, int classes);

#endif
