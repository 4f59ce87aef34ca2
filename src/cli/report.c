/* lenet5 report: one page about a trained model, measured on a labelled set. */
#include <stdio.h>

#include "base/files.h"
#include "cli/command.h"
#include "cli/default_model.h"
#include "cli/kernel.h"
#include "cli/measured.h"
#include "cli/threads.h"
#include "pages/report.h"

struct asked {
    struct measured_asked measured;
    const char *out;
};

static bool parse(struct asked *asked, int *status, int argc, char **argv)
{
    static const char closing[] =
        "The page holds what lenet5 card says, with charts and pictures, and needs nothing else: accuracy digit by\n"
        "digit, confusion matrix, the mistakes (known label errors of MNIST are marked), what a probability means,\n"
        "limits, the network and its filters, training curves, the settings and the command that trains the model\n"
        "again. It holds images of the test set: mind their licence before you publish it.\n"
        "\nExample: lenet5 report --out report.html\n"
        "Exit status: 3 data missing or wrong, 4 model missing or wrong.\n";
    struct option_spec specs[] = {
        default_model_option(&asked->measured.model),
        {.name = "out",
         .letter = 'o',
         .kind = OPTION_TEXT,
         .to.text = &asked->out,
         .argument = "FILE",
         .help = "where the page goes"},
        {.name = "data",
         .kind = OPTION_TEXT,
         .to.text = &asked->measured.data,
         .argument = "DIR",
         .fallback = "$MNIST_DIR, then data/mnist",
         .help = "folder with the IDX files of the test set"},
        threads_option(&asked->measured.threads),
        kernel_option(&asked->measured.kernel),
    };
    struct options options = {.command = "report",
                              .purpose = "Writes a page about a trained model and its answers on the test set.",
                              .closing = closing,
                              .specs = specs,
                              .count = sizeof specs / sizeof specs[0]};
    return command_begin(status, &options, argc, argv);
}

static int write_report(const struct card *card, const char *path)
{
    struct html page = {0};
    struct error err = {0};
    report_page(&page, card);
    if (html_save(&page, path, &err) != 0)
        return output_error(&err);
    printf("%s: %.2f %% of %d images of %s, written to %s\n", card->name, 100 * evaluation_accuracy(card->evaluation),
           card->evaluation->total, card->data, path);
    return STATUS_DONE;
}

int report_command(int argc, char **argv)
{
    struct asked asked = {.out = "report.html", .measured.kernel = KERNEL_UNASKED};
    struct error err = {0};
    struct measured measured;
    int status;
    if (!parse(&asked, &status, argc, argv))
        return status;
    if (files_check_writable(asked.out, &err) != 0 || measured_make(&measured, &asked.measured, &err) != 0)
        return output_error(&err);
    status = write_report(&measured.card, asked.out);
    measured_free(&measured);
    return status;
}
