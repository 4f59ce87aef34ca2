#include "digits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dataset/synth.h"
#include "pictures.h"
#include "support.h"

enum { SEED = 1 };

static void need(int result, const struct error *err)
{
    if (result != 0) {
        fprintf(stderr, "%s\n", err->text);
        exit(EXIT_FAILURE);
    }
}

/* Read once and kept: the helpers have no end at which it could be released. */
static const struct strokes *builtin(void)
{
    static struct strokes strokes;
    static bool is_loaded;
    struct error err = {0};
    if (!is_loaded)
        need(strokes_load(&strokes, NULL, &err), &err);
    is_loaded = true;
    return &strokes;
}

/* The same written tidily: a small network learns them by heart, so that tests of what is done with an answer need not
 * fear a wrong one. */
static const struct strokes *tidy(void)
{
    static struct strokes strokes;
    static bool is_made;
    if (is_made)
        return &strokes;
    strokes = *builtin(); /* the ways of writing are borrowed */
    struct hand *hand = &strokes.hand;
    double *const spreads[] = {&hand->jitter, &hand->elastic,  &hand->waist, &hand->trapezoid, &hand->bend,
                               &hand->aspect, &hand->rotation, &hand->gap,   &hand->overshoot};
    for (size_t i = 0; i < sizeof spreads / sizeof spreads[0]; i++)
        *spreads[i] *= 0.3;
    hand->care_spread = 0;
    for (int digit = 0; digit < 10; digit++)
        strokes.digits[digit].slant_spread *= 0.3;
    is_made = true;
    return &strokes;
}

struct dataset digits_set(enum dataset_which which, int count)
{
    struct dataset set;
    struct error err = {0};
    need(synth_set(&set, builtin(), SEED, which, count, &err), &err);
    return set;
}

void digits_image(unsigned char pixels[DIGITS_PIXELS], enum dataset_which which, int index)
{
    synth_digit(pixels, tidy(), SEED, which, index);
}

int digits_test_label(int index)
{
    const int is_wrong = index % DIGITS_WRONG == 0 && index / DIGITS_WRONG % 2 == 1;
    return (index + is_wrong) % 10;
}

static void write_file(const char *folder, const char *name, const struct bytes *file, int packed)
{
    char *path = support_path(folder, name);
    struct bytes gzip = {0};
    if (packed)
        gzip = support_gzip(file->data, file->size, 1);
    support_write(path, packed ? gzip.data : file->data, packed ? gzip.size : file->size);
    support_free(&gzip);
    free(path);
}

void digits_write(const char *folder)
{
    const uint32_t train[3] = {DIGITS_TRAIN, DIGITS_SIDE, DIGITS_SIDE}, test[3] = {DIGITS_TEST, train[1], train[2]};
    struct bytes train_images = support_idx(3, train), train_labels = support_idx(1, train);
    struct bytes test_images = support_idx(3, test), test_labels = support_idx(1, test);
    enum { IMAGES = 16, LABELS = 8 }; /* bytes of the headers */
    for (int i = 0; i < DIGITS_TRAIN; i++)
        digits_image(train_images.data + IMAGES + (size_t)i * DIGITS_PIXELS, DATASET_TRAIN, i);
    for (int i = 0; i < DIGITS_TEST; i++) {
        digits_image(test_images.data + IMAGES + (size_t)i * DIGITS_PIXELS, DATASET_TEST, i);
        test_labels.data[LABELS + i] = (unsigned char)digits_test_label(i);
    }
    write_file(folder, "train-images-idx3-ubyte", &train_images, 0);
    write_file(folder, "train-labels-idx1-ubyte", &train_labels, 0);
    write_file(folder, "t10k-images-idx3-ubyte.gz", &test_images, 1);
    write_file(folder, "t10k-labels-idx1-ubyte.gz", &test_labels, 1);
    support_free(&train_images);
    support_free(&train_labels);
    support_free(&test_images);
    support_free(&test_labels);
}

void digits_write_png(const char *path, const unsigned char pixels[DIGITS_PIXELS])
{
    uint16_t samples[DIGITS_PIXELS];
    for (int i = 0; i < DIGITS_PIXELS; i++)
        samples[i] = pixels[i];
    const struct pictures_png plan = {
        .rows = DIGITS_SIDE, .cols = DIGITS_SIDE, .bits = 8, .colour = PNG_COLOR_TYPE_GRAY, .samples = samples};
    struct bytes png = pictures_png(&plan);
    support_write(path, png.data, png.size);
    support_free(&png);
}

void digits_need_mnist(void)
{
    const char *variable = getenv("MNIST_DIR"), *directory = dataset_directory(NULL);
    const int is_named = variable != NULL && *variable != '\0';
    if (!is_named && !(dataset_exists(directory, DATASET_TRAIN) && dataset_exists(directory, DATASET_TEST))) {
        print_message("SKIPPED: MNIST is not there, run scripts/get-mnist or set MNIST_DIR\n");
        skip();
    }
}
