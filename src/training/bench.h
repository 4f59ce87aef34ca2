/* How fast this program is on this machine, part by part. Nothing is judged here: times vary from run to run, and every
 * figure is the median of several; of the peak, and of training part by part, it is the best of several.
 *
 *     bench.c            the peak, and the arithmetic that is counted
 *     bench_layers.c     one thread training, each part of it timed
 *     bench_speed.c      whole epochs, whole passes of inference, single images */
#ifndef LENET5_TRAINING_BENCH_H
#define LENET5_TRAINING_BENCH_H

#include "base/error.h"
#include "dataset/dataset.h"
#include "fast/plan.h"
#include "model/config.h"

/* What is measured. All but the settings is borrowed. */
struct bench {
    const struct architecture *architecture;
    const struct kernels *kernels;
    struct settings settings; /* how training trains; batch size, epochs and what is held out are the bench's affair */
    const struct dataset *images;
};

/* ---- What is counted ---- */

enum bench_pass { BENCH_INPUT, BENCH_FORWARD, BENCH_LOSS, BENCH_BACKWARD, BENCH_UPDATE, BENCH_PASSES };

/* "input", "forward", "loss", "backward", "update" */
extern const char *const bench_passes[BENCH_PASSES];

/* Floating-point operations an image, two a multiply-add, of a step in a pass. Counted densely: a product with a zero
 * counts, whether it is left out or not. Only convolutions and dense layers count; 0 for all else. */
double bench_operations(const struct plan *plan, enum bench_pass pass, int step);

/* The sum over all passes and steps: of an image of training. */
double bench_training_operations(const struct plan *plan);

/* ---- What is measured ---- */

/* Floating-point operations a second of nothing but multiply-adds, all threads together. About half a second. */
double bench_peak(const struct kernels *kernels, int threads);

enum {
    BENCH_BATCH = 64, /* of bench_layers() */
    BENCH_ROWS = 3 * ARCHITECTURE_LAYERS + 2
};

struct bench_row {
    enum bench_pass pass;
    int step;       /* 0 for input and loss, which belong to none */
    double seconds; /* an image */
};

struct bench_layers {
    int batch;      /* BENCH_BATCH, or all images where there are fewer */
    double seconds; /* an image, all rows together */
    int count;
    struct bench_row rows[BENCH_ROWS]; /* in the order of training; updates by step */
};

/* One thread trains over the images in minibatches. About 2 seconds.
 * Fails with ERROR_DIVERGED like trainer_epoch(), with ERROR_MODEL on a network that is too large. */
int bench_layers(struct bench_layers *out, const struct bench *bench, struct error *err);

enum { BENCH_RIVALS = 2 };

/* Images a second of training with threads[i], for each of `count` numbers of threads (BENCH_RIVALS at most). They take
 * turns, an epoch each, so that a machine that becomes slower becomes so for all. At least 3 epochs each; more until
 * some 2 seconds are over. Fails as trainer_create() and trainer_epoch() do. */
int bench_training(double *images_per_second, const struct bench *bench, int batch, const int *threads, int count,
                   struct error *err);

/* Images a second of training without augmentation, then with these ranges, in turns as above. */
int bench_augmentation(double images_per_second[BENCH_RIVALS], const struct bench *bench, int batch, int threads,
                       const struct augmentation *ranges, struct error *err);

/* The same of inference, from bytes to answers, with the first weights. Less than a second. */
int bench_inference(double *images_per_second, const struct bench *bench, const int *threads, int count,
                    struct error *err);

struct bench_latency {
    double median, lowest, p99; /* seconds */
};

/* Of one image alone, from bytes to scores, over some thousand calls. */
int bench_latency(struct bench_latency *out, const struct bench *bench, struct error *err);

/* ---- For the files above ---- */

double bench_seconds(void); /* of a clock that never goes back */

/* Sorts the numbers. */
double bench_median(double *numbers, int count);

#endif
