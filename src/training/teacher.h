/* Trained networks that a network learns from: it is drawn towards the mean of their probabilities as well as towards
 * the labels, and takes over what an ensemble knows without being larger (Hinton, Vinyals and Dean 2015, "Distilling
 * the Knowledge in a Neural Network"; here at temperature 1). */
#ifndef LENET5_TRAINING_TEACHER_H
#define LENET5_TRAINING_TEACHER_H

#include "base/digest.h"
#include "base/error.h"
#include "fast/plan.h"
#include "model/model_file.h"

struct teacher {
    int count; /* 0: there is none */
    int threads, with_none;
    char digest[DIGEST_TEXT]; /* SHA-256 over the members' digests; empty where there is none */
    struct member {
        struct model model;
        struct plan plan;
        struct scratch *scratch; /* [threads] */
    } * members;                 /* [count] */
};

/* Loads the models of `paths`, parted by commas; an empty text gives a teacher of nobody. `with_none`: "no class"
 * competes with a score of 0, as in the training of whoever is taught.
 * Fails   as model_file_load() does, with ERROR_MODEL also where a network does not take the images of `student` or
 *         gives other classes; *out is then empty. */
int teacher_open(struct teacher *out, const char *paths, const struct architecture *student, int with_none,
                 const struct kernels *kernels, int threads, struct error *err);
void teacher_close(struct teacher *teacher);

/* Overwrites probabilities [8][classes], of the first `count` images, by the mean of what the members say. */
void teacher_ask(float *probabilities, struct teacher *teacher, int thread, const unsigned char *const *images,
                 int count);

#endif
