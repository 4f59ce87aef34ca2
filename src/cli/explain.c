/* lenet5 explain: the walk of one picture through the network, with the numbers worked out. */
#include <stdio.h>
#include <stdlib.h>

#include "base/files.h"
#include "cli/command.h"
#include "cli/default_model.h"
#include "cli/explain_text.h"
#include "cli/kernel.h"
#include "cli/output.h"
#include "image/decode.h"
#include "pages/explanation_json.h"
#include "pages/explanation_page.h"

struct asked {
    const char *model, *html, *image;
    int kernel;
    bool json;
};

static bool parse(struct asked *asked, int *status, int argc, char **argv)
{
    static const char closing[] =
        "Shows what the network saw, each layer's shape, one window of the convolution and of the pooling worked\n"
        "out, the strongest inputs of each dense layer, the ten scores, and which parts of the picture the\n"
        "answer hangs on. Counts rows, columns, filters, maps, units and inputs from 0, layers from 1. --html\n"
        "writes one page with all feature maps, which needs nothing else; --json prints all numbers.\n"
        "\nExample: lenet5 explain digit.png --html explained.html\n";
    struct option_spec specs[] = {
        default_model_option(&asked->model),
        {.name = "html",
         .kind = OPTION_TEXT,
         .to.text = &asked->html,
         .argument = "FILE",
         .fallback = "none",
         .help = "write a page in place of the text"},
        kernel_option(&asked->kernel),
        {.name = "json", .kind = OPTION_FLAG, .to.flag = &asked->json, .help = "print one JSON document"},
    };
    struct options options = {.command = "explain",
                              .purpose = "Shows the walk of one picture through the network.",
                              .closing = closing,
                              .specs = specs,
                              .count = sizeof specs / sizeof specs[0],
                              .operand = "IMAGE",
                              .operands_min = 1,
                              .operands_max = 1};
    if (!command_begin(status, &options, argc, argv))
        return false;
    asked->image = options.operands[0];
    return true;
}

static void print_answer(const struct walk *walk, const char *name)
{
    const double reject = walk->model->calibration.reject, certainty = (double)walk->certainty;
    printf("%s: %s %d, probability %.4f", name, walk->answer == 8 ? "an" : "a", walk->answer,
           (double)walk->probabilities[walk->answer]);
    if (certainty < reject)
        printf("; not sure: a certainty of %.4f, and %.4f is asked for", certainty, reject);
    printf("\n\n");
}

static int write_page(const struct explanation *explanation, const struct walk *walk, const unsigned char *pixels,
                      const char *name, const char *path, struct error *err)
{
    struct html page = {0};
    explanation_page(&page, explanation, walk, pixels, name);
    return html_save(&page, path, err);
}

static int show(const struct explanation *explanation, const struct walk *walk, const unsigned char *pixels,
                const struct asked *asked)
{
    char name[OUTPUT_NAME];
    struct error err = {0};
    output_printable(name, asked->image, asked->json || asked->html != NULL);
    if (asked->html != NULL && write_page(explanation, walk, pixels, name, asked->html, &err) != 0)
        return output_error(&err);
    if (asked->json) {
        cJSON *json = explanation_walk(walk, pixels);
        cJSON_AddStringToObject(json, "file", name);
        explanation_add_worked(json, explanation, walk);
        return output_json(json);
    }
    print_answer(walk, output_printable(name, asked->image, false));
    if (asked->html == NULL)
        explain_text_print(explanation, walk, pixels);
    return STATUS_DONE;
}

static int explain_picture(struct classifier *classifier, const struct picture *picture, const struct asked *asked)
{
    unsigned char room[FIT_SIDE * FIT_SIDE];
    const unsigned char *pixels;
    struct error err = {0};
    struct walk walk;
    struct explanation explanation;
    if (classifier_fit(&pixels, room, classifier, picture, &err) != 0) {
        error_where(&err, asked->image);
        return output_error(&err);
    }
    if (walk_create(&walk, &classifier->model, &err) != 0)
        return output_error(&err);
    walk_pixels(&walk, pixels);
    int status;
    if (explain_walk(&explanation, &walk, classifier, pixels, &err) == 0) {
        status = show(&explanation, &walk, pixels, asked);
        explain_free(&explanation);
    } else {
        status = output_error(&err);
    }
    walk_free(&walk);
    return status;
}

int explain_command(int argc, char **argv)
{
    struct asked asked = {.kernel = KERNEL_UNASKED};
    struct error err = {0};
    struct classifier classifier;
    struct picture picture;
    char buffer[DEFAULT_MODEL_PATH];
    int status;
    if (!parse(&asked, &status, argc, argv))
        return status;
    const char *path = default_model(buffer, asked.model, &err);
    const struct kernels *kernels = path != NULL ? kernel_chosen(asked.kernel, &err) : NULL;
    if (kernels == NULL || (asked.html != NULL && files_check_writable(asked.html, &err) != 0) ||
        decode_file(&picture, asked.image, &err) != 0)
        return output_error(&err);
    if (classifier_open(&classifier, path, kernels, &err) == 0) {
        status = explain_picture(&classifier, &picture, &asked);
        classifier_close(&classifier);
    } else {
        status = output_error(&err);
    }
    picture_free(&picture);
    return status;
}
