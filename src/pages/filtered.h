/* What one convolution and one pooling make of a picture, by the network's own layers: for `lenet5 filter` and for the
 * page's tab of that name. */
#ifndef LENET5_PAGES_FILTERED_H
#define LENET5_PAGES_FILTERED_H

#include <stdbool.h>

#include "base/error.h"
#include "image/picture.h"
#include "nn/conv.h"
#include "nn/pool.h"
#include "pages/filter_kernel.h"

enum { FILTERED_POOL_SIDE = 64, FILTERED_STRIDE = 1024, FILTERED_POOL_DEFAULT = 2 }; /* of f, of s; f and s */

struct filtered {
    /* What is asked for: */
    struct filter_kernel kernel;
    struct picture picture;
    struct conv conv; /* s and p */
    bool is_pooled;
    struct pool pool; /* over gray: mode, f and s */
    /* What filtered_work_out() adds, besides the rest of conv and pool: */
    real *y;               /* [conv.out.rows][conv.out.cols], what the layer gave; malloc'ed */
    bool is_difference;    /* how y became gray: |y| * 255 / largest, or y clipped to 0..255 */
    double largest;        /* of all |y| */
    struct picture gray;   /* [conv.out.rows][conv.out.cols] */
    struct picture pooled; /* [pool.out.rows][pool.out.cols], rounded */
};

/* Fails with ERROR_USAGE where the filter or the pooling window does not fit, with ERROR_FAILED without memory; what
 * was made until then is released by filtered_free() all the same. */
int filtered_work_out(struct filtered *filtered, struct error *err);

/* Releases the picture too. */
void filtered_free(struct filtered *filtered);

/* The gray of an answer y of the filter, before it is rounded. */
double filtered_gray(const struct filtered *filtered, real y);

#endif
