/* lenet5 read: the numbers in each picture, a line of digits for each of its lines. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cli/classifiers.h"
#include "cli/command.h"
#include "cli/default_model.h"
#include "cli/kernel.h"
#include "cli/output.h"
#include "cli/pictures.h"
#include "cli/reject.h"
#include "cli/threads.h"
#include "image/decode.h"
#include "pages/reading_json.h"
#include "reader/read.h"

struct asked {
    const char *model, *list;
    int threads, kernel;
    double reject;
    bool json, boxes, strict;
    char **names;
    int name_count;
};

static bool parse(struct asked *asked, int *status, int argc, char **argv)
{
    static const char closing[] =
        "Finds the digits of each picture, parts those that touch, and prints a line of digits for each line of\n"
        "them, from the top down; `?` stands for a digit that is refused. With several pictures, with a folder\n"
        "or with --files-from, the path and a tab stand before each line, and a picture without digits has a\n"
        "line with none. --boxes adds a tab and x,y,width,height for each digit, in pixels of the upright\n"
        "picture. Reads what classify reads; a file that cannot be read is reported, the others are read, exit\n"
        "status 1. With --strict a refused digit makes that 7.\n"
        "\nExample: lenet5 read page.jpg\n";
    struct option_spec specs[] = {
        default_model_option(&asked->model),
        {.name = "boxes", .kind = OPTION_FLAG, .to.flag = &asked->boxes, .help = "print where each digit stands"},
        reject_option(&asked->reject),
        reject_strict_option(&asked->strict),
        pictures_list_option(&asked->list),
        threads_option(&asked->threads),
        kernel_option(&asked->kernel),
        {.name = "json", .kind = OPTION_FLAG, .to.flag = &asked->json, .help = "print one JSON document a picture"},
    };
    struct options options = {.command = "read",
                              .purpose = "Reads the numbers in each picture.",
                              .closing = closing,
                              .specs = specs,
                              .count = sizeof specs / sizeof specs[0],
                              .operand = "IMAGE",
                              .operands_max = INT_MAX};
    if (!command_begin(status, &options, argc, argv))
        return false;
    asked->names = options.operands;
    asked->name_count = options.operand_count;
    return true;
}

/* ---- One picture ---- */

static void print_lines(const char *path, const struct reading *reading, bool boxes)
{
    if (path != NULL && reading->line_count == 0)
        printf("%s\t\n", path);
    for (int i = 0; i < reading->line_count; i++) {
        const struct reading_line *line = &reading->lines[i];
        const struct reading_digit *digits = reading->digits + line->first;
        if (path != NULL)
            printf("%s\t", path);
        for (int k = 0; k < line->count; k++)
            putchar(reading_character(&digits[k]));
        for (int k = 0; k < line->count && boxes; k++)
            printf("\t%d,%d,%d,%d", digits[k].box.left, digits[k].box.top, digits[k].box.cols, digits[k].box.rows);
        printf("\n");
    }
}

static int print_json(const char *path, const struct reading *reading)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "file", path);
    cJSON_AddItemToObject(json, "lines", reading_json(reading));
    return output_json(json);
}

/* ---- All of them ---- */

/* What the work on files shares. */
struct work {
    const struct asked *asked;
    struct classifiers classifiers; /* one a thread */
    double threshold;
    bool names_paths;
    int status;
};

static int read_file(void *result, void *context, int thread, const char *path, struct error *err)
{
    const struct work *work = context;
    struct picture picture;
    if (decode_file(&picture, path, err) != 0)
        return -1;
    const int failed = reader_read(result, &work->classifiers.all[thread], &picture, work->threshold, err);
    picture_free(&picture);
    return failed != 0 ? error_where(err, path) : 0;
}

static void tell(void *context, const char *path, void *result, const struct error *err)
{
    struct work *work = context;
    struct reading *reading = result;
    char name[OUTPUT_NAME];
    int status = STATUS_DONE;
    output_printable(name, path, work->asked->json);
    if (err != NULL)
        status = output_failure(path, err, work->asked->json);
    else if (work->asked->json)
        status = print_json(name, reading);
    else
        print_lines(work->names_paths ? name : NULL, reading, work->asked->boxes);
    for (int i = 0; i < reading->digit_count && status == STATUS_DONE; i++)
        if (reading->digits[i].is_rejected && work->asked->strict)
            status = STATUS_REFUSED;
    reading_free(reading);
    if (status != STATUS_DONE && work->status != STATUS_FAILED)
        work->status = status;
}

int read_command(int argc, char **argv)
{
    struct asked asked = {.kernel = KERNEL_UNASKED, .reject = REJECT_UNASKED};
    struct error err = {0};
    struct pictures pictures;
    struct work work = {.asked = &asked};
    int status;
    if (!parse(&asked, &status, argc, argv))
        return status;
    if (pictures_find(&pictures, asked.names, asked.name_count, asked.list, &err) != 0)
        return output_error(&err);
    const int threads = pictures_threads(&pictures, threads_resolve(asked.threads));
    const struct pictures_job job = {sizeof(struct reading), read_file, tell, &work, threads};
    work.names_paths = pictures.count > 1 || asked.list != NULL || strcmp(pictures.paths[0], asked.names[0]) != 0;
    int failed = classifiers_open(&work.classifiers, asked.model, asked.kernel, 1, threads, &err);
    if (failed == 0) {
        work.threshold = (double)reject_threshold(asked.reject, &work.classifiers.all[0].model);
        failed = pictures_run(&pictures, &job, &err);
    }
    if (failed != 0)
        work.status = output_error(&err);
    classifiers_close(&work.classifiers);
    pictures_free(&pictures);
    return work.status;
}
