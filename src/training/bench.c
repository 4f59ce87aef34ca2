#define _POSIX_C_SOURCE 200809L
#include "training/bench.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

/* Many short repeats, so that one of them is left alone by whatever else wants the processors. */
enum { PEAK_REPEATS = 250 };
#define PEAK_SECONDS 0.002

const char *const bench_passes[BENCH_PASSES] = {"input", "forward", "loss", "backward", "update"};

double bench_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_median(double *numbers, int count)
{
    qsort(numbers, (size_t)count, sizeof *numbers, ascending);
    return (numbers[(count - 1) / 2] + numbers[count / 2]) / 2;
}

/* Where the gradients are made: that of a convolution's filters on the way back, tile by tile; that of a dense layer's
 * weights with the update, over a whole minibatch. The input's gradient is needed by nobody. */
double bench_operations(const struct plan *plan, enum bench_pass pass, int step)
{
    const double way = 2 * (double)plan_step_multiply_adds(&plan->steps[step]);
    const int is_dense = plan->steps[step].kind == STEP_DENSE;
    switch (pass) {
    case BENCH_FORWARD:
        return way;
    case BENCH_BACKWARD:
        return (step > 0 ? way : 0) + (is_dense ? 0 : way);
    case BENCH_UPDATE:
        return is_dense ? way : 0;
    default:
        return 0;
    }
}

double bench_training_operations(const struct plan *plan)
{
    double sum = 0;
    for (int pass = 0; pass < BENCH_PASSES; pass++)
        for (int step = 0; step < plan->step_count; step++)
            sum += bench_operations(plan, (enum bench_pass)pass, step);
    return sum;
}

/* ---- The peak ---- */

/* Seconds from when the first thread begins to when the last is done. They wait for each other to be awake. */
static double run_peak(const struct kernels *kernels, long rounds, int threads)
{
    double start = INFINITY, end = 0;
#pragma omp parallel num_threads(threads) reduction(min : start) reduction(max : end)
    {
#pragma omp barrier
        start = bench_seconds();
        kernels->peak(rounds);
        end = bench_seconds();
    }
    return end - start;
}

double bench_peak(const struct kernels *kernels, int threads)
{
    long rounds = 1024;
    double seconds;
    while ((seconds = run_peak(kernels, rounds, 1)) < PEAK_SECONDS / 4)
        rounds *= 2;
    rounds = (long)((double)rounds * PEAK_SECONDS / seconds);
    double best = run_peak(kernels, rounds, threads);
    for (int repeat = 1; repeat < PEAK_REPEATS; repeat++) {
        seconds = run_peak(kernels, rounds, threads);
        best = seconds < best ? seconds : best;
    }
    /* Two operations a multiply-add, 2 * TILE of them a round. */
    return 4.0 * TILE * (double)rounds * threads / best;
}
