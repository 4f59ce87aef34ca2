#include "pages/filtered.h"

#include <math.h>
#include <stdlib.h>

double filtered_gray(const struct filtered *filtered, real y)
{
    if (filtered->is_difference)
        return filtered->largest > 0 ? fabs((double)y) * 255 / filtered->largest : 0;
    return y < 0 ? 0 : y > 255 ? 255 : (double)y;
}

static int allocate(real **out, size_t count, const char *what, struct error *err)
{
    *out = malloc(count * sizeof **out);
    return *out != NULL ? 0 : error_memory(err, count * sizeof **out, what);
}

static size_t pixels_of(const struct picture *picture)
{
    return (size_t)picture->rows * (size_t)picture->cols;
}

static int reals_of(real **out, const struct picture *picture, struct error *err)
{
    if (allocate(out, pixels_of(picture), "the picture", err) != 0)
        return -1;
    for (size_t i = 0; i < pixels_of(picture); i++)
        (*out)[i] = (real)picture->gray[i];
    return 0;
}

static int convolve(struct filtered *filtered, struct error *err)
{
    struct conv *conv = &filtered->conv;
    conv->filters = 1;
    conv->f = filtered->kernel.f;
    conv->in = (struct shape){1, filtered->picture.rows, filtered->picture.cols};
    if (conv_output_shape(&conv->out, conv, conv->in, err) != 0) {
        error_where(err, "convolution");
        err->kind = ERROR_USAGE; /* it was asked for by the caller, and by no config */
        return -1;
    }
    /* Refuses sizes that an int cannot count, so it comes before the arithmetic on them. */
    if (picture_create(&filtered->gray, conv->out.rows, conv->out.cols, err) != 0)
        return -1;
    const real bias = 0;
    real *x;
    if (reals_of(&x, &filtered->picture, err) != 0)
        return -1;
    const int result = allocate(&filtered->y, pixels_of(&filtered->gray), "what the convolution gives", err);
    if (result == 0)
        conv_forward(filtered->y, x, filtered->kernel.w, &bias, conv);
    free(x);
    return result;
}

static unsigned char rounded(double gray)
{
    return (unsigned char)floor(gray + 0.5);
}

static void make_gray(struct filtered *filtered)
{
    const size_t count = pixels_of(&filtered->gray);
    filtered->is_difference = filter_kernel_is_difference(&filtered->kernel);
    filtered->largest = 0;
    for (size_t i = 0; i < count; i++)
        filtered->largest = fmax(filtered->largest, fabs((double)filtered->y[i]));
    for (size_t i = 0; i < count; i++)
        filtered->gray.gray[i] = rounded(filtered_gray(filtered, filtered->y[i]));
}

static int compress(struct filtered *filtered, struct error *err)
{
    struct pool *pool = &filtered->pool;
    pool->in = filtered->conv.out;
    const int shorter = pool->in.rows < pool->in.cols ? pool->in.rows : pool->in.cols;
    if (pool->f > shorter)
        return error_set(err, ERROR_USAGE,
                         "pooling: a %dx%d window does not fit in the %dx%d that the convolution gives: use --f %d or "
                         "less",
                         pool->f, pool->f, pool->in.rows, pool->in.cols, shorter);
    if (pool_output_shape(&pool->out, pool, pool->in, err) != 0)
        return -1;
    if (picture_create(&filtered->pooled, pool->out.rows, pool->out.cols, err) != 0)
        return -1;
    real *x, *y = NULL;
    if (reals_of(&x, &filtered->gray, err) != 0)
        return -1;
    const int result = allocate(&y, pixels_of(&filtered->pooled), "what the pooling gives", err);
    if (result == 0) {
        pool_forward(y, x, pool);
        for (size_t i = 0; i < pixels_of(&filtered->pooled); i++)
            filtered->pooled.gray[i] = rounded((double)y[i]);
    }
    free(x);
    free(y);
    return result;
}

int filtered_work_out(struct filtered *filtered, struct error *err)
{
    if (convolve(filtered, err) != 0)
        return -1;
    make_gray(filtered);
    return filtered->is_pooled ? compress(filtered, err) : 0;
}

void filtered_free(struct filtered *filtered)
{
    picture_free(&filtered->picture);
    picture_free(&filtered->gray);
    picture_free(&filtered->pooled);
    free(filtered->y);
    *filtered = (struct filtered){0};
}
