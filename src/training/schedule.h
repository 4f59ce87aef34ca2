/* The learning rate over a training run. */
#ifndef LENET5_TRAINING_SCHEDULE_H
#define LENET5_TRAINING_SCHEDULE_H

#include "model/config.h"

/* The rate of minibatch `step` (0, 1, ...) of `steps` in the whole run.
 * It first rises in a straight line to lr over `warmup` of the run (Goyal et al. 2017); in what is left it goes:
 * constant: lr; step: lr, from half on lr/10, from three quarters on lr/100; cosine: from lr down to 0 along half a
 * wave (Loshchilov and Hutter 2017, without restarts); one-cycle: from lr straight down to 0 (after Smith and Topin
 * 2018; its rise is the warm-up). */
double schedule_rate(const struct settings *settings, long step, long steps);

#endif
