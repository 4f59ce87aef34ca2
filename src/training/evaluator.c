#include "training/evaluator.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>

#include "fast/plan.h"
#include "nn/loss.h"

double evaluation_accuracy(const struct evaluation *evaluation)
{
    return (double)evaluation->correct / evaluation->total;
}

double evaluation_standard_error(int correct, int total)
{
    const double p = (double)correct / total;
    return sqrt(p * (1 - p) / total);
}

void evaluation_free(struct evaluation *evaluation)
{
    free(evaluation->confusion);
    free(evaluation->answers);
    free(evaluation->probabilities);
    free(evaluation->mistakes);
    *evaluation = (struct evaluation){0};
}

/* What the threads share: each tile writes its own places only. */
struct job {
    const struct model *model;
    const struct dataset *set;
    const struct plan *plan;
    struct evaluation *evaluation;
    double *losses; /* [total] */
};

static void run_tile(struct job *job, struct scratch *scratch, int tile)
{
    const int first = tile * TILE, left = job->set->count - first, count = left < TILE ? left : TILE;
    const int classes = job->evaluation->classes;
    const unsigned char *images[TILE] = {NULL};
    for (int i = 0; i < count; i++)
        images[i] = dataset_image(job->set, first + i);
    plan_forward(scratch, job->model->parameters, images, count, job->plan);
    for (int i = 0; i < count; i++) {
        float scores[ARCHITECTURE_CLASSES], probabilities[ARCHITECTURE_CLASSES];
        plan_scores(scores, scratch, i, job->plan);
        const int answer = loss_answer(scores, classes);
        job->losses[first + i] = loss_cross_entropy(NULL, scores, job->set->labels[first + i], classes);
        for (int k = 0; k < classes; k++)
            scores[k] /= (float)job->model->temperature;
        loss_softmax(probabilities, scores, classes);
        job->evaluation->answers[first + i] = (unsigned char)answer;
        job->evaluation->probabilities[first + i] = probabilities[answer];
    }
}

static int run_tiles(struct job *job, int threads, struct error *err)
{
    struct scratch scratch[EVALUATOR_THREADS] = {{0}};
    int failed = 0;
    for (int t = 0; t < threads && !failed; t++)
        failed = scratch_create(&scratch[t], job->plan, PLAN_INFERENCE, err) != 0;
    if (!failed) {
        const int tiles = (job->set->count + TILE - 1) / TILE;
#pragma omp parallel for num_threads(threads) schedule(static)
        for (int tile = 0; tile < tiles; tile++)
            run_tile(job, &scratch[omp_get_thread_num()], tile);
    }
    for (int t = 0; t < threads; t++)
        scratch_free(&scratch[t]);
    return failed ? -1 : 0;
}

static int more_confident(const void *a, const void *b)
{
    const struct mistake *x = a, *y = b;
    if (x->probability > y->probability || x->probability < y->probability)
        return x->probability > y->probability ? -1 : 1;
    return x->index - y->index;
}

static void count_answers(struct evaluation *evaluation, const struct dataset *set, const double *losses)
{
    int mistakes = 0;
    for (int i = 0; i < evaluation->total; i++) {
        const int label = set->labels[i], answer = evaluation->answers[i];
        evaluation->loss += losses[i];
        evaluation->confusion[label * evaluation->classes + answer]++;
        if (label != answer)
            evaluation->mistakes[mistakes++] = (struct mistake){i, label, answer, evaluation->probabilities[i]};
    }
    evaluation->loss /= evaluation->total;
    evaluation->correct = evaluation->total - mistakes;
    qsort(evaluation->mistakes, (size_t)mistakes, sizeof *evaluation->mistakes, more_confident);
}

int evaluator_check(const struct architecture *architecture, const struct dataset *set, struct error *err)
{
    if (architecture_check_images(architecture, set->channels, set->rows, set->cols, err) != 0)
        return -1;
    for (int i = 0; i < set->count; i++)
        if (set->labels[i] >= architecture->classes)
            return error_set(err, ERROR_DATA, "label %d of image %d is none of the network's %d classes",
                             set->labels[i], i, architecture->classes);
    return 0;
}

int evaluator_run(struct evaluation *out, const struct model *model, const struct dataset *set,
                  const struct kernels *kernels, int threads, struct error *err)
{
    if (evaluator_check(&model->architecture, set, err) != 0)
        return -1;
    const size_t count = (size_t)set->count, classes = (size_t)model->architecture.classes;
    struct plan plan;
    if (plan_create(&plan, &model->architecture, kernels, err) != 0)
        return -1;
    struct evaluation evaluation = {.total = set->count,
                                    .classes = model->architecture.classes,
                                    .confusion = calloc(classes * classes, sizeof(int)),
                                    .answers = calloc(count, 1),
                                    .probabilities = calloc(count, sizeof(float)),
                                    .mistakes = calloc(count, sizeof(struct mistake))};
    double *losses = calloc(count, sizeof(double));
    struct job job = {model, set, &plan, &evaluation, losses};
    int failed = evaluation.confusion == NULL || evaluation.answers == NULL || evaluation.probabilities == NULL ||
                         evaluation.mistakes == NULL || losses == NULL
                     ? error_memory(err, count * sizeof(struct mistake), "the answers")
                     : run_tiles(&job, threads, err);
    if (failed)
        evaluation_free(&evaluation);
    else
        count_answers(&evaluation, set, losses);
    free(losses);
    plan_free(&plan);
    if (failed)
        return -1;
    *out = evaluation;
    return 0;
}
