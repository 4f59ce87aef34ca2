/* What scores mean: how a network's last numbers become probabilities that can be believed, and which answers are worth
 * giving.
 *
 *     probability[k] = e^(y[k] / T) / sum over j of e^(y[j] / T)                           which digit, if it is one
 *     certainty = e^(y[answer] / T) / (e^(none / T) + sum over j of e^(y[j] / T))          and that it is one
 *
 * T, the temperature, makes the probability of an answer the share of such answers that are right (Guo et al. 2017, On
 * Calibration of Modern Neural Networks). It is shared out among the digits whatever the picture shows: a letter that
 * is like no digit, only least unlike a 4, is a 4 with probability 1. So in the certainty "no digit" competes, with a
 * score of its own below what nearly all digits reach together, T log(sum over j of e^(y[j] / T)): that sum is what
 * digits and strangers differ in (Liu et al. 2020, Energy-based Out-of-distribution Detection). An answer whose
 * certainty is below `reject` is refused. training/calibrator.h measures all of it. */
#ifndef LENET5_MODEL_CALIBRATION_H
#define LENET5_MODEL_CALIBRATION_H

#include "base/digest.h"
#include "base/error.h"
#include "nn/architecture.h"

struct cJSON;

struct calibration {
    double temperature;    /* 1 where nothing was measured */
    int images;            /* held out, that the rest was measured on; 0: there is no rest, and nothing is refused */
    double none;           /* the score of "no digit" */
    double reject;         /* a less certain answer is refused, 0..1 */
    double accept;         /* the share of the images that `reject` was to leave, 0..1 */
    double ece;            /* expected calibration error on them, 0..1 */
    char run[DIGEST_TEXT]; /* digest of the weights that were measured: a run that had not seen the images */
};

/* Overwrites probabilities [classes], which sum to 1, by those of scores [classes]. Gives the certainty of the answer,
 * the largest one: at most its probability, and equal to it where nothing was measured. */
real calibration_apply(real *probabilities, const real *scores, int classes, const struct calibration *calibration);

/* Reads "calibration" of a model file: the temperature alone, or everything. Fails with ERROR_MODEL and the place. */
int calibration_from_json(struct calibration *out, const struct cJSON *json, struct error *err);

/* The document; NULL when memory is out. */
struct cJSON *calibration_to_json(const struct calibration *calibration);

#endif
