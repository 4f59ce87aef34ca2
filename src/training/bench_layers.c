/* Training by one thread with a look at the clock after each part. The parts are those of plan_forward(),
 * plan_backward() and plan_update(), in the trainer's order and over real minibatches: which gradients are zero decides
 * how long the way back takes, and no made-up data has the right ones.
 *
 * An epoch gives the median over its minibatches for each part. Of several epochs the quickest one counts, with all its
 * parts: it was disturbed the least, and what is compared with it, the peak, is the best of several as well. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn/network.h"
#include "training/bench.h"

enum { SLOTS = BENCH_PASSES * ARCHITECTURE_LAYERS, EPOCHS_LEAST = 2, EPOCHS_MOST = 25 };

#define EPOCHS_SECONDS 1.5

struct stopwatch {
    double at;
    double seconds[SLOTS]; /* [pass][step], of the minibatch that runs */
};

struct run {
    const struct bench *bench;
    struct plan plan;
    struct scratch scratch;
    struct records records;
    float *parameters, *velocity;
    int *order;
    int size, count;  /* images in a minibatch, minibatches in an epoch */
    double *measured; /* [SLOTS][count] */
    struct stopwatch watch;
};

static void start(struct stopwatch *watch)
{
    watch->at = bench_seconds();
}

/* What has passed since the last look belongs to this part. */
static void look(struct stopwatch *watch, enum bench_pass pass, int step)
{
    const double now = bench_seconds();
    watch->seconds[(int)pass * ARCHITECTURE_LAYERS + step] += now - watch->at;
    watch->at = now;
}

static void run_tile(struct run *run, const int *minibatch, int tile)
{
    const struct plan *plan = &run->plan;
    const int first = tile * TILE, left = run->size - first, count = left < TILE ? left : TILE;
    const unsigned char *images[TILE] = {NULL};
    unsigned char labels[TILE];
    for (int i = 0; i < count; i++) {
        const int index = minibatch[first + i];
        images[i] = dataset_image(run->bench->images, index);
        labels[i] = run->bench->images->labels[index];
    }
    start(&run->watch);
    plan_forward_input(&run->scratch, images, count, plan);
    look(&run->watch, BENCH_INPUT, 0);
    for (int step = 0; step < plan->step_count; step++) {
        plan_forward_step(&run->scratch, run->parameters, step, plan);
        look(&run->watch, BENCH_FORWARD, step);
    }
    float *d_y = plan_backward_loss(&run->records, tile, &run->scratch, labels, 1 / (float)run->size, plan);
    look(&run->watch, BENCH_LOSS, 0);
    for (int step = plan->step_count - 1; step >= 0; step--) {
        d_y = plan_backward_step(&run->records, tile, &run->scratch, run->parameters, d_y, step, plan);
        look(&run->watch, BENCH_BACKWARD, step);
    }
}

/* Gives the loss. */
static double run_minibatch(struct run *run, const int *minibatch)
{
    const struct settings *settings = &run->bench->settings;
    const struct rates rates = {(float)settings->lr, (float)settings->momentum, (float)settings->weight_decay,
                                settings->is_nesterov};
    const int tiles = (run->size + TILE - 1) / TILE;
    double loss = 0;
    memset(run->watch.seconds, 0, sizeof run->watch.seconds);
    for (int tile = 0; tile < tiles; tile++) {
        run_tile(run, minibatch, tile);
        loss += run->records.loss[tile];
    }
    start(&run->watch);
    for (int item = 0; item < run->plan.item_count; item++) {
        plan_update(run->parameters, run->velocity, &run->scratch, &run->records, tiles, &run->plan.items[item], rates,
                    &run->plan);
        look(&run->watch, BENCH_UPDATE, run->plan.items[item].step);
    }
    return loss;
}

/* Whole minibatches only; the figures of an earlier epoch are overwritten. */
static int run_epoch(struct run *run, int epoch, struct error *err)
{
    dataset_shuffle(run->order, run->bench->images->count, run->bench->settings.seed, epoch);
    for (int i = 0; i < run->count; i++) {
        if (!isfinite(run_minibatch(run, run->order + i * run->size)))
            return error_set(err, ERROR_DIVERGED,
                             "training diverged: in epoch %d, minibatch %d, at a learning rate of %.3g, the loss is no "
                             "longer a finite number: give a config with a smaller \"lr\"",
                             epoch + 1, i + 1, run->bench->settings.lr);
        for (int slot = 0; slot < SLOTS; slot++)
            run->measured[slot * run->count + i] = run->watch.seconds[slot];
    }
    return 0;
}

/* ---- From times to rows ---- */

static void add_row(struct bench_layers *out, struct run *run, enum bench_pass pass, int step)
{
    double *measured = run->measured + ((int)pass * ARCHITECTURE_LAYERS + step) * run->count;
    out->rows[out->count++] = (struct bench_row){pass, step, bench_median(measured, run->count) / run->size};
}

static struct bench_layers rows_of(struct run *run)
{
    struct bench_layers out = {.batch = run->size};
    const struct plan *plan = &run->plan;
    add_row(&out, run, BENCH_INPUT, 0);
    for (int step = 0; step < plan->step_count; step++)
        add_row(&out, run, BENCH_FORWARD, step);
    add_row(&out, run, BENCH_LOSS, 0);
    for (int step = plan->step_count - 1; step >= 0; step--)
        add_row(&out, run, BENCH_BACKWARD, step);
    for (int step = 0; step < plan->step_count; step++)
        if (plan->steps[step].kind != STEP_POOL)
            add_row(&out, run, BENCH_UPDATE, step);
    for (int i = 0; i < out.count; i++)
        out.seconds += out.rows[i].seconds;
    return out;
}

/* ---- Beginning and end ---- */

static int allocate(struct run *run, struct error *err)
{
    const struct architecture *architecture = run->bench->architecture;
    const size_t parameters = architecture->parameter_count, images = (size_t)run->bench->images->count;
    run->parameters = malloc(parameters * sizeof(float));
    run->velocity = calloc(parameters, sizeof(float));
    run->order = malloc(images * sizeof(int));
    run->measured = calloc(SLOTS * (size_t)run->count, sizeof(double));
    if (run->parameters == NULL || run->velocity == NULL || run->order == NULL || run->measured == NULL)
        return error_memory(err, 2 * parameters * sizeof(float) + SLOTS * (size_t)run->count * sizeof(double),
                            "the parameters and the times measured");
    network_initialise(run->parameters, architecture, run->bench->settings.seed);
    if (plan_create(&run->plan, architecture, run->bench->kernels, err) != 0 ||
        scratch_create(&run->scratch, &run->plan, PLAN_TRAINING, err) != 0)
        return -1;
    return records_create(&run->records, (run->size + TILE - 1) / TILE, &run->plan, err);
}

static void release(struct run *run)
{
    records_free(&run->records);
    scratch_free(&run->scratch);
    plan_free(&run->plan);
    free(run->parameters);
    free(run->velocity);
    free(run->order);
    free(run->measured);
}

/* The first epoch warms up. */
static int run_epochs(struct bench_layers *best, struct run *run, struct error *err)
{
    double since = 0;
    for (int epoch = 0; epoch <= EPOCHS_MOST; epoch++) {
        if (epoch > EPOCHS_LEAST && bench_seconds() - since > EPOCHS_SECONDS)
            break;
        if (epoch == 1)
            since = bench_seconds();
        if (run_epoch(run, epoch, err) != 0)
            return -1;
        const struct bench_layers rows = rows_of(run);
        if (epoch == 1 || (epoch > 1 && rows.seconds < best->seconds))
            *best = rows;
    }
    return 0;
}

int bench_layers(struct bench_layers *out, const struct bench *bench, struct error *err)
{
    const int images = bench->images->count, size = images < BENCH_BATCH ? images : BENCH_BATCH;
    struct run run = {.bench = bench, .size = size, .count = images / size};
    struct bench_layers best = {.batch = 0};
    const int failed = allocate(&run, err) != 0 || run_epochs(&best, &run, err) != 0;
    release(&run);
    if (failed)
        return -1;
    *out = best;
    return 0;
}
