/* The model file: what is saved is read back bit by bit, and a failed save leaves the old file alone. */
#define _XOPEN_SOURCE 700
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/files.h"
#include "base/json.h"
#include "model/config.h"
#include "model/model_file.h"
#include "model/record.h"
#include "networks.h"
#include "support.h"

/* ---- Helpers ---- */

static struct model make_model(uint64_t seed)
{
    struct rng rng = rng_make(seed, 0);
    const struct layer layers[] = {networks_conv(3, 2, 1, 1, ACTIVATION_LECUN_TANH),
                                   networks_pool(POOL_AVERAGE, 3, 2, 1), networks_dense(5, ACTIVATION_SIGMOID),
                                   networks_dense(3, ACTIVATION_NONE)};
    struct architecture architecture = networks_make(2, 4, 5, 4, layers);
    architecture.input.mean = 0.1307f;
    architecture.input.deviation = 0.3081f;
    struct model model;
    assert_int_equal(model_create(&model, &architecture, NULL), 0);
    networks_random_parameters(model.parameters, &architecture, &rng);
    return model;
}

static void save(struct model *model, const char *path)
{
    struct error err = {0};
    if (model_file_save(model, path, &err) != 0)
        fail_msg("%s", err.text);
}

static struct model load(const char *path)
{
    struct model model;
    struct error err = {0};
    if (model_file_load(&model, path, &err) != 0)
        fail_msg("%s", err.text);
    return model;
}

static struct bytes read_file(const char *path)
{
    struct bytes file_bytes = {0};
    struct error err = {0};
    if (files_read(&file_bytes.data, &file_bytes.size, path, (size_t)1 << 30, ERROR_FAILED, &err) != 0)
        fail_msg("%s", err.text);
    return file_bytes;
}

static void assert_same_file(const char *path, const struct bytes *expected)
{
    struct bytes found = read_file(path);
    assert_int_equal(found.size, expected->size);
    assert_memory_equal(found.data, expected->data, expected->size);
    support_free(&found);
}

static void assert_same_bits(const struct model *a, const struct model *b)
{
    assert_int_equal(a->architecture.parameter_count, b->architecture.parameter_count);
    assert_memory_equal(a->parameters, b->parameters, a->architecture.parameter_count * sizeof(float));
}

/* ---- What is saved is read back ---- */

static void every_float_reads_back_with_the_same_bits(void **state)
{
    (void)state;
    static const float special[] = {FLT_MAX, -FLT_MAX, FLT_MIN, -FLT_MIN,        0x1p-149f, -0x1p-149f, -0.0f,
                                    0.0f,    0.1f,     1e-40f,  1 + FLT_EPSILON, 16777216,  1e10f,      -1.0f / 3};
    struct rng rng = rng_make(3, 0);
    for (int n = 0; n < 100; n++) {
        struct model model = make_model(1);
        for (size_t i = 0; i < model.architecture.parameter_count; i++) {
            uint32_t bits;
            do
                bits = (uint32_t)rng_next(&rng);
            while ((bits & 0x7f800000) == 0x7f800000); /* not finite */
            memcpy(&model.parameters[i], &bits, sizeof bits);
        }
        memcpy(model.parameters, special, sizeof special);
        save(&model, support_file);
        struct model again = load(support_file);
        assert_same_bits(&again, &model);
        assert_string_equal(again.digest, model.digest);
        model_free(&again);
        model_free(&model);
    }
}

static void architecture_and_input_are_read_back(void **state)
{
    (void)state;
    struct model model = make_model(1);
    save(&model, support_file);
    struct model again = load(support_file);
    assert_memory_equal(&again.architecture.input, &model.architecture.input, sizeof model.architecture.input);
    assert_int_equal(again.architecture.layer_count, 4);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(again.architecture.layers[i].kind, model.architecture.layers[i].kind);
        assert_int_equal(again.architecture.layers[i].activation, model.architecture.layers[i].activation);
        assert_int_equal(again.architecture.layers[i].weights, model.architecture.layers[i].weights);
    }
    assert_int_equal(again.architecture.layers[1].pool.mode, POOL_AVERAGE);
    assert_int_equal(again.architecture.classes, 3);
    assert_true(again.calibration.temperature >= 1 && again.calibration.temperature <= 1);
    model_free(&again);
    model_free(&model);
}

static void the_same_model_is_saved_as_the_same_bytes(void **state)
{
    (void)state;
    char *other = support_path(support_folder, "other.json");
    struct model model = make_model(1);
    save(&model, support_file);
    struct bytes first = read_file(support_file);
    save(&model, other);
    assert_same_file(other, &first);
    struct model again = load(support_file);
    save(&again, other);
    assert_same_file(other, &first);
    support_free(&first);
    model_free(&again);
    model_free(&model);
    free(other);
}

static void the_whole_calibration_is_kept(void **state)
{
    (void)state;
    struct model model = make_model(1);
    struct calibration set = {.temperature = 1.25,
                              .images = 5000,
                              .none = -3.5,
                              .reject = (double)0.4371f,
                              .accept = (double)0.997f,
                              .ece = 0.00390625};
    memset(set.run, 'a', DIGEST_TEXT - 1);
    model.calibration = set;
    save(&model, support_file);
    struct model again = load(support_file);
    const struct calibration *kept = &again.calibration;
    assert_int_equal(kept->images, 5000);
    assert_string_equal(kept->run, set.run);
    const double pairs[][2] = {{kept->temperature, 1.25},
                               {kept->none, -3.5},
                               {kept->ece, 0.00390625},
                               {(double)(float)kept->reject, set.reject},
                               {(double)(float)kept->accept, set.accept}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        assert_true(pairs[i][0] >= pairs[i][1] && pairs[i][0] <= pairs[i][1]);
    model_free(&again);
    model_free(&model);
}

static void the_training_record_and_the_temperature_are_kept(void **state)
{
    (void)state;
    struct config config;
    assert_int_equal(config_load(&config, "lenet5", NULL), 0);
    const struct epoch_log log = {.epoch = 1, .loss = 0.25, .train_accuracy = 0.9, .validation_accuracy = 0.875};
    const struct record record = {.settings = config.settings,
                                  .program = "lenet5 1.2.3",
                                  .kernels = "avx2",
                                  .data = "MNIST",
                                  .data_digest = "abc",
                                  .images = 55000,
                                  .epoch_count = 1,
                                  .epochs = &log,
                                  .test_accuracy = 0.99,
                                  .test_images = 10000,
                                  .test_data = "synthetic digits"};
    struct model model = make_model(1);
    cJSON_Delete(model.training);
    model.training = record_to_json(&record);
    model.calibration.temperature = 1.375;
    cJSON_AddStringToObject(model.training, "a key of a later version", "stays");
    save(&model, support_file);
    struct model again = load(support_file);
    assert_true(again.calibration.temperature >= 1.375 && again.calibration.temperature <= 1.375);
    assert_int_equal(cJSON_GetObjectItem(again.training, "images")->valueint, 55000);
    assert_string_equal(cJSON_GetObjectItem(again.training, "data")->valuestring, "MNIST");
    const cJSON *test = cJSON_GetObjectItem(again.training, "test");
    assert_string_equal(cJSON_GetObjectItem(test, "data")->valuestring, "synthetic digits");
    assert_string_equal(cJSON_GetObjectItem(again.training, "a key of a later version")->valuestring, "stays");
    const cJSON *epoch = cJSON_GetArrayItem(cJSON_GetObjectItem(again.training, "epochs"), 0);
    assert_true(fabs(cJSON_GetObjectItem(epoch, "validation_accuracy")->valuedouble - 0.875) < 1e-12);
    assert_null(cJSON_GetObjectItem(epoch, "seconds"));
    model_free(&again);
    model_free(&model);
}

/* ---- The digest ---- */

static void the_digest_is_sha256_over_little_endian_floats(void **state)
{
    (void)state;
    /* printf '\xcd\xcc\xcc\x3d\0\0\0\xc0\0\0\0\0\0\0\0\0' | sha256sum: 0.1, -2 and two biases of 0 */
    const struct layer layers[] = {networks_dense(2, ACTIVATION_NONE)};
    const struct architecture architecture = networks_make(1, 1, 1, 1, layers);
    struct model model;
    assert_int_equal(model_create(&model, &architecture, NULL), 0);
    model.parameters[0] = 0.1f;
    model.parameters[1] = -2;
    save(&model, support_file);
    assert_string_equal(model.digest, "bae0d7370e39edaa72f30b65db191e2c4b75733627257a520830f7a5c9e932a1");
    struct model again = load(support_file);
    assert_string_equal(again.digest, model.digest);
    model_free(&again);
    model_free(&model);
}

/* ---- Saving that fails ---- */

static void weights_that_are_not_finite_are_not_saved(void **state)
{
    (void)state;
    static const float wrong[] = {NAN, INFINITY, -INFINITY};
    char expected[768];
    snprintf(expected, sizeof expected,
             "%s: parameter 17 is not a finite number: the network has diverged and is not saved", support_file);
    support_write(support_file, "the old one", 11);
    struct bytes old = read_file(support_file);
    for (int i = 0; i < 3; i++) {
        struct error err = {0};
        struct model model = make_model(1);
        model.parameters[17] = wrong[i];
        assert_int_equal(model_file_save(&model, support_file, &err), -1);
        assert_int_equal(err.kind, ERROR_MODEL);
        assert_string_equal(err.text, expected);
        assert_same_file(support_file, &old);
        model_free(&model);
    }
    support_free(&old);
}

static void a_folder_that_is_missing_or_a_target_that_is_a_folder_fails(void **state)
{
    (void)state;
    struct error err = {0};
    struct model model = make_model(1);
    char *nowhere = support_path(support_folder, "nowhere/model.json"), expected[768];
    assert_int_equal(model_file_save(&model, nowhere, &err), -1);
    assert_int_equal(err.kind, ERROR_FAILED);
    snprintf(expected, sizeof expected, "%s: cannot be written: No such file or directory", nowhere);
    assert_string_equal(err.text, expected);
    assert_int_equal(model_file_save(&model, support_folder, &err), -1);
    snprintf(expected, sizeof expected, "%s: cannot be written: Is a directory", support_folder);
    assert_string_equal(err.text, expected);
    free(nowhere);
    model_free(&model);
}

/* The disk is full, as far as this process can tell. */
static void a_save_that_breaks_off_leaves_the_old_file(void **state)
{
    (void)state;
    struct error err = {0};
    struct rlimit kept, low;
    struct model first = make_model(1), second = make_model(2);
    save(&first, support_file);
    struct bytes old = read_file(support_file);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &kept), 0);
    low = kept;
    low.rlim_cur = 100;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    const int result = model_file_save(&second, support_file, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &kept), 0);
    assert_int_equal(result, -1);
    assert_int_equal(err.kind, ERROR_FAILED);
    assert_non_null(strstr(err.text, "/file: cannot be written: File too large"));
    assert_same_file(support_file, &old);
    assert_int_equal(rmdir(support_folder), -1);
    assert_int_equal(unlink(support_file), 0);
    assert_int_equal(rmdir(support_folder), 0); /* empty: nothing else was left */
    assert_int_equal(mkdir(support_folder, 0700), 0);
    support_free(&old);
    model_free(&first);
    model_free(&second);
}

/* ---- Size ---- */

static void a_lenet5_is_about_a_megabyte(void **state)
{
    (void)state;
    struct config config;
    struct model model;
    struct rng rng = rng_make(1, 0);
    assert_int_equal(config_load(&config, "lenet5", NULL), 0);
    assert_int_equal(model_create(&model, &config.architecture, NULL), 0);
    networks_random_parameters(model.parameters, &config.architecture, &rng);
    save(&model, support_file);
    struct bytes text = read_file(support_file);
    assert_in_range(text.size, 600000, 1000000);
    struct model again = load(support_file);
    assert_same_bits(&again, &model);
    support_free(&text);
    model_free(&again);
    model_free(&model);
}

static void a_file_over_the_cap_is_refused_unread(void **state)
{
    (void)state;
    struct model model;
    struct error err = {0};
    char expected[768];
    support_write(support_file, "{", 1);
    assert_int_equal(truncate(support_file, (off_t)MODEL_FILE_BYTES + 1), 0); /* a hole: takes no room on the disk */
    assert_int_equal(model_file_load(&model, support_file, &err), -1);
    assert_int_equal(err.kind, ERROR_MODEL);
    snprintf(expected, sizeof expected, "%s: is longer than the %u bytes that are read at most", support_file,
             MODEL_FILE_BYTES);
    assert_string_equal(err.text, expected);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, support_arrive, support_leave)
    const struct CMUnitTest tests[] = {
        EACH(every_float_reads_back_with_the_same_bits),
        EACH(architecture_and_input_are_read_back),
        EACH(the_same_model_is_saved_as_the_same_bytes),
        EACH(the_whole_calibration_is_kept),
        EACH(the_training_record_and_the_temperature_are_kept),
        EACH(the_digest_is_sha256_over_little_endian_floats),
        EACH(weights_that_are_not_finite_are_not_saved),
        EACH(a_folder_that_is_missing_or_a_target_that_is_a_folder_fails),
        EACH(a_save_that_breaks_off_leaves_the_old_file),
        EACH(a_lenet5_is_about_a_megabyte),
        EACH(a_file_over_the_cap_is_refused_unread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
