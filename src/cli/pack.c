/* lenet5 pack: class folders of pictures become a data set in MNIST's format. */
#define _POSIX_C_SOURCE 200809L
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "cli/command.h"
#include "base/figures.h"
#include "cli/output.h"
#include "cli/pictures.h"
#include "cli/threads.h"
#include "dataset/idx_write.h"
#include "image/decode.h"
#include "image/fit.h"

enum { CLASSES = 10, PIXELS = FIT_SIDE * FIT_SIDE };

struct asked {
    const char *folder, *out;
    int threads;
};

static bool parse(struct asked *asked, int *status, int argc, char **argv)
{
    static const char closing[] =
        "DIR has a folder for each digit, 0 .. 9 (some may be missing), with pictures of it. Each picture is\n"
        "fitted to 28x28 as classify does. The files are PREFIX-images-idx3-ubyte.gz and\n"
        "PREFIX-labels-idx1-ubyte.gz: with --out mine/train and --out mine/t10k they are a training set and a\n"
        "test set for --data mine. The digits take turns, so that the last images, which training holds out,\n"
        "are of all classes. A picture that cannot be fitted is reported and left out, exit status 1.\n"
        "\nExample: lenet5 pack my-digits --out mine/train; lenet5 train --data mine\n";
    struct option_spec specs[] = {
        {.name = "out",
         .letter = 'o',
         .kind = OPTION_TEXT,
         .to.text = &asked->out,
         .argument = "PREFIX",
         .help = "what the names of the two files begin with",
         .required = true},
        threads_option(&asked->threads),
    };
    struct options options = {.command = "pack",
                              .purpose = "Makes a data set in MNIST's format from folders of pictures.",
                              .closing = closing,
                              .specs = specs,
                              .count = sizeof specs / sizeof specs[0],
                              .operand = "DIR",
                              .operands_min = 1,
                              .operands_max = 1};
    if (!command_begin(status, &options, argc, argv))
        return false;
    asked->folder = options.operands[0];
    return true;
}

/* ---- The pictures of one class ---- */

struct class
{
    unsigned char *pixels; /* [count][PIXELS] */
    int count, failed;
};

static int fit(void *result, void *context, int thread, const char *path, struct error *err)
{
    struct picture picture;
    (void)context, (void)thread;
    if (decode_file(&picture, path, err) != 0)
        return -1;
    const int failed = fit_picture(result, &picture, err);
    picture_free(&picture);
    return failed != 0 ? error_where(err, path) : 0;
}

static void keep(void *context, const char *path, void *result, const struct error *err)
{
    struct class *class = context;
    class->failed += err != NULL;
    if (err != NULL)
        output_failure(path, err, false);
    else
        memcpy(class->pixels + (size_t) class->count++ * PIXELS, result, PIXELS);
}

static int read_class(struct class *class, char *folder, int threads, struct error *err)
{
    struct pictures pictures;
    if (pictures_find(&pictures, &folder, 1, NULL, err) != 0)
        return -1;
    const struct pictures_job job = {PIXELS, fit, keep, class, pictures_threads(&pictures, threads)};
    class->pixels = malloc((size_t)pictures.count * PIXELS);
    const int result = class->pixels == NULL
                           ? error_memory(err, (size_t)pictures.count * PIXELS, "the pictures of a class")
                           : pictures_run(&pictures, &job, err);
    pictures_free(&pictures);
    return result;
}

/* ---- All of them ---- */

/* The folder that the files go to, made if it is missing. */
static int make_folder(const char *prefix, struct error *err)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(prefix, '/');
    if (slash == NULL || slash == prefix)
        return 0;
    snprintf(folder, sizeof folder, "%.*s", (int)(slash - prefix), prefix);
    return files_make_folder(folder, err);
}

static int read_classes(struct class classes[CLASSES], const struct asked *asked, struct error *err)
{
    const int threads = threads_resolve(asked->threads);
    int found = 0;
    for (int digit = 0; digit < CLASSES; digit++) {
        char folder[PATH_MAX];
        snprintf(folder, sizeof folder, "%.*s/%d", PATH_MAX - 3, asked->folder, digit);
        if (!pictures_is_folder(folder))
            continue;
        found++;
        if (read_class(&classes[digit], folder, threads, err) != 0)
            return -1;
    }
    if (found == 0)
        return error_set(err, ERROR_DATA, "%s: has none of the folders 0 to 9, one a digit with the pictures of it",
                         asked->folder);
    return 0;
}

static int total(const struct class classes[CLASSES])
{
    int count = 0;
    for (int digit = 0; digit < CLASSES; digit++)
        count += classes[digit].count;
    return count;
}

/* The digits take turns. */
static void deal(unsigned char *pixels, unsigned char *labels, const struct class classes[CLASSES])
{
    for (int turn = 0, left = total(classes); left > 0; turn++)
        for (int digit = 0; digit < CLASSES; digit++)
            if (turn < classes[digit].count) {
                memcpy(pixels, classes[digit].pixels + (size_t)turn * PIXELS, PIXELS);
                pixels += PIXELS;
                *labels++ = (unsigned char)digit;
                left--;
            }
}

static int write_files(const struct class classes[CLASSES], const char *prefix, struct error *err)
{
    char images[PATH_MAX], names[PATH_MAX];
    const int count = total(classes);
    if (snprintf(images, sizeof images, "%s-images-idx3-ubyte.gz", prefix) >= (int)sizeof images)
        return error_set(err, ERROR_USAGE, "the name of the files --out is too long");
    snprintf(names, sizeof names, "%s-labels-idx1-ubyte.gz", prefix);
    if (count == 0)
        return error_set(err, ERROR_DATA, "no picture could be fitted, so there is nothing to pack");
    unsigned char *pixels = malloc((size_t)count * PIXELS), *labels = malloc((size_t)count);
    int result;
    if (pixels == NULL || labels == NULL) {
        result = error_memory(err, (size_t)count * PIXELS, "the pictures");
    } else {
        deal(pixels, labels, classes);
        result = idx_write_images(images, pixels, count, FIT_SIDE, FIT_SIDE, err);
        if (result == 0)
            result = idx_write_labels(names, labels, count, err);
    }
    free(pixels);
    free(labels);
    return result;
}

static int report(const struct class classes[CLASSES], const char *prefix)
{
    char count[FIGURES_GROUPED], name[OUTPUT_NAME];
    int failed = 0;
    printf("%s pictures packed as %s-images-idx3-ubyte.gz and -labels-idx1-ubyte.gz\n",
           figures_grouped(count, total(classes)), output_printable(name, prefix, false));
    for (int digit = 0; digit < CLASSES; digit++) {
        failed += classes[digit].failed;
        if (classes[digit].pixels != NULL)
            printf("%d  %6d\n", digit, classes[digit].count);
    }
    if (failed > 0)
        output_note("%d could not be fitted and are left out", failed);
    return failed > 0 ? STATUS_FAILED : STATUS_DONE;
}

int pack_command(int argc, char **argv)
{
    struct asked asked = {0};
    struct error err = {0};
    struct class classes[CLASSES] = {{0}};
    int status;
    if (!parse(&asked, &status, argc, argv))
        return status;
    status = make_folder(asked.out, &err) != 0 || read_classes(classes, &asked, &err) != 0 ||
                     write_files(classes, asked.out, &err) != 0
                 ? output_error(&err)
                 : report(classes, asked.out);
    for (int digit = 0; digit < CLASSES; digit++)
        free(classes[digit].pixels);
    return status;
}
