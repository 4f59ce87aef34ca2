/* lenet5 train: data and config in, a model file out, a line an epoch in between. */
#include <stdio.h>
#include <stdlib.h>

#include "base/files.h"
#include "cli/command.h"
#include "cli/kernel.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/threads.h"
#include "cli/train_report.h"
#include "training/evaluator.h"
#include "training/trainer.h"

_Static_assert(OPTIONS_SEED == CONFIG_SEED, "a seed that the command line takes has to fit into a model file");

struct asked {
    const char *data, *config_name, *out;
    struct config config; /* its settings are what options and config file say together */
    int schedule, threads, kernel;
    bool json, quiet;
};

static bool parse(struct asked *asked, int *status, int argc, char **argv)
{
    static const char closing[] =
        "--config takes lenet5, lenet5-avg, course, or a JSON file; what stands on the command line wins.\n"
        "Without --data the data is looked for in $MNIST_DIR, then in data/mnist (scripts/get-mnist gets it;\n"
        "lenet5 synth draws other digits).\n"
        "The trained bytes depend on data, config and seed, not on the number of threads.\n"
        "\nExample: lenet5 train --epochs 10 --lr 0.02 --out mine.json\n"
        "Exit status: 3 data missing or wrong, 4 config wrong, 5 training diverged.\n";
    struct settings *settings = &asked->config.settings;
    struct option_spec specs[] = {
        {.name = "data",
         .kind = OPTION_TEXT,
         .to.text = &asked->data,
         .argument = "DIR",
         .fallback = "$MNIST_DIR, then data/mnist",
         .help = "folder with the four IDX files"},
        {.name = "config",
         .kind = OPTION_TEXT,
         .to.text = &asked->config_name,
         .argument = "NAME|FILE",
         .help = "the network and how to train it"},
        {.name = "out",
         .letter = 'o',
         .kind = OPTION_TEXT,
         .to.text = &asked->out,
         .argument = "FILE",
         .help = "where the model goes, once training has ended"},
        {.name = "epochs",
         .letter = 'e',
         .kind = OPTION_WHOLE,
         .to.whole = &settings->epochs,
         .min = 1,
         .max = CONFIG_EPOCHS,
         .argument = "N",
         .help = "passes over the training images"},
        {.name = "batch-size",
         .letter = 'b',
         .kind = OPTION_WHOLE,
         .to.whole = &settings->batch_size,
         .min = 1,
         .max = CONFIG_BATCH_SIZE,
         .argument = "N",
         .help = "images in a minibatch"},
        {.name = "lr",
         .kind = OPTION_NUMBER,
         .to.number = &settings->lr,
         .min = CONFIG_LR_LEAST,
         .max = CONFIG_LR,
         .argument = "X",
         .help = "learning rate at the start"},
        {.name = "momentum",
         .kind = OPTION_NUMBER,
         .to.number = &settings->momentum,
         .min = 0,
         .max = CONFIG_MOMENTUM,
         .argument = "X",
         .help = "share of the last step that is kept"},
        {.name = "weight-decay",
         .kind = OPTION_NUMBER,
         .to.number = &settings->weight_decay,
         .min = 0,
         .max = CONFIG_WEIGHT_DECAY,
         .argument = "X",
         .help = "decoupled: weights shrink by lr times this each step"},
        {.name = "schedule",
         .kind = OPTION_CHOICE,
         .to.choice = &asked->schedule,
         .choices = config_schedules,
         .help = "how the learning rate falls"},
        {.name = "seed",
         .kind = OPTION_SEED,
         .to.seed = &settings->seed,
         .argument = "N",
         .help = "of first weights and shuffling"},
        threads_option(&asked->threads),
        kernel_option(&asked->kernel),
        {.name = "validation",
         .kind = OPTION_WHOLE,
         .to.whole = &settings->validation,
         .min = 0,
         .max = CONFIG_VALIDATION,
         .argument = "N",
         .help = "the last N training images are held out; 0 trains on all"},
        {.name = "json", .kind = OPTION_FLAG, .to.flag = &asked->json, .help = "print one JSON document"},
        {.name = "quiet",
         .letter = 'q',
         .kind = OPTION_FLAG,
         .to.flag = &asked->quiet,
         .help = "no progress and no line an epoch"},
    };
    struct options options = {.command = "train",
                              .purpose = "Trains a network on MNIST, or on any data in its format, and saves it.",
                              .closing = closing,
                              .specs = specs,
                              .count = sizeof specs / sizeof specs[0]};
    struct error err = {0};
    if (config_load(&asked->config, asked->config_name, &err) == 0) /* the defaults that --help shows */
        asked->schedule = (int)settings->schedule;
    if (!command_begin(status, &options, argc, argv))
        return false;
    if (config_load(&asked->config, asked->config_name, &err) != 0) {
        *status = output_error(&err);
        return false;
    }
    asked->schedule = (int)settings->schedule;
    options_restore(&options);
    settings->schedule = (enum schedule)asked->schedule;
    return true;
}

static void on_minibatch(void *context, int epoch, long done, double loss)
{
    progress_update(context, epoch, done, loss);
}

static int run_epochs(struct epoch_log *logs, struct trainer *trainer, const struct asked *asked, struct error *err)
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
                 const struct asked *asked)
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
                    const struct asked *asked)
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
    struct asked asked = {.config_name = "lenet5", .out = "lenet5.json", .kernel = KERNEL_UNASKED};
    struct error err = {0};
    struct dataset data;
    struct model model;
    int status;
    if (!parse(&asked, &status, argc, argv))
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
