/* What goes wrong in training while every number is still finite: each alarm is raised once, in one sentence. Looking
 * changes nothing about the run. */
#ifndef LENET5_TRAINING_ALARMS_H
#define LENET5_TRAINING_ALARMS_H

#include "base/error.h"
#include "model/record.h"
#include "training/trainer.h"

enum {
    ALARMS_IMAGES = 512, /* that are looked at after an epoch, spread over the training images */
    ALARMS_RISES = 4     /* epochs in a row: hardly a run that ends well rises so often, or by half */
};

/* Zero at the start of a run. */
struct alarms {
    int said_first_loss, said_dead, said_one_class, said_rising;
    int rises;           /* of the loss on the held-out images, in a row */
    double last, lowest; /* that loss, of the last epoch and of the best; 0: none yet */
};

/* How a network answers a sample. */
struct alarms_sample {
    int images, classes;
    int answers[ARCHITECTURE_CLASSES], labels[ARCHITECTURE_CLASSES]; /* how often each class */
    int layer, dead, units; /* the layer (1, 2, ...) with the largest share of units that never fire; 0: no ReLU */
};

/* Runs the sample forward. Allocates a byte a unit; gives -1 and ERROR_FAILED where it cannot. */
int alarms_look(struct alarms_sample *out, struct trainer *trainer, struct error *err);

/* Each gives 1 with the sentence in *alarm, of kind ERROR_NONE, when it is raised; otherwise 0. */

/* The mean loss of the first minibatch, before any step: a network that knows nothing has log(classes). Raised outside
 * of half to one and a half times that. */
int alarms_first_loss(struct error *alarm, struct alarms *alarms, double loss, int classes);

/* At least half the units of a layer never fire. */
int alarms_dead(struct error *alarm, struct alarms *alarms, const struct alarms_sample *sample);

/* More than nine in ten answered as one class, which fewer than half of them are. */
int alarms_one_class(struct error *alarm, struct alarms *alarms, const struct alarms_sample *sample);

/* After each epoch: the loss on the held-out images rose ALARMS_RISES times in a row, and is half above its lowest.
 */
int alarms_rising(struct error *alarm, struct alarms *alarms, const struct epoch_log *log);

#endif
