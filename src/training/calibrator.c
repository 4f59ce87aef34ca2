#include "training/calibrator.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn/loss.h"
#include "training/evaluator.h"

#define LEAST_TEMPERATURE 0.05
#define MOST_TEMPERATURE 20.0
#define PRECISION 1e-3

/* T log(sum over k of e^(y[k] / T)): what the classes' scores come to together. */
static double together(const float *scores, int classes, double temperature)
{
    const double top = (double)scores[loss_answer(scores, classes)];
    double sum = 0;
    for (int k = 0; k < classes; k++)
        sum += real_exp(((double)scores[k] - top) / temperature);
    return top + temperature * real_log(sum);
}

double calibrator_loss(const float *scores, const unsigned char *labels, int count, int classes, double temperature)
{
    double loss = 0;
    for (int i = 0; i < count; i++, scores += classes)
        loss += (together(scores, classes, temperature) - (double)scores[labels[i]]) / temperature;
    return loss / count;
}

/* Golden section: of two points that part the interval alike, the worse one becomes an end, and the other parts what is
 * left in the same way. In log T, whose steps are shares. */
double calibrator_temperature(const float *scores, const unsigned char *labels, int count, int classes)
{
    const double golden = (sqrt(5) - 1) / 2;
    double low = real_log(LEAST_TEMPERATURE), high = real_log(MOST_TEMPERATURE);
    double left = high - golden * (high - low), right = low + golden * (high - low);
    double at_left = calibrator_loss(scores, labels, count, classes, real_exp(left));
    double at_right = calibrator_loss(scores, labels, count, classes, real_exp(right));
    while (high - low > PRECISION)
        if (at_left <= at_right) {
            high = right, right = left, at_right = at_left;
            left = high - golden * (high - low);
            at_left = calibrator_loss(scores, labels, count, classes, real_exp(left));
        } else {
            low = left, left = right, at_left = at_right;
            right = low + golden * (high - low);
            at_right = calibrator_loss(scores, labels, count, classes, real_exp(right));
        }
    return real_exp((low + high) / 2);
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The millionth: 0.997 * 1000 is 997 and a little less as a double. */
double calibrator_reached(double *values, int count, double share)
{
    const int reach = (int)ceil(share * count - 1e-6);
    qsort(values, (size_t)count, sizeof *values, ascending);
    return values[reach > 0 ? count - reach : count - 1];
}

double calibrator_ece(const float *probabilities, const unsigned char *answers, const unsigned char *labels, int count)
{
    double excess[CALIBRATOR_BINS] = {0}, error = 0; /* right answers minus probabilities */
    for (int i = 0; i < count; i++) {
        const int bin = (int)((double)probabilities[i] * CALIBRATOR_BINS);
        excess[bin < CALIBRATOR_BINS ? bin : CALIBRATOR_BINS - 1] +=
            (answers[i] == labels[i]) - (double)probabilities[i];
    }
    for (int bin = 0; bin < CALIBRATOR_BINS; bin++)
        error += fabs(excess[bin]);
    return error / count;
}

/* ---- All of it ---- */

struct room {
    float *scores; /* [count][classes] */
    float *probabilities;
    double *values;
    unsigned char *answers;
};

/* Fills probabilities and answers, and values with the certainties. Gives the expected calibration error. */
static double apply(struct room *room, const struct calibration *calibration, const struct dataset *set, int classes)
{
    for (int i = 0; i < set->count; i++) {
        float probabilities[ARCHITECTURE_CLASSES];
        const float *scores = room->scores + (size_t)i * (size_t)classes;
        room->values[i] = (double)calibration_apply(probabilities, scores, classes, calibration);
        room->answers[i] = (unsigned char)loss_answer(scores, classes);
        room->probabilities[i] = probabilities[room->answers[i]];
    }
    return calibrator_ece(room->probabilities, room->answers, set->labels, set->count);
}

/* As the model file will give them back: as floats. */
static void measure(struct calibrated *out, struct room *room, const struct dataset *set, int classes, double accept)
{
    struct calibration *calibration = &out->calibration;
    out->ece_before = apply(room, calibration, set, classes);
    out->loss_before = calibrator_loss(room->scores, set->labels, set->count, classes, 1);
    calibration->temperature = (float)calibrator_temperature(room->scores, set->labels, set->count, classes);
    out->loss = calibrator_loss(room->scores, set->labels, set->count, classes, calibration->temperature);
    for (int i = 0; i < set->count; i++)
        room->values[i] = together(room->scores + (size_t)i * (size_t)classes, classes, calibration->temperature);
    calibration->none = (float)calibrator_reached(room->values, set->count, accept);
    calibration->images = set->count;
    calibration->accept = (float)accept;
    calibration->ece = (float)apply(room, calibration, set, classes);
    calibration->reject = calibrator_reached(room->values, set->count, accept);
    for (int i = 0; i < set->count; i++)
        out->accepted += room->values[i] >= calibration->reject;
}

int calibrator_measure(struct calibrated *out, const struct model *model, const struct dataset *held_out, double accept,
                       const struct kernels *kernels, int threads, struct error *err)
{
    const size_t count = (size_t)held_out->count;
    const int classes = model->architecture.classes;
    struct room room = {malloc(count * (size_t)classes * sizeof(float)), malloc(count * sizeof(float)),
                        malloc(count * sizeof(double)), malloc(count)};
    int result = room.scores == NULL || room.values == NULL || room.probabilities == NULL || room.answers == NULL
                     ? error_memory(err, count * (size_t)classes * sizeof(float), "the scores")
                     : evaluator_scores(room.scores, model, held_out, 1, kernels, threads, err);
    if (result == 0) {
        *out = (struct calibrated){.calibration.temperature = 1};
        memcpy(out->calibration.run, model->digest, DIGEST_TEXT);
        measure(out, &room, held_out, classes, accept);
    }
    free(room.scores);
    free(room.values);
    free(room.probabilities);
    free(room.answers);
    return result;
}
