#include "digits.h"

#include <stdlib.h>
#include <string.h>

#include "pictures.h"

/* The segments of a display, a to g: from (y, x) to (y, x) in a box one high and one wide. */
static const double segments[7][4] = {{0, 0, 0, 1},   {0, 1, 0.5, 1}, {0.5, 1, 1, 1},  {1, 0, 1, 1},
                                      {0.5, 0, 1, 0}, {0, 0, 0.5, 0}, {0.5, 0, 0.5, 1}};

static const char *const lit[10] = {"abcdef", "bc",     "abdeg", "abcdg",   "bcfg",
                                    "acdfg",  "acdefg", "abc",   "abcdefg", "abcdfg"};

/* Number `which` of a variant, from 0 to 1: Wang's integer hash. */
static double chance(unsigned variant, unsigned which)
{
    uint32_t x = variant * 8u + which;
    x = (x ^ 61u) ^ (x >> 16);
    x *= 9u;
    x ^= x >> 4;
    x *= 0x27d4eb2du;
    x ^= x >> 15;
    return x / 4294967295.0;
}

void digits_draw(unsigned char pixels[DIGITS_PIXELS], int digit, unsigned variant)
{
    const double height = 16 + 2 * chance(variant, 0), width = 9 + 2 * chance(variant, 1);
    const double slant = 3 * chance(variant, 2), pen = 2 + chance(variant, 3);
    const double top = (DIGITS_SIDE - height) / 2 + 2 * chance(variant, 4) - 1;
    const double left = (DIGITS_SIDE - width - slant) / 2 + 2 * chance(variant, 5) - 1;
    struct picture picture = pictures_plain(DIGITS_SIDE, DIGITS_SIDE, 0);
    for (const char *name = lit[digit]; *name != '\0'; name++) {
        const double *s = segments[*name - 'a'];
        pictures_line(&picture, top + height * s[0], left + width * s[1] + slant * (1 - s[0]), top + height * s[2],
                      left + width * s[3] + slant * (1 - s[2]), pen, 255);
    }
    memcpy(pixels, picture.gray, DIGITS_PIXELS);
    picture_free(&picture);
}

void digits_test_image(unsigned char pixels[DIGITS_PIXELS], int index)
{
    digits_draw(pixels, index % 10, (unsigned)(DIGITS_TRAIN + index));
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
        digits_draw(train_images.data + IMAGES + (size_t)i * DIGITS_PIXELS, i % 10, (unsigned)i);
    for (int i = 0; i < DIGITS_TEST; i++) {
        digits_test_image(test_images.data + IMAGES + (size_t)i * DIGITS_PIXELS, i);
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
