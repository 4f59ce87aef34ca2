/* lenet5 classify: one line for each picture, the digit and how sure the network is. */
#include <limits.h>

#include "base/files.h"
#include "cli/classifiers.h"
#include "cli/classify_report.h"
#include "cli/command.h"
#include "cli/default_model.h"
#include "cli/kernel.h"
#include "cli/output.h"
#include "cli/pictures.h"
#include "cli/reject.h"
#include "cli/threads.h"
#include "cli/views.h"
#include "image/write_png.h"

struct asked {
    const char *model, *list, *input;
    int index, top, views, threads, kernel;
    double reject;
    bool json, from_idx, show, strict;
    char **names;
    int name_count;
};

static bool parse(struct asked *asked, int *status, int argc, char **argv)
{
    static const char closing[] =
        "Reads PNG, JPEG, BMP, PBM, PGM and PPM, whatever the name; `-` is standard input. Prints path,\n"
        "digit and probability, parted by tabs; with --top K then the next digits and theirs. A picture that\n"
        "is like an MNIST image already goes in as it is; any other is fitted: light made even, ink found,\n"
        "strokes near MNIST's width, ink box to 20 pixels, centre of mass. A folder stands for the pictures\n"
        "in it. A file that cannot be read is reported, the others are answered, exit status 1.\n"
        "A picture without a digit, and one whose answer is not certain enough, is refused: `?` stands for\n"
        "the digit, and behind it the certainty. That is no failure, but with --strict it is exit status 7.\n"
        "What shows several digits is answered as one all the same, with a note: lenet5 read reads them.\n"
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
        reject_option(&asked->reject),
        reject_strict_option(&asked->strict),
        {.name = "show",
         .kind = OPTION_FLAG,
         .to.flag = &asked->show,
         .help = "draw what the network sees, with the most probable digits beside it"},
        {.name = "save-input",
         .kind = OPTION_TEXT,
         .to.text = &asked->input,
         .argument = "FILE.png",
         .help = "keep what the network sees, of one picture"},
        pictures_list_option(&asked->list),
        views_option(&asked->views),
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
    struct error err = {0};
    if (!command_begin(status, &options, argc, argv))
        return false;
    if (asked->json && asked->show) {
        error_set(&err, ERROR_USAGE, "--show draws among the text, and --json prints none: leave one out");
        *status = output_error(&err);
        return false;
    }
    asked->from_idx = options_given(&options, "index");
    asked->names = options.operands;
    asked->name_count = options.operand_count;
    return true;
}

/* ---- All files ---- */

/* What the work on files shares. */
struct classify {
    const struct asked *asked;
    struct classifiers classifiers; /* one a thread */
    float threshold;
    int status;
};

static int work(void *result, void *context, int thread, const char *path, struct error *err)
{
    const struct classify *classify = context;
    const struct asked *asked = classify->asked;
    struct classifier *classifier = &classify->classifiers.all[thread];
    return asked->from_idx ? classify_answer_idx(result, classifier, path, asked->index, classify->threshold, err)
                           : classify_answer_picture(result, classifier, path, classify->threshold, true, err);
}

static int save_input(const char *path, struct classify_answer *answer)
{
    struct error err = {0};
    if (!answer->is_seen)
        error_set(&err, ERROR_FAILED, "%s: the network saw no picture of %dx%d that could be kept", path, FIT_SIDE,
                  FIT_SIDE);
    else if (write_png_file(path, &(struct picture){.rows = FIT_SIDE, .cols = FIT_SIDE, .gray = answer->pixels},
                            &err) == 0)
        return STATUS_DONE;
    return output_error(&err);
}

static void tell(void *context, const char *path, void *result, const struct error *err)
{
    struct classify *classify = context;
    const struct asked *asked = classify->asked;
    struct classify_answer *answer = result;
    const int classes = classify->classifiers.all[0].model.architecture.classes;
    char name[OUTPUT_NAME];
    int status = STATUS_DONE;
    output_printable(name, path, asked->json);
    if (err != NULL)
        status = output_failure(path, err, asked->json);
    else if (asked->json)
        status = classify_report_json(name, answer, classes, asked->top);
    else
        classify_report_text(name, answer, classes, asked->top, asked->show);
    if (err == NULL && !asked->json && answer->digits > 1)
        output_note("%s: shows %d digits or more, and this answer is for one: lenet5 read reads them all", name,
                    answer->digits);
    if (err == NULL && asked->input != NULL && status == STATUS_DONE)
        status = save_input(asked->input, answer);
    if (status == STATUS_DONE && asked->strict && answer->is_refused)
        status = STATUS_REFUSED;
    if (status != STATUS_DONE && classify->status != STATUS_FAILED)
        classify->status = status;
}

static int classify_pictures(const struct pictures *pictures, const struct asked *asked, struct error *err)
{
    const int threads = pictures_threads(pictures, threads_resolve(asked->threads));
    struct classify classify = {.asked = asked};
    const struct pictures_job job = {sizeof(struct classify_answer), work, tell, &classify, threads};
    if (asked->input != NULL && pictures->count > 1)
        error_set(err, ERROR_USAGE, "--save-input keeps what is seen of one picture, and %d are given",
                  pictures->count);
    else if ((asked->input == NULL || files_check_writable(asked->input, err) == 0) &&
             classifiers_open(&classify.classifiers, asked->model, asked->kernel, asked->views, threads, err) == 0) {
        classify.threshold = reject_threshold(asked->reject, &classify.classifiers.all[0].model);
        pictures_run(pictures, &job, err);
    }
    classifiers_close(&classify.classifiers);
    return err->kind != ERROR_NONE ? output_error(err) : classify.status;
}

int classify_command(int argc, char **argv)
{
    struct asked asked = {.top = 1, .kernel = KERNEL_UNASKED, .reject = REJECT_UNASKED};
    struct error err = {0};
    struct pictures pictures;
    int status;
    if (!parse(&asked, &status, argc, argv))
        return status;
    if (pictures_find(&pictures, asked.names, asked.name_count, asked.list, &err) != 0)
        return output_error(&err);
    status = classify_pictures(&pictures, &asked, &err);
    pictures_free(&pictures);
    return status;
}
