/* What a trained network did with one image, worked out where it can be followed by hand: one window of its first
 * convolution, one of the pooling behind it, the strongest inputs of each dense layer, and which parts of the picture
 * the answer hangs on. All numbers are those of the walk. */
#ifndef LENET5_READER_EXPLAIN_H
#define LENET5_READER_EXPLAIN_H

#include "reader/classifier.h"
#include "reader/walk.h"

enum {
    EXPLAIN_FILTER = 7,    /* f: a larger window is not worked out */
    EXPLAIN_SHARES = 5,    /* of a dense unit: its inputs of most weight */
    EXPLAIN_COVER = 5,     /* side of the square that is laid over the picture */
    EXPLAIN_MAPS = 1 << 14 /* pixels of a picture that is covered piece by piece */
};

/* One output of the first convolution: the one with the largest activation, the first of equal ones.
 * window[c][i][j] * weights[c][i][j], summed up, and the bias make the score; its activation is the output. */
struct explain_conv {
    int layer; /* from 0; -1 where there is no convolution, or none with f <= EXPLAIN_FILTER */
    int filter, row, col;
    int top, left; /* of the window in the padded input of the layer: row * s - p, col * s - p */
    real sum, bias, score, output;
};

/* The window of the pooling right behind it that holds that output: what both kinds of pooling make of it. */
struct explain_pool {
    int layer; /* -1 where there is none */
    int map, row, col;
    real window[EXPLAIN_FILTER * EXPLAIN_FILTER]; /* [f][f]; padding is 0 */
    real maximum, average;
    int winner; /* place of the maximum in the window: it alone gets the gradient; every place gets 1/(f*f) of it behind
                   an average */
};

/* The unit of a dense layer with the largest output; of the last layer it is the answer. */
struct explain_dense {
    int layer, unit, count; /* shares that there are */
    struct explain_share {
        int input;
        real x, weight, product;
    } shares[EXPLAIN_SHARES]; /* by |product|, largest first */
    real rest;                /* the sum of all other products */
    real bias, score, output;
};

struct explanation {
    struct explain_conv conv;
    struct explain_pool pool;
    int dense_count;
    struct explain_dense dense[ARCHITECTURE_LAYERS];
    int rows, cols; /* of the picture */
    float *cover;   /* [rows][cols]: log probability of the answer that is lost when background covers the square around
                       that pixel; below 0 where the answer gains by it; malloc'ed, released by explain_free() */
};

/* x of a layer at a place of its input, 0 outside: the padding. */
real explain_input(const struct walk *walk, int layer, int channel, int row, int col);

/* `walk` holds the image `pixels`, as walk_pixels() left it; `classifier` has the same model and is run once for each
 * pixel. Fails with ERROR_FAILED without memory, with ERROR_MODEL where the image has more than EXPLAIN_MAPS pixels. */
int explain_walk(struct explanation *out, const struct walk *walk, struct classifier *classifier,
                 const unsigned char *pixels, struct error *err);
void explain_free(struct explanation *explanation);

#endif
