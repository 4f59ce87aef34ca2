#include "cli/bench_data.h"

#include <stdlib.h>
#include <string.h>

#include "dataset/source.h"
#include "dataset/synth.h"
#include "training/evaluator.h"

enum { SEED = 1 };

#define MOST_BYTES ((size_t)2 << 30) /* of drawn digits: more is memory that a machine may only seem to have */

/* How far from the edge of `side` something of `inner` lies that is in the middle; negative where it is larger. */
static int margin(int side, int inner)
{
    return (side - inner) / 2;
}

/* One digit in the middle of a picture of any size and in all its channels, cut where it is too large. */
static void place(unsigned char *picture, const unsigned char *digit, const struct dataset *set)
{
    const int top = margin(set->rows, SYNTH_SIDE), left = margin(set->cols, SYNTH_SIDE);
    for (int c = 0; c < set->channels; c++)
        for (int row = 0; row < set->rows; row++)
            for (int col = 0; col < set->cols; col++, picture++) {
                const int r = row - top, k = col - left;
                const int inside = r >= 0 && r < SYNTH_SIDE && k >= 0 && k < SYNTH_SIDE;
                *picture = inside ? digit[r * SYNTH_SIDE + k] : 0;
            }
}

/* A set of the same digits in pictures that the network takes. */
static int fit(struct dataset *set, const struct architecture *architecture, struct error *err)
{
    const struct input *input = &architecture->input;
    struct dataset fitted = *set;
    fitted.channels = input->channels;
    fitted.rows = input->rows;
    fitted.cols = input->cols;
    const size_t size = (size_t)input->channels * (size_t)input->rows * (size_t)input->cols;
    const int is_too_large = size > MOST_BYTES / (size_t)set->count;
    unsigned char *pixels = is_too_large ? NULL : malloc((size_t)set->count * size), *labels = set->owned_labels;
    if (pixels == NULL)
        return error_memory(err, (size_t)set->count * size, "the digits (fewer --images need less)");
    for (int i = 0; i < set->count; i++) {
        place(pixels + (size_t)i * size, dataset_image(set, i), &fitted);
        labels[i] = (unsigned char)(labels[i] % architecture->classes);
    }
    free(set->owned_pixels);
    fitted.pixels = fitted.owned_pixels = pixels;
    *set = fitted;
    return 0;
}

static int draw(struct dataset *out, int count, const struct architecture *architecture, struct error *err)
{
    struct strokes strokes;
    struct dataset set;
    if (strokes_load(&strokes, NULL, err) != 0)
        return -1;
    const int drawn = synth_set(&set, &strokes, SEED, DATASET_TRAIN, count, err);
    strokes_free(&strokes);
    if (drawn != 0)
        return -1;
    set.source = SOURCE_SYNTHETIC;
    if (fit(&set, architecture, err) != 0) {
        dataset_free(&set);
        return -1;
    }
    *out = set;
    return 0;
}

static int is_named(const char *option)
{
    const char *variable = getenv("MNIST_DIR");
    return option != NULL || (variable != NULL && *variable != '\0');
}

/* Gives 1 where there is a set that fits, 0 where digits have to be drawn, -1 after a failure. */
static int find(struct dataset *out, const char *option, const struct architecture *architecture, struct error *err)
{
    const char *directory = dataset_directory(option);
    if (!is_named(option) && !dataset_exists(directory, DATASET_TRAIN))
        return 0;
    struct dataset set;
    if (dataset_load(&set, directory, DATASET_TRAIN, ARCHITECTURE_CLASSES, err) != 0)
        return -1;
    struct error unfit = {0};
    if (evaluator_check(architecture, &set, &unfit) == 0) {
        *out = set;
        return 1;
    }
    dataset_free(&set);
    if (option == NULL)
        return 0;
    if (err != NULL)
        *err = unfit;
    return -1;
}

int bench_data_load(struct bench_data *out, const char *option, int images, const struct architecture *architecture,
                    struct error *err)
{
    struct bench_data data = {.directory = NULL};
    const int found = find(&data.whole, option, architecture, err);
    if (found < 0 || (found == 0 && draw(&data.whole, images, architecture, err) != 0))
        return -1;
    if (found)
        data.directory = dataset_directory(option);
    data.used = dataset_part(&data.whole, 0, data.whole.count < images ? data.whole.count : images);
    *out = data;
    return 0;
}

void bench_data_free(struct bench_data *data)
{
    dataset_free(&data->whole);
    *data = (struct bench_data){.directory = NULL};
}
