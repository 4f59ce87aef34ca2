/* Learning from a teacher: the mean of its members, the gradient towards it, and training that comes nearer to it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "digits.h"
#include "model/config.h"
#include "nn/loss.h"
#include "nn/network.h"
#include "support.h"
#include "training/teacher.h"
#include "training/trainer.h"

enum { CLASSES = 10, IMAGES = 5 };

static char *folder, *paths[2], *both;
static struct model members[2]; /* what lies in paths */
static struct config config;

static void save_random(const char *path, uint64_t seed)
{
    struct model model;
    assert_int_equal(model_create(&model, &config.architecture, NULL), 0);
    network_initialise(model.parameters, &config.architecture, seed);
    /* So that its answers are of some certainty. */
    for (size_t i = model.architecture.parameter_count - 850; i < model.architecture.parameter_count; i++)
        model.parameters[i] *= 10;
    assert_int_equal(model_file_save(&model, path, NULL), 0);
    model_free(&model);
}

static int arrive(void **state)
{
    (void)state;
    folder = support_make_folder();
    paths[0] = support_path(folder, "a.json");
    paths[1] = support_path(folder, "b.json");
    both = malloc(strlen(paths[0]) + strlen(paths[1]) + 2);
    sprintf(both, "%s,%s", paths[0], paths[1]);
    assert_int_equal(config_load(&config, "lenet5", NULL), 0);
    for (int i = 0; i < 2; i++) {
        save_random(paths[i], (uint64_t)i + 1);
        assert_int_equal(model_file_load(&members[i], paths[i], NULL), 0);
    }
    return 0;
}

static int leave(void **state)
{
    (void)state;
    support_remove_folder(folder);
    for (int i = 0; i < 2; i++) {
        model_free(&members[i]);
        free(paths[i]);
    }
    free(both);
    return 0;
}

/* Softmax of a model's plain network; with_none has a further score of 0. */
static void plain_probabilities(double p[CLASSES], const struct model *model, const unsigned char *pixels,
                                int with_none)
{
    struct trace trace;
    real *x = malloc((size_t)shape_size(model->architecture.in) * sizeof *x);
    assert_int_equal(trace_create(&trace, &model->architecture, NULL), 0);
    architecture_normalise(x, pixels, &model->architecture.input);
    network_forward(&trace, model->parameters, x, &model->architecture);
    double sum = with_none ? 1 : 0;
    for (int k = 0; k < CLASSES; k++)
        sum += p[k] = exp((double)trace.y[model->architecture.layer_count - 1][k]);
    for (int k = 0; k < CLASSES; k++)
        p[k] /= sum;
    free(x);
    trace_free(&trace);
}

static void a_teacher_says_the_mean_of_what_its_members_say(void **state)
{
    (void)state;
    struct dataset set = digits_set(DATASET_TRAIN, IMAGES);
    const unsigned char *images[TILE];
    for (int i = 0; i < IMAGES; i++)
        images[i] = dataset_image(&set, i);
    for (int with_none = 0; with_none <= 1; with_none++) {
        struct teacher teacher;
        float said[TILE * CLASSES];
        assert_int_equal(teacher_open(&teacher, both, &config.architecture, with_none, kernels_pick(NULL), 2, NULL), 0);
        assert_int_equal(teacher.count, 2);
        teacher_ask(said, &teacher, 1, images, IMAGES);
        for (int i = 0; i < IMAGES; i++) {
            double a[CLASSES], b[CLASSES];
            plain_probabilities(a, &members[0], images[i], with_none);
            plain_probabilities(b, &members[1], images[i], with_none);
            for (int k = 0; k < CLASSES; k++)
                assert_true(fabs((double)said[i * CLASSES + k] - (a[k] + b[k]) / 2) < 1e-4);
        }
        teacher_close(&teacher);
    }
    dataset_free(&set);
}

static void wrong_teachers_are_refused(void **state)
{
    (void)state;
    struct teacher teacher;
    struct error err;
    struct config course;
    char missing[512];
    const struct kernels *kernels = kernels_pick(NULL);
    snprintf(missing, sizeof missing, "%s,", paths[0]);
    assert_int_equal(teacher_open(&teacher, missing, &config.architecture, 0, kernels, 1, &err), -1);
    assert_string_equal(err.text, "a teacher's path is empty: name model files, parted by commas");
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_int_equal(teacher_open(&teacher, "missing.json", &config.architecture, 0, kernels, 1, &err), -1);
    assert_int_equal(err.kind, ERROR_MODEL);
    assert_int_equal(teacher.count, 0);
    assert_int_equal(config_load(&course, "course", NULL), 0);
    assert_int_equal(teacher_open(&teacher, paths[0], &course.architecture, 0, kernels, 1, &err), -1);
    assert_int_equal(err.kind, ERROR_MODEL);
    assert_non_null(strstr(err.text, "a teacher has to see and say the same"));
    assert_int_equal(teacher_open(&teacher, "", &config.architecture, 0, kernels, 1, &err), 0);
    assert_int_equal(teacher.count, 0);
    teacher_close(&teacher);
}

/* Two epochs; gives the digest of the weights in `digest` and the mean distance to the teacher's answers. */
static double train(char digest[DIGEST_TEXT], const char *teachers, double weight, int threads)
{
    struct dataset set = digits_set(DATASET_TRAIN, 200);
    struct settings settings = config.settings;
    struct model model;
    struct trainer trainer;
    struct epoch_log log;
    settings.epochs = 2;
    settings.validation = 0;
    settings.batch_size = 20;
    snprintf(settings.teachers, sizeof settings.teachers, "%s", teachers);
    settings.teacher_weight = weight;
    assert_int_equal(model_create(&model, &config.architecture, NULL), 0);
    assert_int_equal(trainer_create(&trainer, &model, &settings, &set, kernels_pick(NULL), threads, NULL), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(trainer_epoch(&trainer, &log, NULL, NULL), 0);
    trainer_free(&trainer);
    char *path = support_path(folder, "student.json");
    assert_int_equal(model_file_save(&model, path, NULL), 0);
    strcpy(digest, model.digest);
    double distance = 0;
    for (int i = 0; i < 20; i++) {
        double student[CLASSES], teacher[CLASSES];
        plain_probabilities(student, &model, dataset_image(&set, i), 0);
        plain_probabilities(teacher, &members[0], dataset_image(&set, i), 0);
        for (int k = 0; k < CLASSES; k++)
            distance += fabs(student[k] - teacher[k]) / 20;
    }
    free(path);
    model_free(&model);
    dataset_free(&set);
    return distance;
}

static void a_student_comes_nearer_to_its_teacher_the_more_that_weighs(void **state)
{
    (void)state;
    char alone[DIGEST_TEXT], half[DIGEST_TEXT], whole[DIGEST_TEXT];
    const double far = train(alone, "", 0, 2), between = train(half, paths[0], 0.5, 2),
                 near = train(whole, paths[0], 1, 2);
    assert_true(near < between && between < far);
}

static void a_weight_of_nothing_and_other_threads_change_nothing(void **state)
{
    (void)state;
    char alone[DIGEST_TEXT], none[DIGEST_TEXT], one[DIGEST_TEXT], three[DIGEST_TEXT];
    train(alone, "", 0, 2);
    train(none, both, 0, 2);
    assert_string_equal(alone, none);
    train(one, both, 0.6, 1);
    train(three, both, 0.6, 3);
    assert_string_equal(one, three);
    assert_string_not_equal(one, alone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_teacher_says_the_mean_of_what_its_members_say),
        cmocka_unit_test(wrong_teachers_are_refused),
        cmocka_unit_test(a_student_comes_nearer_to_its_teacher_the_more_that_weighs),
        cmocka_unit_test(a_weight_of_nothing_and_other_threads_change_nothing),
    };
    return cmocka_run_group_tests(tests, arrive, leave);
}
