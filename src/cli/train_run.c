#include "cli/train_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/threads.h"
#include "cli/train_epochs.h"
#include "cli/train_report.h"
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
    int result = evaluator_run(&evaluation, model, &set, 1, trainer->plan.kernels, trainer->threads, err);
    if (result == 0) {
        record->test_accuracy = evaluation_accuracy(&evaluation);
        record->test_images = evaluation.total;
        record->test_data = set.source;
        evaluation_free(&evaluation);
    }
    dataset_free(&set);
    return result;
}

struct run {
    const struct train_job *job;
    struct train_result *result;
    struct trainer trainer;
    struct epoch_log *logs; /* [settings.epochs] */
    bool is_kept;           /* a checkpoint has what was trained */
};

/* Tests and saves. The model is saved even if the test set turns out to be unusable: hours of training are not thrown
 * away for that. */
static int finish(struct run *run)
{
    const struct train_asked *asked = run->job->asked;
    struct trainer *trainer = &run->trainer;
    struct model *model = trainer->model;
    struct error err = {0};
    struct record record = {.settings = trainer->settings,
                            .program = version_program(),
                            .kernels = run->job->kernels->name,
                            .data = trainer->images.source,
                            .data_digest = trainer->images.digest,
                            .teacher_digest = trainer->teacher.count > 0 ? trainer->teacher.digest : NULL,
                            .images = trainer->images.count,
                            .epoch_count = trainer->epoch,
                            .kept_epoch = trainer_keep_best(trainer),
                            .epochs = run->logs};
    const int tested = test(&record, model, run->job->directory, trainer, &err);
    int status = tested != 0 ? output_error(&err) : STATUS_DONE;
    cJSON_Delete(model->training);
    model->training = record_to_json(&record);
    if (model_file_save(model, asked->out, &err) != 0) {
        status = output_error(&err);
        if (run->is_kept)
            output_note("%s has what was trained: lenet5 train --resume %s saves it once there is a place for it",
                        asked->checkpoint, asked->checkpoint);
        return status;
    }
    if (!asked->json && !asked->quiet)
        printf("\n");
    if (!asked->json)
        train_report_end(&record, model, asked->out, run->job->directory);
    else
        run->result->json = train_report_json(&record, model, run->job->directory);
    const int kept = record.kept_epoch > 0 ? record.kept_epoch : record.epoch_count;
    run->result->validation_accuracy = kept > 0 ? run->logs[kept - 1].validation_accuracy : -1;
    run->result->test_accuracy = record.test_accuracy;
    return status;
}

/* From a trainer that is ready to a saved model. */
static int train(struct run *run)
{
    const struct train_asked *asked = run->job->asked;
    struct error err = {0};
    const struct train_epochs epochs = {.trainer = &run->trainer,
                                        .logs = run->logs,
                                        .run = {.program = version_program(),
                                                .kernels = run->job->kernels->name,
                                                .directory = run->job->directory,
                                                .out = asked->out,
                                                .log = asked->log,
                                                .every = asked->every},
                                        .checkpoint = asked->checkpoint,
                                        .is_kept = &run->is_kept,
                                        .json = asked->json,
                                        .quiet = asked->quiet};
    if (run->job->resumed != NULL) {
        if (checkpoint_restore(&run->trainer, run->job->resumed, &err) != 0)
            return output_error(&err);
        memcpy(run->logs, run->job->resumed->logs, (size_t)run->job->resumed->epoch * sizeof *run->logs);
        run->is_kept = true;
    }
    if (!asked->quiet)
        train_report_start(asked->json ? stderr : stdout, &run->trainer, run->job->directory);
    if (!asked->quiet && run->job->resumed != NULL)
        fprintf(asked->json ? stderr : stdout, "going on behind epoch %d, minibatch %ld\n", run->trainer.epoch,
                run->trainer.progress.steps);
    interrupt_begin();
    int status = train_epochs_run(&epochs);
    if (status == STATUS_DONE)
        status = finish(run); /* a signal that comes now is too late: the model is saved in a moment */
    interrupt_end();
    return status;
}

static int train_model(struct run *run, struct model *model)
{
    const struct train_job *job = run->job;
    struct error err = {0};
    if (trainer_create(&run->trainer, model, &job->asked->config.settings, job->data, job->kernels,
                       threads_resolve(job->asked->threads), &err) != 0)
        return output_error(&err);
    const int status = train(run);
    trainer_free(&run->trainer);
    return status;
}

int train_run(struct train_result *result, const struct train_job *job)
{
    const size_t epochs = (size_t)job->asked->config.settings.epochs;
    struct run run = {.job = job, .result = result, .logs = calloc(epochs, sizeof *run.logs)};
    struct error err = {0};
    struct model model;
    int status;
    *result = (struct train_result){.validation_accuracy = -1, .test_accuracy = -1};
    if (run.logs == NULL) {
        error_memory(&err, epochs * sizeof *run.logs, "the epochs' figures");
        return output_error(&err);
    }
    if (model_create(&model, &job->asked->config.architecture, &err) != 0) {
        status = output_error(&err);
    } else {
        status = train_model(&run, &model);
        model_free(&model);
    }
    free(run.logs);
    return status;
}
