#define _POSIX_C_SOURCE 200809L
#include "training/trainer.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dataset/synth.h"
#include "nn/network.h"
#include "nn/optimizer.h"
#include "training/evaluator.h"
#include "training/schedule.h"

_Static_assert((int)CONFIG_DRAWN <= (int)SYNTH_COUNT, "as many as a config may ask for have to be drawn");

enum { DIGITS = 10 };

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
    if (settings->patience > 0 && settings->validation == 0)
        return error_set(err, ERROR_USAGE,
                         "--patience %d watches held-out images, and none are held out: use --validation as well",
                         settings->patience);
    if (settings->validation >= data->count)
        return error_set(err, ERROR_DATA,
                         "%d images are to be held out for validation, and the training set has %d in all: use "
                         "--validation %d or less",
                         settings->validation, data->count, data->count - 1);
    return 0;
}

/* They are drawn as MNIST's digits are, and which of other classes they are nobody knows. */
static int draw_extra(struct trainer *trainer, struct error *err)
{
    const struct input *input = &trainer->model->architecture.input;
    const struct settings *settings = &trainer->settings;
    const int classes = trainer->model->architecture.classes;
    if (settings->drawn + settings->strangers == 0)
        return 0;
    if (input->rows != SYNTH_SIDE || input->cols != SYNTH_SIDE || input->channels != 1 || classes != DIGITS)
        return error_set(err, ERROR_MODEL,
                         "what is drawn to be trained with is %dx%dx1 and one of %d digits or none, and the network "
                         "takes %dx%dx%d and has %d classes: use --drawn 0 and --strangers 0",
                         SYNTH_SIDE, SYNTH_SIDE, DIGITS, input->rows, input->cols, input->channels, classes);
    const int threads = omp_get_max_threads();
    omp_set_num_threads(trainer->threads);
    const int result = synth_extra(&trainer->extra, settings->seed, settings->drawn, settings->strangers, err);
    omp_set_num_threads(threads);
    trainer->count += trainer->extra.count;
    trainer->plan.with_none = settings->strangers > 0;
    return result;
}

static int check_memory(const struct trainer *trainer, int tiles, struct error *err)
{
    const size_t parameters = trainer->model->architecture.parameter_count;
    const size_t floats = (trainer->settings.patience > 0 ? 3 : 2) * parameters +
                          sharpness_floats(trainer->settings.sharpness, parameters) +
                          (size_t)trainer->threads * trainer->plan.scratch_floats +
                          (size_t)tiles * trainer->plan.record_floats;
    const size_t bytes = floats * sizeof(float) + (size_t)trainer->threads * augment_room_bytes(&trainer->augment);
    if (bytes > TRAINER_MEMORY)
        return error_set(err, ERROR_MODEL,
                         "training would take %zu MiB of memory, more than the %zu that are allowed: use a smaller "
                         "--batch-size, fewer --threads, or a smaller network",
                         bytes >> 20, TRAINER_MEMORY >> 20);
    return 0;
}

static int allocate(struct trainer *trainer, struct error *err)
{
    const size_t parameters = trainer->model->architecture.parameter_count;
    const int tiles = (trainer->settings.batch_size + TILE - 1) / TILE;
    if (check_memory(trainer, tiles, err) != 0)
        return -1;
    trainer->velocity = calloc(parameters, sizeof(float));
    trainer->order = calloc((size_t)trainer->count, sizeof(int));
    trainer->scratch = calloc((size_t)trainer->threads, sizeof *trainer->scratch);
    trainer->rooms = calloc((size_t)trainer->threads, sizeof *trainer->rooms);
    if (patience_create(&trainer->patience, trainer->settings.patience, parameters, err) != 0 ||
        sharpness_create(&trainer->sharpness, trainer->settings.sharpness, &trainer->plan, err) != 0)
        return -1;
    if (trainer->velocity == NULL || trainer->order == NULL || trainer->scratch == NULL || trainer->rooms == NULL)
        return error_memory(err, parameters * sizeof(float), "the optimiser");
    for (int t = 0; t < trainer->threads; t++)
        if (scratch_create(&trainer->scratch[t], &trainer->plan, PLAN_TRAINING, err) != 0 ||
            augment_room_create(&trainer->rooms[t], &trainer->augment, err) != 0)
            return -1;
    return records_create(&trainer->records, tiles, &trainer->plan, err);
}

/* Roughly, what an item costs: rows of a dense layer go over all images, filters only over the tiles' sums. */
static double item_cost(const struct trainer *trainer, int item)
{
    const struct plan_item *rows = &trainer->plan.items[item];
    const int is_dense = trainer->plan.steps[rows->step].kind == STEP_DENSE;
    return plan_item_range(rows, &trainer->plan).weight_count * (is_dense ? (double)TILE : 1.0);
}

/* Items go to the threads in order, shared out by cost: always to the same ones, in whose caches their weights are.
 * Who takes them does not change the result. */
static void share_items(struct trainer *trainer)
{
    double all = 0, before = 0;
    for (int item = 0; item < trainer->plan.item_count; item++)
        all += item_cost(trainer, item);
    for (int thread = 0, item = 0; thread <= trainer->threads; thread++) {
        while (item < trainer->plan.item_count &&
               before + item_cost(trainer, item) / 2 < all * thread / trainer->threads)
            before += item_cost(trainer, item++);
        trainer->first_item[thread] = item;
    }
    trainer->first_item[trainer->threads] = trainer->plan.item_count;
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
                              .count = count,
                              .threads = threads};
    if (plan_create(&trainer.plan, &model->architecture, kernels, err) != 0)
        return -1;
    if (augment_create(&trainer.augment, &settings->augment, settings->seed, data, kernels, err) != 0 ||
        draw_extra(&trainer, err) != 0 ||
        teacher_open(&trainer.teacher, settings->teachers, &model->architecture, settings->strangers > 0, kernels,
                     threads, err) != 0 ||
        allocate(&trainer, err) != 0) {
        trainer_free(&trainer);
        return -1;
    }
    share_items(&trainer);
    network_initialise(model->parameters, &model->architecture, settings->seed);
    *out = trainer;
    return 0;
}

void trainer_free(struct trainer *trainer)
{
    for (int t = 0; trainer->scratch != NULL && t < trainer->threads; t++)
        scratch_free(&trainer->scratch[t]);
    for (int t = 0; trainer->rooms != NULL && t < trainer->threads; t++)
        augment_room_free(&trainer->rooms[t]);
    free(trainer->scratch);
    free(trainer->rooms);
    augment_free(&trainer->augment);
    teacher_close(&trainer->teacher);
    records_free(&trainer->records);
    plan_free(&trainer->plan);
    free(trainer->velocity);
    free(trainer->order);
    patience_free(&trainer->patience);
    sharpness_free(&trainer->sharpness);
    dataset_free(&trainer->extra);
    *trainer = (struct trainer){0};
}

/* A minibatch: so many places of the order. */
struct minibatch {
    const int *images;
    int size, tiles;
    struct rates rates;
};

static void run_tile(struct trainer *trainer, int thread, const struct minibatch *minibatch, int tile)
{
    struct scratch *scratch = &trainer->scratch[thread];
    const int first = tile * TILE, left = minibatch->size - first, count = left < TILE ? left : TILE;
    const float share = 1 / (float)minibatch->size;
    const unsigned char *images[TILE] = {NULL};
    unsigned char labels[TILE];
    for (int i = 0; i < count; i++) {
        const int index = minibatch->images[first + i], is_extra = index >= trainer->images.count;
        const struct dataset *from = is_extra ? &trainer->extra : &trainer->images;
        const int at = is_extra ? index - trainer->images.count : index;
        images[i] = augment_image(&trainer->rooms[thread], i, dataset_image(from, at), trainer->epoch, index,
                                  &trainer->augment);
        labels[i] = from->labels[at];
    }
    plan_forward(scratch, trainer->model->parameters, images, count, &trainer->plan);
    if (trainer->teacher.count == 0) {
        plan_backward(&trainer->records, tile, scratch, trainer->model->parameters, labels, share, &trainer->plan);
        return;
    }
    float said[TILE * ARCHITECTURE_CLASSES];
    const struct plan_taught taught = {said, (float)trainer->settings.teacher_weight};
    teacher_ask(said, &trainer->teacher, thread, images, count);
    plan_backward_taught(&trainer->records, tile, scratch, trainer->model->parameters, labels, &taught, share,
                         &trainer->plan);
}

/* All tiles of the minibatch, shared out among the team that calls this; they are done when it returns. */
static void run_tiles(struct trainer *trainer, int thread, const struct minibatch *minibatch)
{
#pragma omp for schedule(static)
    for (int tile = 0; tile < minibatch->tiles; tile++)
        run_tile(trainer, thread, minibatch, tile);
}

typedef void item_work(struct trainer *trainer, int thread, const struct minibatch *minibatch, int item);

/* A share each where all the threads came that were asked for; else they take those of the others as well. All items
 * are done when it returns. */
static void run_items(struct trainer *trainer, int thread, const struct minibatch *minibatch, item_work *work)
{
    const int team = omp_get_num_threads();
    for (int share = thread; share < trainer->threads; share += team)
        for (int item = trainer->first_item[share]; item < trainer->first_item[share + 1]; item++)
            work(trainer, thread, minibatch, item);
#pragma omp barrier
}

static void gather_item(struct trainer *trainer, int thread, const struct minibatch *minibatch, int item)
{
    sharpness_gather(&trainer->sharpness, trainer->model->parameters, &trainer->scratch[thread], &trainer->records,
                     minibatch->tiles, item, &trainer->plan);
}

static void climb_item(struct trainer *trainer, int thread, const struct minibatch *minibatch, int item)
{
    (void)thread;
    (void)minibatch;
    sharpness_climb(&trainer->sharpness, trainer->model->parameters, item, &trainer->plan);
}

static void step_item(struct trainer *trainer, int thread, const struct minibatch *minibatch, int item)
{
    if (trainer->settings.sharpness > 0)
        sharpness_return(&trainer->sharpness, trainer->model->parameters, item, &trainer->plan);
    plan_update(trainer->model->parameters, trainer->velocity, &trainer->scratch[thread], &trainer->records,
                minibatch->tiles, &trainer->plan.items[item], minibatch->rates, &trainer->plan);
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

/* What the threads hear from the one that counts. */
enum verdict { GO_ON, STOP, DIVERGED };

/* By one thread, while the others take the step of the optimiser. */
static enum verdict count_minibatch(struct trainer *trainer, int first, int size, const struct trainer_watch *watch)
{
    struct trainer_progress *progress = &trainer->progress;
    double loss = 0;
    long correct = 0;
    for (int tile = 0; tile < (size + TILE - 1) / TILE; tile++) {
        loss += trainer->records.loss[tile];
        correct += trainer->records.correct[tile];
    }
    if (!isfinite(loss))
        return DIVERGED;
    progress->loss += loss;
    progress->correct += correct;
    progress->steps++;
    const int done = first + size;
    return watch != NULL && watch->minibatch(watch->context, trainer->epoch + 1, done, progress->loss / done) ? STOP
                                                                                                              : GO_ON;
}

static struct minibatch minibatch_of(const struct trainer *trainer, long step, long steps)
{
    const struct settings *settings = &trainer->settings;
    const int batch = settings->batch_size, first = (int)step * batch, left = trainer->count - first;
    const int size = left < batch ? left : batch;
    const double lr = schedule_rate(settings, trainer->epoch * steps + step, settings->epochs * steps);
    return (struct minibatch){
        .images = trainer->order + first,
        .size = size,
        .tiles = (size + TILE - 1) / TILE,
        .rates = {(float)lr, (float)settings->momentum, (float)settings->weight_decay, settings->is_nesterov}};
}

/* The minibatches of one epoch that are left, all by the same threads: they wait for each other twice a minibatch,
 * and five times where steps are sharpness-aware. Gives 1 when the watch stopped it. */
static int run_epoch(struct trainer *trainer, const struct trainer_watch *watch, struct error *err)
{
    const int batch = trainer->settings.batch_size;
    const long steps = (trainer->count + batch - 1) / batch, all_steps = trainer->settings.epochs * steps;
    const long first_step = trainer->epoch * steps, done = trainer->progress.steps;
    enum verdict verdict = GO_ON;
#pragma omp parallel num_threads(trainer->threads)
    {
        const int thread = omp_get_thread_num();
        for (long step = done; step < steps && verdict == GO_ON; step++) {
            const struct minibatch minibatch = minibatch_of(trainer, step, steps);
            run_tiles(trainer, thread, &minibatch);
#pragma omp master
            verdict = count_minibatch(trainer, (int)step * batch, minibatch.size, watch);
            if (trainer->settings.sharpness > 0) {
                run_items(trainer, thread, &minibatch, gather_item);
                run_items(trainer, thread, &minibatch, climb_item);
                run_tiles(trainer, thread, &minibatch);
            }
            run_items(trainer, thread, &minibatch, step_item);
        }
    }
    if (verdict == DIVERGED)
        return loss_diverged(err, trainer->epoch + 1, trainer->progress.steps,
                             schedule_rate(&trainer->settings, first_step + trainer->progress.steps, all_steps));
    /* A loss is that of before its update: no loss would show what the last update did. */
    if (!all_finite(trainer->model))
        return weights_diverged(err, trainer->epoch + 1, schedule_rate(&trainer->settings, first_step, all_steps));
    return verdict == STOP;
}

static int validate(struct epoch_log *log, const struct trainer *trainer, struct error *err)
{
    log->validation_accuracy = -1;
    log->validation_loss = -1;
    if (trainer->held_out.count == 0)
        return 0;
    struct evaluation evaluation;
    if (evaluator_run(&evaluation, trainer->model, &trainer->held_out, 1, trainer->plan.kernels, trainer->threads,
                      err) != 0)
        return -1;
    log->validation_accuracy = evaluation_accuracy(&evaluation);
    log->validation_loss = evaluation.loss;
    evaluation_free(&evaluation);
    return 0;
}

int trainer_epoch(struct trainer *trainer, struct epoch_log *log, const struct trainer_watch *watch, struct error *err)
{
    const double start = seconds();
    struct trainer_progress *progress = &trainer->progress;
    dataset_shuffle(trainer->order, trainer->count, trainer->settings.seed, trainer->epoch);
    const int stopped = run_epoch(trainer, watch, err);
    progress->seconds += seconds() - start;
    if (stopped != 0)
        return stopped;
    struct epoch_log result = {.epoch = trainer->epoch + 1,
                               .seconds = progress->seconds,
                               .loss = progress->loss / trainer->count,
                               .train_accuracy =
                                   (double)progress->correct / (trainer->count - trainer->settings.strangers)};
    if (validate(&result, trainer, err) != 0)
        return -1;
    trainer->epoch++;
    *progress = (struct trainer_progress){0};
    patience_see(&trainer->patience, &result, trainer->model->parameters);
    *log = result;
    return 0;
}

int trainer_is_done(const struct trainer *trainer)
{
    return trainer->epoch >= trainer->settings.epochs || patience_is_over(&trainer->patience, trainer->epoch);
}

int trainer_keep_best(struct trainer *trainer)
{
    const struct patience *patience = &trainer->patience;
    if (patience->best.epoch > 0)
        memcpy(trainer->model->parameters, patience->weights, patience->count * sizeof(float));
    return patience->best.epoch;
}
