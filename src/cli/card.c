/* lenet5 card: a model card, everything in it measured or read from the model file at this moment. */
#include <stdio.h>
#include <stdlib.h>

#include "base/files.h"
#include "cli/command.h"
#include "cli/default_model.h"
#include "cli/kernel.h"
#include "cli/measured.h"
#include "cli/threads.h"

struct asked {
    struct measured_asked measured;
    const char *out;
};

static bool parse(struct asked *asked, int *status, int argc, char **argv)
{
    static const char closing[] =
        "What it says follows from the model file and the test set alone: the same ones give the same card.\n"
        "\nExample: lenet5 card --model mine.json --out mine.md\n"
        "Exit status: 3 data missing or wrong, 4 model missing or wrong.\n";
    struct option_spec specs[] = {
        default_model_option(&asked->measured.model),
        {.name = "data",
         .kind = OPTION_TEXT,
         .to.text = &asked->measured.data,
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
        threads_option(&asked->measured.threads),
        kernel_option(&asked->measured.kernel),
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

/* Through memory: a file is written whole or not at all. */
static int write_card(const struct card *card, const char *path, struct error *err)
{
    struct html text = {0};
    card_markdown(&text, card);
    if (path != NULL || text.has_failed)
        return html_save(&text, path, err);
    fputs(text.text, stdout);
    free(text.text);
    return 0;
}

int card_command(int argc, char **argv)
{
    struct asked asked = {.measured.kernel = KERNEL_UNASKED};
    struct error err = {0};
    struct measured measured;
    int status;
    if (!parse(&asked, &status, argc, argv))
        return status;
    if ((asked.out != NULL && files_check_writable(asked.out, &err) != 0) ||
        measured_make(&measured, &asked.measured, &err) != 0)
        return output_error(&err);
    status = write_card(&measured.card, asked.out, &err) == 0 ? STATUS_DONE : output_error(&err);
    measured_free(&measured);
    return status;
}
