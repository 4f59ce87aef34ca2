/* Calibration: probabilities and certainty of scores, and what is measured on held-out images, against values worked
 * out by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "networks.h"
#include "training/calibrator.h"

static void assert_near(double value, double expected)
{
    if (!(fabs(value - expected) < 1e-6))
        fail_msg("%.9g, not %.9g", value, expected);
}

/* ---- What scores mean ---- */

static void the_temperature_divides_scores_before_softmax(void **state)
{
    (void)state;
    const struct calibration calibration = {.temperature = 2};
    const float scores[3] = {(float)(2 * log(3)), (float)(2 * log(6)), 0};
    float probabilities[3];
    const float certainty = calibration_apply(probabilities, scores, 3, &calibration);
    const double expected[3] = {0.3, 0.6, 0.1};
    for (int k = 0; k < 3; k++)
        assert_near((double)probabilities[k], expected[k]);
    assert_true(certainty >= probabilities[1] && certainty <= probabilities[1]); /* nothing else was measured */
}

static void no_digit_competes_in_the_certainty_and_not_in_the_probabilities(void **state)
{
    (void)state;
    const struct calibration calibration = {.temperature = 2, .images = 1, .none = 2 * log(5)};
    const float scores[3] = {(float)(2 * log(3)), (float)(2 * log(6)), 0};
    float probabilities[3];
    assert_near((double)calibration_apply(probabilities, scores, 3, &calibration), 6.0 / 15);
    assert_near((double)probabilities[1], 0.6);
    assert_near((double)(probabilities[0] + probabilities[1] + probabilities[2]), 1);
}

/* ---- The parts of the measurement ---- */

static void the_loss_is_the_mean_cross_entropy_at_a_temperature(void **state)
{
    (void)state;
    const float scores[4] = {(float)log(3), 0, 0, (float)log(9)};
    const unsigned char labels[2] = {0, 0};
    assert_near(calibrator_loss(scores, labels, 2, 2, 1), (log(4.0 / 3) + log(10)) / 2);
    assert_near(calibrator_loss(scores, labels, 2, 2, 2), (log(1 + 1 / sqrt(3)) + log(1 + 3)) / 2);
}

/* Where every score is 2 log 9 ahead, one answer in ten is wrong, so 0.9 = 9 / (9 + 1) is the honest probability. */
static void the_temperature_makes_the_probability_the_share_that_is_right(void **state)
{
    (void)state;
    enum { IMAGES = 40 };
    float scores[2 * IMAGES];
    unsigned char labels[IMAGES];
    static const double ahead[] = {2, 1, 0.25};
    for (int t = 0; t < 3; t++) {
        for (int i = 0; i < IMAGES; i++) {
            scores[2 * i] = i % 3 == 0 ? (float)(ahead[t] * log(9)) : 0;
            scores[2 * i + 1] = i % 3 == 0 ? 0 : (float)(ahead[t] * log(9));
            labels[i] = (unsigned char)((i % 3 != 0) ^ (i % 10 == 0));
        }
        const double temperature = calibrator_temperature(scores, labels, IMAGES, 2);
        if (!(fabs(temperature / ahead[t] - 1) < 2e-3))
            fail_msg("%g, not %g", temperature, ahead[t]);
    }
}

static void what_is_reached_keeps_at_least_the_share(void **state)
{
    (void)state;
    double values[1000];
    for (int i = 0; i < 1000; i++)
        values[i] = (i * 7) % 1000;
    assert_near(calibrator_reached(values, 1000, 0.997), 3); /* 3 .. 999 are 997 */
    assert_near(calibrator_reached(values, 1000, 1), 0);
    assert_near(calibrator_reached(values, 1000, 0.5), 500);
    assert_near(calibrator_reached(values, 1000, 0.9961), 3); /* 996 would not do */
    assert_near(calibrator_reached(values, 1000, 0), 999);
    double few[] = {5, -2};
    assert_near(calibrator_reached(few, 2, 0.997), -2);
}

/* Three bins: 0.9 four times and 0.92, four right of five; 0.5, wrong; 1, right. */
static void the_calibration_error_is_the_weighted_gap_between_right_and_sure(void **state)
{
    (void)state;
    const float probabilities[] = {0.9f, 0.9f, 0.5f, 0.9f, 0.92f, 1, 0.9f};
    const unsigned char answers[] = {1, 2, 3, 4, 5, 6, 7}, labels[] = {1, 2, 0, 4, 0, 6, 7};
    assert_near(calibrator_ece(probabilities, answers, labels, 7), (fabs(4 - 4.52) + 0.5 + 0) / 7);
    assert_near(calibrator_ece(probabilities + 5, answers + 5, labels + 5, 1), 0);
}

/* ---- All of it ---- */

enum { CLASSES = 2, IMAGES = 200 };

/* score k = pixel k / 255 * 10 */
static struct model make_model(void)
{
    const struct layer layers[] = {networks_dense(CLASSES, ACTIVATION_NONE)};
    const struct architecture architecture = networks_make(1, 1, CLASSES, 1, layers);
    struct model model;
    assert_int_equal(model_create(&model, &architecture, NULL), 0);
    for (int k = 0; k < CLASSES; k++)
        model.parameters[k * CLASSES + k] = 10;
    memset(model.digest, 'd', DIGEST_TEXT - 1);
    return model;
}

/* The label's pixel is 55 + i, the other one 0; every 20th label is wrong. */
static struct dataset make_images(unsigned char pixels[IMAGES * CLASSES], unsigned char labels[IMAGES])
{
    memset(pixels, 0, IMAGES * CLASSES);
    for (int i = 0; i < IMAGES; i++) {
        pixels[i * CLASSES + i % CLASSES] = (unsigned char)(55 + i);
        labels[i] = (unsigned char)((i % CLASSES) ^ (i % 20 == 7));
    }
    return (struct dataset){
        .count = IMAGES, .channels = 1, .rows = 1, .cols = CLASSES, .pixels = pixels, .labels = labels};
}

static void a_model_is_measured_and_keeps_the_share_whatever_the_number_of_threads(void **state)
{
    (void)state;
    unsigned char pixels[IMAGES * CLASSES], labels[IMAGES];
    const struct dataset set = make_images(pixels, labels);
    struct model model = make_model();
    struct calibrated first, again;
    struct error err = {0};
    assert_int_equal(calibrator_measure(&first, &model, &set, 0.9, kernels_pick(NULL), 1, &err), 0);
    assert_int_equal(calibrator_measure(&again, &model, &set, 0.9, kernels_pick(NULL), 3, &err), 0);
    assert_memory_equal(&first, &again, sizeof first);
    const struct calibration *calibration = &first.calibration;
    assert_int_equal(calibration->images, IMAGES);
    assert_string_equal(calibration->run, model.digest);
    assert_near(calibration->accept, 0.9);
    assert_true(first.loss < first.loss_before);
    /* Image 20 is the first of the 180 that are kept: its score is 75 / 255 * 10. */
    const double T = calibration->temperature, score = 750.0 / 255;
    assert_true(fabs(calibration->none - T * log(1 + exp(score / T))) < 1e-4);
    const double power = exp(score / T);
    assert_true(fabs(calibration->reject - power / (2 * (power + 1))) < 1e-4);
    assert_int_equal(first.accepted, 180);
    model_free(&model);
}

static void images_that_the_network_does_not_take_are_refused(void **state)
{
    (void)state;
    unsigned char pixels[IMAGES * CLASSES], labels[IMAGES];
    struct dataset set = make_images(pixels, labels);
    struct model model = make_model();
    struct calibrated calibrated = {.accepted = -1};
    struct error err = {0};
    set.cols = 1;
    assert_int_equal(calibrator_measure(&calibrated, &model, &set, 0.9, kernels_pick(NULL), 1, &err), -1);
    assert_int_equal(err.kind, ERROR_DATA);
    assert_int_equal(calibrated.accepted, -1);
    model_free(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_temperature_divides_scores_before_softmax),
        cmocka_unit_test(no_digit_competes_in_the_certainty_and_not_in_the_probabilities),
        cmocka_unit_test(the_loss_is_the_mean_cross_entropy_at_a_temperature),
        cmocka_unit_test(the_temperature_makes_the_probability_the_share_that_is_right),
        cmocka_unit_test(what_is_reached_keeps_at_least_the_share),
        cmocka_unit_test(the_calibration_error_is_the_weighted_gap_between_right_and_sure),
        cmocka_unit_test(a_model_is_measured_and_keeps_the_share_whatever_the_number_of_threads),
        cmocka_unit_test(images_that_the_network_does_not_take_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
