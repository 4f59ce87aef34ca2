#include "model/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "model/architecture_json.h"
#include "model/config_builtin.h"
#include "model/model_file.h"

const char *const config_schedules[] = {"constant", "step", "cosine", "one-cycle", NULL};
const char *const config_no_yes[] = {"no", "yes", NULL};

/* Where a config says nothing. Learning rate and decay were chosen on the held-out 5,000 images. */
static const struct settings default_settings = {.epochs = 5,
                                                 .batch_size = 64,
                                                 .lr = 0.03,
                                                 .momentum = 0.9,
                                                 .weight_decay = 0.03,
                                                 .schedule = SCHEDULE_COSINE,
                                                 .seed = 1,
                                                 .teacher_weight = 0.7,
                                                 .validation = 5000};

const char *const *config_presets(void)
{
    return config_builtin_names;
}

static int read_augmentation(struct augmentation *out, const cJSON *json, const char *where, int strict,
                             struct error *err)
{
    static const char *const known[] = {"shift", "rotation", "scale", "shear", "elastic", "thickness", NULL};
    char place[JSON_WHERE];
    const struct json_object from = {json, json_place(place, where, "augment")};
    return json_check_keys(from, known, err) != 0 ||
                   json_get_number(&out->shift, from, "shift", 0, CONFIG_SHIFT, strict, err) != 0 ||
                   json_get_number(&out->rotation, from, "rotation", 0, CONFIG_ROTATION, strict, err) != 0 ||
                   json_get_number(&out->scale, from, "scale", 0, CONFIG_SCALE, strict, err) != 0 ||
                   json_get_number(&out->shear, from, "shear", 0, CONFIG_SHEAR, strict, err) != 0 ||
                   json_get_number(&out->elastic, from, "elastic", 0, CONFIG_ELASTIC, strict, err) != 0 ||
                   json_get_number(&out->thickness, from, "thickness", 0, CONFIG_THICKNESS, strict, err) != 0
               ? -1
               : 0;
}

/* Most runs have no teacher, and their records say nothing of it; nor of sharpness where it is 0. */
static int read_teachers(struct settings *settings, struct json_object from, struct error *err)
{
    const char *teachers = settings->teachers;
    if (json_get_string(&teachers, from, "teachers", 0, err) != 0 ||
        json_get_number(&settings->teacher_weight, from, "teacher_weight", 0, 1, 0, err) != 0)
        return -1;
    if (strlen(teachers) >= sizeof settings->teachers)
        return error_set(err, ERROR_MODEL, "%s.teachers is longer than %d bytes", from.where, CONFIG_TEACHERS - 1);
    memmove(settings->teachers, teachers, strlen(teachers) + 1);
    return 0;
}

int settings_from_json(struct settings *out, const cJSON *json, const char *where, int strict, struct error *err)
{
    static const char *const known[] = {"epochs",         "batch_size", "lr",         "momentum", "nesterov",
                                        "weight_decay",   "schedule",   "warmup",     "seed",     "augment",
                                        "drawn",          "strangers",  "validation", "patience", "teachers",
                                        "teacher_weight", "sharpness",  NULL};
    const struct json_object from = {json, where};
    struct settings settings = *out;
    const cJSON *augment = NULL;
    int schedule = (int)settings.schedule;
    double seed = (double)settings.seed;
    if (json_check_keys(from, known, err) != 0 ||
        json_get_int(&settings.epochs, from, "epochs", 1, CONFIG_EPOCHS, strict, err) != 0 ||
        json_get_int(&settings.batch_size, from, "batch_size", 1, CONFIG_BATCH_SIZE, strict, err) != 0 ||
        json_get_number(&settings.lr, from, "lr", CONFIG_LR_LEAST, CONFIG_LR, strict, err) != 0 ||
        json_get_number(&settings.momentum, from, "momentum", 0, CONFIG_MOMENTUM, strict, err) != 0 ||
        json_get_bool(&settings.is_nesterov, from, "nesterov", strict, err) != 0 ||
        json_get_number(&settings.weight_decay, from, "weight_decay", 0, CONFIG_WEIGHT_DECAY, strict, err) != 0 ||
        json_get_number(&settings.sharpness, from, "sharpness", 0, CONFIG_SHARPNESS, 0, err) != 0 ||
        json_get_choice(&schedule, from, "schedule", config_schedules, strict, err) != 0 ||
        json_get_number(&settings.warmup, from, "warmup", 0, CONFIG_WARMUP, strict, err) != 0 ||
        json_get_number(&seed, from, "seed", 0, (double)CONFIG_SEED, strict, err) != 0 ||
        json_get_object(&augment, from, "augment", strict, err) != 0 ||
        (augment != NULL && read_augmentation(&settings.augment, augment, where, strict, err) != 0) ||
        json_get_int(&settings.validation, from, "validation", 0, CONFIG_VALIDATION, strict, err) != 0 ||
        json_get_int(&settings.strangers, from, "strangers", 0, CONFIG_DRAWN, strict, err) != 0 ||
        json_get_int(&settings.drawn, from, "drawn", 0, CONFIG_DRAWN, strict, err) != 0 ||
        json_get_int(&settings.patience, from, "patience", 0, CONFIG_EPOCHS, strict, err) != 0 ||
        read_teachers(&settings, from, err) != 0)
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
    const char *nearest = text_nearest(name, config_builtin_names, (size_t)config_builtin_count);
    if (nearest != NULL)
        return error_set(err, ERROR_MODEL, "there is no preset and no file \"%s\": did you mean \"%s\"?", name,
                         nearest);
    return error_set(err, ERROR_MODEL, "there is no preset and no file \"%s\": presets are %s", name, known);
}

int config_load(struct config *out, const char *name_or_file, struct error *err)
{
    for (int i = 0; i < config_builtin_count; i++)
        if (strcmp(config_builtin_names[i], name_or_file) == 0)
            return read_bytes(out, config_builtin[i].bytes, config_builtin[i].size, err);
    unsigned char *bytes;
    size_t size;
    struct error why = {0};
    if (files_read(&bytes, &size, name_or_file, MODEL_FILE_BYTES, ERROR_MODEL, &why) != 0)
        return no_such_config(err, name_or_file, &why);
    int result = read_bytes(out, bytes, size, err);
    free(bytes);
    return result != 0 ? error_where(err, name_or_file) : 0;
}

static cJSON *augmentation_to_json(const struct augmentation *augment)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddItemToObject(json, "shift", json_number(augment->shift));
    cJSON_AddItemToObject(json, "rotation", json_number(augment->rotation));
    cJSON_AddItemToObject(json, "scale", json_number(augment->scale));
    cJSON_AddItemToObject(json, "shear", json_number(augment->shear));
    cJSON_AddItemToObject(json, "elastic", json_number(augment->elastic));
    cJSON_AddItemToObject(json, "thickness", json_number(augment->thickness));
    return json;
}

cJSON *settings_to_json(const struct settings *settings)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "epochs", settings->epochs);
    cJSON_AddNumberToObject(json, "batch_size", settings->batch_size);
    cJSON_AddItemToObject(json, "lr", json_number(settings->lr));
    cJSON_AddItemToObject(json, "momentum", json_number(settings->momentum));
    cJSON_AddBoolToObject(json, "nesterov", settings->is_nesterov);
    cJSON_AddItemToObject(json, "weight_decay", json_number(settings->weight_decay));
    cJSON_AddStringToObject(json, "schedule", config_schedules[settings->schedule]);
    cJSON_AddItemToObject(json, "warmup", json_number(settings->warmup));
    cJSON_AddItemToObject(json, "seed", json_number((double)settings->seed));
    cJSON_AddItemToObject(json, "augment", augmentation_to_json(&settings->augment));
    cJSON_AddNumberToObject(json, "drawn", settings->drawn);
    cJSON_AddNumberToObject(json, "strangers", settings->strangers);
    cJSON_AddNumberToObject(json, "validation", settings->validation);
    cJSON_AddNumberToObject(json, "patience", settings->patience);
    if (settings->sharpness > 0)
        cJSON_AddItemToObject(json, "sharpness", json_number(settings->sharpness));
    if (settings->teachers[0] != '\0') {
        cJSON_AddStringToObject(json, "teachers", settings->teachers);
        cJSON_AddItemToObject(json, "teacher_weight", json_number(settings->teacher_weight));
    }
    return json;
}
