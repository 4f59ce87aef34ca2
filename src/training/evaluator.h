/* How well a network answers a labelled set: accuracy, its error bar, the confusion matrix, every answer. */
#ifndef LENET5_TRAINING_EVALUATOR_H
#define LENET5_TRAINING_EVALUATOR_H

#include "base/error.h"
#include "dataset/dataset.h"
#include "fast/kernels.h"
#include "model/model_file.h"

enum { EVALUATOR_THREADS = 64 };

struct evaluation {
    int total, correct, classes;
    double loss;            /* mean cross-entropy */
    double ece;             /* expected calibration error of the probabilities (calibrator.h) */
    int *confusion;         /* [truth][answer] */
    unsigned char *answers; /* [total] */
    float *probabilities;   /* [total], of the answer given */
    struct mistake {
        int index, label, answer;
        float probability;
    } * mistakes; /* [total - correct], the most confident first, equal ones by index */
};

/* Evaluates `model` on `set` with tiles spread over `threads`; the result does not depend on their number. An image's
 * scores are the mean over that many views of it (fast/views.h), 1 to VIEWS_MOST; 1: those of the image alone.
 * Fails with ERROR_DATA when the images do not match the network. */
int evaluator_run(struct evaluation *out, const struct model *model, const struct dataset *set, int views,
                  const struct kernels *kernels, int threads, struct error *err);
void evaluation_free(struct evaluation *evaluation);

/* Overwrites scores [set->count][classes]; for the rest as evaluator_run(). */
int evaluator_scores(float *scores, const struct model *model, const struct dataset *set, int views,
                     const struct kernels *kernels, int threads, struct error *err);

/* Whether images and labels are what the network takes; fails with ERROR_DATA. */
int evaluator_check(const struct architecture *architecture, const struct dataset *set, struct error *err);

/* 0..1 */
double evaluation_accuracy(const struct evaluation *evaluation);

/* Images with that label. */
int evaluation_of_class(const struct evaluation *evaluation, int label);

/* Right answers among images first .. end-1 of the set. */
int evaluation_correct(const struct evaluation *evaluation, const struct dataset *set, int first, int end);

/* Binomial standard error of an accuracy: sqrt(p (1 - p) / n). */
double evaluation_standard_error(int correct, int total);

#endif
