/* Configs: the presets, defaults, and the sentence for everything that is wrong in a file. */
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "model/architecture_json.h"
#include "model/config.h"
#include "model/model_file.h"
#include "support.h"

#define INPUT "\"input\": {\"rows\": 28, \"cols\": 28}"
#define LAYERS "\"layers\": [{\"type\": \"dense\", \"units\": 10}]"
#define ARCHITECTURE "\"architecture\": {" INPUT ", " LAYERS "}"

/* ---- Helpers ---- */

static struct config load(const char *text)
{
    struct config config;
    struct error err = {0};
    support_write(support_file, text, strlen(text));
    if (config_load(&config, support_file, &err) != 0)
        fail_msg("%s", err.text);
    return config;
}

static void assert_load_refused(const char *name, const char *sentence)
{
    struct config config, before;
    struct error err = {0};
    memset(&config, 0x5a, sizeof config);
    memset(&before, 0x5a, sizeof before);
    assert_int_equal(config_load(&config, name, &err), -1);
    assert_int_equal(err.kind, ERROR_MODEL);
    assert_string_equal(err.text, sentence);
    assert_memory_equal(&config, &before, sizeof config);
}

static void assert_bytes_refused(const void *text, size_t size, const char *sentence)
{
    char expected[768];
    support_write(support_file, text, size);
    snprintf(expected, sizeof expected, "%s: %s", support_file, sentence);
    assert_load_refused(support_file, expected);
}

static void assert_refused(const char *text, const char *sentence)
{
    assert_bytes_refused(text, strlen(text), sentence);
}

/* A config with this one layer before the last. */
static void assert_layer_refused(const char *layer, const char *sentence)
{
    char text[512];
    snprintf(text, sizeof text,
             "{\"architecture\": {" INPUT ", \"layers\": [%s, {\"type\": \"dense\", \"units\": 10}]}}", layer);
    assert_refused(text, sentence);
}

static void assert_setting_refused(const char *setting, const char *sentence)
{
    char text[512];
    snprintf(text, sizeof text, "{" ARCHITECTURE ", \"training\": {%s}}", setting);
    assert_refused(text, sentence);
}

static int equal(double a, double b)
{
    return a >= b && a <= b;
}

/* ---- Presets and defaults ---- */

static void the_presets_are_listed_and_can_be_loaded(void **state)
{
    (void)state;
    static const char *const expected[] = {"best",       "best-max", "course", "lenet5",
                                           "lenet5-avg", "plain",    "quick",  "reader"};
    const char *const *names = config_presets();
    for (int i = 0; i < 8; i++) {
        struct config config;
        assert_string_equal(names[i], expected[i]);
        assert_int_equal(config_load(&config, names[i], NULL), 0);
    }
    assert_null(names[8]);
}

static void what_a_config_leaves_out_has_a_default(void **state)
{
    (void)state;
    struct config preset;
    assert_int_equal(config_load(&preset, "lenet5", NULL), 0);
    const struct config config = load("{\"architecture\": {\"input\": {\"rows\": 9, \"cols\": 8}, \"layers\": ["
                                      "{\"type\": \"conv\", \"filters\": 2, \"f\": 3}, {\"type\": \"pool\", \"f\": 3}, "
                                      "{\"type\": \"dense\", \"units\": 4}, {\"type\": \"dense\", \"units\": 3}]}}");
    const struct architecture *architecture = &config.architecture;
    assert_int_equal(architecture->input.channels, 1);
    assert_int_equal(architecture->input.pad, 0);
    assert_true(equal((double)architecture->input.mean, (double)0.1307f));
    assert_true(equal((double)architecture->input.deviation, (double)0.3081f));
    assert_int_equal(architecture->layers[0].conv.s, 1);
    assert_int_equal(architecture->layers[0].conv.p, 0);
    assert_int_equal(architecture->layers[0].activation, ACTIVATION_RELU);
    assert_int_equal(architecture->layers[1].pool.mode, POOL_MAX);
    assert_int_equal(architecture->layers[1].pool.s, 3);
    assert_int_equal(architecture->layers[1].pool.p, 0);
    assert_int_equal(architecture->layers[2].activation, ACTIVATION_RELU);
    assert_int_equal(architecture->layers[3].activation, ACTIVATION_NONE);
    assert_memory_equal(&config.settings, &preset.settings, sizeof config.settings);
}

static void what_a_config_says_is_taken(void **state)
{
    (void)state;
    const struct config config = load(
        "{\"training\": {\"epochs\": 7, \"batch_size\": 60, \"lr\": 0.5, \"momentum\": 0.25, \"weight_decay\": 0, "
        "\"nesterov\": true, \"sharpness\": 0.75, \"warmup\": 0.125, \"augment\": {\"shift\": 1, \"rotation\": 2, "
        "\"scale\": 0.25, "
        "\"shear\": 0.5, \"elastic\": 5, \"thickness\": 0.75}, \"schedule\": \"one-cycle\", \"seed\": "
        "9007199254740991, \"drawn\": 12, \"strangers\": 11, \"validation\": 0}, \"architecture\": {\"input\": "
        "{\"rows\": 9, \"cols\": 8, \"channels\": 2, \"pad\": 1, \"mean\": 0.5, \"deviation\": 0.25}, \"layers\": ["
        "{\"type\": \"conv\", \"filters\": 2, \"f\": 3, \"s\": 2, \"p\": 1, \"activation\": \"lecun-tanh\"}, "
        "{\"type\": \"pool\", \"mode\": \"average\", \"f\": 3, \"s\": 1, \"p\": 1}, "
        "{\"type\": \"dense\", \"units\": 4, \"activation\": \"sigmoid\"}, "
        "{\"type\": \"dense\", \"units\": 3, \"activation\": \"none\"}]}}");
    const struct architecture *architecture = &config.architecture;
    assert_int_equal(config.settings.epochs, 7);
    assert_int_equal(config.settings.batch_size, 60);
    assert_true(equal(config.settings.lr, 0.5) && equal(config.settings.momentum, 0.25));
    assert_true(equal(config.settings.weight_decay, 0));
    const struct augmentation *augment = &config.settings.augment;
    assert_int_equal(config.settings.is_nesterov, 1);
    assert_true(equal(config.settings.warmup, 0.125) && equal(config.settings.sharpness, 0.75));
    assert_true(equal(augment->shift, 1) && equal(augment->rotation, 2) && equal(augment->scale, 0.25));
    assert_true(equal(augment->shear, 0.5) && equal(augment->elastic, 5) && equal(augment->thickness, 0.75));
    assert_int_equal(config.settings.schedule, SCHEDULE_ONE_CYCLE);
    assert_int_equal(config.settings.seed, 9007199254740991);
    assert_int_equal(config.settings.drawn, 12);
    assert_int_equal(config.settings.strangers, 11);
    assert_int_equal(config.settings.validation, 0);
    assert_int_equal(architecture->in.channels, 2);
    assert_int_equal(architecture->in.rows, 11);
    assert_true(equal((double)architecture->input.mean, 0.5) && equal((double)architecture->input.deviation, 0.25));
    assert_int_equal(architecture->layers[0].conv.s, 2);
    assert_int_equal(architecture->layers[0].conv.p, 1);
    assert_int_equal(architecture->layers[0].activation, ACTIVATION_LECUN_TANH);
    assert_int_equal(architecture->layers[1].pool.mode, POOL_AVERAGE);
    assert_int_equal(architecture->layers[1].pool.s, 1);
    assert_int_equal(architecture->layers[1].pool.p, 1);
    assert_int_equal(architecture->layers[2].activation, ACTIVATION_SIGMOID);
}

static void an_architecture_written_out_reads_back_the_same(void **state)
{
    (void)state;
    for (const char *const *name = config_presets(); *name != NULL; name++) {
        struct config config;
        struct architecture again;
        struct error err = {0};
        assert_int_equal(config_load(&config, *name, NULL), 0);
        cJSON *written = architecture_to_json(&config.architecture);
        char *text = json_print(written, &err);
        cJSON *read = json_parse((const unsigned char *)text, strlen(text), &err);
        if (read == NULL || architecture_from_json(&again, read, 1, &err) != 0)
            fail_msg("%s", err.text);
        assert_int_equal(again.parameter_count, config.architecture.parameter_count);
        assert_memory_equal(&again.input, &config.architecture.input, sizeof again.input);
        for (int i = 0; i < again.layer_count; i++) {
            assert_int_equal(again.layers[i].kind, config.architecture.layers[i].kind);
            assert_int_equal(again.layers[i].activation, config.architecture.layers[i].activation);
            assert_int_equal(shape_size(again.layers[i].out), shape_size(config.architecture.layers[i].out));
        }
        cJSON_Delete(read);
        cJSON_Delete(written);
        free(text);
    }
}

/* A model's record of its settings is a config's "training". */
static void settings_written_out_read_back_the_same(void **state)
{
    (void)state;
    for (const char *const *name = config_presets(); *name != NULL; name++) {
        struct config config;
        struct error err = {0};
        assert_int_equal(config_load(&config, *name, NULL), 0);
        cJSON *document = json_parse((const unsigned char *)"{" ARCHITECTURE "}", strlen("{" ARCHITECTURE "}"), &err);
        cJSON_AddItemToObject(document, "training", settings_to_json(&config.settings));
        char *text = json_print(document, &err);
        const struct config again = load(text);
        assert_memory_equal(&again.settings, &config.settings, sizeof again.settings);
        cJSON_Delete(document);
        free(text);
    }
}

/* ---- Files that are none ---- */

static void an_unknown_preset_is_refused_with_the_nearest(void **state)
{
    (void)state;
    assert_load_refused("lent5", "there is no preset and no file \"lent5\": did you mean \"lenet5\"?");
    assert_load_refused("lenet5-average", "there is no preset and no file \"lenet5-average\": did you mean "
                                          "\"lenet5-avg\"?");
    assert_load_refused("alexnet",
                        "there is no preset and no file \"alexnet\": presets are best, best-max, course, lenet5, "
                        "lenet5-avg, plain, quick or reader");
}

static void a_missing_file_or_a_folder_is_refused(void **state)
{
    (void)state;
    struct config config;
    struct error err = {0};
    char expected[768];
    assert_int_equal(config_load(&config, support_file, &err), -1);
    snprintf(expected, sizeof expected, "%s: cannot be opened: No such file or directory", support_file);
    assert_int_equal(err.kind, ERROR_MODEL);
    assert_memory_equal(err.text, expected, strlen(expected));
    assert_int_equal(config_load(&config, support_folder, &err), -1);
    snprintf(expected, sizeof expected, "%s: is a folder, a file was expected", support_folder);
    assert_memory_equal(err.text, expected, strlen(expected));
}

static void a_file_that_is_no_json_is_refused_with_its_name(void **state)
{
    (void)state;
    struct bytes packed = support_gzip("{" ARCHITECTURE "}", strlen("{" ARCHITECTURE "}"), 6);
    assert_bytes_refused(packed.data, packed.size, "is compressed by gzip: unpack it with gunzip first");
    support_free(&packed);
    assert_refused("", "is not JSON: it ends at byte 0 in the middle of a value");
    assert_refused("rows: 28\n", "is not JSON: the mistake is at byte 0");
    assert_refused("{" ARCHITECTURE "} {}", "goes on behind the end of its JSON document, at byte 98");
    assert_bytes_refused("{" ARCHITECTURE "}\0", strlen("{" ARCHITECTURE "}") + 1, "is not JSON: byte 97 is NUL");
    assert_refused("{\"architecture\": \"\xfe\"}", "is not JSON: byte 18 is not valid UTF-8");
    assert_refused("[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]", "is nested more than 16 deep at byte 16");
    assert_refused("{" ARCHITECTURE ", " ARCHITECTURE "}", "has the key \"architecture\" twice in one object");
}

static void a_file_longer_than_a_model_may_be_is_refused(void **state)
{
    (void)state;
    support_write(support_file, "", 0);
    assert_int_equal(truncate(support_file, MODEL_FILE_BYTES + 1), 0); /* which takes no room on the disk */
    struct config config;
    struct error err = {0};
    assert_int_equal(config_load(&config, support_file, &err), -1);
    assert_non_null(strstr(err.text, "/file: is longer than the 419430400 bytes that are read at most"));
}

/* ---- What is wrong inside ---- */

static void documents_of_another_make_are_refused(void **state)
{
    (void)state;
    assert_refused("[]", "the document is not an object: {...} was expected");
    assert_refused("{}", "the document lacks the key \"architecture\"");
    assert_refused("{\"architecure\": {}}", "the document has an unknown key \"architecure\": did you mean "
                                            "\"architecture\"?");
    assert_refused("{\"weights\": []}", "the document has an unknown key \"weights\": known are architecture or "
                                        "training");
    assert_refused("{\"architecture\": 5}", "architecture is not an object: {...} was expected");
    assert_refused("{" ARCHITECTURE ", \"training\": []}", "training is not an object: {...} was expected");
}

static void a_wrong_input_is_refused(void **state)
{
    (void)state;
    assert_refused("{\"architecture\": {" LAYERS "}}", "architecture lacks the key \"input\"");
    assert_refused("{\"architecture\": {" INPUT "}}", "architecture lacks the key \"layers\"");
    assert_refused("{\"architecture\": {\"input\": {\"cols\": 28}, " LAYERS "}}",
                   "architecture.input lacks the key \"rows\"");
    assert_refused("{\"architecture\": {\"input\": {\"rows\": \"28\", \"cols\": 28}, " LAYERS "}}",
                   "architecture.input.rows is not a number");
    assert_refused("{\"architecture\": {\"input\": {\"rows\": 0, \"cols\": 28}, " LAYERS "}}",
                   "architecture.input.rows is 0: use 1 to 1024");
    assert_refused("{\"architecture\": {\"input\": {\"rows\": 28, \"cols\": 28, \"padding\": 2}, " LAYERS "}}",
                   "architecture.input has an unknown key \"padding\": known are rows, cols, channels, pad, mean or "
                   "deviation");
    assert_refused("{\"architecture\": {\"input\": {\"rows\": 28, \"cols\": 28, \"deviation\": 0}, " LAYERS "}}",
                   "architecture.input.deviation is 0: use 1e-06 to 1000000");
}

static void a_wrong_layer_is_refused_with_its_place(void **state)
{
    (void)state;
    assert_layer_refused("5", "architecture.layers[0] is not an object: {\"type\": ...} was expected");
    assert_layer_refused("{}", "architecture.layers[0] lacks the key \"type\"");
    assert_layer_refused("{\"type\": \"dropout\"}",
                         "architecture.layers[0].type is \"dropout\": use one of conv, pool or dense");
    assert_layer_refused("{\"type\": \"conv\", \"f\": 5}", "architecture.layers[0] lacks the key \"filters\"");
    assert_layer_refused("{\"type\": \"conv\", \"filters\": 6, \"f\": 5.5}",
                         "architecture.layers[0].f is 5.5: a whole number was expected");
    assert_layer_refused("{\"type\": \"conv\", \"filters\": 6, \"f\": 5, \"stride\": 1}",
                         "architecture.layers[0] has an unknown key \"stride\": known are type, filters, f, s, p or "
                         "activation");
    assert_layer_refused("{\"type\": \"conv\", \"filter\": 6, \"f\": 5}",
                         "architecture.layers[0] has an unknown key \"filter\": did you mean \"filters\"?");
    assert_layer_refused("{\"type\": \"conv\", \"filters\": 6, \"f\": 5, \"activation\": \"gelu\"}",
                         "architecture.layers[0].activation is \"gelu\": use one of none, relu, tanh, lecun-tanh or "
                         "sigmoid");
    assert_layer_refused("{\"type\": \"pool\", \"mode\": \"min\", \"f\": 2}",
                         "architecture.layers[0].mode is \"min\": use one of max or average");
    assert_layer_refused("{\"type\": \"pool\", \"f\": 2, \"s\": 0}", "architecture.layers[0].s is 0: use 1 to 1024");
    assert_layer_refused("{\"type\": \"pool\", \"f\": 2, \"p\": 2}",
                         "layer 1 (pool): a 2x2 pooling window padded by 2 could lie on padding alone: use p <= f/2 = "
                         "1");
    assert_layer_refused("{\"type\": \"conv\", \"filters\": 6, \"f\": 29}",
                         "layer 1 (conv): a 29x29 filter does not fit in a 28x28 input padded by 0: use f <= 28, or p "
                         ">= 1");
    assert_layer_refused("{\"type\": \"dense\", \"units\": true}", "architecture.layers[0].units is not a number");
}

static void no_layers_and_too_many_are_refused(void **state)
{
    (void)state;
    struct bytes text = {0};
    const char *layer = "{\"type\": \"dense\", \"units\": 2}, ";
    assert_refused("{\"architecture\": {" INPUT ", \"layers\": []}}", "the number of layers is 0: use 1 to 32");
    support_append(&text, "{\"architecture\": {" INPUT ", \"layers\": [",
                   strlen("{\"architecture\": {" INPUT ", \"layers\": ["));
    for (int i = 0; i < 33; i++)
        support_append(&text, layer, strlen(layer) - (i == 32 ? 2 : 0));
    support_append(&text, "]}}", 3);
    assert_bytes_refused(text.data, text.size, "architecture.layers has more than 32 layers");
    support_free(&text);
}

static void the_last_layer_has_to_be_dense_without_activation(void **state)
{
    (void)state;
    assert_refused(
        "{\"architecture\": {" INPUT ", \"layers\": [{\"type\": \"pool\", \"f\": 2}]}}",
        "the last layer is pool with activation none: it has to be dense with activation none and one unit a "
        "class, since softmax follows it");
}

static void a_model_file_gives_the_network_and_the_settings_it_was_trained_with(void **state)
{
    (void)state;
    const struct config config = load("{\"format\": \"lenet5-model\", \"version\": 1, \"digest\": \"any\", "
                                      "\"architecture\": {\"input\": {\"rows\": 28, \"cols\": 28, \"channels\": 1, "
                                      "\"pad\": 2, \"mean\": 0.5, \"deviation\": 0.25}, \"layers\": [{\"type\": "
                                      "\"dense\", \"units\": 7, \"activation\": \"none\"}]}, \"training\": "
                                      "{\"settings\": {\"epochs\": 9, \"lr\": 0.25, \"patience\": 3}}}");
    assert_int_equal(config.architecture.input.pad, 2);
    assert_int_equal(config.architecture.classes, 7);
    assert_int_equal(config.settings.epochs, 9);
    assert_int_equal(config.settings.patience, 3);
    assert_true(config.settings.lr == 0.25);
    assert_refused("{\"format\": \"lenet5-model\", \"architecture\": {\"input\": {\"rows\": 28, \"cols\": 28, "
                   "\"channels\": 1, \"pad\": 2, \"mean\": 0.5, \"deviation\": 0.25}, \"layers\": [{\"type\": "
                   "\"dense\", \"units\": 7, \"activation\": \"none\"}]}, \"training\": {}}",
                   "training lacks the key \"settings\"");
}

static void wrong_settings_are_refused(void **state)
{
    (void)state;
    assert_setting_refused("\"epochs\": 0", "training.epochs is 0: use 1 to 100000");
    assert_setting_refused("\"batch_size\": 4097", "training.batch_size is 4097: use 1 to 4096");
    assert_setting_refused("\"lr\": 0", "training.lr is 0: use 1e-09 to 1000");
    assert_setting_refused("\"lr\": \"fast\"", "training.lr is not a number");
    assert_setting_refused("\"lr\": 1e999", "training.lr is inf: use 1e-09 to 1000");
    assert_setting_refused("\"momentum\": 1", "training.momentum is 1: use 0 to 0.9999");
    assert_setting_refused("\"weight_decay\": -1", "training.weight_decay is -1: use 0 to 1000");
    assert_setting_refused("\"schedule\": \"linear\"",
                           "training.schedule is \"linear\": use one of constant, step, cosine or one-cycle");
    assert_setting_refused("\"nesterov\": 1", "training.nesterov is neither true nor false");
    assert_setting_refused("\"sharpness\": -1", "training.sharpness is -1: use 0 to 100");
    assert_setting_refused("\"warmup\": 1", "training.warmup is 1: use 0 to 0.9");
    assert_setting_refused("\"augment\": 1", "training.augment is not an object: {...} was expected");
    assert_setting_refused("\"augment\": {\"shift\": -1}", "training.augment.shift is -1: use 0 to 100");
    assert_setting_refused("\"augment\": {\"rotation\": 181}", "training.augment.rotation is 181: use 0 to 180");
    assert_setting_refused("\"augment\": {\"scale\": 1}", "training.augment.scale is 1: use 0 to 0.9");
    assert_setting_refused("\"augment\": {\"shear\": 2.5}", "training.augment.shear is 2.5: use 0 to 2");
    assert_setting_refused("\"augment\": {\"elastic\": 21}", "training.augment.elastic is 21: use 0 to 20");
    assert_setting_refused("\"augment\": {\"thickness\": \"bold\"}", "training.augment.thickness is not a number");
    assert_setting_refused("\"augment\": {\"rotate\": 5}",
                           "training.augment has an unknown key \"rotate\": did you mean \"rotation\"?");
    assert_setting_refused("\"seed\": 1.5", "training.seed is 1.5: a whole number was expected");
    assert_setting_refused("\"seed\": -1", "training.seed is -1: use 0 to 9007199254740991");
    assert_setting_refused("\"validation\": -1", "training.validation is -1: use 0 to 1000000000");
    assert_setting_refused("\"drawn\": 1000001", "training.drawn is 1000001: use 0 to 1000000");
    assert_setting_refused("\"strangers\": -1", "training.strangers is -1: use 0 to 1000000");
    assert_setting_refused("\"epoch\": 1", "training has an unknown key \"epoch\": did you mean \"epochs\"?");
    assert_setting_refused("\"epochs\": 1, \"epochs\": 2", "has the key \"epochs\" twice in one object");
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, support_arrive, support_leave)
    const struct CMUnitTest tests[] = {
        EACH(the_presets_are_listed_and_can_be_loaded),
        EACH(what_a_config_leaves_out_has_a_default),
        EACH(what_a_config_says_is_taken),
        EACH(an_architecture_written_out_reads_back_the_same),
        EACH(settings_written_out_read_back_the_same),
        EACH(an_unknown_preset_is_refused_with_the_nearest),
        EACH(a_missing_file_or_a_folder_is_refused),
        EACH(a_file_that_is_no_json_is_refused_with_its_name),
        EACH(a_file_longer_than_a_model_may_be_is_refused),
        EACH(documents_of_another_make_are_refused),
        EACH(a_wrong_input_is_refused),
        EACH(a_wrong_layer_is_refused_with_its_place),
        EACH(no_layers_and_too_many_are_refused),
        EACH(the_last_layer_has_to_be_dense_without_activation),
        EACH(a_model_file_gives_the_network_and_the_settings_it_was_trained_with),
        EACH(wrong_settings_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
