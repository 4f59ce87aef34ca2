/* Early stopping: which epoch counts as the best, when enough is enough, and whose weights are kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "digits.h"
#include "training/trainer.h"

/* Epochs of these figures, one after the other; the weights of epoch n are n. Gives how many it takes. */
static int see(struct patience *patience, const double figures[][2], int count)
{
    assert_int_equal(patience_is_over(patience, 0), 0);
    for (int epoch = 1; epoch <= count; epoch++) {
        const struct epoch_log log = {
            .epoch = epoch, .validation_accuracy = figures[epoch - 1][0], .validation_loss = figures[epoch - 1][1]};
        const float weights[2] = {(float)epoch, (float)epoch};
        patience_see(patience, &log, weights);
        if (patience_is_over(patience, epoch))
            return epoch;
    }
    return count + 1;
}

static void assert_kept(const struct patience *patience, int epoch)
{
    const float weights[2] = {(float)epoch, (float)epoch};
    assert_int_equal(patience->best.epoch, epoch);
    assert_memory_equal(patience->weights, weights, sizeof weights);
}

static void training_ends_after_so_many_epochs_without_a_better_one(void **state)
{
    (void)state;
    static const double figures[][2] = {{0.5, 1}, {0.8, 1}, {0.7, 0.1}, {0.9, 2}, {0.8, 1}, {0.7, 1}, {0.99, 1}};
    struct patience patience;
    assert_int_equal(patience_create(&patience, 2, 2, NULL), 0);
    assert_int_equal(see(&patience, figures, 7), 6);
    assert_kept(&patience, 4);
    patience_free(&patience);
    assert_int_equal(patience_create(&patience, 3, 2, NULL), 0);
    assert_int_equal(see(&patience, figures, 7), 8);
    assert_kept(&patience, 7);
    patience_free(&patience);
}

static void of_equal_accuracies_the_lower_loss_is_better(void **state)
{
    (void)state;
    static const double figures[][2] = {{0.9, 0.5}, {0.9, 0.4}, {0.9, 0.4}, {0.9, 0.6}};
    struct patience patience;
    assert_int_equal(patience_create(&patience, 2, 2, NULL), 0);
    assert_int_equal(see(&patience, figures, 4), 4);
    assert_kept(&patience, 2);
    patience_free(&patience);
}

static void without_patience_training_never_ends_early(void **state)
{
    (void)state;
    static const double figures[][2] = {{0.9, 0.5}, {0.1, 5}, {0.1, 5}, {0.1, 5}};
    struct patience patience;
    assert_int_equal(patience_create(&patience, 0, 2, NULL), 0);
    assert_int_equal(see(&patience, figures, 4), 5);
    assert_int_equal(patience.best.epoch, 0);
    patience_free(&patience);
}

/* At this rate the network gets worse after a while. */
static void the_trainer_gives_the_best_epochs_weights(void **state)
{
    (void)state;
    struct dataset digits = digits_set(DATASET_TRAIN, 130);
    struct config config;
    struct model model;
    struct trainer trainer;
    struct epoch_log log;
    char digests[12][DIGEST_TEXT], kept[DIGEST_TEXT];
    assert_int_equal(config_load(&config, "lenet5", NULL), 0);
    config.settings = (struct settings){
        .epochs = 12, .batch_size = 32, .lr = 0.5, .momentum = 0.3, .seed = 1, .validation = 30, .patience = 2};
    assert_int_equal(model_create(&model, &config.architecture, NULL), 0);
    assert_int_equal(trainer_create(&trainer, &model, &config.settings, &digits, kernels_pick(NULL), 1, NULL), 0);
    while (!trainer_is_done(&trainer)) {
        assert_int_equal(trainer_epoch(&trainer, &log, NULL, NULL), 0);
        digest_floats(digests[log.epoch - 1], model.parameters, config.architecture.parameter_count);
    }
    const int best = trainer.patience.best.epoch;
    assert_true(trainer.epoch == best + 2 || trainer.epoch == 12);
    assert_int_equal(trainer_keep_best(&trainer), best);
    digest_floats(kept, model.parameters, config.architecture.parameter_count);
    assert_string_equal(kept, digests[best - 1]);
    trainer_free(&trainer);
    model_free(&model);
    dataset_free(&digits);
}

static void patience_without_held_out_images_is_refused(void **state)
{
    (void)state;
    struct dataset digits = digits_set(DATASET_TRAIN, 20);
    struct config config;
    struct model model;
    struct trainer trainer;
    struct error err = {0};
    assert_int_equal(config_load(&config, "lenet5", NULL), 0);
    config.settings.validation = 0;
    config.settings.patience = 4;
    assert_int_equal(model_create(&model, &config.architecture, NULL), 0);
    assert_int_equal(trainer_create(&trainer, &model, &config.settings, &digits, kernels_pick(NULL), 1, &err), -1);
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_string_equal(err.text,
                        "--patience 4 watches held-out images, and none are held out: use --validation as well");
    model_free(&model);
    dataset_free(&digits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(training_ends_after_so_many_epochs_without_a_better_one),
        cmocka_unit_test(of_equal_accuracies_the_lower_loss_is_better),
        cmocka_unit_test(without_patience_training_never_ends_early),
        cmocka_unit_test(the_trainer_gives_the_best_epochs_weights),
        cmocka_unit_test(patience_without_held_out_images_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
