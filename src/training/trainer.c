#define _POSIX_C_SOURCE 200809L
#include "training/trainer.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <time.h>

#include "nn/network.h"
#include "training/evaluator.h"
#include "training/optimizer.h"
#include "training/schedule.h"

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int check_data(const struct dataset *data, const struct architecture *architecture,
                      const struct settings *settings, struct error *err)
{
    if (evaluator_check(architecture, data, err) != 0)
        return -1;
    if (settings->validation >= data->count)
        return error_set(err, ERROR_DATA,
                         "%d images are to be held out for validation, and the training set has %d in all: use "
                         "--validation %d or less",
                         settings->validation, data->count, data->count - 1);
    return 0;
}

static int check_memory(const struct trainer *trainer, int tiles, struct error *err)
{
    const size_t floats = 3 * trainer->model->architecture.parameter_count +
                          (size_t)trainer->threads * trainer->plan.scratch_floats +
                          (size_t)tiles * trainer->plan.record_floats;
    if (floats * sizeof(float) > TRAINER_MEMORY)
        return error_set(err, ERROR_MODEL,
                         "training would take %zu MiB of memory, more than the %zu that are allowed: use a smaller "
                         "--batch-size, fewer --threads, or a smaller network",
                         floats * sizeof(float) >> 20, TRAINER_MEMORY >> 20);
    return 0;
}

static int allocate(struct trainer *trainer, struct error *err)
{
    const size_t parameters = trainer->model->architecture.parameter_count;
    const int tiles = (trainer->settings.batch_size + TILE - 1) / TILE;
    if (check_memory(trainer, tiles, err) != 0)
        return -1;
    trainer->velocity = calloc(parameters, sizeof(float));
    trainer->d_parameters = calloc(parameters, sizeof(float));
    trainer->order = calloc((size_t)trainer->images.count, sizeof(int));
    trainer->scratch = calloc((size_t)trainer->threads, sizeof *trainer->scratch);
    if (trainer->velocity == NULL || trainer->d_parameters == NULL || trainer->order == NULL ||
        trainer->scratch == NULL)
        return error_memory(err, 2 * parameters * sizeof(float), "the gradients");
    for (int t = 0; t < trainer->threads; t++)
        if (scratch_create(&trainer->scratch[t], &trainer->plan, err) != 0)
            return -1;
    return records_create(&trainer->records, tiles, &trainer->plan, err);
}

int trainer_create(struct trainer *out, struct model *model, const struct settings *settings,
                   const struct dataset *data, const struct kernels *kernels, int threads, struct error *err)
{
    if (check_data(data, &model->architecture, settings, err) != 0)
        return -1;
    const int count = data->count - settings->validation;
    struct trainer trainer = {.settings = *settings,
                              .model = model,
                              .images = dataset_part(data, 0, count),
                              .held_out = dataset_part(data, count, settings->validation),
                              .threads = threads};
    if (plan_create(&trainer.plan, &model->architecture, kernels, err) != 0)
        return -1;
    if (allocate(&trainer, err) != 0) {
        trainer_free(&trainer);
        return -1;
    }
    network_initialise(model->parameters, &model->architecture, settings->seed);
    *out = trainer;
    return 0;
}

void trainer_free(struct trainer *trainer)
{
    for (int t = 0; trainer->scratch != NULL && t < trainer->threads; t++)
        scratch_free(&trainer->scratch[t]);
    free(trainer->scratch);
    records_free(&trainer->records);
    plan_free(&trainer->plan);
    free(trainer->velocity);
    free(trainer->d_parameters);
    free(trainer->order);
    *trainer = (struct trainer){0};
}

static void run_tile(struct trainer *trainer, struct scratch *scratch, const int *minibatch, int size, int tile)
{
    const int first = tile * TILE, left = size - first, count = left < TILE ? left : TILE;
    const unsigned char *images[TILE] = {NULL};
    unsigned char labels[TILE];
    for (int i = 0; i < count; i++) {
        const int index = minibatch[first + i];
        images[i] = dataset_image(&trainer->images, index);
        labels[i] = trainer->images.labels[index];
    }
    plan_forward(scratch, trainer->model->parameters, images, count, &trainer->plan);
    plan_backward(&trainer->records, tile, scratch, trainer->model->parameters, labels, count, 1 / (float)size,
                  &trainer->plan);
}

/* The gradient of one item, and at once the update of its parameters: nobody else reads or writes them here. */
static void update_item(struct trainer *trainer, int tiles, const struct plan_item *item, double lr)
{
    const struct plan_range range = plan_item_range(item, &trainer->plan);
    float *w = trainer->model->parameters, *v = trainer->velocity, *d = trainer->d_parameters;
    struct rates rates = {(float)lr, (float)trainer->settings.momentum, (float)trainer->settings.weight_decay};
    plan_gradient(d, &trainer->records, tiles, item, &trainer->plan);
    optimizer_update(w + range.weights, v + range.weights, d + range.weights, range.weight_count, rates);
    rates.decay = 0;
    optimizer_update(w + range.biases, v + range.biases, d + range.biases, range.bias_count, rates);
}

static void run_minibatch(struct trainer *trainer, const int *minibatch, int size, double lr)
{
    const int tiles = (size + TILE - 1) / TILE;
#pragma omp parallel num_threads(trainer->threads)
    {
        struct scratch *scratch = &trainer->scratch[omp_get_thread_num()];
#pragma omp for schedule(static)
        for (int tile = 0; tile < tiles; tile++)
            run_tile(trainer, scratch, minibatch, size, tile);
#pragma omp for schedule(dynamic)
        for (int item = 0; item < trainer->plan.item_count; item++)
            update_item(trainer, tiles, &trainer->plan.items[item], lr);
    }
}

#define DIVERGED_CURE "use a smaller --lr (a tenth of it), or look for wrong pixels in the data"

static int loss_diverged(struct error *err, int epoch, long step, double lr)
{
    return error_set(err, ERROR_DIVERGED,
                     "training diverged: in epoch %d, minibatch %ld, at a learning rate of %.3g, the loss is no longer "
                     "a finite number: " DIVERGED_CURE,
                     epoch, step + 1, lr);
}

static int weights_diverged(struct error *err, int epoch, double lr)
{
    return error_set(err, ERROR_DIVERGED,
                     "training diverged: at the end of epoch %d, which began at a learning rate of %.3g, a weight is "
                     "no longer a finite number: " DIVERGED_CURE,
                     epoch, lr);
}

static int all_finite(const struct model *model)
{
    for (size_t i = 0; i < model->architecture.parameter_count; i++)
        if (!isfinite(model->parameters[i]))
            return 0;
    return 1;
}

/* The minibatches of one epoch; adds up loss and right answers. */
static int run_epoch(struct trainer *trainer, double *loss, long *correct, const struct trainer_watch *watch,
                     struct error *err)
{
    const int count = trainer->images.count, batch = trainer->settings.batch_size, epoch = trainer->epoch + 1;
    const long steps = (count + batch - 1) / batch;
    for (long step = 0; step < steps; step++) {
        const int first = (int)step * batch, size = count - first < batch ? count - first : batch;
        const double lr =
            schedule_rate(&trainer->settings, trainer->epoch * steps + step, trainer->settings.epochs * steps);
        run_minibatch(trainer, trainer->order + first, size, lr);
        double minibatch_loss = 0;
        for (int tile = 0; tile < (size + TILE - 1) / TILE; tile++) {
            minibatch_loss += trainer->records.loss[tile];
            *correct += trainer->records.correct[tile];
        }
        if (!isfinite(minibatch_loss))
            return loss_diverged(err, epoch, step, lr);
        *loss += minibatch_loss;
        if (watch != NULL)
            watch->minibatch(watch->context, epoch, first + size, *loss / (first + size));
    }
    /* A loss is that of before its update: no loss would show what the last update did. */
    const double first_lr = schedule_rate(&trainer->settings, trainer->epoch * steps, trainer->settings.epochs * steps);
    return all_finite(trainer->model) ? 0 : weights_diverged(err, epoch, first_lr);
}

static int validate(struct epoch_log *log, const struct trainer *trainer, struct error *err)
{
    log->validation_accuracy = -1;
    log->validation_loss = -1;
    if (trainer->held_out.count == 0)
        return 0;
    struct evaluation evaluation;
    if (evaluator_run(&evaluation, trainer->model, &trainer->held_out, trainer->plan.kernels, trainer->threads, err) !=
        0)
        return -1;
    log->validation_accuracy = evaluation_accuracy(&evaluation);
    log->validation_loss = evaluation.loss;
    evaluation_free(&evaluation);
    return 0;
}

int trainer_epoch(struct trainer *trainer, struct epoch_log *log, const struct trainer_watch *watch, struct error *err)
{
    const double start = seconds();
    double loss = 0;
    long correct = 0;
    dataset_shuffle(trainer->order, trainer->images.count, trainer->settings.seed, trainer->epoch);
    if (run_epoch(trainer, &loss, &correct, watch, err) != 0)
        return -1;
    struct epoch_log result = {.epoch = ++trainer->epoch,
                               .seconds = seconds() - start,
                               .loss = loss / trainer->images.count,
                               .train_accuracy = (double)correct / trainer->images.count};
    if (validate(&result, trainer, err) != 0)
        return -1;
    *log = result;
    return 0;
}
