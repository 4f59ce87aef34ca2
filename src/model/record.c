#include "model/record.h"

#include <math.h>
#include <stdio.h>

#include "base/json.h"

/* Six digits say all that a loss or an accuracy can; 17 would only look exact. */
static void add_figure(cJSON *json, const char *key, double value)
{
    char text[32];
    snprintf(text, sizeof text, "%.6g", value);
    for (char *c = text; *c != '\0'; c++)
        if (*c == ',')
            *c = '.';
    cJSON_AddRawToObject(json, key, isfinite(value) ? text : "null");
}

cJSON *record_to_json(const struct record *record)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "program", record->program);
    cJSON_AddStringToObject(json, "kernels", record->kernels);
    cJSON_AddItemToObject(json, "settings", settings_to_json(&record->settings));
    if (record->data != NULL)
        cJSON_AddStringToObject(json, "data", record->data);
    cJSON_AddStringToObject(json, "data_digest", record->data_digest);
    if (record->teacher_digest != NULL)
        cJSON_AddStringToObject(json, "teacher_digest", record->teacher_digest);
    cJSON_AddNumberToObject(json, "images", record->images);
    cJSON *epochs = cJSON_AddArrayToObject(json, "epochs");
    for (int i = 0; i < record->epoch_count; i++) {
        const struct epoch_log *log = &record->epochs[i];
        cJSON *entry = cJSON_CreateObject();
        cJSON_AddNumberToObject(entry, "epoch", log->epoch);
        add_figure(entry, "loss", log->loss);
        add_figure(entry, "train_accuracy", log->train_accuracy);
        if (log->validation_accuracy >= 0) {
            add_figure(entry, "validation_accuracy", log->validation_accuracy);
            add_figure(entry, "validation_loss", log->validation_loss);
        }
        cJSON_AddItemToArray(epochs, entry);
    }
    if (record->kept_epoch > 0)
        cJSON_AddNumberToObject(json, "kept_epoch", record->kept_epoch);
    if (record->test_accuracy >= 0) {
        cJSON *test = cJSON_AddObjectToObject(json, "test");
        add_figure(test, "accuracy", record->test_accuracy);
        cJSON_AddNumberToObject(test, "images", record->test_images);
        if (record->test_data != NULL)
            cJSON_AddStringToObject(test, "data", record->test_data);
    }
    return json;
}
