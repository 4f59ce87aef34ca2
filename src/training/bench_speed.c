/* The speed of the whole: epochs of training, passes of inference, one image at a time. Different numbers of threads
 * take turns, so that their ratio is not that of a machine that was busy to one that was not. */
#include <omp.h>
#include <stdlib.h>

#include "fast/single.h"
#include "nn/loss.h"
#include "nn/network.h"
#include "training/bench.h"
#include "training/trainer.h"

enum {
    LEAST = 3, /* times measured, at least and at most */
    MOST = 25,
    CALLS = 5000, /* of single images */
    CALLS_TO_WARM_UP = 500,
    CALLS_LEAST = 100, /* of a slow network: fewer have no 99th percentile */
};

#define TRAINING_SECONDS 2.2 /* for all that take turns */
#define INFERENCE_SECONDS 0.5
#define LATENCY_SECONDS 0.5

/* `times` since then, without the first, which is of cold caches and sleeping threads and counts for nothing. */
static int is_enough(int times, double since, double seconds)
{
    return times >= MOST || (times >= LEAST && bench_seconds() - since >= seconds);
}

/* ---- Training ---- */

struct rival {
    struct model model;
    struct trainer trainer;
    double seconds[MOST];
};

static int create_rival(struct rival *rival, const struct bench *bench, const struct settings *settings, int threads,
                        struct error *err)
{
    if (model_create(&rival->model, bench->architecture, err) != 0)
        return -1;
    if (trainer_create(&rival->trainer, &rival->model, settings, bench->images, bench->kernels, threads, err) == 0)
        return 0;
    model_free(&rival->model);
    return -1;
}

static void free_rival(struct rival *rival)
{
    trainer_free(&rival->trainer);
    model_free(&rival->model);
}

static int run_epochs(struct rival *rivals, int count, int *times, struct error *err)
{
    struct epoch_log log;
    double since = 0;
    for (int turn = -1; turn < 0 || !is_enough(turn, since, TRAINING_SECONDS); *times = ++turn) {
        if (turn == 0)
            since = bench_seconds();
        for (int i = 0; i < count; i++) {
            if (trainer_epoch(&rivals[i].trainer, &log, NULL, err) != 0)
                return -1;
            if (turn >= 0)
                rivals[i].seconds[turn] = log.seconds;
        }
    }
    return 0;
}

/* Each with its settings, but for what the bench says. */
static int race(double *images_per_second, const struct bench *bench, const struct settings *settings,
                const int *threads, int count, struct error *err)
{
    struct rival *rivals = calloc((size_t)count, sizeof *rivals);
    if (rivals == NULL)
        return error_memory(err, (size_t)count * sizeof *rivals, "the times measured");
    int made = 0, times = 0, failed = 0;
    for (; made < count && !failed; made += !failed)
        failed = create_rival(&rivals[made], bench, &settings[made], threads[made], err) != 0;
    failed = failed || run_epochs(rivals, count, &times, err) != 0;
    for (int i = 0; i < made; i++) {
        if (!failed)
            images_per_second[i] = bench->images->count / bench_median(rivals[i].seconds, times);
        free_rival(&rivals[i]);
    }
    free(rivals);
    return failed ? -1 : 0;
}

static struct settings settings_of(const struct bench *bench, int batch)
{
    struct settings settings = bench->settings;
    settings.batch_size = batch;
    settings.validation = 0;
    settings.schedule = SCHEDULE_CONSTANT;
    return settings;
}

int bench_training(double *images_per_second, const struct bench *bench, int batch, const int *threads, int count,
                   struct error *err)
{
    struct settings settings[BENCH_RIVALS];
    for (int i = 0; i < count; i++)
        settings[i] = settings_of(bench, batch);
    return race(images_per_second, bench, settings, threads, count, err);
}

int bench_augmentation(double images_per_second[BENCH_RIVALS], const struct bench *bench, int batch, int threads,
                       const struct augmentation *ranges, struct error *err)
{
    struct settings settings[BENCH_RIVALS] = {settings_of(bench, batch), settings_of(bench, batch)};
    const int both[BENCH_RIVALS] = {threads, threads};
    settings[0].augment = (struct augmentation){0};
    settings[1].augment = *ranges;
    return race(images_per_second, bench, settings, both, BENCH_RIVALS, err);
}

/* ---- Inference ---- */

struct reading {
    struct plan plan;
    float *parameters;
    struct scratch scratch[TRAINER_THREADS];
    unsigned char *answers; /* [images] */
};

static void answer_tile(struct reading *reading, struct scratch *scratch, const struct dataset *images, int tile)
{
    const int first = tile * TILE, left = images->count - first, count = left < TILE ? left : TILE;
    const unsigned char *pixels[TILE] = {NULL};
    for (int i = 0; i < count; i++)
        pixels[i] = dataset_image(images, first + i);
    plan_forward(scratch, reading->parameters, pixels, count, &reading->plan);
    for (int i = 0; i < count; i++) {
        float scores[ARCHITECTURE_CLASSES];
        plan_scores(scores, scratch, i, &reading->plan);
        reading->answers[first + i] = (unsigned char)loss_answer(scores, reading->plan.architecture->classes);
    }
}

/* Gives the seconds of a pass over all images. */
static double answer_all(struct reading *reading, const struct dataset *images, int threads)
{
    const int tiles = (images->count + TILE - 1) / TILE;
    const double start = bench_seconds();
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int tile = 0; tile < tiles; tile++)
        answer_tile(reading, &reading->scratch[omp_get_thread_num()], images, tile);
    return bench_seconds() - start;
}

static int prepare(struct reading *reading, const struct bench *bench, int threads, struct error *err)
{
    const size_t bytes = bench->architecture->parameter_count * sizeof(float), images = (size_t)bench->images->count;
    reading->parameters = malloc(bytes);
    reading->answers = malloc(images);
    if (reading->parameters == NULL || reading->answers == NULL)
        return error_memory(err, bytes + images, "the parameters and the answers");
    network_initialise(reading->parameters, bench->architecture, bench->settings.seed);
    if (plan_create(&reading->plan, bench->architecture, bench->kernels, err) != 0)
        return -1;
    for (int t = 0; t < threads; t++)
        if (scratch_create(&reading->scratch[t], &reading->plan, PLAN_INFERENCE, err) != 0)
            return -1;
    return 0;
}

static void release(struct reading *reading)
{
    for (int t = 0; t < TRAINER_THREADS; t++)
        scratch_free(&reading->scratch[t]);
    plan_free(&reading->plan);
    free(reading->parameters);
    free(reading->answers);
}

int bench_inference(double *images_per_second, const struct bench *bench, const int *threads, int count,
                    struct error *err)
{
    double seconds[BENCH_RIVALS][MOST], since = 0;
    struct reading reading = {.parameters = NULL};
    int most_threads = 1, times = 0;
    for (int i = 0; i < count; i++)
        most_threads = threads[i] > most_threads ? threads[i] : most_threads;
    if (prepare(&reading, bench, most_threads, err) != 0) {
        release(&reading);
        return -1;
    }
    for (int i = 0; i < count; i++)
        answer_all(&reading, bench->images, threads[i]);
    for (since = bench_seconds(); !is_enough(times, since, INFERENCE_SECONDS); times++)
        for (int i = 0; i < count; i++)
            seconds[i][times] = answer_all(&reading, bench->images, threads[i]);
    for (int i = 0; i < count; i++)
        images_per_second[i] = bench->images->count / bench_median(seconds[i], times);
    release(&reading);
    return 0;
}

/* ---- One image ---- */

static struct bench_latency time_calls(double *seconds, struct single *single, const struct dataset *images)
{
    float scores[ARCHITECTURE_CLASSES];
    int calls = 0;
    double since = bench_seconds();
    for (int call = 0; call < CALLS_TO_WARM_UP && bench_seconds() - since < LATENCY_SECONDS / 4; call++)
        single_scores(scores, single, dataset_image(images, call % images->count));
    since = bench_seconds();
    while (calls < CALLS && (calls < CALLS_LEAST || bench_seconds() - since < LATENCY_SECONDS)) {
        const unsigned char *pixels = dataset_image(images, calls % images->count);
        const double start = bench_seconds();
        single_scores(scores, single, pixels);
        seconds[calls++] = bench_seconds() - start;
    }
    const double median = bench_median(seconds, calls); /* sorts */
    return (struct bench_latency){median, seconds[0], seconds[(calls * 99 - 1) / 100]};
}

int bench_latency(struct bench_latency *out, const struct bench *bench, struct error *err)
{
    const size_t parameters = bench->architecture->parameter_count;
    float *weights = malloc(parameters * sizeof(float));
    double *seconds = malloc(CALLS * sizeof *seconds);
    struct single single;
    int failed = weights == NULL || seconds == NULL;
    if (failed) {
        error_memory(err, parameters * sizeof(float) + CALLS * sizeof *seconds, "the parameters");
    } else {
        network_initialise(weights, bench->architecture, bench->settings.seed);
        failed = single_create(&single, bench->architecture, weights, bench->kernels, err) != 0;
    }
    if (!failed) {
        *out = time_calls(seconds, &single, bench->images);
        single_free(&single);
    }
    free(weights);
    free(seconds);
    return failed ? -1 : 0;
}
