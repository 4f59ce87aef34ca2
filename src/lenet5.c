/* The public face: src/reader behind names and types that promise to stay. */
#include "lenet5.h"

#include <stdlib.h>
#include <string.h>

#include "image/decode.h"
#include "reader/read.h"

struct lenet5 {
    struct classifier classifier;
};

_Static_assert(LENET5_MESSAGE >= sizeof((struct error *)0)->text, "a sentence has to fit into the caller's buffer");

static void tell(char *why, const struct error *err)
{
    if (why != NULL)
        memcpy(why, err->text, strlen(err->text) + 1);
}

static int open_classifier(struct classifier *classifier, const char *model_path, struct error *err)
{
    const struct kernels *kernels = kernels_pick(err);
    return kernels != NULL ? classifier_open(classifier, model_path, kernels, err) : -1;
}

struct lenet5 *lenet5_open(const char *model_path, char *why)
{
    struct error err = {0};
    struct lenet5 *reader = malloc(sizeof *reader);
    if (reader == NULL) {
        error_memory(&err, sizeof *reader, "a reader");
    } else if (open_classifier(&reader->classifier, model_path, &err) != 0) {
        free(reader);
        reader = NULL;
    }
    if (reader == NULL)
        tell(why, &err);
    return reader;
}

void lenet5_close(struct lenet5 *reader)
{
    if (reader == NULL)
        return;
    classifier_close(&reader->classifier);
    free(reader);
}

int lenet5_classes(const struct lenet5 *reader)
{
    return reader->classifier.model.architecture.classes;
}

size_t lenet5_image_bytes(const struct lenet5 *reader)
{
    const struct input *input = &reader->classifier.model.architecture.input;
    return (size_t)input->rows * (size_t)input->cols * (size_t)input->channels;
}

const char *lenet5_digest(const struct lenet5 *reader)
{
    return reader->classifier.model.digest;
}

int lenet5_pixels(struct lenet5 *reader, float *probability, const unsigned char *pixels)
{
    return classifier_answer(probability, &reader->classifier, pixels);
}

int lenet5_is_sure(const struct lenet5 *reader)
{
    const struct calibration *calibration = &reader->classifier.model.calibration;
    return calibration->images == 0 || reader->classifier.certainty >= (float)calibration->reject;
}

static int answer(struct lenet5 *reader, float *probability, const struct picture *picture, char *why)
{
    struct error err = {0};
    int digit = -1;
    if (classifier_picture(&digit, probability, &reader->classifier, picture, &err) != 0)
        tell(why, &err);
    return digit;
}

/* A picture of its own of the gray that was handed over. */
static int copy_gray(struct picture *out, const unsigned char *gray, int rows, int cols, char *why)
{
    struct error err = {0};
    if (picture_create(out, rows, cols, &err) != 0) {
        tell(why, &err);
        return -1;
    }
    memcpy(out->gray, gray, (size_t)rows * (size_t)cols);
    return 0;
}

int lenet5_gray(struct lenet5 *reader, float *probability, const unsigned char *gray, int rows, int cols, char *why)
{
    struct picture picture;
    if (copy_gray(&picture, gray, rows, cols, why) != 0)
        return -1;
    int digit = answer(reader, probability, &picture, why);
    picture_free(&picture);
    return digit;
}

/* Answers a decoded picture and releases it. */
static int answer_decoded(struct lenet5 *reader, float *probability, struct picture *picture, int failed,
                          const struct error *err, char *why)
{
    if (failed) {
        tell(why, err);
        return -1;
    }
    int digit = answer(reader, probability, picture, why);
    picture_free(picture);
    return digit;
}

int lenet5_file(struct lenet5 *reader, float *probability, const char *path, char *why)
{
    struct error err = {0};
    struct picture picture;
    int failed = decode_file(&picture, path, &err) != 0;
    return answer_decoded(reader, probability, &picture, failed, &err, why);
}

int lenet5_bytes(struct lenet5 *reader, float *probability, const void *bytes, size_t size, char *why)
{
    struct error err = {0};
    struct picture picture;
    int failed = decode_picture(&picture, bytes, size, &err) != 0;
    return answer_decoded(reader, probability, &picture, failed, &err, why);
}

static void copy_digits(struct lenet5_digit *digits, int room, const struct reading *reading)
{
    for (int line = 0; line < reading->line_count; line++)
        for (int k = 0; k < reading->lines[line].count; k++) {
            const int i = reading->lines[line].first + k;
            const struct reading_digit *from = &reading->digits[i];
            const struct box *box = &from->box;
            if (i < room)
                digits[i] = (struct lenet5_digit){from->digit, from->probability, line,     box->left,
                                                  box->top,    box->cols,         box->rows};
        }
}

/* Reads a picture and releases it. */
static int read_picture(struct lenet5 *reader, struct lenet5_digit *digits, int room, struct picture *picture,
                        char *why)
{
    struct error err = {0};
    struct reading reading;
    const int failed = reader_read(&reading, &reader->classifier, picture, 0, &err);
    picture_free(picture);
    if (failed != 0) {
        tell(why, &err);
        return -1;
    }
    const int count = reading.digit_count;
    copy_digits(digits, room, &reading);
    reading_free(&reading);
    return count;
}

int lenet5_read_gray(struct lenet5 *reader, struct lenet5_digit *digits, int room, const unsigned char *gray, int rows,
                     int cols, char *why)
{
    struct picture picture;
    if (copy_gray(&picture, gray, rows, cols, why) != 0)
        return -1;
    return read_picture(reader, digits, room, &picture, why);
}

int lenet5_read_file(struct lenet5 *reader, struct lenet5_digit *digits, int room, const char *path, char *why)
{
    struct error err = {0};
    struct picture picture;
    if (decode_file(&picture, path, &err) != 0) {
        tell(why, &err);
        return -1;
    }
    return read_picture(reader, digits, room, &picture, why);
}
