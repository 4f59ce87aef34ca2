#include "cli/train_epochs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/train_report.h"
#include "training/alarms.h"

enum { EXIT_SIGNAL = 128 };

struct loop {
    const struct train_epochs *epochs;
    struct progress progress;
    struct alarms alarms;
    bool said_log, said_checkpoint; /* that it cannot be written */
};

static int on_minibatch(void *context, int epoch, long done, double loss)
{
    struct loop *loop = context;
    const struct trainer *trainer = loop->epochs->trainer;
    struct error alarm;
    if (trainer->epoch == 0 && trainer->progress.steps == 1 &&
        alarms_first_loss(&alarm, &loop->alarms, loss, trainer->model->architecture.classes))
        output_note("%s", alarm.text);
    progress_update(&loop->progress, epoch, done, loss);
    return interrupt_came() != 0;
}

static void tell_once(bool *said, const struct error *err)
{
    if (!*said)
        output_note("%s: training goes on without it", err->text);
    *said = true;
}

static int save(const struct loop *loop, struct error *err)
{
    const struct train_epochs *epochs = loop->epochs;
    return checkpoint_save(epochs->checkpoint, epochs->trainer, epochs->logs, &epochs->run, err);
}

/* The lines of the epochs that a resumed run has behind it, in the place of those that stand there: they may reach
 * further than the checkpoint does. */
static int begin_log(const struct train_epochs *epochs, struct error *err)
{
    char *text = train_report_log(epochs->logs, epochs->trainer->epoch, epochs->trainer->count, err);
    const int result = text != NULL ? files_write(epochs->run.log, text, strlen(text), err) : -1;
    free(text);
    return result;
}

static void log_epoch(struct loop *loop, const struct epoch_log *log)
{
    const struct train_epochs *epochs = loop->epochs;
    struct error err;
    char *text = train_report_log(log, 1, epochs->trainer->count, &err);
    if (text == NULL || files_append(epochs->run.log, text, strlen(text), &err) != 0)
        tell_once(&loop->said_log, &err);
    free(text);
}

/* What is wrong though training goes on. */
static void warn(struct loop *loop, const struct epoch_log *log)
{
    struct alarms_sample sample;
    struct error alarm;
    if (alarms_look(&sample, loop->epochs->trainer, &alarm) != 0)
        return;
    if (alarms_dead(&alarm, &loop->alarms, &sample))
        output_note("%s", alarm.text);
    if (alarms_one_class(&alarm, &loop->alarms, &sample))
        output_note("%s", alarm.text);
    if (alarms_rising(&alarm, &loop->alarms, log))
        output_note("%s", alarm.text);
}

static void end_epoch(struct loop *loop, const struct epoch_log *log)
{
    const struct train_epochs *epochs = loop->epochs;
    const int every = epochs->run.every, done = epochs->trainer->epoch;
    struct error err;
    if (!epochs->quiet)
        train_report_epoch(epochs->json ? stderr : stdout, log, epochs->trainer->count);
    warn(loop, log);
    if (epochs->run.log != NULL)
        log_epoch(loop, log);
    if (every == 0 || (done % every != 0 && !trainer_is_done(epochs->trainer)))
        return;
    *epochs->is_kept = save(loop, &err) == 0;
    if (!*epochs->is_kept)
        tell_once(&loop->said_checkpoint, &err);
}

static int stop(const struct loop *loop, int number)
{
    const struct train_epochs *epochs = loop->epochs;
    struct error err;
    if (save(loop, &err) != 0)
        return output_error(&err);
    output_note("stopped by %s with %d of %d epochs done; go on with lenet5 train --resume %s", interrupt_name(number),
                epochs->trainer->epoch, epochs->trainer->settings.epochs, epochs->checkpoint);
    return EXIT_SIGNAL + number;
}

static int run_epochs(struct loop *loop)
{
    struct trainer *trainer = loop->epochs->trainer;
    const struct trainer_watch watch = {on_minibatch, loop};
    struct error err;
    while (!trainer_is_done(trainer) && interrupt_came() == 0) {
        struct epoch_log *log = &loop->epochs->logs[trainer->epoch];
        const int stopped = trainer_epoch(trainer, log, &watch, &err);
        progress_clear(&loop->progress);
        if (stopped < 0)
            return output_error(&err);
        if (stopped == 0)
            end_epoch(loop, log);
    }
    return interrupt_came() == 0 ? STATUS_DONE : stop(loop, interrupt_came());
}

int train_epochs_run(const struct train_epochs *epochs)
{
    struct loop loop = {.epochs = epochs};
    struct error err;
    if (epochs->run.log != NULL && begin_log(epochs, &err) != 0)
        return output_error(&err);
    struct error heard; /* of the epochs before the break, what was said then */
    for (int i = 0; i < epochs->trainer->epoch; i++)
        (void)alarms_rising(&heard, &loop.alarms, &epochs->logs[i]);
    progress_start(&loop.progress, epochs->trainer->settings.epochs, epochs->trainer->count, epochs->quiet);
    return run_epochs(&loop);
}
