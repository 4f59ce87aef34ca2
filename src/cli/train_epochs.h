/* The epochs of lenet5 train: what is shown, logged and kept while they run, and what happens when somebody stops them.
 */
#ifndef LENET5_CLI_TRAIN_EPOCHS_H
#define LENET5_CLI_TRAIN_EPOCHS_H

#include <stdbool.h>

#include "training/checkpoint.h"
#include "training/trainer.h"

struct train_epochs {
    struct trainer *trainer;
    struct epoch_log *logs; /* [settings.epochs]; those before trainer->epoch are there already */
    struct checkpoint_run run;
    const char *checkpoint; /* the file that run.every and interruptions write */
    bool *is_kept;          /* becomes whether the last of them was written */
    bool json, quiet;
};

/* Runs the epochs that are left, between interrupt_begin() and interrupt_end(). A log or a checkpoint that cannot be
 * written is spoken of once, and training goes on. Gives   STATUS_DONE when all are done; otherwise the exit status,
 * with everything said: 130 or 143 after a SIGINT or SIGTERM and a checkpoint. */
int train_epochs_run(const struct train_epochs *epochs);

#endif
