/* lenet5 report: one page about a trained model, measured on a labelled set. */
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "cli/command.h"
#include "cli/default_model.h"
#include "cli/kernel.h"
#include "cli/output.h"
#include "cli/threads.h"
#include "dataset/dataset.h"
#include "pages/report.h"

struct asked {
    const char *model, *data, *out;
    int threads, kernel;
};

static bool parse(struct asked *asked, int *status, int argc, char **argv)
{
    static const char closing[] =
        "The page needs nothing else: training curves, confusion matrix, accuracy digit by digit, the mistakes as\n"
        "pictures (known label errors of MNIST are marked), what a probability means, the filters, the settings\n"
        "and the command that trains the model again. It holds images of the test set: mind their licence\n"
        "before you publish it.\n"
        "\nExample: lenet5 report --out report.html\n"
        "Exit status: 3 data missing or wrong, 4 model missing or wrong.\n";
    struct option_spec specs[] = {
        default_model_option(&asked->model),
        {.name = "out",
         .letter = 'o',
         .kind = OPTION_TEXT,
         .to.text = &asked->out,
         .argument = "FILE",
         .help = "where the page goes"},
        {.name = "data",
         .kind = OPTION_TEXT,
         .to.text = &asked->data,
         .argument = "DIR",
         .fallback = "$MNIST_DIR, then data/mnist",
         .help = "folder with the IDX files of the test set"},
        threads_option(&asked->threads),
        kernel_option(&asked->kernel),
    };
    struct options options = {.command = "report",
                              .purpose = "Writes a page about a trained model and its answers on the test set.",
                              .closing = closing,
                              .specs = specs,
                              .count = sizeof specs / sizeof specs[0]};
    return command_begin(status, &options, argc, argv);
}

static int write_report(const struct model *model, const char *path, const struct dataset *set,
                        const struct kernels *kernels, const struct asked *asked)
{
    char name[OUTPUT_NAME], data[OUTPUT_NAME];
    struct evaluation evaluation;
    struct html page = {0};
    struct error err = {0};
    if (evaluator_run(&evaluation, model, set, kernels, threads_resolve(asked->threads), &err) != 0)
        return output_error(&err);
    const char *slash = strrchr(path, '/');
    output_printable(data, set->source != NULL ? set->source : dataset_directory(asked->data), true);
    const struct report report = {output_printable(name, slash != NULL ? slash + 1 : path, true), model, set, data,
                                  &evaluation};
    report_page(&page, &report);
    const int failed = html_save(&page, asked->out, &err);
    if (failed == 0)
        printf("%s: %.2f %% of %d images of %s, written to %s\n", name, 100 * evaluation_accuracy(&evaluation),
               evaluation.total, data, asked->out);
    evaluation_free(&evaluation);
    return failed != 0 ? output_error(&err) : STATUS_DONE;
}

int report_command(int argc, char **argv)
{
    struct asked asked = {.out = "report.html", .kernel = KERNEL_UNASKED};
    struct error err = {0};
    struct model model;
    struct dataset set;
    char buffer[DEFAULT_MODEL_PATH];
    int status;
    if (!parse(&asked, &status, argc, argv))
        return status;
    const char *path = default_model(buffer, asked.model, &err);
    const struct kernels *kernels = path != NULL ? kernel_chosen(asked.kernel, &err) : NULL;
    if (kernels == NULL || files_check_writable(asked.out, &err) != 0 || model_file_load(&model, path, &err) != 0)
        return output_error(&err);
    if (dataset_load(&set, dataset_directory(asked.data), DATASET_TEST, model.architecture.classes, &err) == 0) {
        status = write_report(&model, path, &set, kernels, &asked);
        dataset_free(&set);
    } else {
        status = output_error(&err);
    }
    model_free(&model);
    return status;
}
