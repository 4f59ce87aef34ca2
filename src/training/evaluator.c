#include "training/evaluator.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "fast/plan.h"
#include "fast/views.h"
#include "nn/loss.h"
#include "training/calibrator.h"

double evaluation_accuracy(const struct evaluation *evaluation)
{
    return (double)evaluation->correct / evaluation->total;
}

int evaluation_of_class(const struct evaluation *evaluation, int label)
{
    int total = 0;
    for (int k = 0; k < evaluation->classes; k++)
        total += evaluation->confusion[label * evaluation->classes + k];
    return total;
}

int evaluation_correct(const struct evaluation *evaluation, const struct dataset *set, int first, int end)
{
    int correct = 0;
    for (int i = first; i < end; i++)
        correct += evaluation->answers[i] == set->labels[i];
    return correct;
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

/* ---- Scores ---- */

/* What the threads share: each tile writes its own places only. */
struct job {
    const struct model *model;
    const struct dataset *set;
    const struct plan *plan;
    int views;
    float *scores; /* [set->count][classes] */
};

/* What one thread needs. */
struct worker {
    struct scratch scratch;
    struct views views;
};

static void run_tile(const struct job *job, struct worker *worker, int tile)
{
    const int first = tile * TILE, left = job->set->count - first, count = left < TILE ? left : TILE;
    const int classes = job->model->architecture.classes;
    const unsigned char *see[VIEWS_MOST], *images[VIEWS_MOST][TILE] = {{NULL}};
    float *scores = job->scores + (size_t)first * (size_t)classes, of_view[ARCHITECTURE_CLASSES];
    for (int i = 0; i < count; i++) {
        views_make(see, &worker->views, i, dataset_image(job->set, first + i));
        for (int view = 0; view < job->views; view++)
            images[view][i] = see[view];
    }
    memset(scores, 0, (size_t)(count * classes) * sizeof *scores);
    for (int view = 0; view < job->views; view++) {
        plan_forward(&worker->scratch, job->model->parameters, images[view], count, job->plan);
        for (int i = 0; i < count; i++) {
            plan_scores(of_view, &worker->scratch, i, job->plan);
            for (int k = 0; k < classes; k++)
                scores[i * classes + k] += of_view[k] / (float)job->views;
        }
    }
}

static int worker_create(struct worker *out, const struct job *job, struct error *err)
{
    const struct dataset *set = job->set;
    if (scratch_create(&out->scratch, job->plan, PLAN_INFERENCE, err) != 0)
        return -1;
    return views_create(&out->views, job->views, set->channels, set->rows, set->cols, job->plan->kernels, err);
}

static int run_tiles(const struct job *job, int threads, struct error *err)
{
    struct worker workers[EVALUATOR_THREADS] = {{{0}, {0}}};
    int failed = 0;
    for (int t = 0; t < threads && !failed; t++)
        failed = worker_create(&workers[t], job, err) != 0;
    if (!failed) {
        const int tiles = (job->set->count + TILE - 1) / TILE;
#pragma omp parallel for num_threads(threads) schedule(static)
        for (int tile = 0; tile < tiles; tile++)
            run_tile(job, &workers[omp_get_thread_num()], tile);
    }
    for (int t = 0; t < threads; t++) {
        scratch_free(&workers[t].scratch);
        views_free(&workers[t].views);
    }
    return failed ? -1 : 0;
}

int evaluator_scores(float *scores, const struct model *model, const struct dataset *set, int views,
                     const struct kernels *kernels, int threads, struct error *err)
{
    struct plan plan;
    if (evaluator_check(&model->architecture, set, err) != 0 ||
        plan_create(&plan, &model->architecture, kernels, err) != 0)
        return -1;
    const struct job job = {model, set, &plan, views, scores};
    const int result = run_tiles(&job, threads, err);
    plan_free(&plan);
    return result;
}

/* ---- Answers ---- */

static int more_confident(const void *a, const void *b)
{
    const struct mistake *x = a, *y = b;
    if (x->probability > y->probability || x->probability < y->probability)
        return x->probability > y->probability ? -1 : 1;
    return x->index - y->index;
}

static void count_answers(struct evaluation *evaluation, const struct model *model, const struct dataset *set,
                          const float *scores)
{
    const int classes = evaluation->classes;
    int mistakes = 0;
    for (int i = 0; i < evaluation->total; i++, scores += classes) {
        float probabilities[ARCHITECTURE_CLASSES];
        const int label = set->labels[i], answer = loss_answer(scores, classes);
        calibration_apply(probabilities, scores, classes, &model->calibration);
        evaluation->answers[i] = (unsigned char)answer;
        evaluation->probabilities[i] = probabilities[answer];
        evaluation->loss += loss_cross_entropy(NULL, scores, label, classes);
        evaluation->confusion[label * classes + answer]++;
        if (label != answer)
            evaluation->mistakes[mistakes++] = (struct mistake){i, label, answer, evaluation->probabilities[i]};
    }
    evaluation->loss /= evaluation->total;
    evaluation->ece = calibrator_ece(evaluation->probabilities, evaluation->answers, set->labels, evaluation->total);
    evaluation->correct = evaluation->total - mistakes;
    qsort(evaluation->mistakes, (size_t)mistakes, sizeof *evaluation->mistakes, more_confident);
}

int evaluator_run(struct evaluation *out, const struct model *model, const struct dataset *set, int views,
                  const struct kernels *kernels, int threads, struct error *err)
{
    const size_t count = (size_t)set->count, classes = (size_t)model->architecture.classes;
    struct evaluation evaluation = {.total = set->count,
                                    .classes = model->architecture.classes,
                                    .confusion = calloc(classes * classes, sizeof(int)),
                                    .answers = calloc(count, 1),
                                    .probabilities = calloc(count, sizeof(float)),
                                    .mistakes = calloc(count, sizeof(struct mistake))};
    float *scores = calloc(count * classes, sizeof *scores);
    const int result =
        evaluation.confusion == NULL || evaluation.answers == NULL || evaluation.probabilities == NULL ||
                evaluation.mistakes == NULL || scores == NULL
            ? error_memory(err, count * (classes * sizeof(float) + sizeof(struct mistake)), "the answers")
            : evaluator_scores(scores, model, set, views, kernels, threads, err);
    if (result == 0)
        count_answers(&evaluation, model, set, scores);
    else
        evaluation_free(&evaluation);
    free(scores);
    if (result == 0)
        *out = evaluation;
    return result;
}
