/* lenet5 evaluate: how good a model is on the test set, with its error bar. */
#include <stdio.h>

#include "cli/command.h"
#include "cli/default_model.h"
#include "cli/evaluate_pictures.h"
#include "cli/kernel.h"
#include "cli/output.h"
#include "cli/reject.h"
#include "cli/threads.h"
#include "cli/views.h"
#include "dataset/dataset.h"
#include "training/evaluator.h"

enum { MISTAKES_SHOWN = 10 };

struct asked {
    const char *model, *data, *images, *labels;
    double min_accuracy, reject;
    int views, threads, kernel;
    bool json, has_minimum;
};

static bool check(const struct asked *asked, const struct options *options, int *status)
{
    struct error err = {0};
    if (asked->images != NULL && options_given(options, "data"))
        error_set(&err, ERROR_USAGE, "--data is measured on, or --images: leave one out");
    else if (asked->images == NULL && (asked->labels != NULL || options_given(options, "reject")))
        error_set(&err, ERROR_USAGE, "--%s belongs to pictures: add --images DIR",
                  asked->labels != NULL ? "labels" : "reject");
    if (err.kind == ERROR_NONE)
        return true;
    *status = output_error(&err);
    return false;
}

static bool parse(struct asked *asked, int *status, int argc, char **argv)
{
    static const char closing[] =
        "All images of the test set are answered; none is refused. The standard error is the binomial\n"
        "one, sqrt(p (1 - p) / n). Two models whose accuracies differ by less than two of them may well be\n"
        "equally good.\n"
        "With --images, it is measured on pictures. FILE.tsv has tabs between its columns and their names in\n"
        "its first line: file, label, kind. A label is digits, / between lines of them, or - for none. What\n"
        "has several digits is read, all else classified; a refused answer is wrong where there is a digit.\n"
        "\nExample: lenet5 evaluate --model lenet5.json --min-accuracy 0.988\n"
        "         lenet5 evaluate --images mine --labels mine/labels.tsv\n"
        "Exit status: 3 data missing or wrong, 4 model missing or wrong, 6 accuracy below --min-accuracy.\n";
    struct option_spec specs[] = {
        default_model_option(&asked->model),
        {.name = "data",
         .kind = OPTION_TEXT,
         .to.text = &asked->data,
         .argument = "DIR",
         .fallback = "$MNIST_DIR, then data/mnist",
         .help = "folder with the IDX files of the test set"},
        {.name = "images",
         .kind = OPTION_TEXT,
         .to.text = &asked->images,
         .argument = "DIR",
         .fallback = "none",
         .help = "measure on the pictures in this folder"},
        {.name = "labels",
         .kind = OPTION_TEXT,
         .to.text = &asked->labels,
         .argument = "FILE.tsv",
         .fallback = "labels.tsv in that folder",
         .help = "what they show"},
        reject_option(&asked->reject),
        {.name = "min-accuracy",
         .kind = OPTION_NUMBER,
         .to.number = &asked->min_accuracy,
         .min = 0,
         .max = 1,
         .argument = "X",
         .fallback = "none",
         .help = "exit status 6 below it (0.988 is 98.8 %)"},
        views_option(&asked->views),
        threads_option(&asked->threads),
        kernel_option(&asked->kernel),
        {.name = "json", .kind = OPTION_FLAG, .to.flag = &asked->json, .help = "print one JSON document"},
    };
    struct options options = {.command = "evaluate",
                              .purpose = "Measures a model on the test set: accuracy, confusion matrix, mistakes.",
                              .closing = closing,
                              .specs = specs,
                              .count = sizeof specs / sizeof specs[0]};
    if (!command_begin(status, &options, argc, argv))
        return false;
    asked->has_minimum = options_given(&options, "min-accuracy");
    return check(asked, &options, status);
}

static void print_share(const char *what, int correct, int total)
{
    if (total > 0)
        printf("%-14s %6.2f %% +- %.2f  (%d of %d)\n", what, 100.0 * correct / total,
               100 * evaluation_standard_error(correct, total), correct, total);
}

static void print_confusion(const struct evaluation *evaluation)
{
    printf("\ntruth   right %%   answered as");
    for (int k = 0; k < evaluation->classes; k++)
        printf("%s%d", k > 0 ? "     " : "   ", k);
    printf("\n");
    for (int label = 0; label < evaluation->classes; label++) {
        const int *row = evaluation->confusion + label * evaluation->classes,
                  total = evaluation_of_class(evaluation, label);
        if (total == 0)
            continue;
        printf("%5d   %7.2f             ", label, 100.0 * row[label] / total);
        for (int k = 0; k < evaluation->classes; k++)
            printf(row[k] > 0 ? " %5d" : "     .", row[k]);
        printf("\n");
    }
}

static void print_mistakes(const struct evaluation *evaluation)
{
    const int mistakes = evaluation->total - evaluation->correct;
    if (mistakes == 0)
        return;
    printf("\nmost confident mistakes of %d (index in the file, from 0)\n", mistakes);
    for (int i = 0; i < mistakes && i < MISTAKES_SHOWN; i++) {
        const struct mistake *mistake = &evaluation->mistakes[i];
        printf("%8d   a %d answered as %d   %.4f\n", mistake->index, mistake->label, mistake->answer,
               (double)mistake->probability);
    }
}

static void print_data(const struct dataset *set, const char *directory)
{
    char folder[OUTPUT_NAME];
    output_printable(folder, directory, false);
    if (set->source != NULL)
        printf("%-15s %s (%s)\n", "data", set->source, folder);
    else
        printf("%-15s %s\n", "data", folder);
}

static void print_text(const struct evaluation *evaluation, const struct dataset *set, const char *directory, int views)
{
    const int half = evaluation->total / 2, first = evaluation_correct(evaluation, set, 0, half);
    print_data(set, directory);
    if (views > 1)
        printf("%-15s %d of each image, the mean of their scores\n", "views", views);
    print_share("accuracy", evaluation->correct, evaluation->total);
    print_share("first half", first, half);
    print_share("second half", evaluation->correct - first, evaluation->total - half);
    printf("%-14s %6.2f %%  expected error of a probability\n", "calibration", 100 * evaluation->ece);
    print_confusion(evaluation);
    print_mistakes(evaluation);
}

static cJSON *half_json(int correct, int total)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddItemToObject(json, "accuracy", output_number(total > 0 ? (double)correct / total : 0, 6));
    cJSON_AddNumberToObject(json, "correct", correct);
    cJSON_AddNumberToObject(json, "total", total);
    return json;
}

static cJSON *confusion_json(const struct evaluation *evaluation)
{
    cJSON *json = cJSON_CreateArray();
    for (int label = 0; label < evaluation->classes; label++)
        cJSON_AddItemToArray(
            json, cJSON_CreateIntArray(evaluation->confusion + label * evaluation->classes, evaluation->classes));
    return json;
}

static cJSON *per_digit_json(const struct evaluation *evaluation)
{
    cJSON *json = cJSON_CreateArray();
    for (int label = 0; label < evaluation->classes; label++) {
        const int total = evaluation_of_class(evaluation, label);
        const int correct = evaluation->confusion[label * evaluation->classes + label];
        cJSON_AddItemToArray(json, total > 0 ? output_number((double)correct / total, 6) : cJSON_CreateNull());
    }
    return json;
}

static cJSON *mistakes_json(const struct evaluation *evaluation)
{
    cJSON *json = cJSON_CreateArray();
    for (int i = 0; i < evaluation->total - evaluation->correct; i++) {
        const struct mistake *mistake = &evaluation->mistakes[i];
        cJSON *entry = cJSON_CreateObject();
        cJSON_AddNumberToObject(entry, "index", mistake->index);
        cJSON_AddNumberToObject(entry, "label", mistake->label);
        cJSON_AddNumberToObject(entry, "answer", mistake->answer);
        cJSON_AddItemToObject(entry, "probability", output_number((double)mistake->probability, 6));
        cJSON_AddItemToArray(json, entry);
    }
    return json;
}

static cJSON *to_json(const struct evaluation *evaluation, const struct dataset *set, const char *directory,
                      const struct model *model, int views)
{
    char folder[OUTPUT_NAME];
    const int half = evaluation->total / 2, first = evaluation_correct(evaluation, set, 0, half);
    const double accuracy = evaluation_accuracy(evaluation);
    cJSON *json = cJSON_CreateObject();
    output_printable(folder, directory, true);
    cJSON_AddStringToObject(json, "data", set->source != NULL ? set->source : folder);
    cJSON_AddNumberToObject(json, "views", views);
    cJSON_AddItemToObject(json, "accuracy", output_number(accuracy, 6));
    cJSON_AddItemToObject(json, "standard_error",
                          output_number(evaluation_standard_error(evaluation->correct, evaluation->total), 6));
    cJSON_AddItemToObject(json, "error_rate", output_number(1 - accuracy, 6));
    cJSON_AddNumberToObject(json, "correct", evaluation->correct);
    cJSON_AddNumberToObject(json, "total", evaluation->total);
    cJSON_AddItemToObject(json, "loss", output_number(evaluation->loss, 6));
    cJSON_AddItemToObject(json, "ece", output_number(evaluation->ece, 6));
    cJSON_AddItemToObject(json, "first_half", half_json(first, half));
    cJSON_AddItemToObject(json, "second_half", half_json(evaluation->correct - first, evaluation->total - half));
    cJSON_AddItemToObject(json, "per_digit", per_digit_json(evaluation));
    cJSON_AddItemToObject(json, "confusion", confusion_json(evaluation));
    cJSON_AddItemToObject(json, "mistakes", mistakes_json(evaluation));
    cJSON_AddStringToObject(json, "model_digest", model->digest);
    cJSON_AddStringToObject(json, "data_digest", set->digest);
    return json;
}

static int evaluate(const struct model *model, const struct dataset *set, const struct kernels *kernels,
                    const struct asked *asked)
{
    struct evaluation evaluation;
    struct error err = {0};
    if (evaluator_run(&evaluation, model, set, asked->views, kernels, threads_resolve(asked->threads), &err) != 0)
        return output_error(&err);
    const char *directory = dataset_directory(asked->data);
    int status = STATUS_DONE;
    if (asked->json)
        status = output_json(to_json(&evaluation, set, directory, model, asked->views));
    else
        print_text(&evaluation, set, directory, asked->views);
    const double accuracy = evaluation_accuracy(&evaluation);
    evaluation_free(&evaluation);
    if (status == STATUS_DONE && asked->has_minimum && accuracy < asked->min_accuracy) {
        output_note("the accuracy %.6g is below --min-accuracy %.6g", accuracy, asked->min_accuracy);
        status = STATUS_BELOW_MINIMUM;
    }
    return status;
}

int evaluate_command(int argc, char **argv)
{
    struct asked asked = {.kernel = KERNEL_UNASKED, .reject = REJECT_UNASKED};
    struct error err = {0};
    struct model model;
    struct dataset set;
    char buffer[DEFAULT_MODEL_PATH];
    int status;
    if (!parse(&asked, &status, argc, argv))
        return status;
    if (asked.images != NULL)
        return evaluate_pictures(
            &(struct evaluate_pictures){.folder = asked.images,
                                        .labels = asked.labels,
                                        .model = asked.model,
                                        .kernel = asked.kernel,
                                        .views = asked.views,
                                        .threads = asked.threads,
                                        .reject = asked.reject,
                                        .json = asked.json,
                                        .min_accuracy = asked.has_minimum ? asked.min_accuracy : -1});
    const struct kernels *kernels = kernel_chosen(asked.kernel, &err);
    const char *path = kernels != NULL ? default_model(buffer, asked.model, &err) : NULL;
    if (path == NULL || model_file_load(&model, path, &err) != 0)
        return output_error(&err);
    if (dataset_load(&set, dataset_directory(asked.data), DATASET_TEST, model.architecture.classes, &err) != 0) {
        status = output_error(&err);
    } else {
        status = evaluate(&model, &set, kernels, &asked);
        dataset_free(&set);
    }
    model_free(&model);
    return status;
}
