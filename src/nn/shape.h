/* The shape of what flows between layers: `channels` feature maps of rows x cols. Stored [channels][rows][cols]; a
 * dense layer takes it flattened in that order and gives units x 1 x 1. */
#ifndef LENET5_NN_SHAPE_H
#define LENET5_NN_SHAPE_H

struct shape {
    int channels, rows, cols;
};

static inline int shape_size(struct shape shape)
{
    return shape.channels * shape.rows * shape.cols;
}

#endif
