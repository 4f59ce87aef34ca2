/* The answer to one picture, or that there is none. */
#ifndef LENET5_CLI_CLASSIFY_ANSWER_H
#define LENET5_CLI_CLASSIFY_ANSWER_H

#include <stdbool.h>

#include "image/fit.h"
#include "reader/classifier.h"

struct classify_answer {
    int digit;
    float probabilities[ARCHITECTURE_CLASSES]; /* [classes] */
    float certainty;
    int digits; /* that a picture shows, where they were counted: more than 1 only if they stand plainly apart */
    bool is_refused, is_blank;                    /* blank: there is nothing to answer, so nothing was */
    char reason[sizeof((struct error *)0)->text]; /* of a refusal, one sentence */
    bool is_seen;                                 /* the network takes 28x28, and `pixels` is what it saw */
    unsigned char pixels[FIT_SIDE * FIT_SIDE];
};

/* Answers a picture file, or image `index` of an IDX file; *out comes zeroed. With `counts` the digits are counted,
 * unless one is certain. An answer less certain than `threshold` is refused, and so is a blank picture. Fails   as
 * decode_file() and classifier_fit() do; as idx_read_images() does, and where there is no such image. */
int classify_answer_picture(struct classify_answer *out, struct classifier *classifier, const char *path,
                            float threshold, bool counts, struct error *err);
int classify_answer_idx(struct classify_answer *out, struct classifier *classifier, const char *path, int index,
                        float threshold, struct error *err);

#endif
