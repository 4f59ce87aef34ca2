/* The classifiers of a command: one model, and a classifier of it for each thread. */
#ifndef LENET5_CLI_CLASSIFIERS_H
#define LENET5_CLI_CLASSIFIERS_H

#include "reader/classifier.h"

struct classifiers {
    int count;
    struct classifier *all; /* [count]; all[0] owns the model */
};

/* Opens a model for `count` threads, to look at each image `views` times (fast/views.h); `model` and `kernel` are what
 * the options of default_model.h and kernel.h give.
 * Gives   *out, released by classifiers_close().
 * Fails   as default_model(), kernel_chosen(), classifier_open() and classifier_look() do. */
int classifiers_open(struct classifiers *out, const char *model, int kernel, int views, int count, struct error *err);
void classifiers_close(struct classifiers *classifiers);

#endif
