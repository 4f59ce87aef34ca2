/* Measures what a network's scores mean (model/calibration.h) on images that it has not been trained on. */
#ifndef LENET5_TRAINING_CALIBRATOR_H
#define LENET5_TRAINING_CALIBRATOR_H

#include "base/error.h"
#include "dataset/dataset.h"
#include "fast/kernels.h"
#include "model/model_file.h"

enum { CALIBRATOR_BINS = 15 };

struct calibrated {
    struct calibration calibration;
    double loss_before, loss; /* mean cross-entropy of softmax, at temperature 1 and at the one measured */
    double ece_before;        /* of softmax at temperature 1 */
    int accepted;             /* of calibration.images */
};

/* Measures `model` on `held_out` with tiles spread over `threads`; the result does not depend on their number.
 *     temperature   that with the least cross-entropy
 *     ece           of the answers' probabilities
 *     none          what `accept` of the images' scores reach together: T log(sum over k of e^(y[k] / T))
 *     reject        what `accept` of the answers' certainties reach
 * Fails with ERROR_DATA when the images do not match the network. */
int calibrator_measure(struct calibrated *out, const struct model *model, const struct dataset *held_out, double accept,
                       const struct kernels *kernels, int threads, struct error *err);

/* ---- Its parts ---- */

/* The mean over images of log(sum over k of e^(y[k] / T)) - y[label] / T, scores [count][classes]. */
double calibrator_loss(const float *scores, const unsigned char *labels, int count, int classes, double temperature);

/* The temperature, 0.05 to 20, at which that is least, to a thousandth of itself. In 1 / T it is convex, so there is
 * one valley. */
double calibrator_temperature(const float *scores, const unsigned char *labels, int count, int classes);

/* What at least `share` (0..1) of the values reach: the largest of them that does. Sorts them. */
double calibrator_reached(double *values, int count, double share);

/* Expected calibration error: answers go into CALIBRATOR_BINS bins of equal width by their probability, and the bins'
 * |share that is right - mean probability| are averaged, each weighted by its answers.
 * Source  Naeini, Cooper and Hauskrecht 2015; 15 bins as in Guo et al. 2017. */
double calibrator_ece(const float *probabilities, const unsigned char *answers, const unsigned char *labels, int count);

#endif
