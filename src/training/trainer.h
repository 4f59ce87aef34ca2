/* The epoch loop: shuffle, minibatches, tiles, gradients, update.
 *
 *     order of the images -> minibatch -> tiles of 8, augmented (any thread) -> records
 *     -> items: gradient and optimiser's step (any thread) -> parameters
 *        (with sharpness-aware steps, first the gradient alone, from which the tiles go once more: sharpness.h)
 *
 * The trained bytes depend on data, config and kernels, never on the number of threads: a tile is a fixed slice of the
 * minibatch, and every sum runs over tiles in order. */
#ifndef LENET5_TRAINING_TRAINER_H
#define LENET5_TRAINING_TRAINER_H

#include "base/error.h"
#include "dataset/dataset.h"
#include "fast/plan.h"
#include "model/config.h"
#include "model/model_file.h"
#include "model/record.h"
#include "training/augment.h"
#include "training/evaluator.h"
#include "training/patience.h"
#include "training/sharpness.h"
#include "training/teacher.h"

enum { TRAINER_THREADS = EVALUATOR_THREADS };

#define TRAINER_MEMORY ((size_t)4 << 30) /* bytes, the data aside: a larger plan is refused before it is begun */

/* Called after each minibatch, on the caller's thread: images and what is drawn, done in this epoch and their mean
 * loss. Gives whether training is to stop once the minibatch's step is taken. */
struct trainer_watch {
    int (*minibatch)(void *context, int epoch, long done, double loss);
    void *context;
};

/* How far the epoch under way has come. With `epoch`, parameters and velocity it is all that training goes on from. */
struct trainer_progress {
    long steps, correct;  /* minibatches done, and how many of their images were answered right */
    double loss, seconds; /* summed over those images; of training */
};

struct trainer {
    struct settings settings;
    struct model *model; /* borrowed: its parameters are trained in place */
    struct dataset images, held_out;
    struct dataset extra; /* rare digits, then pictures of no digit (dataset/synth.h), drawn from the seed; may be
                             empty. Where there are strangers, "no class" competes in the loss, with a score of 0:
                             digits learn to score above it, strangers below (a background class; Dhamija et al. 2018,
                             "Reducing Network Agnostophobia") */
    int count;            /* images and extra: what an epoch has */
    struct plan plan;
    struct scratch *scratch; /* [threads] */
    struct records records;
    struct augment augment;
    struct teacher teacher;
    struct sharpness sharpness;
    struct augment_room *rooms;       /* [threads] */
    float *velocity;                  /* [parameter_count] */
    int *order;                       /* [count], the extra behind the images */
    int threads, epoch;               /* epochs done */
    struct trainer_progress progress; /* of the next one */
    struct patience patience;
    int first_item[TRAINER_THREADS + 1]; /* of the plan, thread by thread */
};

/* Initialises model->parameters from the seed and makes everything ready. `data` and `model` are borrowed and outlive
 * the trainer.
 * Fails   with ERROR_DATA when the images do not match the network or the held-out part leaves nothing to train on,
 * with ERROR_USAGE when there is patience and nothing is held out, with ERROR_MODEL when network, batch and threads
 * would take more than TRAINER_MEMORY, a teacher cannot be had (teacher_open()), or the settings ask for something
 * drawn and the network does not read digits of 28x28.
 */
int trainer_create(struct trainer *out, struct model *model, const struct settings *settings,
                   const struct dataset *data, const struct kernels *kernels, int threads, struct error *err);
void trainer_free(struct trainer *trainer);

/* Trains one epoch, or what is left of it, and evaluates on the held-out images. `watch` may be NULL.
 * Gives   0 when the epoch was completed; 1 when the watch stopped it: *log is untouched, and the next call goes on
 *         with the next minibatch, to the very same weights and figures.
 * Fails   with ERROR_DIVERGED, and says where and what to try, as soon as a minibatch's loss is not finite. */
int trainer_epoch(struct trainer *trainer, struct epoch_log *log, const struct trainer_watch *watch, struct error *err);

/* Whether all epochs are done, or patience is over. */
int trainer_is_done(const struct trainer *trainer);

/* At the end. With patience: puts the best epoch's weights into the model and gives its number; otherwise 0. */
int trainer_keep_best(struct trainer *trainer);

#endif
