#include "model/model_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/json.h"
#include "model/architecture_json.h"
#include "model/weights_json.h"

int model_create(struct model *out, const struct architecture *architecture, struct error *err)
{
    const size_t bytes = (architecture->parameter_count * sizeof(float) + 63) / 64 * 64;
    struct model model = {.architecture = *architecture, .calibration = {.temperature = 1}};
    model.parameters = aligned_alloc(64, bytes);
    model.training = cJSON_CreateObject();
    if (model.parameters == NULL || model.training == NULL) {
        model_free(&model);
        return error_memory(err, bytes, "the parameters");
    }
    memset(model.parameters, 0, bytes);
    digest_floats(model.digest, model.parameters, architecture->parameter_count);
    *out = model;
    return 0;
}

void model_free(struct model *model)
{
    free(model->parameters);
    cJSON_Delete(model->training);
    *model = (struct model){0};
}

static int check_finite(const struct model *model, struct error *err)
{
    for (size_t i = 0; i < model->architecture.parameter_count; i++)
        if (!isfinite(model->parameters[i]))
            return error_set(err, ERROR_MODEL,
                             "parameter %zu is not a finite number: the network has diverged and is not saved", i);
    return 0;
}

static cJSON *class_names(int classes)
{
    cJSON *names = cJSON_CreateArray();
    for (int k = 0; k < classes; k++) {
        char name[8];
        size_t at = sizeof name - 1;
        name[at] = '\0';
        for (int rest = k; at == sizeof name - 1 || rest > 0; rest /= 10)
            name[--at] = (char)('0' + rest % 10);
        cJSON_AddItemToArray(names, cJSON_CreateString(name + at));
    }
    return names;
}

/* NULL when memory is out: a part that is missing must not pass for a small model. */
static cJSON *model_to_json(const struct model *model)
{
    cJSON *json = cJSON_CreateObject();
    int whole = cJSON_AddStringToObject(json, "format", MODEL_FORMAT) != NULL &&
                cJSON_AddNumberToObject(json, "version", MODEL_FILE_VERSION) != NULL &&
                cJSON_AddStringToObject(json, "digest", model->digest) != NULL &&
                cJSON_AddItemToObject(json, "architecture", architecture_to_json(&model->architecture)) &&
                cJSON_AddItemToObject(json, "classes", class_names(model->architecture.classes)) &&
                cJSON_AddItemToObject(json, "training", cJSON_Duplicate(model->training, 1));
    const struct calibration *calibration = &model->calibration;
    if (calibration->images > 0 || calibration->temperature < 1 || calibration->temperature > 1)
        whole = whole && cJSON_AddItemToObject(json, "calibration", calibration_to_json(calibration));
    whole = whole && cJSON_AddItemToObject(json, "weights", weights_to_json(model->parameters, &model->architecture));
    if (whole)
        return json;
    cJSON_Delete(json);
    return NULL;
}

int model_file_save(struct model *model, const char *path, struct error *err)
{
    if (check_finite(model, err) != 0)
        return error_where(err, path);
    digest_floats(model->digest, model->parameters, model->architecture.parameter_count);
    cJSON *json = model_to_json(model);
    char *text = json_print(json, err);
    cJSON_Delete(json);
    if (text == NULL)
        return -1;
    int result = files_write(path, text, strlen(text), err);
    free(text);
    return result;
}

/* First of all: is it one of ours at all, and of a version that we know? */
static int read_format(struct json_object from, struct error *err)
{
    const char *format = NULL;
    int version = 0;
    if (!cJSON_IsObject(from.object) || cJSON_GetObjectItemCaseSensitive(from.object, "format") == NULL)
        return error_set(err, ERROR_MODEL,
                         "is JSON but no model: a model has the key \"format\" with \"" MODEL_FORMAT "\"");
    if (json_get_string(&format, from, "format", 1, err) != 0)
        return -1;
    if (strcmp(format, MODEL_FORMAT) != 0)
        return error_set(err, ERROR_MODEL,
                         "format is \"%.64s\": \"" MODEL_FORMAT "\" was expected, which lenet5 train --out writes",
                         format);
    if (json_get_int(&version, from, "version", 0, 1000000, 1, err) != 0)
        return -1;
    if (version != MODEL_FILE_VERSION)
        return error_set(err, ERROR_MODEL, "version is %d, and this program reads version %d: use a newer program",
                         version, MODEL_FILE_VERSION);
    return 0;
}

static int check_classes(struct json_object from, int classes, struct error *err)
{
    const cJSON *names, *name;
    int count = 0;
    if (json_get_array(&names, from, "classes", 1, err) != 0)
        return -1;
    cJSON_ArrayForEach(name, names)
    {
        if (!cJSON_IsString(name))
            return error_set(err, ERROR_MODEL, "classes[%d] is not a string", count);
        count++;
    }
    if (count != classes)
        return error_set(err, ERROR_MODEL, "classes has %d names: %d were expected, one a unit of the last layer",
                         count, classes);
    return 0;
}

static int read_calibration(struct model *model, struct json_object from, struct error *err)
{
    const cJSON *calibration = NULL;
    if (json_get_object(&calibration, from, "calibration", 0, err) != 0)
        return -1;
    return calibration != NULL ? calibration_from_json(&model->calibration, calibration, err) : 0;
}

static int read_training(struct model *model, struct json_object from, struct error *err)
{
    const cJSON *training;
    if (json_get_object(&training, from, "training", 1, err) != 0 || json_check_finite(training, "training", err) != 0)
        return -1;
    cJSON_Delete(model->training);
    model->training = cJSON_Duplicate(training, 1);
    return model->training == NULL ? error_set(err, ERROR_FAILED, "memory for a training record could not be had") : 0;
}

static int check_digest(const struct model *model, struct json_object from, struct error *err)
{
    const char *digest;
    if (json_get_string(&digest, from, "digest", 1, err) != 0)
        return -1;
    if (strcmp(digest, model->digest) != 0)
        return error_set(err, ERROR_MODEL,
                         "digest is %.64s, and the weights have %s: the file was changed after it was written", digest,
                         model->digest);
    return 0;
}

static int read_model(struct model *out, const cJSON *json, struct error *err)
{
    static const char *const known[] = {"format",      "version", "digest", "architecture", "classes", "training",
                                        "calibration", "weights", NULL};
    const struct json_object from = {json, ""};
    const cJSON *item;
    struct architecture architecture;
    struct model model;
    if (read_format(from, err) != 0 || json_check_keys(from, known, err) != 0 ||
        json_get_object(&item, from, "architecture", 1, err) != 0 ||
        architecture_from_json(&architecture, item, 1, err) != 0 || check_classes(from, architecture.classes, err) != 0)
        return -1;
    if (model_create(&model, &architecture, err) != 0)
        return -1;
    int failed = read_training(&model, from, err) != 0 || read_calibration(&model, from, err) != 0 ||
                 json_get_array(&item, from, "weights", 1, err) != 0 ||
                 weights_from_json(model.parameters, item, &architecture, err) != 0;
    if (!failed) {
        digest_floats(model.digest, model.parameters, architecture.parameter_count);
        failed = check_digest(&model, from, err) != 0;
    }
    if (failed) {
        model_free(&model);
        return -1;
    }
    *out = model;
    return 0;
}

int model_file_parse(struct model *out, const unsigned char *bytes, size_t size, struct error *err)
{
    cJSON *json = json_parse(bytes, size, err);
    int result = json != NULL ? read_model(out, json, err) : -1;
    cJSON_Delete(json);
    return result;
}

int model_file_load(struct model *out, const char *path, struct error *err)
{
    unsigned char *bytes;
    size_t size;
    if (files_read(&bytes, &size, path, MODEL_FILE_BYTES, ERROR_MODEL, err) != 0)
        return -1;
    int result = model_file_parse(out, bytes, size, err);
    free(bytes);
    return result != 0 ? error_where(err, path) : 0;
}
