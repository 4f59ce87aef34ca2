/* A rectangle of pixels. */
#ifndef LENET5_IMAGE_BOX_H
#define LENET5_IMAGE_BOX_H

struct box {
    int top, left, rows, cols;
};

#endif
