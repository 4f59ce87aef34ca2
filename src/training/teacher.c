#include "training/teacher.h"

#include <stdlib.h>
#include <string.h>

#include "base/real.h"

enum { PATH = 4096 };

static int check_member(const struct architecture *member, const struct architecture *student, const char *path,
                        struct error *err)
{
    const struct input *a = &member->input, *b = &student->input;
    if (a->channels != b->channels || a->rows != b->rows || a->cols != b->cols || member->classes != student->classes)
        return error_set(err, ERROR_MODEL,
                         "%s: it takes %dx%dx%d and gives %d classes, and the network to be taught takes %dx%dx%d and "
                         "gives %d: a teacher has to see and say the same",
                         path, a->rows, a->cols, a->channels, member->classes, b->rows, b->cols, b->channels,
                         student->classes);
    return 0;
}

static int open_member(struct member *member, const char *path, const struct architecture *student,
                       const struct kernels *kernels, int threads, struct error *err)
{
    if (model_file_load(&member->model, path, err) != 0)
        return error_where(err, "teacher");
    member->scratch = calloc((size_t)threads, sizeof *member->scratch);
    if (member->scratch == NULL)
        return error_memory(err, (size_t)threads * sizeof *member->scratch, "a teacher");
    if (check_member(&member->model.architecture, student, path, err) != 0 ||
        plan_create(&member->plan, &member->model.architecture, kernels, err) != 0)
        return -1;
    for (int t = 0; t < threads; t++)
        if (scratch_create(&member->scratch[t], &member->plan, PLAN_INFERENCE, err) != 0)
            return -1;
    return 0;
}

/* Paths say where the teachers lie, this says which they are. */
static void digest_members(struct teacher *teacher)
{
    char all[DIGEST_TEXT] = "";
    for (int m = 0; m < teacher->count; m++) {
        const char *digest = teacher->members[m].model.digest;
        digest_two(all, all, strlen(all), digest, strlen(digest));
    }
    strcpy(teacher->digest, all);
}

int teacher_open(struct teacher *out, const char *paths, const struct architecture *student, int with_none,
                 const struct kernels *kernels, int threads, struct error *err)
{
    struct teacher teacher = {.threads = threads, .with_none = with_none};
    int count = paths[0] != '\0';
    for (const char *c = paths; *c != '\0'; c++)
        count += *c == ',';
    *out = (struct teacher){0};
    if (count == 0)
        return 0;
    teacher.members = calloc((size_t)count, sizeof *teacher.members);
    if (teacher.members == NULL)
        return error_memory(err, (size_t)count * sizeof *teacher.members, "the teachers");
    for (const char *path = paths; teacher.count < count; path += strcspn(path, ",") + 1) {
        char name[PATH];
        const size_t length = strcspn(path, ",");
        int failed = length >= sizeof name || length == 0;
        if (failed)
            error_set(err, ERROR_USAGE, "a teacher's path is %s: name model files, parted by commas",
                      length == 0 ? "empty" : "too long");
        memcpy(name, path, failed ? 0 : length);
        name[failed ? 0 : length] = '\0';
        failed = failed || open_member(&teacher.members[teacher.count], name, student, kernels, threads, err) != 0;
        teacher.count++;
        if (failed) {
            teacher_close(&teacher);
            return -1;
        }
    }
    digest_members(&teacher);
    *out = teacher;
    return 0;
}

void teacher_close(struct teacher *teacher)
{
    for (int m = 0; m < teacher->count; m++) {
        struct member *member = &teacher->members[m];
        for (int t = 0; member->scratch != NULL && t < teacher->threads; t++)
            scratch_free(&member->scratch[t]);
        free(member->scratch);
        plan_free(&member->plan);
        model_free(&member->model);
    }
    free(teacher->members);
    *teacher = (struct teacher){0};
}

/* Softmax, in double; the scores of all classes, and 0 for "no class" where that competes. */
static void add_softmax(float *probabilities, const float *scores, int classes, int with_none, double share)
{
    double power[ARCHITECTURE_CLASSES], top = with_none ? 0 : (double)scores[0], sum = 0;
    for (int k = 0; k < classes; k++)
        top = (double)scores[k] > top ? (double)scores[k] : top;
    for (int k = 0; k < classes; k++)
        sum += power[k] = real_exp((double)scores[k] - top);
    if (with_none)
        sum += real_exp(-top);
    for (int k = 0; k < classes; k++)
        probabilities[k] += (float)(share * power[k] / sum);
}

void teacher_ask(float *probabilities, struct teacher *teacher, int thread, const unsigned char *const *images,
                 int count)
{
    const int classes = teacher->members[0].model.architecture.classes;
    float scores[ARCHITECTURE_CLASSES];
    memset(probabilities, 0, (size_t)(TILE * classes) * sizeof *probabilities);
    for (int m = 0; m < teacher->count; m++) {
        struct member *member = &teacher->members[m];
        plan_forward(&member->scratch[thread], member->model.parameters, images, count, &member->plan);
        for (int image = 0; image < count; image++) {
            plan_scores(scores, &member->scratch[thread], image, &member->plan);
            add_softmax(probabilities + image * classes, scores, classes, teacher->with_none, 1.0 / teacher->count);
        }
    }
}
