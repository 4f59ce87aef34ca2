/* A training run on its way, as one JSON document: all that it needs to go on to the very same bytes as one that was
 * never broken off, wherever in an epoch it stands and whatever the number of threads. Shuffling follows from seed and
 * epoch alone, so no state of a random number generator is in it. Numbers are exact. */
#ifndef LENET5_TRAINING_CHECKPOINT_H
#define LENET5_TRAINING_CHECKPOINT_H

#include "base/error.h"
#include "model/model_file.h"
#include "model/record.h"
#include "training/trainer.h"

struct cJSON;

enum { CHECKPOINT_VERSION = 2, CHECKPOINT_EVERY = CONFIG_EPOCHS };

/* What the user said beside config and settings. File names are as they were typed. */
struct checkpoint_run {
    const char *program;   /* "lenet5 0.1.0" */
    const char *kernels;   /* "avx2" */
    const char *directory; /* of the data */
    const char *out;       /* where the model goes */
    const char *log;       /* NULL: none is kept */
    int every;             /* a checkpoint after so many epochs; 0: when the run is interrupted */
};

struct checkpoint {
    struct checkpoint_run run; /* strings in `json` */
    const char *data_digest, *teacher_digest; /* teacher_digest NULL where nobody teaches */
    struct settings settings;
    struct model model; /* architecture and parameters as they stand */
    float *velocity;    /* [parameter_count] */
    float *best;        /* [parameter_count], with patience: the weights of epoch best_epoch; else NULL and 0 */
    int best_epoch;
    int epoch; /* epochs done */
    struct trainer_progress progress;
    struct epoch_log *logs; /* [epoch] */
    struct cJSON *json;
};

/* Writes where the trainer stands; `logs` [trainer->epoch] are the epochs so far. Atomically: on failure an older file
 * is as it was.
 * Fails   with ERROR_FAILED where the file cannot be written or a name is no UTF-8, with ERROR_MODEL where a number is
 *         not finite. */
int checkpoint_save(const char *path, const struct trainer *trainer, const struct epoch_log *logs,
                    const struct checkpoint_run *run, struct error *err);

/* Reads and checks everything, the digest of the file too. Released by checkpoint_free().
 * Fails   with ERROR_MODEL, the path, the key and what was expected. */
int checkpoint_load(struct checkpoint *out, const char *path, struct error *err);
void checkpoint_free(struct checkpoint *checkpoint);

/* Puts a trainer that was created with the checkpoint's architecture and settings where the checkpoint stands.
 * Fails   with ERROR_DATA where its data is not what the run was begun with, with ERROR_MODEL where its teachers are
 *         not, or the checkpoint stands beyond the end of an epoch. */
int checkpoint_restore(struct trainer *trainer, const struct checkpoint *checkpoint, struct error *err);

#endif
