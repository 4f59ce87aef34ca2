/* evaluate --images: how well a model reads pictures whose labels are known. */
#ifndef LENET5_CLI_EVALUATE_PICTURES_H
#define LENET5_CLI_EVALUATE_PICTURES_H

#include <stdbool.h>

struct evaluate_pictures {
    const char *folder, *labels; /* labels NULL: FOLDER/labels.tsv */
    const char *model;           /* as default_model.h and kernel.h take them */
    int kernel, views, threads;
    double reject; /* as reject.h takes it */
    bool json;
    double min_accuracy; /* of the pictures of one digit; below 0: none */
};

/* Prints the figures; returns the exit status. */
int evaluate_pictures(const struct evaluate_pictures *asked);

#endif
