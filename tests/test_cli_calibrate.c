/* lenet5 calibrate: what a run of the same recipe teaches about a model, and which runs are none. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "commands.h"
#include "digits.h"
#include "model/model_file.h"

/* run.json held 100 images out, model.json none. */
static int arrive(void **state)
{
    commands_arrive(state);
    commands_well("train -q --epochs 4 --batch-size 16 --validation 100 --out run.json");
    commands_well("train -q --epochs 4 --batch-size 16 --validation 0 --out model.json");
    return 0;
}

static struct model load(const char *path)
{
    struct model model;
    struct error err = {0};
    if (model_file_load(&model, path, &err) != 0)
        fail_msg("%s", err.text);
    return model;
}

static void a_run_of_the_recipe_calibrates_the_model_and_leaves_its_weights_alone(void **state)
{
    (void)state;
    struct model run = load("run.json"), before = load("model.json");
    cJSON *json = commands_json("calibrate --from run.json --model model.json --accept 0.95 --out out.json --json");
    commands_keys(json, "temperature", "none", "reject", "accept", "ece", "images", "run", "accepted", "loss",
                  "loss_before", "ece_before", NULL);
    struct model after = load("out.json");
    assert_string_equal(after.digest, before.digest);
    assert_true(cJSON_Compare(after.training, before.training, 1));
    assert_string_equal(after.calibration.run, run.digest);
    assert_int_equal(after.calibration.images, 100);
    assert_true(fabs(after.calibration.accept - 0.95) < 1e-7);
    assert_true(commands_number(json, "accepted") >= 0.95 &&
                commands_number(json, "loss") <= commands_number(json, "loss_before"));
    assert_true(fabs(after.calibration.reject - commands_number(json, "reject")) < 1e-7);
    assert_true(after.calibration.reject > 0 && after.calibration.reject < 1);
    cJSON_Delete(json);
    model_free(&after);
    model_free(&before);
    model_free(&run);
}

static void without_from_a_model_is_measured_on_what_its_own_training_held_out(void **state)
{
    (void)state;
    commands_shell("cp run.json own.json");
    struct program_run run = program("calibrate --model own.json");
    assert_int_equal(run.status, 0);
    assert_int_equal(strncmp(run.out, "measured on     100 held-out images\n", 36), 0);
    assert_non_null(strstr(run.out, "keeps 100.00 % (100 of 100)\nsaved as own.json\n")); /* 99.7 would not do */
    program_free(&run);
    struct model model = load("own.json");
    assert_string_equal(model.calibration.run, model.digest);
    model_free(&model);
}

static void a_run_that_held_nothing_out_teaches_nothing(void **state)
{
    (void)state;
    commands_refused(4,
                     "the training held no images out that could be measured on: train the same recipe with "
                     "--validation 5000, and give that model as --from",
                     "calibrate --model model.json");
}

static void another_recipe_is_refused(void **state)
{
    (void)state;
    commands_well("train -q --epochs 3 --batch-size 16 --validation 0 --out fewer.json");
    commands_refused(4,
                     "fewer.json: its recipe is not that of run.json: epochs is 3 here and 4 there; train one of them "
                     "as the other was",
                     "calibrate --from run.json --model fewer.json");
    commands_well("train -q --config lenet5-avg --epochs 1 --batch-size 64 --validation 0 --out avg.json");
    commands_refused(4, "avg.json: its network is not that of run.json: calibrate from a run of the same one",
                     "calibrate --from run.json --model avg.json");
}

static void other_data_is_refused(void **state)
{
    (void)state;
    commands_shell("mkdir other && cp data/mnist/t10k-images-idx3-ubyte.gz other/train-images-idx3-ubyte.gz && "
                   "cp data/mnist/t10k-labels-idx1-ubyte.gz other/train-labels-idx1-ubyte.gz");
    struct program_run run = program("calibrate --from run.json --model model.json --data other");
    assert_int_equal(run.status, 3);
    assert_string_equal(run.out, "");
    assert_int_equal(
        strncmp(run.err, "lenet5: these are not the 300 images that the run was trained on and held out from (", 84),
        0);
    program_free(&run);
    commands_refused(2, "calibrate needs --model: lenet5 calibrate --help explains it", "calibrate --from run.json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_of_the_recipe_calibrates_the_model_and_leaves_its_weights_alone),
        cmocka_unit_test(without_from_a_model_is_measured_on_what_its_own_training_held_out),
        cmocka_unit_test(a_run_that_held_nothing_out_teaches_nothing),
        cmocka_unit_test(another_recipe_is_refused),
        cmocka_unit_test(other_data_is_refused),
    };
    return cmocka_run_group_tests(tests, arrive, commands_leave);
}
