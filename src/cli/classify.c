/* lenet5 classify: one line for each picture, the digit and how sure the network is. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"
#include "cli/default_model.h"
#include "cli/kernel.h"
#include "cli/output.h"
#include "dataset/idx.h"
#include "image/decode.h"
#include "reader/classifier.h"

struct asked {
    const char *model;
    int index, top, kernel;
    bool json, from_idx;
    char **files;
    int file_count;
};

static bool parse(struct asked *asked, int *status, int argc, char **argv)
{
    static const char closing[] =
        "Reads PNG, JPEG, PBM, PGM and PPM, whatever the name; `-` is standard input. Prints path, digit and\n"
        "probability, parted by tabs; with --top K then the next digits and theirs. A picture of 28x28 with\n"
        "light ink on a dark ground goes in as it is, like an MNIST image; any other is fitted: gray,\n"
        "polarity, ink box to 20 pixels, centre of mass. A file that cannot be read is reported, the others\n"
        "are answered, exit status 1.\n"
        "\nExample: lenet5 classify --top 3 digit.png\n";
    struct option_spec specs[] = {
        default_model_option(&asked->model),
        {.name = "index",
         .letter = 'n',
         .kind = OPTION_WHOLE,
         .to.whole = &asked->index,
         .min = 0,
         .max = INT_MAX,
         .argument = "N",
         .fallback = "none",
         .help = "the files are IDX files: classify image N, counted from 0"},
        {.name = "top",
         .letter = 'k',
         .kind = OPTION_WHOLE,
         .to.whole = &asked->top,
         .min = 1,
         .max = ARCHITECTURE_CLASSES,
         .argument = "K",
         .help = "the K most probable digits"},
        kernel_option(&asked->kernel),
        {.name = "json", .kind = OPTION_FLAG, .to.flag = &asked->json, .help = "print one JSON document a picture"},
    };
    struct options options = {.command = "classify",
                              .purpose = "Says which digit each picture shows.",
                              .closing = closing,
                              .specs = specs,
                              .count = sizeof specs / sizeof specs[0],
                              .operand = "IMAGE",
                              .operands_min = 1,
                              .operands_max = INT_MAX};
    if (!command_begin(status, &options, argc, argv))
        return false;
    asked->from_idx = options_given(&options, "index");
    asked->files = options.operands;
    asked->file_count = options.operand_count;
    return true;
}

static int answer_idx(float *probabilities, struct classifier *classifier, const char *path, int index,
                      struct error *err)
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
        classifier_answer(probabilities, classifier,
                          images.pixels +
                              (size_t)index * (size_t)images.channels * (size_t)images.rows * (size_t)images.cols);
    idx_free_images(&images);
    return failed ? -1 : 0;
}

static int answer_picture(float *probabilities, struct classifier *classifier, const char *path, struct error *err)
{
    struct picture picture;
    int digit;
    if (decode_file(&picture, path, err) != 0)
        return -1;
    int result = classifier_picture(&digit, probabilities, classifier, &picture, err);
    picture_free(&picture);
    return result != 0 ? error_where(err, path) : 0;
}

struct ranked {
    int digit;
    float probability;
};

static int more_probable(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->probability > y->probability || x->probability < y->probability)
        return x->probability > y->probability ? -1 : 1;
    return x->digit - y->digit;
}

static int print_json(const char *path, const struct ranked *ranked, int top)
{
    cJSON *json = cJSON_CreateObject(), *list;
    cJSON_AddStringToObject(json, "file", path);
    cJSON_AddNumberToObject(json, "digit", ranked[0].digit);
    cJSON_AddItemToObject(json, "probability", output_number((double)ranked[0].probability, 6));
    list = cJSON_AddArrayToObject(json, "top");
    for (int k = 0; k < top; k++) {
        cJSON *entry = cJSON_CreateObject();
        cJSON_AddNumberToObject(entry, "digit", ranked[k].digit);
        cJSON_AddItemToObject(entry, "probability", output_number((double)ranked[k].probability, 6));
        cJSON_AddItemToArray(list, entry);
    }
    return output_json(json);
}

static int print_answer(const char *path, const float *probabilities, int classes, const struct asked *asked)
{
    struct ranked ranked[ARCHITECTURE_CLASSES];
    char name[OUTPUT_NAME];
    const int top = asked->top < classes ? asked->top : classes;
    for (int k = 0; k < classes; k++)
        ranked[k] = (struct ranked){k, probabilities[k]};
    qsort(ranked, (size_t)classes, sizeof *ranked, more_probable);
    output_printable(name, path, asked->json);
    if (asked->json)
        return print_json(name, ranked, top);
    printf("%s", name);
    for (int k = 0; k < top; k++)
        printf("\t%d\t%.4f", ranked[k].digit, (double)ranked[k].probability);
    printf("\n");
    return STATUS_DONE;
}

/* A file that cannot be answered: one line on stderr, or with --json a document in its place. */
static int print_failure(const char *path, const struct error *err, bool json)
{
    char name[OUTPUT_NAME];
    if (!json) {
        (void)output_error(err);
        return STATUS_FAILED;
    }
    cJSON *document = cJSON_CreateObject();
    output_printable(name, path, true);
    cJSON_AddStringToObject(document, "file", name);
    output_printable(name, err->text, true);
    cJSON_AddStringToObject(document, "error", name);
    output_json(document);
    return STATUS_FAILED;
}

static int classify_files(struct classifier *classifier, const struct asked *asked)
{
    float probabilities[ARCHITECTURE_CLASSES];
    int status = STATUS_DONE;
    for (int i = 0; i < asked->file_count; i++) {
        const char *path = asked->files[i];
        struct error err = {0};
        const int failed = asked->from_idx ? answer_idx(probabilities, classifier, path, asked->index, &err)
                                           : answer_picture(probabilities, classifier, path, &err);
        const int result = failed ? print_failure(path, &err, asked->json)
                                  : print_answer(path, probabilities, classifier->model.architecture.classes, asked);
        if (result != STATUS_DONE)
            status = result;
    }
    return status;
}

int classify_command(int argc, char **argv)
{
    struct asked asked = {.top = 1, .kernel = KERNEL_UNASKED};
    struct error err = {0};
    struct classifier classifier;
    char buffer[DEFAULT_MODEL_PATH];
    int status;
    if (!parse(&asked, &status, argc, argv))
        return status;
    const struct kernels *kernels = kernel_chosen(asked.kernel, &err);
    const char *path = kernels != NULL ? default_model(buffer, asked.model, &err) : NULL;
    if (path == NULL || classifier_open(&classifier, path, kernels, &err) != 0)
        return output_error(&err);
    status = classify_files(&classifier, &asked);
    classifier_close(&classifier);
    return status;
}
