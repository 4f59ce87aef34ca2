/* lenet5 compare: several models on the same test images, and whether they differ by more than chance. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/kernel.h"
#include "cli/output.h"
#include "cli/table.h"
#include "cli/threads.h"
#include "cli/views.h"
#include "nn/loss.h"
#include "training/evaluator.h"
#include "training/mcnemar.h"

enum { MODELS = 64 };

static const double P_SHOWN = 0.0001;

/* A row of the table. */
struct contestant {
    const char *name;
    char digest[DIGEST_TEXT]; /* empty for the ensemble */
    unsigned char *answers;   /* [images] */
    int errors;
};

struct contest {
    struct dataset set;
    const char *directory;
    int classes, count, views;
    struct contestant each[MODELS + 1];
    float *sums; /* [images][classes], the models' probabilities added up; NULL without an ensemble */
};

struct asked {
    const char *data;
    int views, threads, kernel;
    bool ensemble, json;
    char **models;
    int count;
};

static bool parse(struct asked *asked, int *status, int argc, char **argv)
{
    static const char closing[] = "The test: only images count that one of two models reads right and the other wrong. "
                                  "p is how likely a split at\n"
                                  "least so unequal is if both are equally good (McNemar, exact binomial, two-sided): "
                                  "below 0.05 it is hardly chance.\n"
                                  "The ensemble answers by the mean of all models' probabilities.\n"
                                  "\nExample: lenet5 compare --ensemble best-seed1.json best-seed2.json\n"
                                  "Exit status: 3 data missing or wrong, 4 a model missing or wrong.\n";
    struct option_spec specs[] = {
        {.name = "data",
         .kind = OPTION_TEXT,
         .to.text = &asked->data,
         .argument = "DIR",
         .fallback = "$MNIST_DIR, then data/mnist",
         .help = "folder with the IDX files of the test set"},
        {.name = "ensemble",
         .kind = OPTION_FLAG,
         .to.flag = &asked->ensemble,
         .help = "one more row: all models together"},
        views_option(&asked->views),
        threads_option(&asked->threads),
        kernel_option(&asked->kernel),
        {.name = "json", .kind = OPTION_FLAG, .to.flag = &asked->json, .help = "print one JSON document"},
    };
    struct options options = {.command = "compare",
                              .purpose = "Compares models on the same test images: accuracy, its standard error, and "
                                         "McNemar's test for each pair.",
                              .closing = closing,
                              .specs = specs,
                              .count = sizeof specs / sizeof specs[0],
                              .operand = "MODEL",
                              .operands_min = 2,
                              .operands_max = MODELS};
    if (!command_begin(status, &options, argc, argv))
        return false;
    asked->models = options.operands;
    asked->count = options.operand_count;
    return true;
}

/* ---- Answers ---- */

static int count_errors(struct contestant *contestant, const struct dataset *set)
{
    for (int i = 0; i < set->count; i++)
        contestant->errors += contestant->answers[i] != set->labels[i];
    return 0;
}

static void answer(struct contestant *contestant, float *sums, const float *scores, const struct dataset *set,
                   const struct model *model)
{
    const int classes = model->architecture.classes;
    float probabilities[ARCHITECTURE_CLASSES];
    for (int i = 0; i < set->count; i++, scores += classes) {
        contestant->answers[i] = (unsigned char)loss_answer(scores, classes);
        if (sums == NULL)
            continue;
        calibration_apply(probabilities, scores, classes, &model->calibration);
        for (int k = 0; k < classes; k++)
            sums[(size_t)i * (size_t)classes + (size_t)k] += probabilities[k];
    }
    count_errors(contestant, set);
}

static int enter(struct contest *contest, const struct model *model, const char *name, const struct kernels *kernels,
                 int threads, struct error *err)
{
    const size_t images = (size_t)contest->set.count, numbers = images * (size_t)model->architecture.classes;
    struct contestant *contestant = &contest->each[contest->count];
    float *scores = malloc(numbers * sizeof *scores);
    contestant->name = name;
    contestant->answers = malloc(images);
    contest->count++;
    strcpy(contestant->digest, model->digest);
    int result = scores != NULL && contestant->answers != NULL
                     ? evaluator_scores(scores, model, &contest->set, contest->views, kernels, threads, err)
                     : error_memory(err, numbers * sizeof *scores, "the answers");
    if (result == 0)
        answer(contestant, contest->sums, scores, &contest->set, model);
    free(scores);
    return result;
}

/* The largest sum is the largest mean. */
static int enter_ensemble(struct contest *contest, struct error *err)
{
    struct contestant *all = &contest->each[contest->count++];
    all->name = "ensemble";
    all->answers = malloc((size_t)contest->set.count);
    if (all->answers == NULL)
        return error_memory(err, (unsigned long long)contest->set.count, "the answers");
    for (int i = 0; i < contest->set.count; i++)
        all->answers[i] =
            (unsigned char)loss_answer(contest->sums + (size_t)i * (size_t)contest->classes, contest->classes);
    return count_errors(all, &contest->set);
}

/* ---- Printing ---- */

static void print_models(const struct contest *contest)
{
    const int images = contest->set.count;
    struct table table;
    table_start(&table, "rlrrr");
    const char *const head[] = {"", "model", "accuracy %", "+-", "errors"};
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        table_cell(&table, "%s", head[i]);
    for (int i = 0; i < contest->count; i++) {
        const struct contestant *each = &contest->each[i];
        char name[OUTPUT_NAME];
        table_cell(&table, "%d", i + 1);
        table_cell(&table, "%s", output_printable(name, each->name, false));
        table_cell(&table, "%.2f", 100.0 * (images - each->errors) / images);
        table_cell(&table, "%.2f", 100 * evaluation_standard_error(images - each->errors, images));
        table_cell(&table, "%d", each->errors);
    }
    table_print(stdout, &table);
}

static struct mcnemar test_pair(const struct contest *contest, int first, int second)
{
    return mcnemar_test(contest->each[first].answers, contest->each[second].answers, contest->set.labels,
                        contest->set.count);
}

static void print_pairs(const struct contest *contest)
{
    printf("\n   pair  only the first right  only the second  p\n");
    for (int first = 0; first < contest->count; first++)
        for (int second = first + 1; second < contest->count; second++) {
            const struct mcnemar test = test_pair(contest, first, second);
            printf("%3d %3d  %20d  %15d", first + 1, second + 1, test.only_first, test.only_second);
            printf(test.p < P_SHOWN ? "  below %.4f\n" : "  %.4f\n", test.p < P_SHOWN ? P_SHOWN : test.p);
        }
}

static void print_text(const struct contest *contest)
{
    char folder[OUTPUT_NAME];
    output_printable(folder, contest->directory, false);
    printf("%d test images of %s", contest->set.count, contest->set.source != NULL ? contest->set.source : folder);
    if (contest->views > 1)
        printf(", the mean over %d views of each", contest->views);
    printf("\n\n");
    print_models(contest);
    print_pairs(contest);
}

static cJSON *to_json(const struct contest *contest)
{
    const int images = contest->set.count;
    char name[OUTPUT_NAME];
    cJSON *json = cJSON_CreateObject();
    output_printable(name, contest->directory, true);
    cJSON_AddStringToObject(json, "data", contest->set.source != NULL ? contest->set.source : name);
    cJSON_AddNumberToObject(json, "views", contest->views);
    cJSON_AddNumberToObject(json, "total", images);
    cJSON_AddStringToObject(json, "data_digest", contest->set.digest);
    cJSON *models = cJSON_AddArrayToObject(json, "models");
    for (int i = 0; i < contest->count; i++) {
        const struct contestant *each = &contest->each[i];
        const int correct = images - each->errors;
        cJSON *entry = cJSON_CreateObject();
        cJSON_AddStringToObject(entry, "model", output_printable(name, each->name, true));
        cJSON_AddItemToObject(entry, "accuracy", output_number((double)correct / images, 6));
        cJSON_AddItemToObject(entry, "standard_error", output_number(evaluation_standard_error(correct, images), 6));
        cJSON_AddNumberToObject(entry, "errors", each->errors);
        cJSON_AddItemToObject(entry, "digest",
                              each->digest[0] != '\0' ? cJSON_CreateString(each->digest) : cJSON_CreateNull());
        cJSON_AddItemToArray(models, entry);
    }
    cJSON *pairs = cJSON_AddArrayToObject(json, "pairs");
    for (int first = 0; first < contest->count; first++)
        for (int second = first + 1; second < contest->count; second++) {
            const struct mcnemar test = test_pair(contest, first, second);
            cJSON *entry = cJSON_CreateObject();
            cJSON_AddNumberToObject(entry, "first", first);
            cJSON_AddNumberToObject(entry, "second", second);
            cJSON_AddNumberToObject(entry, "only_first", test.only_first);
            cJSON_AddNumberToObject(entry, "only_second", test.only_second);
            cJSON_AddItemToObject(entry, "p", output_number(test.p, 6));
            cJSON_AddItemToArray(pairs, entry);
        }
    return json;
}

/* ---- From files to rows ---- */

/* The first model says how many classes there are, and the data is loaded for that. */
static int prepare(struct contest *contest, const struct model *model, const struct asked *asked, struct error *err)
{
    contest->classes = model->architecture.classes;
    if (dataset_load(&contest->set, contest->directory, DATASET_TEST, contest->classes, err) != 0)
        return -1;
    const size_t numbers = (size_t)contest->set.count * (size_t)contest->classes;
    if (asked->ensemble && (contest->sums = calloc(numbers, sizeof(float))) == NULL)
        return error_memory(err, numbers * sizeof(float), "the ensemble");
    return 0;
}

static int enter_file(struct contest *contest, const char *path, const struct kernels *kernels, int threads,
                      const struct asked *asked, struct error *err)
{
    struct model model;
    if (model_file_load(&model, path, err) != 0)
        return -1;
    int result = contest->count == 0 ? prepare(contest, &model, asked, err) : 0;
    if (result == 0 && model.architecture.classes != contest->classes)
        result = error_set(err, ERROR_MODEL, "%s has %d classes, and %s has %d: compare models of the same ones", path,
                           model.architecture.classes, asked->models[0], contest->classes);
    if (result == 0 && enter(contest, &model, path, kernels, threads, err) != 0)
        result = error_where(err, path);
    model_free(&model);
    return result;
}

static int run(struct contest *contest, const struct asked *asked, struct error *err)
{
    const struct kernels *kernels = kernel_chosen(asked->kernel, err);
    const int threads = threads_resolve(asked->threads);
    if (kernels == NULL)
        return -1;
    for (int i = 0; i < asked->count; i++)
        if (enter_file(contest, asked->models[i], kernels, threads, asked, err) != 0)
            return -1;
    return asked->ensemble ? enter_ensemble(contest, err) : 0;
}

int compare_command(int argc, char **argv)
{
    struct asked asked = {.kernel = KERNEL_UNASKED};
    struct contest contest = {0};
    struct error err = {0};
    int status;
    if (!parse(&asked, &status, argc, argv))
        return status;
    contest.directory = dataset_directory(asked.data);
    contest.views = asked.views;
    if (run(&contest, &asked, &err) != 0)
        status = output_error(&err);
    else if (asked.json)
        status = output_json(to_json(&contest));
    else {
        print_text(&contest);
        status = STATUS_DONE;
    }
    for (int i = 0; i < contest.count; i++)
        free(contest.each[i].answers);
    free(contest.sums);
    dataset_free(&contest.set);
    return status;
}
