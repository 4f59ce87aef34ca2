/* lenet5 train: data and config in, a model file out, a line an epoch in between. */
#include <stdio.h>
#include <stdlib.h>

#include "base/files.h"
#include "cli/command.h"
#include "cli/kernel.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/threads.h"
#include "cli/train_options.h"
#include "cli/train_report.h"
#include "training/evaluator.h"
#include "training/trainer.h"

static int on_minibatch(void *context, int epoch, long done, double loss)
{
    progress_update(context, epoch, done, loss);
    return 0;
}

static int run_epochs(struct epoch_log *logs, struct trainer *trainer, const struct train_asked *asked,
                      struct error *err)
{
    struct progress progress;
    progress_start(&progress, asked->config.settings.epochs, trainer->images.count, asked->quiet);
    const struct trainer_watch watch = {on_minibatch, &progress};
    int failed = 0;
    for (int i = 0; i < asked->config.settings.epochs && !failed; i++) {
        failed = trainer_epoch(trainer, &logs[i], &watch, err) != 0;
        progress_clear(&progress);
        if (!failed && !asked->quiet)
            train_report_epoch(asked->json ? stderr : stdout, &logs[i], trainer->images.count);
    }
    return failed ? -1 : 0;
}

/* The one look at the test set, where there is one. Fails when it is there and cannot be used. */
static int test(struct record *record, const struct model *model, const char *directory, const struct trainer *trainer,
                struct error *err)
{
    struct dataset set;
    struct evaluation evaluation;
    record->test_accuracy = -1;
    if (!dataset_exists(directory, DATASET_TEST))
        return 0;
    if (dataset_load(&set, directory, DATASET_TEST, model->architecture.classes, err) != 0)
        return -1;
    int result = evaluator_run(&evaluation, model, &set, trainer->plan.kernels, trainer->threads, err);
    if (result == 0) {
        record->test_accuracy = evaluation_accuracy(&evaluation);
        record->test_images = evaluation.total;
        record->test_data = set.source;
        evaluation_free(&evaluation);
    }
    dataset_free(&set);
    return result;
}

/* From a trainer that is ready to a saved model. The model is saved even if the test set turns out to be unusable:
 * hours of training are not thrown away for that. */
static int train(struct trainer *trainer, struct model *model, struct epoch_log *logs, const struct dataset *data,
                 const struct train_asked *asked)
{
    const char *directory = dataset_directory(asked->data);
    struct error err = {0};
    struct record record = {.settings = asked->config.settings,
                            .program = version_program(),
                            .kernels = trainer->plan.kernels->name,
                            .data = data->source,
                            .data_digest = data->digest,
                            .images = trainer->images.count,
                            .epoch_count = asked->config.settings.epochs,
                            .epochs = logs};
    if (!asked->quiet)
        train_report_start(asked->json ? stderr : stdout, trainer, directory);
    if (run_epochs(logs, trainer, asked, &err) != 0)
        return output_error(&err);
    const int tested = test(&record, model, directory, trainer, &err);
    int status = tested != 0 ? output_error(&err) : STATUS_DONE;
    cJSON_Delete(model->training);
    model->training = record_to_json(&record);
    if (model_file_save(model, asked->out, &err) != 0)
        return output_error(&err);
    if (!asked->json && !asked->quiet)
        printf("\n");
    if (!asked->json)
        train_report_end(&record, model, asked->out, directory);
    else if (output_json(train_report_json(&record, model, directory)) != STATUS_DONE)
        return STATUS_FAILED;
    return status;
}

static int train_on(const struct dataset *data, struct model *model, const struct kernels *kernels,
                    const struct train_asked *asked)
{
    struct error err = {0};
    struct trainer trainer;
    struct epoch_log *logs = calloc((size_t)asked->config.settings.epochs, sizeof *logs);
    if (logs == NULL) {
        error_memory(&err, (size_t)asked->config.settings.epochs * sizeof *logs, "the epochs' figures");
        return output_error(&err);
    }
    int status;
    if (trainer_create(&trainer, model, &asked->config.settings, data, kernels, threads_resolve(asked->threads),
                       &err) != 0) {
        status = output_error(&err);
    } else {
        status = train(&trainer, model, logs, data, asked);
        trainer_free(&trainer);
    }
    free(logs);
    return status;
}

int train_command(int argc, char **argv)
{
    struct train_asked asked = {.config_name = "lenet5", .out = "lenet5.json", .kernel = KERNEL_UNASKED};
    struct error err = {0};
    struct dataset data;
    struct model model;
    int status;
    if (!train_options_parse(&asked, &status, argc, argv))
        return status;
    const struct kernels *kernels = kernel_chosen(asked.kernel, &err);
    if (kernels == NULL || files_check_writable(asked.out, &err) != 0)
        return output_error(&err);
    if (dataset_load(&data, dataset_directory(asked.data), DATASET_TRAIN, asked.config.architecture.classes, &err) != 0)
        return output_error(&err);
    if (model_create(&model, &asked.config.architecture, &err) != 0) {
        status = output_error(&err);
    } else {
        status = train_on(&data, &model, kernels, &asked);
        model_free(&model);
    }
    dataset_free(&data);
    return status;
}
