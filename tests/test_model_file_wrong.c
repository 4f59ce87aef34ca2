/* Model files that are wrong: each is a small sound one with something missing, doubled, changed or cut off, and each
 * is refused with its own sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/files.h"
#include "base/json.h"
#include "model/model_file.h"
#include "networks.h"
#include "support.h"

static char *text; /* of a sound model: conv, pool, dense */

static int save_model(void **state)
{
    (void)state;
    struct rng rng = rng_make(1, 0);
    const struct layer layers[] = {networks_conv(1, 2, 1, 0, ACTIVATION_RELU), networks_pool(POOL_MAX, 2, 1, 0),
                                   networks_dense(2, ACTIVATION_NONE)};
    const struct architecture architecture = networks_make(1, 4, 3, 3, layers);
    char *folder = support_make_folder(), *file = support_path(folder, "model.json");
    struct model model;
    struct error err = {0};
    unsigned char *bytes = NULL;
    size_t size;
    assert_int_equal(model_create(&model, &architecture, NULL), 0);
    networks_random_parameters(model.parameters, &architecture, &rng);
    model.parameters[0] = 0.5f;
    model.calibration.temperature = 2;
    cJSON_AddNumberToObject(model.training, "epochs", 3);
    if (model_file_save(&model, file, &err) != 0 || files_read(&bytes, &size, file, 1 << 20, ERROR_FAILED, &err) != 0)
        fail_msg("%s", err.text);
    text = (char *)bytes; /* files_read() puts a NUL behind it */
    model_free(&model);
    free(file);
    support_remove_folder(folder);
    return 0;
}

static int free_text(void **state)
{
    (void)state;
    free(text);
    return 0;
}

/* ---- Helpers ---- */

/* From a block of just that size, so that the sanitizers see every byte read too far. */
static int parse(const void *bytes, size_t size, struct error *err)
{
    struct model model;
    unsigned char *exact = malloc(size > 0 ? size : 1);
    assert_non_null(exact);
    memcpy(exact, bytes, size);
    const int result = model_file_parse(&model, exact, size, err);
    free(exact);
    if (result == 0)
        model_free(&model);
    return result;
}

static void assert_bytes_refused(const void *bytes, size_t size, const char *sentence)
{
    struct error err = {0};
    assert_int_equal(parse(bytes, size, &err), -1);
    assert_int_equal(err.kind, ERROR_MODEL);
    assert_string_equal(err.text, sentence);
}

/* The text with the first `old` behind the first `after` replaced. */
static char *replaced(const char *after, const char *old, const char *new)
{
    char *at = strstr(text, after);
    at = at != NULL ? strstr(at, old) : NULL;
    if (at == NULL)
        fail_msg("no %s behind %s", old, after);
    char *changed = malloc(strlen(text) + strlen(new) + 1);
    assert_non_null(changed);
    memcpy(changed, text, (size_t)(at - text));
    strcpy(changed + (at - text), new);
    strcat(changed, at + strlen(old));
    return changed;
}

static void assert_change_refused(const char *after, const char *old, const char *new, const char *sentence)
{
    char *changed = replaced(after, old, new);
    assert_bytes_refused(changed, strlen(changed), sentence);
    free(changed);
}

static void assert_change_allowed(const char *after, const char *old, const char *new)
{
    struct error err = {0};
    char *changed = replaced(after, old, new);
    if (parse(changed, strlen(changed), &err) != 0)
        fail_msg("%s", err.text);
    free(changed);
}

/* ---- Keys ---- */

/* Deletes the key number *n of the document, counted through all depths but not inside "training" and not counting the
 * optional "calibration"; gives its name, or NULL where there are no more. */
static const char *delete_key(cJSON *object, int *n)
{
    static char name[32];
    for (cJSON *child = object->child, *next; child != NULL; child = next) {
        next = child->next;
        const int named = cJSON_IsObject(object);
        if (named && strcmp(child->string, "calibration") != 0 && (*n)-- == 0) {
            snprintf(name, sizeof name, "%s", child->string);
            cJSON_Delete(cJSON_DetachItemViaPointer(object, child));
            return name;
        }
        if (named && strcmp(child->string, "training") == 0)
            continue;
        const char *deleted = delete_key(child, n);
        if (deleted != NULL)
            return deleted;
    }
    return NULL;
}

static void every_key_is_needed(void **state)
{
    (void)state;
    for (int number = 0;; number++) {
        char lacks[96];
        struct error err = {0};
        int n = number;
        cJSON *document = cJSON_Parse(text);
        const char *key = delete_key(document, &n);
        char *without = cJSON_Print(document);
        cJSON_Delete(document);
        if (key == NULL) {
            assert_int_equal(number, 46);
            free(without);
            return;
        }
        assert_int_equal(parse(without, strlen(without), &err), -1);
        snprintf(lacks, sizeof lacks, " lacks the key \"%s\"", key);
        if (strcmp(key, "format") == 0)
            snprintf(lacks, sizeof lacks, "is JSON but no model: a model has the key \"format\"");
        if (strstr(err.text, lacks) == NULL)
            fail_msg("without \"%s\": %s", key, err.text);
        free(without);
    }
}

static void every_key_may_come_but_once(void **state)
{
    (void)state;
    static const char *const keys[] = {"format", "version", "digest", "classes", "training", "temperature", "rows",
                                       "type",   "filters", "shape",  "order",   "values",   "layer",       "biases"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        char old[32], new[64], sentence[96];
        snprintf(old, sizeof old, "\"%s\":", keys[i]);
        snprintf(new, sizeof new, "\"%s\": 0, \"%s\":", keys[i], keys[i]);
        snprintf(sentence, sizeof sentence, "has the key \"%s\" twice in one object", keys[i]);
        assert_change_refused("{", old, new, sentence);
    }
}

static void unknown_keys_are_allowed_in_the_training_record_alone(void **state)
{
    (void)state;
    assert_change_allowed("\"training\":", "{", "{\"who\": [1, {\"knows\": null}], ");
    assert_change_refused("{", "\"version\"", "\"author\": 1, \"version\"",
                          "the document has an unknown key \"author\": known are format, version, digest, "
                          "architecture, classes, training, calibration or weights");
    assert_change_refused("{", "\"rows\"", "\"row\": 1, \"rows\"",
                          "architecture.input has an unknown key \"row\": did you mean \"rows\"?");
    assert_change_refused(
        "\"calibration\":", "{", "{\"x\": 1, ",
        "calibration has an unknown key \"x\": known are temperature, none, reject, accept, ece, images or "
        "run");
    assert_change_refused("{", "\"order\"", "\"ordre\": 1, \"order\"",
                          "weights[0].weights has an unknown key \"ordre\": did you mean \"order\"?");
    assert_change_refused("\"biases\":", "{", "{\"order\": \"unit\", ",
                          "weights[0].biases has an unknown key \"order\": known are shape or values");
    assert_change_refused("{", "\"layer\":", "\"name\": \"c1\", \"layer\":",
                          "weights[0] has an unknown key \"name\": known are layer, weights or biases");
}

/* The temperature alone, or everything. */
static void a_calibration_is_whole(void **state)
{
    (void)state;
    static const char *const keys[] = {"none", "reject", "accept", "ece", "images", "run"};
    static const char *const values[] = {
        "5.5", "0.4", "0.997", "0.002", "5000", "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\""};
    for (int without = -1; without < 6; without++) {
        char new[400] = "{\"temperature\": 2", sentence[80];
        for (int i = 0; i < 6; i++)
            if (i != without)
                snprintf(new + strlen(new), sizeof new - strlen(new), ", \"%s\": %s", keys[i], values[i]);
        strcat(new, "}");
        if (without < 0) {
            assert_change_allowed("\"calibration\":", "{\n\t\t\"temperature\":\t2\n\t}", new);
            continue;
        }
        snprintf(sentence, sizeof sentence, "calibration lacks the key \"%s\"", keys[without]);
        assert_change_refused("\"calibration\":", "{\n\t\t\"temperature\":\t2\n\t}", new, sentence);
    }
    assert_change_refused("\"calibration\":", "\"temperature\":\t2", "\"temperature\": 2, \"none\": 1, \"reject\": 1.5",
                          "calibration.reject is 1.5: use 0 to 1");
    assert_change_refused("\"calibration\":", "\"temperature\":\t2",
                          "\"temperature\": 2, \"none\": 1, \"reject\": 1, \"accept\": 1, \"ece\": 0, \"images\": 1, "
                          "\"run\": \"ABC\"",
                          "calibration.run is \"ABC\": the digest of a model was expected, 64 lower-case hexadecimal "
                          "digits");
}

static void the_calibration_may_be_left_out(void **state)
{
    (void)state;
    cJSON *document = cJSON_Parse(text);
    cJSON_DeleteItemFromObject(document, "calibration");
    char *without = cJSON_Print(document);
    struct model model;
    assert_int_equal(model_file_parse(&model, (const unsigned char *)without, strlen(without), NULL), 0);
    assert_true(model.calibration.temperature >= 1 && model.calibration.temperature <= 1);
    model_free(&model);
    free(without);
    cJSON_Delete(document);
}

/* ---- Values ---- */

static void other_formats_and_versions_are_refused(void **state)
{
    (void)state;
    const char *config = "{\"architecture\": {\"input\": {\"rows\": 28, \"cols\": 28}, \"layers\": []}}";
    assert_bytes_refused(config, strlen(config),
                         "is JSON but no model: a model has the key \"format\" with \"lenet5-model\"");
    assert_bytes_refused("[1]", 3, "is JSON but no model: a model has the key \"format\" with \"lenet5-model\"");
    assert_change_refused("{", "lenet5-model", "onnx",
                          "format is \"onnx\": \"lenet5-model\" was expected, which lenet5 train --out writes");
    assert_change_refused("{", "\"lenet5-model\"", "5", "format is not a string");
    assert_change_refused("{", "\"version\":\t1", "\"version\": 2",
                          "version is 2, and this program reads version 1: use a newer program");
    assert_change_refused("{", "\"version\":\t1", "\"version\": \"1\"", "version is not a number");
}

static void a_number_too_many_or_too_few_is_refused(void **state)
{
    (void)state;
    assert_change_refused("{", "0.5, ", "0.5, 1, ", "weights[0].weights.values has 5 numbers: 4 were expected");
    assert_change_refused("{", "0.5, ", "", "weights[0].weights.values has 3 numbers: 4 were expected");
    assert_change_refused("\"biases\":", "[1]", "[2]",
                          "weights[0].biases.shape does not match the architecture: [1] was expected");
    assert_change_refused("\"weights\":", "[1, 1, 2, 2]", "[1, 1, 4]",
                          "weights[0].weights.shape does not match the architecture: [1, 1, 2, 2] was expected");
    assert_change_refused("\"weights\":", "[2, 2]", "[2, 2, 1]",
                          "weights[1].weights.shape does not match the architecture: [2, 2] was expected");
    assert_change_refused("\"weights\":", "[2, 2]", "[2, \"2\"]",
                          "weights[1].weights.shape does not match the architecture: [2, 2] was expected");
}

static void numbers_that_are_none_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"null", "\"0.5\"", "1e999", "-1e999", "1e39", "[0.5]", "true", "{}"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_change_refused("{", "0.5", wrong[i], "weights[0].weights.values[0] is not a finite number");
    char *changed = replaced("{", "0.5", "NaN");
    struct error err = {0};
    assert_int_equal(parse(changed, strlen(changed), &err), -1);
    assert_non_null(strstr(err.text, "is not JSON: the mistake is at byte"));
    free(changed);
}

static void entries_in_another_order_or_number_are_refused(void **state)
{
    (void)state;
    assert_change_refused("{", "\"layer\":\t1", "\"layer\": 2",
                          "weights[0].layer is 2: 1 was expected, the next layer that has weights");
    assert_change_refused("{", "\"layer\":\t3", "\"layer\": 2",
                          "weights[1].layer is 2: 3 was expected, the next layer that has weights");
    assert_change_refused("{", "filter, channel, row, column", "row, column, channel, filter",
                          "weights[0].weights.order is \"row, column, channel, filter\": \"filter, channel, row, "
                          "column\" was expected");
    cJSON *document = cJSON_Parse(text), *weights = cJSON_GetObjectItem(document, "weights");
    cJSON *last = cJSON_DetachItemFromArray(weights, 1);
    char *changed = cJSON_Print(document);
    assert_bytes_refused(changed, strlen(changed), "weights ends before layer 3 (dense)");
    free(changed);
    cJSON_AddItemToArray(weights, cJSON_Duplicate(last, 1));
    cJSON_AddItemToArray(weights, last);
    changed = cJSON_Print(document);
    assert_bytes_refused(changed, strlen(changed), "weights has more entries than the 2 layers that have weights");
    free(changed);
    cJSON_Delete(document);
}

static void changed_weights_do_not_match_the_digest(void **state)
{
    (void)state;
    char *changed = replaced("{", "0.5", "0.50000006");
    struct error err = {0};
    assert_int_equal(parse(changed, strlen(changed), &err), -1);
    assert_int_equal(err.kind, ERROR_MODEL);
    assert_non_null(strstr(err.text, "digest is "));
    assert_non_null(strstr(err.text, ": the file was changed after it was written"));
    free(changed);
    assert_change_allowed("{", "0.5", "5.0e-1");
}

static void class_names_have_to_be_as_many_as_classes(void **state)
{
    (void)state;
    assert_change_allowed("{", "[\"0\", \"1\"]", "[\"no\", \"yes\"]");
    assert_change_refused("{", "[\"0\", \"1\"]", "[\"0\"]",
                          "classes has 1 names: 2 were expected, one a unit of the last layer");
    assert_change_refused("{", "[\"0\", \"1\"]", "[\"0\", 1]", "classes[1] is not a string");
    assert_change_refused("{", "[\"0\", \"1\"]", "{}", "classes is not an array: [...] was expected");
}

static void the_rest_is_checked_as_in_a_config(void **state)
{
    (void)state;
    assert_change_refused("{", "\"f\":\t2", "\"f\": 5",
                          "layer 1 (conv): a 5x5 filter does not fit in a 4x3 input padded by 0: use f <= 3, or p >= "
                          "1");
    assert_change_refused("{", "\"units\":\t2", "\"units\": 65536000",
                          "architecture.layers[2].units is 65536000: use 1 to 65536");
    assert_change_refused("{", "\"temperature\":\t2", "\"temperature\": 0",
                          "calibration.temperature is 0: use 0.001 to 1000");
    static const char *const no_objects[] = {"null", "\"x\"", "5", "[]", "true"};
    for (size_t i = 0; i < sizeof no_objects / sizeof no_objects[0]; i++)
        assert_change_refused("\"calibration\":", "{\n\t\t\"temperature\":\t2\n\t}", no_objects[i],
                              "calibration is not an object: {...} was expected");
    assert_change_refused("\"training\":", "{\n\t\t\"epochs\":\t3\n\t}", "[]",
                          "training is not an object: {...} was expected");
    assert_change_refused("\"training\":", "{", "{\"deep\": [{\"big\": 1e400}], ",
                          "training holds a number that is not finite (big)");
}

/* ---- The file as a whole ---- */

static void every_truncation_is_refused(void **state)
{
    (void)state;
    for (size_t size = 0; size + 2 < strlen(text); size++) {
        char sentence[96];
        snprintf(sentence, sizeof sentence, "is not JSON: it ends at byte %zu in the middle of a value", size);
        assert_bytes_refused(text, size, sentence);
    }
}

static void every_changed_byte_is_refused_or_changes_nothing(void **state)
{
    (void)state;
    const size_t size = strlen(text);
    char *changed = malloc(size);
    assert_non_null(changed);
    for (size_t i = 0; i < size; i++)
        for (int bit = 0; bit < 8; bit += 3) {
            struct error err = {0};
            memcpy(changed, text, size);
            changed[i] = (char)(changed[i] ^ 1 << bit);
            assert_true(parse(changed, size, &err) == 0 || err.kind == ERROR_MODEL);
        }
    free(changed);
}

static void what_follows_the_document_is_refused(void **state)
{
    (void)state;
    char sentence[96];
    const size_t size = strlen(text);
    struct bytes longer = {0};
    support_append(&longer, text, size);
    support_append(&longer, "{}", 2);
    snprintf(sentence, sizeof sentence, "goes on behind the end of its JSON document, at byte %zu", size);
    assert_bytes_refused(longer.data, longer.size, sentence);
    longer.data[size] = '\0';
    snprintf(sentence, sizeof sentence, "is not JSON: byte %zu is NUL", size);
    assert_bytes_refused(longer.data, size + 1, sentence);
    support_free(&longer);
}

static void the_sentence_begins_with_the_path(void **state)
{
    (void)state;
    char *folder = support_make_folder(), *file = support_path(folder, "model.json"), expected[256];
    struct model model;
    struct error err = {0};
    support_write(file, "{}", 2);
    assert_int_equal(model_file_load(&model, file, &err), -1);
    snprintf(expected, sizeof expected,
             "%s: is JSON but no model: a model has the key \"format\" with \"lenet5-model\"", file);
    assert_string_equal(err.text, expected);
    free(file);
    support_remove_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_is_needed),
        cmocka_unit_test(every_key_may_come_but_once),
        cmocka_unit_test(unknown_keys_are_allowed_in_the_training_record_alone),
        cmocka_unit_test(a_calibration_is_whole),
        cmocka_unit_test(the_calibration_may_be_left_out),
        cmocka_unit_test(other_formats_and_versions_are_refused),
        cmocka_unit_test(a_number_too_many_or_too_few_is_refused),
        cmocka_unit_test(numbers_that_are_none_are_refused),
        cmocka_unit_test(entries_in_another_order_or_number_are_refused),
        cmocka_unit_test(changed_weights_do_not_match_the_digest),
        cmocka_unit_test(class_names_have_to_be_as_many_as_classes),
        cmocka_unit_test(the_rest_is_checked_as_in_a_config),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(every_changed_byte_is_refused_or_changes_nothing),
        cmocka_unit_test(what_follows_the_document_is_refused),
        cmocka_unit_test(the_sentence_begins_with_the_path),
    };
    return cmocka_run_group_tests(tests, save_model, free_text);
}
