#include "model/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "model/architecture_json.h"
#include "model/model_file.h"

const char *const config_schedules[] = {"constant", "step", "cosine", NULL};

/* Where a config says nothing. Learning rate and decay were chosen on the held-out 5,000 images. */
static const struct settings default_settings = {.epochs = 5,
                                                 .batch_size = 64,
                                                 .lr = 0.03,
                                                 .momentum = 0.9,
                                                 .weight_decay = 0.03,
                                                 .schedule = SCHEDULE_COSINE,
                                                 .seed = 1,
                                                 .validation = 5000};

struct preset {
    const char *name, *json;
};

/* The paper's geometry (28x28 in a 32x32 field, so that a stroke's end can lie in the middle of a filter) with today's
 * activation, pooling and loss; the same with the paper's squashing and averaging; and the network of the course. */
static const struct preset presets[] = {
    {"lenet5", "{\"architecture\": {\"input\": {\"rows\": 28, \"cols\": 28, \"pad\": 2}, \"layers\": ["
               "{\"type\": \"conv\", \"filters\": 6, \"f\": 5}, {\"type\": \"pool\", \"mode\": \"max\", \"f\": 2},"
               "{\"type\": \"conv\", \"filters\": 16, \"f\": 5}, {\"type\": \"pool\", \"mode\": \"max\", \"f\": 2},"
               "{\"type\": \"dense\", \"units\": 120}, {\"type\": \"dense\", \"units\": 84},"
               "{\"type\": \"dense\", \"units\": 10}]}}"},
    {"lenet5-avg", "{\"architecture\": {\"input\": {\"rows\": 28, \"cols\": 28, \"pad\": 2}, \"layers\": ["
                   "{\"type\": \"conv\", \"filters\": 6, \"f\": 5, \"activation\": \"lecun-tanh\"},"
                   "{\"type\": \"pool\", \"mode\": \"average\", \"f\": 2},"
                   "{\"type\": \"conv\", \"filters\": 16, \"f\": 5, \"activation\": \"lecun-tanh\"},"
                   "{\"type\": \"pool\", \"mode\": \"average\", \"f\": 2},"
                   "{\"type\": \"dense\", \"units\": 120, \"activation\": \"lecun-tanh\"},"
                   "{\"type\": \"dense\", \"units\": 84, \"activation\": \"lecun-tanh\"},"
                   "{\"type\": \"dense\", \"units\": 10}]}}"},
    {"course", "{\"architecture\": {\"input\": {\"rows\": 32, \"cols\": 32, \"channels\": 3}, \"layers\": ["
               "{\"type\": \"conv\", \"filters\": 8, \"f\": 5}, {\"type\": \"pool\", \"mode\": \"max\", \"f\": 2},"
               "{\"type\": \"conv\", \"filters\": 16, \"f\": 5}, {\"type\": \"pool\", \"mode\": \"max\", \"f\": 2},"
               "{\"type\": \"dense\", \"units\": 120}, {\"type\": \"dense\", \"units\": 84},"
               "{\"type\": \"dense\", \"units\": 10}]}}"},
};

enum { PRESETS = sizeof presets / sizeof presets[0] };

const char *const *config_presets(void)
{
    static const char *names[PRESETS + 1];
    for (int i = 0; i < PRESETS; i++)
        names[i] = presets[i].name;
    return names;
}

int settings_from_json(struct settings *out, const cJSON *json, const char *where, int strict, struct error *err)
{
    static const char *const known[] = {"epochs",   "batch_size", "lr",         "momentum", "weight_decay",
                                        "schedule", "seed",       "validation", "patience", NULL};
    const struct json_object from = {json, where};
    struct settings settings = *out;
    int schedule = (int)settings.schedule;
    double seed = (double)settings.seed;
    if (json_check_keys(from, known, err) != 0 ||
        json_get_int(&settings.epochs, from, "epochs", 1, CONFIG_EPOCHS, strict, err) != 0 ||
        json_get_int(&settings.batch_size, from, "batch_size", 1, CONFIG_BATCH_SIZE, strict, err) != 0 ||
        json_get_number(&settings.lr, from, "lr", CONFIG_LR_LEAST, CONFIG_LR, strict, err) != 0 ||
        json_get_number(&settings.momentum, from, "momentum", 0, CONFIG_MOMENTUM, strict, err) != 0 ||
        json_get_number(&settings.weight_decay, from, "weight_decay", 0, CONFIG_WEIGHT_DECAY, strict, err) != 0 ||
        json_get_choice(&schedule, from, "schedule", config_schedules, strict, err) != 0 ||
        json_get_number(&seed, from, "seed", 0, (double)CONFIG_SEED, strict, err) != 0 ||
        json_get_int(&settings.validation, from, "validation", 0, CONFIG_VALIDATION, strict, err) != 0 ||
        json_get_int(&settings.patience, from, "patience", 0, CONFIG_EPOCHS, strict, err) != 0)
        return -1;
    settings.schedule = (enum schedule)schedule;
    settings.seed = (uint64_t)seed;
    if ((double)settings.seed < seed || (double)settings.seed > seed)
        return error_set(err, ERROR_MODEL, "%s.seed is %g: a whole number was expected", where, seed);
    *out = settings;
    return 0;
}

static int read_document(struct config *out, const cJSON *json, struct error *err)
{
    static const char *const known[] = {"architecture", "training", NULL};
    const struct json_object from = {json, ""};
    const cJSON *architecture, *training = NULL;
    struct config config = {.settings = default_settings};
    if (json_check_keys(from, known, err) != 0 || json_get_object(&architecture, from, "architecture", 1, err) != 0 ||
        json_get_object(&training, from, "training", 0, err) != 0 ||
        architecture_from_json(&config.architecture, architecture, 0, err) != 0 ||
        (training != NULL && settings_from_json(&config.settings, training, "training", 0, err) != 0))
        return -1;
    *out = config;
    return 0;
}

/* A trained network stands for the config that it was trained with. Settings that it does not name are newer than it.
 */
static int read_model(struct config *out, const cJSON *json, struct error *err)
{
    const struct json_object from = {json, ""};
    const cJSON *architecture, *training, *settings;
    struct config config = {.settings = default_settings};
    if (json_get_object(&architecture, from, "architecture", 1, err) != 0 ||
        architecture_from_json(&config.architecture, architecture, 1, err) != 0 ||
        json_get_object(&training, from, "training", 1, err) != 0)
        return -1;
    const struct json_object inside = {training, "training"};
    if (json_get_object(&settings, inside, "settings", 1, err) != 0 ||
        settings_from_json(&config.settings, settings, "training.settings", 0, err) != 0)
        return -1;
    *out = config;
    return 0;
}

static int is_model(const cJSON *json)
{
    const cJSON *format = cJSON_GetObjectItemCaseSensitive(json, "format");
    return cJSON_IsString(format) && strcmp(format->valuestring, MODEL_FORMAT) == 0;
}

static int read_bytes(struct config *out, const unsigned char *bytes, size_t size, struct error *err)
{
    cJSON *json = json_parse(bytes, size, err);
    int result = json == NULL ? -1 : is_model(json) ? read_model(out, json, err) : read_document(out, json, err);
    cJSON_Delete(json);
    return result;
}

/* A word without a slash or a dot was meant as a preset's name. */
static int no_such_config(struct error *err, const char *name, const struct error *why)
{
    char known[128];
    text_list(known, sizeof known, config_presets());
    if (strpbrk(name, "/.") != NULL)
        return error_set(err, ERROR_MODEL, "%s: name a file that can be read, or a preset: %s", why->text, known);
    const char *nearest = text_nearest(name, config_presets(), PRESETS);
    if (nearest != NULL)
        return error_set(err, ERROR_MODEL, "there is no preset and no file \"%s\": did you mean \"%s\"?", name,
                         nearest);
    return error_set(err, ERROR_MODEL, "there is no preset and no file \"%s\": presets are %s", name, known);
}

int config_load(struct config *out, const char *name_or_file, struct error *err)
{
    for (int i = 0; i < PRESETS; i++)
        if (strcmp(presets[i].name, name_or_file) == 0)
            return read_bytes(out, (const unsigned char *)presets[i].json, strlen(presets[i].json), err);
    unsigned char *bytes;
    size_t size;
    struct error why = {0};
    if (files_read(&bytes, &size, name_or_file, MODEL_FILE_BYTES, ERROR_MODEL, &why) != 0)
        return no_such_config(err, name_or_file, &why);
    int result = read_bytes(out, bytes, size, err);
    free(bytes);
    return result != 0 ? error_where(err, name_or_file) : 0;
}

cJSON *settings_to_json(const struct settings *settings)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "epochs", settings->epochs);
    cJSON_AddNumberToObject(json, "batch_size", settings->batch_size);
    cJSON_AddItemToObject(json, "lr", json_number(settings->lr));
    cJSON_AddItemToObject(json, "momentum", json_number(settings->momentum));
    cJSON_AddItemToObject(json, "weight_decay", json_number(settings->weight_decay));
    cJSON_AddStringToObject(json, "schedule", config_schedules[settings->schedule]);
    cJSON_AddItemToObject(json, "seed", json_number((double)settings->seed));
    cJSON_AddNumberToObject(json, "validation", settings->validation);
    cJSON_AddNumberToObject(json, "patience", settings->patience);
    return json;
}
