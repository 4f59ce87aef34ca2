/* What tests of training begin with: a few drawn digits, the preset lenet5, and a model of it. */
#ifndef LENET5_TESTS_TRAININGS_H
#define LENET5_TESTS_TRAININGS_H

#include "training/trainer.h"

struct training_set_up {
    struct dataset digits;
    struct config config; /* holds no image out */
    struct model model;
};

/* With `pictures` digits; fails the test where it cannot be had. Released by trainings_end(). */
void trainings_begin(struct training_set_up *out, int pictures);
void trainings_end(struct training_set_up *set_up);

/* A trainer of that model on that data with the fastest kernels; fails the test where there is none. Released by
 * trainer_free(). */
struct trainer trainings_trainer(struct training_set_up *set_up, const struct dataset *data, int threads);

#endif
