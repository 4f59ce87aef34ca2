/* The evaluator, with a network whose answers are known: the brightest of four pixels; and with views of each image,
 * against the plain network. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fast/views.h"
#include "networks.h"
#include "nn/loss.h"
#include "nn/network.h"
#include "training/evaluator.h"

enum { CLASSES = 4, PICTURES = 21 };

/* score k = pixel k / 255 * 2 */
static struct model make_model(void)
{
    const struct layer layers[] = {networks_dense(CLASSES, ACTIVATION_NONE)};
    const struct architecture architecture = networks_make(1, 1, CLASSES, 1, layers);
    struct model model;
    assert_int_equal(model_create(&model, &architecture, NULL), 0);
    for (int k = 0; k < CLASSES; k++)
        model.parameters[k * CLASSES + k] = 2;
    return model;
}

/* Picture i has pixel i % 4 at 100 + 5 i and nothing else; its label is that pixel, but wrong at 2, 5, 9 and 20. */
struct pictures {
    unsigned char pixels[PICTURES * CLASSES], labels[PICTURES];
    struct dataset set;
};

static void make_pictures(struct pictures *pictures)
{
    memset(pictures, 0, sizeof *pictures);
    for (int i = 0; i < PICTURES; i++) {
        pictures->pixels[i * CLASSES + i % CLASSES] = (unsigned char)(100 + 5 * i);
        pictures->labels[i] = (unsigned char)(i % CLASSES);
    }
    pictures->labels[2] = 0;
    pictures->labels[5] = 3;
    pictures->labels[9] = 3;
    pictures->labels[20] = 1;
    pictures->set = (struct dataset){.count = PICTURES,
                                     .channels = 1,
                                     .rows = 1,
                                     .cols = CLASSES,
                                     .pixels = pictures->pixels,
                                     .labels = pictures->labels};
}

static struct evaluation evaluate(const struct model *model, const struct dataset *set, int threads)
{
    struct evaluation evaluation;
    struct error err = {0};
    if (evaluator_run(&evaluation, model, set, 1, kernels_pick(NULL), threads, &err) != 0)
        fail_msg("%s", err.text);
    return evaluation;
}

/* The probability of the answer to picture i, at a temperature. */
static double probability(int i, double temperature)
{
    const double power = exp((100 + 5 * i) / 255.0 * 2 / temperature);
    return power / (power + CLASSES - 1);
}

static void right_answers_and_the_confusion_are_counted(void **state)
{
    (void)state;
    static const int expected[CLASSES * CLASSES] = {5, 0, 1, 0, 1, 3, 0, 0, 0, 0, 4, 0, 0, 2, 0, 5};
    struct pictures pictures;
    make_pictures(&pictures);
    struct model model = make_model();
    struct evaluation evaluation = evaluate(&model, &pictures.set, 2);
    assert_int_equal(evaluation.total, PICTURES);
    assert_int_equal(evaluation.correct, PICTURES - 4);
    assert_int_equal(evaluation.classes, CLASSES);
    assert_memory_equal(evaluation.confusion, expected, sizeof expected);
    static const int of_class[CLASSES] = {6, 4, 4, 7};
    for (int k = 0; k < CLASSES; k++)
        assert_int_equal(evaluation_of_class(&evaluation, k), of_class[k]);
    assert_int_equal(evaluation_correct(&evaluation, &pictures.set, 0, 10), 10 - 3);
    assert_int_equal(evaluation_correct(&evaluation, &pictures.set, 10, PICTURES), PICTURES - 10 - 1);
    assert_true(fabs(evaluation_accuracy(&evaluation) - 17.0 / 21) < 1e-15);
    evaluation_free(&evaluation);
    model_free(&model);
}

static void every_picture_has_its_answer_and_probability(void **state)
{
    (void)state;
    struct pictures pictures;
    make_pictures(&pictures);
    struct model model = make_model();
    struct evaluation evaluation = evaluate(&model, &pictures.set, 2);
    for (int i = 0; i < PICTURES; i++) {
        assert_int_equal(evaluation.answers[i], i % CLASSES);
        assert_true(fabs((double)evaluation.probabilities[i] - probability(i, 1)) < 1e-6);
    }
    evaluation_free(&evaluation);
    model_free(&model);
}

static void the_most_confident_mistakes_come_first(void **state)
{
    (void)state;
    static const int expected[4][3] = {{20, 1, 0}, {9, 3, 1}, {5, 3, 1}, {2, 0, 2}};
    struct pictures pictures;
    make_pictures(&pictures);
    struct model model = make_model();
    struct evaluation evaluation = evaluate(&model, &pictures.set, 1);
    for (int m = 0; m < 4; m++) {
        assert_int_equal(evaluation.mistakes[m].index, expected[m][0]);
        assert_int_equal(evaluation.mistakes[m].label, expected[m][1]);
        assert_int_equal(evaluation.mistakes[m].answer, expected[m][2]);
        assert_true(fabs((double)evaluation.mistakes[m].probability - probability(expected[m][0], 1)) < 1e-6);
    }
    evaluation_free(&evaluation);
    model_free(&model);
}

static void equally_confident_mistakes_come_by_index(void **state)
{
    (void)state;
    struct pictures pictures;
    make_pictures(&pictures);
    for (int i = 0; i < PICTURES; i++) {
        memset(pictures.pixels + i * CLASSES, 0, CLASSES);
        pictures.labels[i] = 3; /* all scores are equal: the first class is answered */
    }
    struct model model = make_model();
    struct evaluation evaluation = evaluate(&model, &pictures.set, 1);
    assert_int_equal(evaluation.correct, 0);
    for (int m = 0; m < PICTURES; m++)
        assert_int_equal(evaluation.mistakes[m].index, m);
    evaluation_free(&evaluation);
    model_free(&model);
}

static void the_loss_is_the_mean_cross_entropy(void **state)
{
    (void)state;
    struct pictures pictures;
    double expected = 0;
    make_pictures(&pictures);
    struct model model = make_model();
    struct evaluation evaluation = evaluate(&model, &pictures.set, 2);
    for (int i = 0; i < PICTURES; i++) {
        const double right = probability(i, 1);
        expected -= log(pictures.labels[i] == i % CLASSES ? right : (1 - right) / (CLASSES - 1)) / PICTURES;
    }
    assert_true(fabs(evaluation.loss - expected) < 1e-6);
    evaluation_free(&evaluation);
    model_free(&model);
}

static void the_number_of_threads_does_not_matter(void **state)
{
    (void)state;
    struct pictures pictures;
    make_pictures(&pictures);
    struct model model = make_model();
    struct evaluation one = evaluate(&model, &pictures.set, 1);
    for (int threads = 2; threads <= 5; threads++) {
        struct evaluation more = evaluate(&model, &pictures.set, threads);
        assert_int_equal(more.correct, one.correct);
        assert_memory_equal(&more.loss, &one.loss, sizeof one.loss);
        assert_memory_equal(more.probabilities, one.probabilities, PICTURES * sizeof(float));
        assert_memory_equal(more.confusion, one.confusion, CLASSES * CLASSES * sizeof(int));
        evaluation_free(&more);
    }
    evaluation_free(&one);
    model_free(&model);
}

static void a_temperature_changes_probabilities_but_no_answer(void **state)
{
    (void)state;
    struct pictures pictures;
    make_pictures(&pictures);
    struct model model = make_model();
    model.calibration.temperature = 2.5;
    struct evaluation evaluation = evaluate(&model, &pictures.set, 2);
    assert_int_equal(evaluation.correct, PICTURES - 4);
    for (int i = 0; i < PICTURES; i++)
        assert_true(fabs((double)evaluation.probabilities[i] - probability(i, 2.5)) < 1e-6);
    evaluation_free(&evaluation);
    model_free(&model);
}

/* ---- Several views of each image ---- */

enum { CHANNELS = 2, ROWS = 7, COLS = 9, SIZE = CHANNELS * ROWS * COLS };

/* A small network of any weights, and images of a size that is no whole number of vectors, the last tile not full. */
struct looks {
    struct model model;
    unsigned char pixels[PICTURES * SIZE], labels[PICTURES];
    struct dataset set;
};

static void make_looks(struct looks *looks)
{
    const struct layer layers[] = {networks_conv(3, 3, 1, 1, ACTIVATION_RELU), networks_pool(POOL_MAX, 2, 2, 0),
                                   networks_dense(CLASSES, ACTIVATION_NONE)};
    const struct architecture architecture = networks_make(CHANNELS, ROWS, COLS, 3, layers);
    struct rng rng = rng_make(4, 0);
    memset(looks, 0, sizeof *looks);
    assert_int_equal(model_create(&looks->model, &architecture, NULL), 0);
    networks_random_parameters(looks->model.parameters, &architecture, &rng);
    networks_random_pixels(looks->pixels, sizeof looks->pixels, &rng);
    looks->set = (struct dataset){.count = PICTURES,
                                  .channels = CHANNELS,
                                  .rows = ROWS,
                                  .cols = COLS,
                                  .pixels = looks->pixels,
                                  .labels = looks->labels};
}

static void scores_of(float scores[PICTURES * CLASSES], const struct looks *looks, int views,
                      const struct kernels *kernels, int threads)
{
    struct error err = {0};
    for (int i = 0; i < PICTURES * CLASSES; i++)
        scores[i] = NAN;
    if (evaluator_scores(scores, &looks->model, &looks->set, views, kernels, threads, &err) != 0)
        fail_msg("%s", err.text);
}

/* The mean of what the plain network says of each view. */
static void plain_scores(float scores[PICTURES * CLASSES], const struct looks *looks, int count)
{
    const struct architecture *architecture = &looks->model.architecture;
    const unsigned char *see[VIEWS_MOST];
    struct views views;
    struct trace trace;
    float x[SIZE];
    assert_int_equal(views_create(&views, count, CHANNELS, ROWS, COLS, kernels_pick(NULL), NULL), 0);
    assert_int_equal(trace_create(&trace, architecture, NULL), 0);
    memset(scores, 0, PICTURES * CLASSES * sizeof *scores);
    for (int i = 0; i < PICTURES; i++) {
        views_make(see, &views, 0, looks->pixels + i * SIZE);
        for (int view = 0; view < count; view++) {
            architecture_normalise(x, see[view], &architecture->input);
            network_forward(&trace, looks->model.parameters, x, architecture);
            for (int k = 0; k < CLASSES; k++)
                scores[i * CLASSES + k] += trace.y[architecture->layer_count - 1][k] / (float)count;
        }
    }
    trace_free(&trace);
    views_free(&views);
}

static void scores_are_the_mean_over_the_views_on_every_kernel_set(void **state)
{
    (void)state;
    struct looks looks;
    float found[PICTURES * CLASSES], expected[PICTURES * CLASSES];
    make_looks(&looks);
    for (int views = 1; views <= VIEWS_MOST; views++) {
        plain_scores(expected, &looks, views);
        for (const char *const *name = kernels_names(); *name != NULL; name++) {
            const struct kernels *kernels = kernels_find(*name, NULL);
            if (kernels == NULL)
                continue;
            scores_of(found, &looks, views, kernels, 2);
            assert_true(networks_distance(found, expected, PICTURES * CLASSES) < 1e-5);
        }
    }
    model_free(&looks.model);
}

static void the_number_of_threads_does_not_matter_to_views_either(void **state)
{
    (void)state;
    struct looks looks;
    float one[PICTURES * CLASSES], more[PICTURES * CLASSES];
    make_looks(&looks);
    scores_of(one, &looks, 6, kernels_pick(NULL), 1);
    for (int threads = 2; threads <= 5; threads++) {
        scores_of(more, &looks, 6, kernels_pick(NULL), threads);
        assert_memory_equal(more, one, sizeof one);
    }
    model_free(&looks.model);
}

static double mean_loss(const float scores[PICTURES * CLASSES], const struct looks *looks)
{
    double sum = 0;
    for (int i = 0; i < PICTURES; i++)
        sum += loss_cross_entropy(NULL, scores + i * CLASSES, looks->labels[i], CLASSES);
    return sum / PICTURES;
}

static void answers_and_the_loss_are_those_of_the_mean_scores(void **state)
{
    (void)state;
    struct looks looks;
    struct evaluation evaluation;
    float scores[PICTURES * CLASSES], alone[PICTURES * CLASSES];
    make_looks(&looks);
    scores_of(alone, &looks, 1, kernels_pick(NULL), 1);
    scores_of(scores, &looks, VIEWS_MOST, kernels_pick(NULL), 1);
    assert_int_equal(evaluator_run(&evaluation, &looks.model, &looks.set, VIEWS_MOST, kernels_pick(NULL), 2, NULL), 0);
    for (int i = 0; i < PICTURES; i++)
        assert_int_equal(evaluation.answers[i], loss_answer(scores + i * CLASSES, CLASSES));
    assert_true(fabs(evaluation.loss - mean_loss(scores, &looks)) < 1e-9);
    assert_true(fabs(evaluation.loss - mean_loss(alone, &looks)) > 1e-3);
    evaluation_free(&evaluation);
    model_free(&looks.model);
}

/* ---- The rest ---- */

static void the_standard_error_is_binomial(void **state)
{
    (void)state;
    assert_true(fabs(evaluation_standard_error(9900, 10000) - sqrt(0.99 * 0.01 / 10000)) < 1e-15);
    assert_true(fabs(evaluation_standard_error(1, 4) - sqrt(3) / 8) < 1e-15);
    assert_true(evaluation_standard_error(50, 50) == 0);
}

static void assert_refused(const struct dataset *set, const char *sentence)
{
    struct model model = make_model();
    struct evaluation evaluation, before;
    struct error err = {0};
    memset(&evaluation, 0x5a, sizeof evaluation);
    memset(&before, 0x5a, sizeof before);
    assert_int_equal(evaluator_run(&evaluation, &model, set, 1, kernels_pick(NULL), 1, &err), -1);
    assert_int_equal(err.kind, ERROR_DATA);
    assert_string_equal(err.text, sentence);
    assert_memory_equal(&evaluation, &before, sizeof evaluation);
    model_free(&model);
}

static void pictures_of_another_size_are_refused(void **state)
{
    (void)state;
    struct pictures pictures;
    make_pictures(&pictures);
    pictures.set.cols = 2;
    pictures.set.channels = 2;
    assert_refused(&pictures.set, "the images are 1x2 with 2 channels and the network takes 1x4 with 1: use other "
                                  "images, or a config whose input has rows 1, cols 2, channels 2");
}

static void a_label_that_the_network_does_not_have_is_refused(void **state)
{
    (void)state;
    struct pictures pictures;
    make_pictures(&pictures);
    pictures.labels[7] = 4;
    assert_refused(&pictures.set, "label 4 of image 7 is none of the network's 4 classes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_answers_and_the_confusion_are_counted),
        cmocka_unit_test(every_picture_has_its_answer_and_probability),
        cmocka_unit_test(the_most_confident_mistakes_come_first),
        cmocka_unit_test(equally_confident_mistakes_come_by_index),
        cmocka_unit_test(the_loss_is_the_mean_cross_entropy),
        cmocka_unit_test(the_number_of_threads_does_not_matter),
        cmocka_unit_test(a_temperature_changes_probabilities_but_no_answer),
        cmocka_unit_test(scores_are_the_mean_over_the_views_on_every_kernel_set),
        cmocka_unit_test(the_number_of_threads_does_not_matter_to_views_either),
        cmocka_unit_test(answers_and_the_loss_are_those_of_the_mean_scores),
        cmocka_unit_test(the_standard_error_is_binomial),
        cmocka_unit_test(pictures_of_another_size_are_refused),
        cmocka_unit_test(a_label_that_the_network_does_not_have_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
