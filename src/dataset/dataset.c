#define _POSIX_C_SOURCE 200809L
#include "dataset/dataset.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/rng.h"
#include "dataset/idx.h"
#include "dataset/source.h"

#define DEFAULT_FOLDER "data/mnist"
#define GET_DATA                                                                                                       \
    "get MNIST with scripts/get-mnist, point --data or MNIST_DIR to a folder that has it, or draw digits with lenet5 " \
    "synth --out data/synthetic and use --data data/synthetic"

enum { PATH_ROOM = PATH_MAX + 64 }; /* a folder and a name in it */

static const char *const stems[][2] = {
    [DATASET_TRAIN] = {"train-images", "train-labels"},
    [DATASET_TEST] = {"t10k-images", "t10k-labels"},
};
static const char *const suffixes[2] = {"idx3-ubyte", "idx1-ubyte"};

enum { IMAGES, LABELS };

/* ---- Finding the files ---- */

const char *dataset_directory(const char *option)
{
    const char *variable = getenv("MNIST_DIR");
    if (option != NULL)
        return option;
    return variable != NULL && *variable != '\0' ? variable : DEFAULT_FOLDER;
}

/* A folder is passed over: archives of MNIST are about that unpack to a folder train-images-idx3-ubyte beside the file
 * train-images.idx3-ubyte. */
static int find_file(char path[PATH_ROOM], const char *directory, enum dataset_which which, int content)
{
    static const char *const joints[] = {"-", "."}, *const endings[] = {"", ".gz"};
    struct stat status;
    for (int i = 0; i < 4; i++) {
        int length = snprintf(path, PATH_ROOM, "%s/%s%s%s%s", directory, stems[which][content], joints[i / 2],
                              suffixes[content], endings[i % 2]);
        if (length < PATH_ROOM && stat(path, &status) == 0 && !S_ISDIR(status.st_mode))
            return 0;
    }
    return -1;
}

int dataset_exists(const char *directory, enum dataset_which which)
{
    char path[PATH_ROOM];
    return find_file(path, directory, which, IMAGES) == 0 || find_file(path, directory, which, LABELS) == 0;
}

/* Whoever set MNIST_DIR long ago should learn that it is what counts. */
static const char *origin(const char *directory)
{
    const char *variable = getenv("MNIST_DIR");
    return variable != NULL && strcmp(variable, directory) == 0 ? " (from MNIST_DIR)" : "";
}

static int check_folder(const char *directory, struct error *err)
{
    struct stat status;
    const char *problem = NULL;
    if (stat(directory, &status) != 0)
        problem = errno == ENOENT ? "there is no such folder" : strerror(errno);
    else if (!S_ISDIR(status.st_mode))
        problem = "is a file, the folder with the four files was expected";
    else if (access(directory, X_OK) != 0)
        problem = "this user may not enter the folder";
    if (problem == NULL)
        return 0;
    return error_set(err, ERROR_DATA, "%s%s: %s: " GET_DATA, directory, origin(directory), problem);
}

static int find_or_explain(char path[PATH_ROOM], const char *directory, enum dataset_which which, int content,
                           struct error *err)
{
    if (find_file(path, directory, which, content) == 0)
        return 0;
    return error_set(err, ERROR_DATA, "%s%s: has no file %s-%s, nor with .gz or with a dot before idx: " GET_DATA,
                     directory, origin(directory), stems[which][content], suffixes[content]);
}

/* ---- Loading ---- */

static int read_pair(struct idx_images *images, struct idx_labels *labels, const char *directory,
                     enum dataset_which which, int classes, struct error *err)
{
    char images_path[PATH_ROOM], labels_path[PATH_ROOM];
    if (check_folder(directory, err) != 0 || find_or_explain(images_path, directory, which, IMAGES, err) != 0 ||
        find_or_explain(labels_path, directory, which, LABELS, err) != 0)
        return -1;
    if (idx_read_labels(labels, labels_path, classes, err) != 0 || idx_read_images(images, images_path, err) != 0)
        return -1;
    if (images->count != labels->count)
        return error_set(err, ERROR_DATA,
                         "%s holds %d images, but %s holds %d labels: they do not belong together, fetch both again "
                         "(MNIST: run scripts/get-mnist)",
                         images_path, images->count, labels_path, labels->count);
    return 0;
}

int dataset_load(struct dataset *out, const char *directory, enum dataset_which which, int classes, struct error *err)
{
    struct idx_images images = {0};
    struct idx_labels labels = {0};
    if (read_pair(&images, &labels, directory, which, classes, err) != 0) {
        idx_free_images(&images);
        idx_free_labels(&labels);
        return -1;
    }
    *out = (struct dataset){.count = images.count,
                            .channels = images.channels,
                            .rows = images.rows,
                            .cols = images.cols,
                            .pixels = images.pixels,
                            .labels = labels.labels,
                            .owned_pixels = images.pixels,
                            .owned_labels = labels.labels};
    size_t pixels = (size_t)images.count * (size_t)images.channels * (size_t)images.rows * (size_t)images.cols;
    digest_two(out->digest, images.pixels, pixels, labels.labels, (size_t)labels.count);
    out->source = source_name(directory, out->digest);
    return 0;
}

void dataset_free(struct dataset *set)
{
    free(set->owned_pixels);
    free(set->owned_labels);
    *set = (struct dataset){0};
}

/* ---- Using them ---- */

const unsigned char *dataset_image(const struct dataset *set, int index)
{
    return set->pixels + (size_t)index * (size_t)set->channels * (size_t)set->rows * (size_t)set->cols;
}

struct dataset dataset_part(const struct dataset *whole, int first, int count)
{
    struct dataset part = *whole;
    part.count = count;
    part.pixels = dataset_image(whole, first);
    part.labels = whole->labels + first;
    part.owned_pixels = part.owned_labels = NULL;
    return part;
}

void dataset_shuffle(int *order, int count, uint64_t seed, int epoch)
{
    struct rng rng = rng_make(seed, RNG_SHUFFLE | (uint64_t)(uint32_t)epoch << 32);
    for (int i = 0; i < count; i++)
        order[i] = i;
    for (int i = count - 1; i > 0; i--) {
        int j = (int)rng_below(&rng, (uint32_t)i + 1), moved = order[i];
        order[i] = order[j];
        order[j] = moved;
    }
}
