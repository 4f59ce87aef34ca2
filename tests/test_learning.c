/* Training learns: digits that the program draws itself, and MNIST's where it is there. The test set of MNIST is not
 * looked at: what is asked of a network are training images that it has not seen. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "digits.h"
#include "networks.h"
#include "support.h"
#include "training/evaluator.h"
#include "training/trainer.h"

enum { SEEN = 3000, OTHERS = 1000, EPOCHS = 20 };

static struct dataset digits, others; /* drawn: a training set, and one of digits that are not in it */

static int draw_digits(void **state)
{
    (void)state;
    digits = digits_set(DATASET_TRAIN, SEEN);
    others = digits_set(DATASET_TEST, OTHERS);
    return 0;
}

static int free_digits(void **state)
{
    (void)state;
    dataset_free(&digits);
    dataset_free(&others);
    return 0;
}

/* ---- Helpers ---- */

static struct config make_config(const char *preset)
{
    struct config config;
    struct error err = {0};
    if (config_load(&config, preset, &err) != 0)
        fail_msg("%s", err.text);
    config.settings.validation = 0;
    return config;
}

static double accuracy_of(const struct model *model, const struct dataset *set)
{
    struct evaluation evaluation;
    struct error err = {0};
    if (evaluator_run(&evaluation, model, set, 1, kernels_pick(NULL), 1, &err) != 0)
        fail_msg("%s", err.text);
    const double accuracy = evaluation_accuracy(&evaluation);
    evaluation_free(&evaluation);
    return accuracy;
}

/* Trains on `seen`: log[epochs]. Gives the share of `unseen` that is read right then. */
static double learn(struct epoch_log *log, const struct config *config, const struct dataset *seen,
                    const struct dataset *unseen)
{
    struct model model;
    struct trainer trainer;
    struct error err = {0};
    if (model_create(&model, &config->architecture, &err) != 0 ||
        trainer_create(&trainer, &model, &config->settings, seen, kernels_pick(NULL), 1, &err) != 0)
        fail_msg("%s", err.text);
    for (int epoch = 0; epoch < config->settings.epochs; epoch++)
        if (trainer_epoch(&trainer, &log[epoch], NULL, &err) != 0)
            fail_msg("%s", err.text);
    const double accuracy = accuracy_of(&model, unseen);
    trainer_free(&trainer);
    model_free(&model);
    return accuracy;
}

/* ---- LeNet-5 ---- */

static void assert_lenet5_learns(const struct dataset *seen, const struct dataset *unseen, double least)
{
    struct config config = make_config("lenet5");
    struct epoch_log log[5];
    config.settings.epochs = 5;
    config.settings.batch_size = 32;
    config.settings.seed = 1;
    const double accuracy = learn(log, &config, seen, unseen);
    printf("loss %.3f .. %.3f, %.1f %% of %d others right\n", log[0].loss, log[4].loss, 100 * accuracy, unseen->count);
    for (int epoch = 1; epoch < 5; epoch++)
        assert_true(log[epoch].loss < log[epoch - 1].loss);
    assert_true(accuracy >= least);
}

static void five_epochs_on_3000_drawn_digits_read_others(void **state)
{
    (void)state;
    assert_lenet5_learns(&digits, &others, 0.85); /* seeds 1 to 8 of drawing and training: 0.90 to 0.94 */
}

static void five_epochs_on_3000_digits_of_mnist_read_others(void **state)
{
    (void)state;
    struct dataset all;
    struct error err = {0};
    digits_need_mnist();
    if (dataset_load(&all, dataset_directory(NULL), DATASET_TRAIN, 10, &err) != 0)
        fail_msg("%s", err.text);
    const struct dataset seen = dataset_part(&all, 0, SEEN), unseen = dataset_part(&all, all.count - OTHERS, OTHERS);
    assert_lenet5_learns(&seen, &unseen, 0.93); /* seeds 1 to 8 of training: 0.97 to 0.98 */
    dataset_free(&all);
}

/* An independent judge of the drawings: it was trained on MNIST alone. */
static void the_shipped_model_reads_drawn_digits(void **state)
{
    (void)state;
    const char *root = getenv("LENET5_ROOT");
    char *path = support_path(root != NULL ? root : ".", "models/lenet5.json");
    struct model model;
    struct error err = {0};
    if (access(path, R_OK) != 0) {
        print_message("SKIPPED: models/lenet5.json is not there\n");
        free(path);
        skip();
    }
    if (model_file_load(&model, path, &err) != 0)
        fail_msg("%s", err.text);
    const double accuracy = accuracy_of(&model, &others);
    printf("%.1f %% of %d drawn digits read right\n", 100 * accuracy, others.count);
    assert_true(accuracy >= 0.87); /* seeds 1 to 4 of drawing: 0.900 to 0.917 */
    model_free(&model);
    free(path);
}

/* ---- Every activation and pooling ---- */

/* With few filters and few digits: whether it learns is asked here, not how well it reads. */
static void assert_learns(enum pool_mode mode, enum activation activation, double lr, int epochs)
{
    struct config config = make_config("lenet5");
    const struct layer layers[] = {
        networks_conv(4, 5, 2, 0, activation), networks_pool(mode, 2, 2, 0),   networks_conv(8, 3, 1, 0, activation),
        networks_pool(mode, 2, 2, 0),          networks_dense(30, activation), networks_dense(10, ACTIVATION_NONE),
    };
    const struct dataset some = dataset_part(&digits, 0, 1500);
    struct epoch_log log[EPOCHS];
    config.architecture = networks_make(1, DIGITS_SIDE, DIGITS_SIDE, 6, layers);
    config.settings = (struct settings){.epochs = epochs, /* all said here: the defaults may change */
                                        .batch_size = 16,
                                        .lr = lr,
                                        .momentum = 0.9,
                                        .weight_decay = 0.01,
                                        .schedule = SCHEDULE_COSINE,
                                        .seed = 1};
    const double accuracy = learn(log, &config, &some, &others);
    printf("%s, pooling %d: loss %.3f .. %.3f, %.1f %% of others right\n", activation_name(activation), (int)mode,
           log[0].loss, log[epochs - 1].loss, 100 * accuracy);
    assert_true(log[epochs - 1].loss < log[0].loss / 2);
    assert_true(accuracy >= 0.7); /* seeds 1 to 3 of drawing and training: 0.78 to 0.88 */
}

static void relu_networks_learn(void **state)
{
    (void)state;
    assert_learns(POOL_MAX, ACTIVATION_RELU, 0.02, 12);
    assert_learns(POOL_AVERAGE, ACTIVATION_RELU, 0.02, 12);
}

static void tanh_networks_learn(void **state)
{
    (void)state;
    assert_learns(POOL_MAX, ACTIVATION_TANH, 0.02, 12);
    assert_learns(POOL_AVERAGE, ACTIVATION_TANH, 0.02, 12);
}

static void lecun_tanh_networks_learn(void **state)
{
    (void)state;
    assert_learns(POOL_MAX, ACTIVATION_LECUN_TANH, 0.02, 12);
    assert_learns(POOL_AVERAGE, ACTIVATION_LECUN_TANH, 0.02, 12);
}

static void sigmoid_networks_learn(void **state)
{
    (void)state;
    assert_learns(POOL_MAX, ACTIVATION_SIGMOID, 0.15, EPOCHS);
    assert_learns(POOL_AVERAGE, ACTIVATION_SIGMOID, 0.15, EPOCHS);
}

/* ---- Where learning begins ---- */

static void training_begins_near_a_loss_of_ln_10(const char *preset)
{
    struct config config = make_config(preset);
    const struct dataset some = dataset_part(&digits, 0, 500);
    struct epoch_log log;
    config.settings.epochs = 1;
    config.settings.lr = 1e-9;
    config.settings.seed = 1;
    learn(&log, &config, &some, &some);
    printf("%s begins at a loss of %.3f\n", preset, log.loss);
    assert_true(fabs(log.loss - 2.302585093) < 0.08);
}

static void the_presets_begin_near_a_loss_of_ln_10(void **state)
{
    (void)state;
    training_begins_near_a_loss_of_ln_10("lenet5");
    training_begins_near_a_loss_of_ln_10("lenet5-avg");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(five_epochs_on_3000_drawn_digits_read_others),
        cmocka_unit_test(five_epochs_on_3000_digits_of_mnist_read_others),
        cmocka_unit_test(the_shipped_model_reads_drawn_digits),
        cmocka_unit_test(relu_networks_learn),
        cmocka_unit_test(tanh_networks_learn),
        cmocka_unit_test(lecun_tanh_networks_learn),
        cmocka_unit_test(sigmoid_networks_learn),
        cmocka_unit_test(the_presets_begin_near_a_loss_of_ln_10),
    };
    return cmocka_run_group_tests(tests, draw_digits, free_digits);
}
