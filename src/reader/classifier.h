/* From one picture to the probability of each digit: a model, ready to run. */
#ifndef LENET5_READER_CLASSIFIER_H
#define LENET5_READER_CLASSIFIER_H

#include "base/error.h"
#include "fast/single.h"
#include "fast/views.h"
#include "image/fit.h"
#include "image/picture.h"
#include "model/model_file.h"

struct classifier {
    struct model model;
    struct single network; /* points into model: a classifier is not to be copied */
    struct views views;    /* of each image, whose scores' mean is what is answered by */
    float certainty;       /* of the last answer (model/calibration.h); below model.calibration.reject: refuse it */
    int is_shared;         /* model belongs to another classifier */
};

/* Loads the model of `path` in place, to run on these kernels. Fails as model_file_load() does; *classifier is then
 * empty. */
int classifier_open(struct classifier *classifier, const char *path, const struct kernels *kernels, struct error *err);
void classifier_close(struct classifier *classifier);

/* From now on answers are by the mean over `count` views of an image (fast/views.h), 1 to VIEWS_MOST; 1 at first.
 * Fails   when memory is out, everything as it was. */
int classifier_look(struct classifier *classifier, int count, struct error *err);

/* One more of the same model and as many views, for another thread; to be closed before `of` is. Fails as
 * single_create() does; *out is then empty. */
int classifier_share(struct classifier *out, const struct classifier *of, struct error *err);

/* Overwrites probabilities [classes] for an image as the network takes it: bytes [channels][rows][cols], 0 background
 * .. 255 ink. Gives the answer, the index of the largest. */
int classifier_answer(float *probabilities, struct classifier *classifier, const unsigned char *pixels);

/* What the network will see of a picture: one of exactly its rows and cols goes in as it is, but where that is
 * 28x28 every picture is fitted (image/fit.h).
 * Gives   *pixels [rows][cols] of the network's input: `room`, or the picture's own.
 * Fails   with ERROR_BLANK on a blank picture, with ERROR_MODEL where the network takes neither one channel nor
 *         28x28. */
int classifier_fit(const unsigned char **pixels, unsigned char room[FIT_SIDE * FIT_SIDE],
                   const struct classifier *classifier, const struct picture *picture, struct error *err);

/* classifier_answer() for a picture, fitted; the answer comes in *digit. Fails as classifier_fit() does. */
int classifier_picture(int *digit, float *probabilities, struct classifier *classifier, const struct picture *picture,
                       struct error *err);

#endif
