#include "cli/train_report.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/figures.h"
#include "cli/output.h"
#include "training/evaluator.h"

enum { LOG_LINE = 512 }; /* more than an epoch takes */

static const char *data_name(char out[OUTPUT_NAME], const char *source, const char *directory, bool json)
{
    return output_printable(out, source != NULL ? source : directory, json);
}

void train_report_start(FILE *to, const struct trainer *trainer, const char *directory)
{
    char data[OUTPUT_NAME];
    const struct settings *settings = &trainer->settings;
    char parameters[FIGURES_GROUPED], images[FIGURES_GROUPED], held_out[FIGURES_GROUPED], drawn[FIGURES_GROUPED],
        strangers[FIGURES_GROUPED];
    fprintf(to, "%s parameters; on %s: %s training images, %s held out",
            figures_grouped(parameters, (long long)trainer->model->architecture.parameter_count),
            data_name(data, trainer->images.source, directory, false), figures_grouped(images, trainer->images.count),
            figures_grouped(held_out, trainer->held_out.count));
    if (trainer->extra.count > 0)
        fprintf(to, "; %s digits and %s strangers drawn", figures_grouped(drawn, settings->drawn),
                figures_grouped(strangers, settings->strangers));
    fputc('\n', to);
    fprintf(to, "batch %d, learning rate %g (%s), seed %llu; %s kernels, %d thread%s\n\n", settings->batch_size,
            settings->lr, config_schedules[settings->schedule], (unsigned long long)settings->seed,
            trainer->plan.kernels->name, trainer->threads, trainer->threads == 1 ? "" : "s");
    fprintf(to, "epoch    loss  training %%  validation %%  seconds  images/s\n");
    fflush(to);
}

void train_report_epoch(FILE *to, const struct epoch_log *log, int images)
{
    char validation[16] = "-";
    if (log->validation_accuracy >= 0)
        snprintf(validation, sizeof validation, "%.2f", 100 * log->validation_accuracy);
    fprintf(to, "%5d  %6.4f  %10.2f  %12s  %7.2f  %8.0f\n", log->epoch, log->loss, 100 * log->train_accuracy,
            validation, log->seconds, images / log->seconds);
    fflush(to);
}

void train_report_end(const struct record *record, const struct model *model, const char *path, const char *directory)
{
    char data[OUTPUT_NAME];
    if (record->test_accuracy >= 0) {
        const int correct = (int)(record->test_accuracy * record->test_images + 0.5);
        printf("test accuracy %.2f %% +- %.2f (%d of %d) on %s\n", 100 * record->test_accuracy,
               100 * evaluation_standard_error(correct, record->test_images), correct, record->test_images,
               data_name(data, record->test_data, directory, false));
    }
    if (record->kept_epoch > 0)
        printf("kept the weights of epoch %d of %d\n", record->kept_epoch, record->epoch_count);
    printf("saved as %s\ndigest %s\n", path, model->digest);
}

static cJSON *epoch_json(const struct epoch_log *log, int images)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "epoch", log->epoch);
    cJSON_AddItemToObject(json, "seconds", output_number(log->seconds, 6));
    cJSON_AddItemToObject(json, "images_per_second", output_number(images / log->seconds, 6));
    cJSON_AddItemToObject(json, "loss", output_number(log->loss, 6));
    cJSON_AddItemToObject(json, "train_accuracy", output_number(log->train_accuracy, 6));
    cJSON_AddItemToObject(json, "validation_accuracy",
                          log->validation_accuracy < 0 ? cJSON_CreateNull()
                                                       : output_number(log->validation_accuracy, 6));
    cJSON_AddItemToObject(json, "validation_loss",
                          log->validation_accuracy < 0 ? cJSON_CreateNull() : output_number(log->validation_loss, 6));
    return json;
}

char *train_report_log(const struct epoch_log *logs, int count, int images, struct error *err)
{
    const size_t room = (size_t)count * LOG_LINE + 1;
    char *text = malloc(room), *end = text;
    for (int i = 0; i < count && text != NULL; i++) {
        cJSON *json = epoch_json(&logs[i], images);
        if (cJSON_PrintPreallocated(json, end, LOG_LINE - 1, false)) {
            end += strlen(end);
            *end++ = '\n';
        } else {
            free(text);
            text = NULL;
        }
        cJSON_Delete(json);
    }
    if (text == NULL)
        error_memory(err, room, "the log");
    else
        *end = '\0';
    return text;
}

cJSON *train_report_json(const struct record *record, const struct model *model, const char *directory)
{
    char data[OUTPUT_NAME];
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "parameters", (double)model->architecture.parameter_count);
    cJSON_AddStringToObject(json, "data", data_name(data, record->data, directory, true));
    cJSON *epochs = cJSON_AddArrayToObject(json, "epochs");
    for (int i = 0; i < record->epoch_count; i++)
        cJSON_AddItemToArray(epochs, epoch_json(&record->epochs[i], record->images));
    cJSON_AddItemToObject(json, "kept_epoch",
                          record->kept_epoch == 0 ? cJSON_CreateNull() : cJSON_CreateNumber(record->kept_epoch));
    cJSON_AddItemToObject(json, "test_accuracy",
                          record->test_accuracy < 0 ? cJSON_CreateNull() : output_number(record->test_accuracy, 6));
    cJSON_AddItemToObject(json, "test_data",
                          record->test_accuracy < 0
                              ? cJSON_CreateNull()
                              : cJSON_CreateString(data_name(data, record->test_data, directory, true)));
    cJSON_AddStringToObject(json, "digest", model->digest);
    return json;
}
