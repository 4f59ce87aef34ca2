/* The learning rate over a training run. */
#ifndef LENET5_TRAINING_SCHEDULE_H
#define LENET5_TRAINING_SCHEDULE_H

#include "model/config.h"

/* The rate of minibatch `step` (0, 1, ...) of `steps` in the whole run.
 * constant: lr; step: lr, from half of the run on lr/10, from three quarters on lr/100; cosine: from lr down to 0 along
 * half a wave (Loshchilov and Hutter 2017, without restarts). */
double schedule_rate(const struct settings *settings, long step, long steps);

#endif
