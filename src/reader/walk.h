/* The walk of one image through a trained network, by the plain layers: everything that it leaves behind on its way, to
 * be looked at. The classifier answers faster; to the last digits of a float the two agree. */
#ifndef LENET5_READER_WALK_H
#define LENET5_READER_WALK_H

#include "base/error.h"
#include "model/model_file.h"
#include "nn/network.h"

struct walk {
    const struct model *model; /* borrowed: outlives this */
    real *x;                   /* [architecture.in], normalised, with the pad around */
    struct trace trace;        /* y[i]: the output of layer i after activation; the last are the scores */
    real probabilities[ARCHITECTURE_CLASSES]; /* [classes], of the scores, as the model is calibrated */
    real certainty;                           /* of the answer (model/calibration.h) */
    int answer;                               /* the index of the largest score */
};

/* Room for one image at a time, released by walk_free(). Fails with ERROR_FAILED without memory. */
int walk_create(struct walk *out, const struct model *model, struct error *err);
void walk_free(struct walk *walk);

/* Fills the walk from an image as the network takes it: bytes [channels][rows][cols], 0 background .. 255 ink (as
 * classifier_fit() gives them). Allocates nothing. */
void walk_pixels(struct walk *walk, const unsigned char *pixels);

#endif
