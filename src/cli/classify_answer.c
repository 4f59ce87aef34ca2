#include "cli/classify_answer.h"

#include <stdio.h>
#include <string.h>

#include "dataset/idx.h"
#include "image/decode.h"
#include "reader/count.h"

/* Counting takes longer than answering, and several digits seen as one are hardly ever as certain as this. */
#define SURE 0.99f

static void answer_pixels(struct classify_answer *answer, struct classifier *classifier, const unsigned char *pixels,
                          float threshold)
{
    const struct input *input = &classifier->model.architecture.input;
    answer->digit = classifier_answer(answer->probabilities, classifier, pixels);
    answer->certainty = classifier->certainty;
    answer->is_refused = answer->certainty < threshold;
    if (answer->is_refused)
        snprintf(answer->reason, sizeof answer->reason, "it may be a %d, but the certainty of that is below %.4f",
                 answer->digit, (double)threshold);
    answer->is_seen = input->rows == FIT_SIDE && input->cols == FIT_SIDE && input->channels == 1;
    if (answer->is_seen)
        memcpy(answer->pixels, pixels, sizeof answer->pixels);
}

int classify_answer_idx(struct classify_answer *out, struct classifier *classifier, const char *path, int index,
                        float threshold, struct error *err)
{
    const struct architecture *architecture = &classifier->model.architecture;
    struct idx_images images;
    if (idx_read_images(&images, path, err) != 0)
        return -1;
    int failed = architecture_check_images(architecture, images.channels, images.rows, images.cols, err) != 0;
    if (failed)
        error_where(err, path);
    else if (index >= images.count)
        failed = error_set(err, ERROR_DATA, "%s: has no image %d: its %d images are counted from 0 to %d", path, index,
                           images.count, images.count - 1) != 0;
    else
        answer_pixels(out, classifier,
                      images.pixels +
                          (size_t)index * (size_t)images.channels * (size_t)images.rows * (size_t)images.cols,
                      threshold);
    idx_free_images(&images);
    return failed ? -1 : 0;
}

int classify_answer_picture(struct classify_answer *out, struct classifier *classifier, const char *path,
                            float threshold, bool counts, struct error *err)
{
    struct picture picture;
    unsigned char room[FIT_SIDE * FIT_SIDE];
    const unsigned char *pixels;
    if (decode_file(&picture, path, err) != 0)
        return -1;
    int result = classifier_fit(&pixels, room, classifier, &picture, err);
    if (result == 0) {
        answer_pixels(out, classifier, pixels, threshold);
        if (counts && out->is_seen && out->certainty < SURE)
            result = count_digits(&out->digits, classifier, &picture, err);
    } else if (err->kind == ERROR_BLANK) {
        out->is_refused = out->is_blank = true;
        memcpy(out->reason, err->text, sizeof out->reason);
        result = 0;
    }
    picture_free(&picture);
    return result != 0 ? error_where(err, path) : 0;
}
