/* lenet5 train: data and config in, a model file out, a line an epoch in between. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "cli/command.h"
#include "cli/kernel.h"
#include "cli/output.h"
#include "cli/threads.h"
#include "cli/train_epochs.h"
#include "cli/train_options.h"
#include "cli/train_report.h"
#include "training/checkpoint.h"
#include "training/evaluator.h"
#include "training/trainer.h"

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

/* What a run works with; `resumed` is NULL for one that begins. */
struct run {
    const struct train_asked *asked;
    const struct checkpoint *resumed;
    const struct kernels *kernels;
    const char *directory;
    struct trainer trainer;
    struct epoch_log *logs; /* [settings.epochs] */
};

/* Tests and saves. The model is saved even if the test set turns out to be unusable: hours of training are not thrown
 * away for that. */
static int finish(struct run *run)
{
    const struct train_asked *asked = run->asked;
    struct trainer *trainer = &run->trainer;
    struct model *model = trainer->model;
    struct error err = {0};
    struct record record = {.settings = trainer->settings,
                            .program = version_program(),
                            .kernels = run->kernels->name,
                            .data = trainer->images.source,
                            .data_digest = trainer->images.digest,
                            .images = trainer->images.count,
                            .epoch_count = trainer->epoch,
                            .kept_epoch = trainer_keep_best(trainer),
                            .epochs = run->logs};
    const int tested = test(&record, model, run->directory, trainer, &err);
    int status = tested != 0 ? output_error(&err) : STATUS_DONE;
    cJSON_Delete(model->training);
    model->training = record_to_json(&record);
    if (model_file_save(model, asked->out, &err) != 0)
        return output_error(&err);
    if (!asked->json && !asked->quiet)
        printf("\n");
    if (!asked->json)
        train_report_end(&record, model, asked->out, run->directory);
    else if (output_json(train_report_json(&record, model, run->directory)) != STATUS_DONE)
        return STATUS_FAILED;
    return status;
}

/* From a trainer that is ready to a saved model. */
static int train(struct run *run)
{
    const struct train_asked *asked = run->asked;
    struct error err = {0};
    const struct train_epochs epochs = {.trainer = &run->trainer,
                                        .logs = run->logs,
                                        .run = {.program = version_program(),
                                                .kernels = run->kernels->name,
                                                .directory = run->directory,
                                                .out = asked->out,
                                                .log = asked->log,
                                                .every = asked->every},
                                        .checkpoint = asked->checkpoint,
                                        .json = asked->json,
                                        .quiet = asked->quiet};
    if (run->resumed != NULL) {
        if (checkpoint_restore(&run->trainer, run->resumed, &err) != 0)
            return output_error(&err);
        memcpy(run->logs, run->resumed->logs, (size_t)run->resumed->epoch * sizeof *run->logs);
    }
    if (!asked->quiet)
        train_report_start(asked->json ? stderr : stdout, &run->trainer, run->directory);
    if (!asked->quiet && run->resumed != NULL)
        fprintf(asked->json ? stderr : stdout, "going on behind epoch %d, minibatch %ld\n", run->trainer.epoch,
                run->trainer.progress.steps);
    const int status = train_epochs_run(&epochs);
    return status == STATUS_DONE ? finish(run) : status;
}

static int train_on(struct run *run, const struct dataset *data, struct model *model)
{
    const struct settings *settings = &run->asked->config.settings;
    struct error err = {0};
    int status;
    run->logs = calloc((size_t)settings->epochs, sizeof *run->logs);
    if (run->logs == NULL) {
        error_memory(&err, (size_t)settings->epochs * sizeof *run->logs, "the epochs' figures");
        return output_error(&err);
    }
    if (trainer_create(&run->trainer, model, settings, data, run->kernels, threads_resolve(run->asked->threads),
                       &err) != 0) {
        status = output_error(&err);
    } else {
        status = train(run);
        trainer_free(&run->trainer);
    }
    free(run->logs);
    return status;
}

static int check_files(const struct train_asked *asked, struct error *err)
{
    return files_check_writable(asked->out, err) != 0 ||
                   (asked->every > 0 && files_check_writable(asked->checkpoint, err) != 0) ||
                   (asked->log != NULL && files_check_writable(asked->log, err) != 0)
               ? -1
               : 0;
}

static int load_and_train(const struct train_asked *asked, const struct checkpoint *resumed)
{
    struct run run = {.asked = asked, .resumed = resumed, .directory = dataset_directory(asked->data)};
    struct error err = {0};
    struct dataset data;
    struct model model;
    int status;
    run.kernels = resumed != NULL && asked->kernel == KERNEL_UNASKED ? kernels_find(resumed->run.kernels, &err)
                                                                     : kernel_chosen(asked->kernel, &err);
    if (run.kernels == NULL || check_files(asked, &err) != 0)
        return output_error(&err);
    if (dataset_load(&data, run.directory, DATASET_TRAIN, asked->config.architecture.classes, &err) != 0)
        return output_error(&err);
    if (model_create(&model, &asked->config.architecture, &err) != 0) {
        status = output_error(&err);
    } else {
        status = train_on(&run, &data, &model);
        model_free(&model);
    }
    dataset_free(&data);
    return status;
}

/* The checkpoint stands for the command line of the run that it was made by. */
static int resume(struct train_asked *asked)
{
    struct checkpoint checkpoint;
    struct error err = {0};
    if (checkpoint_load(&checkpoint, asked->resume, &err) != 0)
        return output_error(&err);
    asked->config = (struct config){checkpoint.model.architecture, checkpoint.settings};
    asked->data = asked->data != NULL ? asked->data : checkpoint.run.directory;
    asked->out = checkpoint.run.out;
    asked->log = checkpoint.run.log;
    asked->every = checkpoint.run.every;
    asked->checkpoint = asked->resume;
    const int status = load_and_train(asked, &checkpoint);
    checkpoint_free(&checkpoint);
    return status;
}

int train_command(int argc, char **argv)
{
    struct train_asked asked = {.config_name = "lenet5", .out = "lenet5.json", .kernel = KERNEL_UNASKED, .every = 1};
    int status;
    if (!train_options_parse(&asked, &status, argc, argv))
        return status;
    return asked.resume != NULL ? resume(&asked) : load_and_train(&asked, NULL);
}
