/* The images that lenet5 bench works with: MNIST or any other data set where one is at hand, digits drawn for the
 * occasion where none is or none fits, so that every network can be measured everywhere. */
#ifndef LENET5_CLI_BENCH_DATA_H
#define LENET5_CLI_BENCH_DATA_H

#include "dataset/dataset.h"
#include "nn/architecture.h"

struct bench_data {
    struct dataset whole;  /* released by bench_data_free() */
    struct dataset used;   /* its first images */
    const char *directory; /* where it was found; NULL: drawn */
};

/* `option` is what --data said, or NULL; at most `images` are used.
 * Fails   with ERROR_DATA where a folder that --data or MNIST_DIR names has no training set or a wrong one, and where
 *         the images of --data are not what the network takes. */
int bench_data_load(struct bench_data *out, const char *option, int images, const struct architecture *architecture,
                    struct error *err);
void bench_data_free(struct bench_data *data);

#endif
