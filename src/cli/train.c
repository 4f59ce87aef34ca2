/* lenet5 train: data and config in, a model file out, a line an epoch in between. */
#include "base/files.h"
#include "cli/command.h"
#include "cli/kernel.h"
#include "cli/output.h"
#include "cli/train_options.h"
#include "cli/train_run.h"
#include "cli/train_seeds.h"

static int check_files(const struct train_asked *asked, struct error *err)
{
    return files_check_writable(asked->out, err) != 0 ||
                   (asked->every > 0 && files_check_writable(asked->checkpoint, err) != 0) ||
                   (asked->log != NULL && files_check_writable(asked->log, err) != 0)
               ? -1
               : 0;
}

/* One run, and its document where one was asked for. */
static int train_once(const struct train_job *job)
{
    struct train_result result;
    const int status = train_run(&result, job);
    if (result.json == NULL)
        return status;
    const int printed = output_json(result.json);
    return status != STATUS_DONE ? status : printed;
}

/* A checkpoint's own, so that it goes on to the same bytes, unless others are asked for. */
static const struct kernels *choose_kernels(const struct train_asked *asked, const struct checkpoint *resumed,
                                            struct error *err)
{
    if (resumed == NULL || asked->kernel != KERNEL_UNASKED)
        return kernel_chosen(asked->kernel, err);
    struct error why = {0};
    const struct kernels *kernels = kernels_find(resumed->run.kernels, &why);
    if (kernels == NULL)
        error_set(err, ERROR_USAGE,
                  "%s: was begun with kernels that cannot be had here: choose others by --kernel NAME (%s)",
                  asked->resume, why.text);
    return kernels;
}

static int load_and_train(const struct train_asked *asked, const struct checkpoint *resumed)
{
    struct train_job job = {.asked = asked, .resumed = resumed, .directory = dataset_directory(asked->data)};
    struct error err = {0};
    struct dataset data;
    job.kernels = choose_kernels(asked, resumed, &err);
    if (job.kernels == NULL || check_files(asked, &err) != 0 ||
        dataset_load(&data, job.directory, DATASET_TRAIN, asked->config.architecture.classes, &err) != 0)
        return output_error(&err);
    job.data = &data;
    const int status = asked->seeds > 1 ? train_seeds(&job) : train_once(&job);
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
    struct train_asked asked = {
        .config_name = "lenet5", .out = "lenet5.json", .kernel = KERNEL_UNASKED, .every = 1, .seeds = 1};
    int status;
    if (!train_options_parse(&asked, &status, argc, argv))
        return status;
    return asked.resume != NULL ? resume(&asked) : load_and_train(&asked, NULL);
}
