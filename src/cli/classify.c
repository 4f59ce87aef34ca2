/* lenet5 classify: one line for each picture, the digit and how sure the network is. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"
#include "cli/default_model.h"
#include "cli/kernel.h"
#include "cli/output.h"
#include "cli/pictures.h"
#include "cli/threads.h"
#include "dataset/idx.h"
#include "image/decode.h"
#include "reader/classifier.h"

struct asked {
    const char *model, *list;
    int index, top, threads, kernel;
    bool json, from_idx;
    char **names;
    int name_count;
};

static bool parse(struct asked *asked, int *status, int argc, char **argv)
{
    static const char closing[] =
        "Reads PNG, JPEG, PBM, PGM and PPM, whatever the name; `-` is standard input. Prints path, digit and\n"
        "probability, parted by tabs; with --top K then the next digits and theirs. A picture that is like an\n"
        "MNIST image already goes in as it is; any other is fitted: light made even, ink found, strokes near\n"
        "MNIST's width, ink box to 20 pixels, centre of mass. A folder stands for the pictures in it. A\n"
        "file that cannot be read is reported, the others are answered, exit status 1.\n"
        "\nExample: lenet5 classify --top 3 digit.png\n"
        "         find . -name '*.png' | lenet5 classify --files-from -\n";
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
        pictures_list_option(&asked->list),
        threads_option(&asked->threads),
        kernel_option(&asked->kernel),
        {.name = "json", .kind = OPTION_FLAG, .to.flag = &asked->json, .help = "print one JSON document a picture"},
    };
    struct options options = {.command = "classify",
                              .purpose = "Says which digit each picture shows.",
                              .closing = closing,
                              .specs = specs,
                              .count = sizeof specs / sizeof specs[0],
                              .operand = "IMAGE",
                              .operands_max = INT_MAX};
    if (!command_begin(status, &options, argc, argv))
        return false;
    asked->from_idx = options_given(&options, "index");
    asked->names = options.operands;
    asked->name_count = options.operand_count;
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

/* ---- All files ---- */

/* What the work on files shares. */
struct classify {
    const struct asked *asked;
    struct classifier *classifiers; /* [threads] */
    int status;
};

struct answer {
    float probabilities[ARCHITECTURE_CLASSES];
};

static int work(void *result, void *context, int thread, const char *path, struct error *err)
{
    const struct classify *classify = context;
    const struct asked *asked = classify->asked;
    struct answer *answer = result;
    struct classifier *classifier = &classify->classifiers[thread];
    return asked->from_idx ? answer_idx(answer->probabilities, classifier, path, asked->index, err)
                           : answer_picture(answer->probabilities, classifier, path, err);
}

static void tell(void *context, const char *path, void *result, const struct error *err)
{
    struct classify *classify = context;
    const struct answer *answer = result;
    const int classes = classify->classifiers->model.architecture.classes;
    const int status = err != NULL ? output_failure(path, err, classify->asked->json)
                                   : print_answer(path, answer->probabilities, classes, classify->asked);
    if (status != STATUS_DONE)
        classify->status = status;
}

static int classify_pictures(const struct pictures *pictures, struct classifier *classifier, const struct asked *asked)
{
    struct error err = {0};
    const int threads = pictures_threads(pictures, threads_resolve(asked->threads));
    struct classify classify = {asked, calloc((size_t)threads, sizeof(struct classifier)), STATUS_DONE};
    const struct pictures_job job = {sizeof(struct answer), work, tell, &classify, threads};
    int failed = classify.classifiers == NULL ? error_memory(&err, sizeof(struct classifier), "the classifiers") : 0;
    for (int t = 0; t < threads && failed == 0; t++)
        failed = classifier_share(&classify.classifiers[t], classifier, &err);
    if (failed != 0 || pictures_run(pictures, &job, &err) != 0)
        classify.status = output_error(&err);
    for (int t = 0; t < threads && classify.classifiers != NULL; t++)
        classifier_close(&classify.classifiers[t]);
    free(classify.classifiers);
    return classify.status;
}

int classify_command(int argc, char **argv)
{
    struct asked asked = {.top = 1, .kernel = KERNEL_UNASKED};
    struct error err = {0};
    struct pictures pictures;
    struct classifier classifier;
    char buffer[DEFAULT_MODEL_PATH];
    int status;
    if (!parse(&asked, &status, argc, argv))
        return status;
    if (pictures_find(&pictures, asked.names, asked.name_count, asked.list, &err) != 0)
        return output_error(&err);
    const struct kernels *kernels = kernel_chosen(asked.kernel, &err);
    const char *path = kernels != NULL ? default_model(buffer, asked.model, &err) : NULL;
    if (path == NULL || classifier_open(&classifier, path, kernels, &err) != 0) {
        status = output_error(&err);
    } else {
        status = classify_pictures(&pictures, &classifier, &asked);
        classifier_close(&classifier);
    }
    pictures_free(&pictures);
    return status;
}
