/* lenet5 train --seeds: the same run with several seeds, and what their accuracies have in common. */
#ifndef LENET5_CLI_TRAIN_SEEDS_H
#define LENET5_CLI_TRAIN_SEEDS_H

#include "cli/train_run.h"

/* asked->seeds runs from asked's seed on, each with the seed in the names of its files: mine-seed3.json. Ends with the
 * first that does not end well. Gives the exit status. */
int train_seeds(const struct train_job *job);

#endif
