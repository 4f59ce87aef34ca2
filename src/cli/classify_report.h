/* What classify says of a picture. */
#ifndef LENET5_CLI_CLASSIFY_REPORT_H
#define LENET5_CLI_CLASSIFY_REPORT_H

#include <stdbool.h>

#include "image/fit.h"
#include "reader/classifier.h"

struct classify_answer {
    float probabilities[ARCHITECTURE_CLASSES]; /* [classes] */
    float certainty;
    bool is_refused, is_blank;                    /* blank: there is nothing to answer, so nothing was */
    char reason[sizeof((struct error *)0)->text]; /* of a refusal, one sentence */
    bool is_seen;                                 /* the network takes 28x28, and `pixels` is what it saw */
    unsigned char pixels[FIT_SIDE * FIT_SIDE];
};

/* One line: path, digit, probability, and those of the next digits up to `top`; of a refused one path, ?, certainty,
 * and with top > 1 the `top` most probable digits. With `show` the picture that the network saw is drawn below it. */
void classify_report_text(const char *path, const struct classify_answer *answer, int classes, int top, bool show);

/* One document; returns the exit status. */
int classify_report_json(const char *path, const struct classify_answer *answer, int classes, int top);

#endif
