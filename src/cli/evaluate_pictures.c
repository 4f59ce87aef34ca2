#include "cli/evaluate_pictures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/agreement.h"
#include "cli/classifiers.h"
#include "cli/classify_answer.h"
#include "cli/labels.h"
#include "cli/output.h"
#include "cli/pictures.h"
#include "cli/reject.h"
#include "cli/tally.h"
#include "cli/threads.h"
#include "image/decode.h"
#include "reader/read.h"

/* What the work on pictures shares. */
struct work {
    struct classifiers classifiers; /* one a thread */
    float threshold;
    struct tally *tally;
    const struct label **labels; /* of the pictures in work, in their order */
    int told;
};

/* What was read of a picture. */
struct found {
    char *text;
    double certainty; /* of one digit */
};

static char *copy(const char *text)
{
    char *copied = malloc(strlen(text) + 1);
    return copied != NULL ? strcpy(copied, text) : NULL;
}

static int classify_picture(void *result, void *context, int thread, const char *path, struct error *err)
{
    struct work *work = context;
    struct found *found = result;
    struct classify_answer answer = {0};
    if (classify_answer_picture(&answer, &work->classifiers.all[thread], path, work->threshold, false, err) != 0)
        return -1;
    found->certainty = (double)answer.certainty;
    found->text = copy(answer.is_refused ? "?" : (const char[]){(char)('0' + answer.digit), '\0'});
    return found->text != NULL ? 0 : error_memory(err, 2, "an answer");
}

static char *join_lines(const struct reading *reading)
{
    char *text = malloc((size_t)reading->digit_count + (size_t)reading->line_count + 1);
    size_t at = 0;
    for (int i = 0; text != NULL && i < reading->line_count; i++) {
        if (i > 0)
            text[at++] = '/';
        for (int k = 0; k < reading->lines[i].count; k++)
            text[at++] = reading_character(&reading->digits[reading->lines[i].first + k]);
    }
    if (text != NULL)
        text[at] = '\0';
    return text;
}

static int read_picture(void *result, void *context, int thread, const char *path, struct error *err)
{
    struct work *work = context;
    struct found *found = result;
    struct picture picture;
    struct reading reading;
    if (decode_file(&picture, path, err) != 0)
        return -1;
    int failed = reader_read(&reading, &work->classifiers.all[thread], &picture, (double)work->threshold, err);
    picture_free(&picture);
    if (failed != 0)
        return error_where(err, path);
    found->text = join_lines(&reading);
    reading_free(&reading);
    return found->text != NULL ? 0 : error_memory(err, 1, "the digits of a picture");
}

static void tell(void *context, const char *path, void *result, const struct error *err)
{
    struct work *work = context;
    struct found *found = result;
    (void)path;
    tally_add(work->tally, work->labels[work->told++], err == NULL ? found->text : NULL, found->certainty,
              err != NULL ? err->text : "");
    free(found->text);
}

/* Works on the pictures of several digits, or on all others. */
static int run(struct work *work, const struct labels *labels, bool several, int threads, struct error *err)
{
    struct pictures pictures = {.paths = calloc((size_t)labels->count, sizeof *pictures.paths)};
    work->labels = calloc((size_t)labels->count, sizeof(const struct label *));
    work->told = 0;
    int result = pictures.paths == NULL || work->labels == NULL
                     ? error_memory(err, (size_t)labels->count * sizeof(char *), "the pictures")
                     : 0;
    for (int i = 0; i < labels->count && result == 0; i++)
        if ((agreement_digit_count(labels->all[i].text) > 1) == several) {
            work->labels[pictures.count] = &labels->all[i];
            pictures.paths[pictures.count++] = labels->all[i].path;
        }
    const struct pictures_job job = {sizeof(struct found), several ? read_picture : classify_picture, tell, work,
                                     pictures_threads(&pictures, threads)};
    if (result == 0 && pictures.count > 0)
        result = pictures_run(&pictures, &job, err);
    free(pictures.paths);
    free(work->labels);
    return result;
}

static int measure(struct tally *tally, const struct labels *labels, const struct evaluate_pictures *asked,
                   struct error *err)
{
    const int threads = threads_resolve(asked->threads);
    struct work work = {.tally = tally};
    if (classifiers_open(&work.classifiers, asked->model, asked->kernel, asked->views, threads, err) != 0)
        return -1;
    work.threshold = reject_threshold(asked->reject, &work.classifiers.all[0].model);
    tally->threshold = (double)work.threshold;
    tally->views = asked->views;
    int result = tally_start(tally, labels, err);
    if (result == 0)
        result = run(&work, labels, false, threads, err);
    if (result == 0)
        result = run(&work, labels, true, threads, err);
    classifiers_close(&work.classifiers);
    return result;
}

static int report(const struct tally *tally, const struct evaluate_pictures *asked)
{
    const int status = asked->json ? output_json(tally_json(tally, asked->folder)) : STATUS_DONE;
    if (!asked->json)
        tally_print(tally, asked->folder);
    const double accuracy = tally->single.total > 0 ? (double)tally->single.right / tally->single.total : 0;
    if (status != STATUS_DONE || accuracy >= asked->min_accuracy)
        return status;
    output_note("the accuracy %.6g on pictures of one digit is below --min-accuracy %.6g", accuracy,
                asked->min_accuracy);
    return STATUS_BELOW_MINIMUM;
}

int evaluate_pictures(const struct evaluate_pictures *asked)
{
    struct error err = {0};
    struct labels labels;
    struct tally tally = {0};
    char path[OUTPUT_NAME];
    snprintf(path, sizeof path, "%s/labels.tsv", asked->folder);
    if (labels_read(&labels, asked->labels != NULL ? asked->labels : path, asked->folder, &err) != 0)
        return output_error(&err);
    const int status = measure(&tally, &labels, asked, &err) != 0 ? output_error(&err) : report(&tally, asked);
    tally_free(&tally);
    labels_free(&labels);
    return status;
}
