/* lenet5 card: a model card, everything in it measured or read from the model file at this moment. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "cli/card_parts.h"
#include "cli/command.h"
#include "cli/default_model.h"
#include "cli/kernel.h"
#include "cli/output.h"
#include "cli/threads.h"

struct asked {
    const char *model, *data, *out;
    int threads, kernel;
};

static bool parse(struct asked *asked, int *status, int argc, char **argv)
{
    static const char closing[] =
        "What it says follows from the model file and the test set alone: the same ones give the same card.\n"
        "\nExample: lenet5 card --model mine.json --out mine.md\n"
        "Exit status: 3 data missing or wrong, 4 model missing or wrong.\n";
    struct option_spec specs[] = {
        default_model_option(&asked->model),
        {.name = "data",
         .kind = OPTION_TEXT,
         .to.text = &asked->data,
         .argument = "DIR",
         .fallback = "$MNIST_DIR, then data/mnist",
         .help = "folder with the IDX files of the test set"},
        {.name = "out",
         .letter = 'o',
         .kind = OPTION_TEXT,
         .to.text = &asked->out,
         .argument = "FILE",
         .fallback = "standard output",
         .help = "where the card goes, in Markdown"},
        threads_option(&asked->threads),
        kernel_option(&asked->kernel),
    };
    struct options options = {.command = "card",
                              .purpose =
                                  "Writes a model card: network, training, accuracy, calibration, limits, and the "
                                  "test images that are read wrong, drawn in text.",
                              .closing = closing,
                              .specs = specs,
                              .count = sizeof specs / sizeof specs[0]};
    return command_begin(status, &options, argc, argv);
}

static void print_card(FILE *to, const struct card *card)
{
    fprintf(to, "# Model card of `%s`\n\nWritten by `lenet5 card` (%s).\n\n", card->name, version_program());
    card_part_network(to, card);
    card_part_training(to, card);
    card_part_accuracy(to, card);
    card_part_calibration(to, card);
    card_part_limits(to, card);
    card_part_mistakes(to, card);
}

/* Through memory: a file is written whole or not at all. */
static int write_card(const struct card *card, const char *path, struct error *err)
{
    char *text = NULL;
    size_t size = 0;
    if (path == NULL) {
        print_card(stdout, card);
        return 0;
    }
    FILE *memory = open_memstream(&text, &size);
    if (memory == NULL)
        return error_memory(err, 1 << 16, "the card");
    print_card(memory, card);
    const int lost = ferror(memory) != 0;
    const int result =
        fclose(memory) != 0 || lost ? error_memory(err, size, "the card") : files_write(path, text, size, err);
    free(text);
    return result;
}

static int make_card(const struct model *model, const struct dataset *set, const char *path, const char *directory,
                     const struct kernels *kernels, const struct asked *asked, struct error *err)
{
    struct evaluation evaluation;
    char folder[OUTPUT_NAME], name[OUTPUT_NAME];
    const char *slash = strrchr(path, '/');
    if (evaluator_run(&evaluation, model, set, kernels, threads_resolve(asked->threads), err) != 0)
        return -1;
    const struct card card = {.name = output_printable(name, slash != NULL ? slash + 1 : path, true),
                              .model = model,
                              .set = set,
                              .data = set->source != NULL ? set->source : output_printable(folder, directory, true),
                              .evaluation = &evaluation};
    const int result = write_card(&card, asked->out, err);
    evaluation_free(&evaluation);
    return result;
}

int card_command(int argc, char **argv)
{
    struct asked asked = {.kernel = KERNEL_UNASKED};
    struct error err = {0};
    struct model model;
    struct dataset set;
    char buffer[DEFAULT_MODEL_PATH];
    int status;
    if (!parse(&asked, &status, argc, argv))
        return status;
    const char *directory = dataset_directory(asked.data);
    const struct kernels *kernels = kernel_chosen(asked.kernel, &err);
    const char *path = kernels != NULL ? default_model(buffer, asked.model, &err) : NULL;
    if (path == NULL || model_file_load(&model, path, &err) != 0)
        return output_error(&err);
    if ((asked.out != NULL && files_check_writable(asked.out, &err) != 0) ||
        dataset_load(&set, directory, DATASET_TEST, model.architecture.classes, &err) != 0) {
        status = output_error(&err);
    } else {
        status =
            make_card(&model, &set, path, directory, kernels, &asked, &err) == 0 ? STATUS_DONE : output_error(&err);
        dataset_free(&set);
    }
    model_free(&model);
    return status;
}
