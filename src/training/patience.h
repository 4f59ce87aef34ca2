/* Early stopping: training ends when the held-out images have been read no better for some epochs, and the weights of
 * the best one are kept (Prechelt 1998, "Early stopping - but when?"). Better is: more of them right, or as many at a
 * lower loss. */
#ifndef LENET5_TRAINING_PATIENCE_H
#define LENET5_TRAINING_PATIENCE_H

#include <stddef.h>

#include "base/error.h"
#include "model/record.h"

struct patience {
    int epochs;            /* without anything better; 0: training runs to its end, and nothing is kept */
    struct epoch_log best; /* the best epoch's figures; epoch 0: none yet */
    float *weights;        /* [count], that epoch's */
    size_t count;
};

/* Released by patience_free(). With 0 epochs it takes no memory, and the functions below do nothing. */
int patience_create(struct patience *out, int epochs, size_t count, struct error *err);
void patience_free(struct patience *patience);

/* After each epoch: its figures and the weights that they are of, [count]. */
void patience_see(struct patience *patience, const struct epoch_log *log, const float *weights);

/* Whether that is enough, `epoch` epochs being done. */
int patience_is_over(const struct patience *patience, int epoch);

#endif
