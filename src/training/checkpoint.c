#include "training/checkpoint.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "model/architecture_json.h"
#include "model/weights_json.h"

#define CHECKPOINT_FORMAT "lenet5-checkpoint"
#define CHECKPOINT_BYTES ((size_t)3 * MODEL_FILE_BYTES)
#define ZEROS "0000000000000000"
#define BLANK ZEROS ZEROS ZEROS ZEROS /* as long as a digest */
#define LARGEST 1e300                 /* of a sum of losses, or of seconds */

/* ---- Writing ---- */

static int check_finite(const struct trainer *trainer, const struct epoch_log *logs, struct error *err)
{
    int finite = isfinite(trainer->progress.loss);
    for (size_t i = 0; i < trainer->model->architecture.parameter_count; i++)
        finite &= isfinite(trainer->model->parameters[i]) && isfinite(trainer->velocity[i]);
    for (int i = 0; i < trainer->epoch; i++)
        finite &= isfinite(logs[i].loss) && isfinite(logs[i].validation_loss);
    return finite ? 0
                  : error_set(err, ERROR_MODEL, "a number is not finite: the network has diverged and is not saved");
}

static int check_names(const struct checkpoint_run *run, struct error *err)
{
    const char *const names[] = {run->directory, run->out, run->log};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i] != NULL && text_valid_utf8((const unsigned char *)names[i], strlen(names[i])) != strlen(names[i]))
            return error_set(err, ERROR_FAILED,
                             "the name \"%s\" is no UTF-8, and JSON cannot hold it: use another for --data, --out and "
                             "--log",
                             names[i]);
    return 0;
}

/* The digest is taken over the whole text, with BLANK in its own place: a byte that changes anywhere is found. */
static void sign(char *text)
{
    char digest[DIGEST_TEXT];
    digest_bytes(digest, text, strlen(text));
    memcpy(strstr(text, BLANK), digest, sizeof digest - 1);
}

static cJSON *log_to_json(const struct epoch_log *log)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "epoch", log->epoch);
    cJSON_AddItemToObject(json, "seconds", json_number(log->seconds));
    cJSON_AddItemToObject(json, "loss", json_number(log->loss));
    cJSON_AddItemToObject(json, "train_accuracy", json_number(log->train_accuracy));
    cJSON_AddItemToObject(json, "validation_accuracy", json_number(log->validation_accuracy));
    cJSON_AddItemToObject(json, "validation_loss", json_number(log->validation_loss));
    return json;
}

static void add_run(cJSON *json, const struct checkpoint_run *run, const struct trainer *trainer)
{
    cJSON_AddStringToObject(json, "program", run->program);
    cJSON_AddStringToObject(json, "kernels", run->kernels);
    cJSON_AddStringToObject(json, "directory", run->directory);
    cJSON_AddStringToObject(json, "data_digest", trainer->images.digest);
    if (trainer->teacher.count > 0)
        cJSON_AddStringToObject(json, "teacher_digest", trainer->teacher.digest);
    cJSON_AddStringToObject(json, "out", run->out);
    if (run->log != NULL)
        cJSON_AddStringToObject(json, "log", run->log);
    cJSON_AddNumberToObject(json, "every", run->every);
}

static void add_progress(cJSON *json, const struct trainer *trainer, const struct epoch_log *logs)
{
    cJSON_AddNumberToObject(json, "epoch", trainer->epoch);
    cJSON_AddNumberToObject(json, "minibatches", (double)trainer->progress.steps);
    cJSON_AddNumberToObject(json, "correct", (double)trainer->progress.correct);
    cJSON_AddItemToObject(json, "loss", json_number(trainer->progress.loss));
    cJSON_AddItemToObject(json, "seconds", json_number(trainer->progress.seconds));
    cJSON *epochs = cJSON_AddArrayToObject(json, "epochs");
    for (int i = 0; i < trainer->epoch; i++)
        cJSON_AddItemToArray(epochs, log_to_json(&logs[i]));
}

/* NULL when memory is out: what is added last is missing then too. */
static cJSON *to_json(const struct trainer *trainer, const struct epoch_log *logs, const struct checkpoint_run *run)
{
    const struct architecture *architecture = &trainer->model->architecture;
    const float *best = trainer->patience.best.epoch > 0 ? trainer->patience.weights : NULL;
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "format", CHECKPOINT_FORMAT);
    cJSON_AddNumberToObject(json, "version", CHECKPOINT_VERSION);
    cJSON_AddStringToObject(json, "digest", BLANK); /* before all that the user named: sign() looks for it */
    add_run(json, run, trainer);
    cJSON_AddItemToObject(json, "settings", settings_to_json(&trainer->settings));
    add_progress(json, trainer, logs);
    cJSON_AddItemToObject(json, "architecture", architecture_to_json(architecture));
    if (best != NULL) {
        cJSON_AddNumberToObject(json, "best_epoch", trainer->patience.best.epoch);
        cJSON_AddItemToObject(json, "best", weights_to_json(best, architecture));
    }
    if (cJSON_AddItemToObject(json, "weights", weights_to_json(trainer->model->parameters, architecture)) &&
        cJSON_AddItemToObject(json, "velocity", weights_to_json(trainer->velocity, architecture)))
        return json;
    cJSON_Delete(json);
    return NULL;
}

int checkpoint_save(const char *path, const struct trainer *trainer, const struct epoch_log *logs,
                    const struct checkpoint_run *run, struct error *err)
{
    if (check_finite(trainer, logs, err) != 0 || check_names(run, err) != 0)
        return error_where(err, path);
    cJSON *json = to_json(trainer, logs, run);
    char *text = json_print(json, err);
    cJSON_Delete(json);
    if (text == NULL)
        return -1;
    sign(text);
    const int result = files_write(path, text, strlen(text), err);
    free(text);
    return result;
}

/* ---- Reading ---- */

static int read_format(struct json_object from, struct error *err)
{
    const char *format = NULL;
    int version = 0;
    if (json_get_string(&format, from, "format", 1, err) != 0)
        return -1;
    if (strcmp(format, CHECKPOINT_FORMAT) != 0)
        return error_set(err, ERROR_MODEL,
                         "format is \"%.64s\": \"" CHECKPOINT_FORMAT
                         "\" was expected, which lenet5 train --checkpoint writes",
                         format);
    if (json_get_int(&version, from, "version", 0, 1000000, 1, err) != 0)
        return -1;
    return version == CHECKPOINT_VERSION
               ? 0
               : error_set(err, ERROR_MODEL,
                           "version is %d, and this program reads version %d: go on with the program that wrote it",
                           version, CHECKPOINT_VERSION);
}

static int read_run(struct checkpoint *out, struct json_object from, struct error *err)
{
    return json_get_string(&out->run.program, from, "program", 1, err) != 0 ||
                   json_get_string(&out->run.kernels, from, "kernels", 1, err) != 0 ||
                   json_get_string(&out->run.directory, from, "directory", 1, err) != 0 ||
                   json_get_string(&out->data_digest, from, "data_digest", 1, err) != 0 ||
                   json_get_string(&out->teacher_digest, from, "teacher_digest", 0, err) != 0 ||
                   json_get_string(&out->run.out, from, "out", 1, err) != 0 ||
                   json_get_string(&out->run.log, from, "log", 0, err) != 0 ||
                   json_get_int(&out->run.every, from, "every", 0, CHECKPOINT_EVERY, 1, err) != 0
               ? -1
               : 0;
}

static int read_progress(struct checkpoint *out, struct json_object from, struct error *err)
{
    int steps = 0, correct = 0;
    if (json_get_int(&out->epoch, from, "epoch", 0, out->settings.epochs, 1, err) != 0 ||
        json_get_int(&steps, from, "minibatches", 0, CONFIG_VALIDATION, 1, err) != 0 ||
        json_get_int(&correct, from, "correct", 0, CONFIG_VALIDATION, 1, err) != 0 ||
        json_get_number(&out->progress.loss, from, "loss", 0, LARGEST, 1, err) != 0 ||
        json_get_number(&out->progress.seconds, from, "seconds", 0, LARGEST, 1, err) != 0)
        return -1;
    out->progress.steps = steps;
    out->progress.correct = correct;
    return 0;
}

static int read_log(struct epoch_log *log, const cJSON *json, int number, struct error *err)
{
    static const char *const known[] = {"epoch",           "seconds", "loss", "train_accuracy", "validation_accuracy",
                                        "validation_loss", NULL};
    char where[JSON_WHERE];
    snprintf(where, sizeof where, "epochs[%d]", number - 1);
    const struct json_object from = {json, where};
    return json_check_keys(from, known, err) != 0 ||
                   json_get_int(&log->epoch, from, "epoch", number, number, 1, err) != 0 ||
                   json_get_number(&log->seconds, from, "seconds", 0, LARGEST, 1, err) != 0 ||
                   json_get_number(&log->loss, from, "loss", 0, LARGEST, 1, err) != 0 ||
                   json_get_number(&log->train_accuracy, from, "train_accuracy", 0, 1, 1, err) != 0 ||
                   json_get_number(&log->validation_accuracy, from, "validation_accuracy", -1, 1, 1, err) != 0 ||
                   json_get_number(&log->validation_loss, from, "validation_loss", -1, LARGEST, 1, err) != 0
               ? -1
               : 0;
}

static int read_logs(struct checkpoint *out, struct json_object from, struct error *err)
{
    const cJSON *list, *entry;
    int count = 0;
    if (json_get_array(&list, from, "epochs", 1, err) != 0)
        return -1;
    if (cJSON_GetArraySize(list) != out->epoch)
        return error_set(err, ERROR_MODEL, "epochs has %d entries, and epoch says %d", cJSON_GetArraySize(list),
                         out->epoch);
    out->logs = calloc((size_t)out->epoch + 1, sizeof *out->logs);
    if (out->logs == NULL)
        return error_memory(err, ((size_t)out->epoch + 1) * sizeof *out->logs, "the epochs' figures");
    cJSON_ArrayForEach(entry, list)
    {
        if (read_log(&out->logs[count], entry, count + 1, err) != 0)
            return -1;
        count++;
    }
    return 0;
}

static int read_best(struct checkpoint *out, struct json_object from, const struct architecture *architecture,
                     struct error *err)
{
    const int is_expected = out->settings.patience > 0 && out->epoch > 0;
    const cJSON *best = NULL;
    if (!is_expected)
        return 0;
    out->best = calloc(architecture->parameter_count, sizeof(float));
    if (out->best == NULL)
        return error_memory(err, architecture->parameter_count * sizeof(float), "the best weights");
    if (json_get_int(&out->best_epoch, from, "best_epoch", 1, out->epoch, 1, err) != 0 ||
        json_get_array(&best, from, "best", 1, err) != 0)
        return -1;
    return weights_from_json(out->best, best, architecture, err) != 0 ? error_where(err, "best") : 0;
}

static int read_numbers(struct checkpoint *out, struct json_object from, struct error *err)
{
    const cJSON *item;
    struct architecture architecture;
    if (json_get_object(&item, from, "architecture", 1, err) != 0 ||
        architecture_from_json(&architecture, item, 1, err) != 0 || model_create(&out->model, &architecture, err) != 0)
        return -1;
    out->velocity = calloc(architecture.parameter_count, sizeof(float));
    if (out->velocity == NULL)
        return error_memory(err, architecture.parameter_count * sizeof(float), "the optimiser");
    if (json_get_array(&item, from, "weights", 1, err) != 0 ||
        weights_from_json(out->model.parameters, item, &architecture, err) != 0 ||
        json_get_array(&item, from, "velocity", 1, err) != 0)
        return -1;
    if (weights_from_json(out->velocity, item, &architecture, err) != 0)
        return error_where(err, "velocity");
    return read_best(out, from, &architecture, err);
}

static int read_document(struct checkpoint *out, const cJSON *json, struct error *err)
{
    static const char *const known[] = {
        "format", "version",      "digest",   "program",  "kernels",     "directory", "data_digest",    "out",
        "log",    "every",        "settings", "epoch",    "minibatches", "correct",   "loss",           "seconds",
        "epochs", "architecture", "weights",  "velocity", "best_epoch",  "best",      "teacher_digest", NULL};
    const struct json_object from = {json, ""};
    const cJSON *settings;
    if (read_format(from, err) != 0 || json_check_keys(from, known, err) != 0 || read_run(out, from, err) != 0 ||
        json_get_object(&settings, from, "settings", 1, err) != 0 ||
        settings_from_json(&out->settings, settings, "settings", 1, err) != 0 || read_progress(out, from, err) != 0 ||
        read_logs(out, from, err) != 0)
        return -1;
    return read_numbers(out, from, err);
}

/* Blanks the digest's place in `bytes`. */
static int check_digest(unsigned char *bytes, size_t size, const cJSON *json, struct error *err)
{
    const char *digest = NULL;
    char found[DIGEST_TEXT];
    if (json_get_string(&digest, (struct json_object){json, ""}, "digest", 1, err) != 0)
        return -1;
    char *place = strlen(digest) == sizeof found - 1 ? strstr((char *)bytes, digest) : NULL;
    if (place != NULL)
        memcpy(place, BLANK, sizeof found - 1);
    digest_bytes(found, bytes, size);
    return strcmp(digest, found) == 0
               ? 0
               : error_set(err, ERROR_MODEL,
                           "digest is %.64s, and the file has %s: it was changed or damaged after it was written; use "
                           "an older checkpoint, or train anew",
                           digest, found);
}

/* The tree is kept for its names; its numbers, a hundred thousand nodes, are let go. */
int checkpoint_load(struct checkpoint *out, const char *path, struct error *err)
{
    unsigned char *bytes;
    size_t size;
    struct checkpoint loaded = {0};
    if (files_read(&bytes, &size, path, CHECKPOINT_BYTES, ERROR_MODEL, err) != 0)
        return -1;
    loaded.json = json_parse(bytes, size, err);
    const int failed = loaded.json == NULL || read_document(&loaded, loaded.json, err) != 0 ||
                       check_digest(bytes, size, loaded.json, err) != 0;
    free(bytes);
    if (failed) {
        checkpoint_free(&loaded);
        return error_where(err, path);
    }
    cJSON_DeleteItemFromObjectCaseSensitive(loaded.json, "weights");
    cJSON_DeleteItemFromObjectCaseSensitive(loaded.json, "velocity");
    cJSON_DeleteItemFromObjectCaseSensitive(loaded.json, "best");
    *out = loaded;
    return 0;
}

void checkpoint_free(struct checkpoint *checkpoint)
{
    model_free(&checkpoint->model);
    free(checkpoint->velocity);
    free(checkpoint->best);
    free(checkpoint->logs);
    cJSON_Delete(checkpoint->json);
    *checkpoint = (struct checkpoint){0};
}

int checkpoint_restore(struct trainer *trainer, const struct checkpoint *checkpoint, struct error *err)
{
    const size_t bytes = trainer->model->architecture.parameter_count * sizeof(float);
    const long images = trainer->count, batch = trainer->settings.batch_size;
    if (strcmp(trainer->images.digest, checkpoint->data_digest) != 0)
        return error_set(err, ERROR_DATA,
                         "the training set has the digest %s, and the run was begun with %.64s: use --data with the "
                         "folder that has it",
                         trainer->images.digest, checkpoint->data_digest);
    if (trainer->teacher.count > 0 &&
        (checkpoint->teacher_digest == NULL || strcmp(trainer->teacher.digest, checkpoint->teacher_digest) != 0))
        return error_set(err, ERROR_MODEL,
                         "%.300s: the run was begun with another teacher of that name: put that one back to go on",
                         trainer->settings.teachers);
    if (checkpoint->progress.steps > (images + batch - 1) / batch || checkpoint->progress.correct > images)
        return error_set(err, ERROR_MODEL,
                         "%ld minibatches are done of an epoch that has %ld: the checkpoint was changed after it was "
                         "written",
                         checkpoint->progress.steps, (images + batch - 1) / batch);
    memcpy(trainer->model->parameters, checkpoint->model.parameters, bytes);
    memcpy(trainer->velocity, checkpoint->velocity, bytes);
    trainer->epoch = checkpoint->epoch;
    trainer->progress = checkpoint->progress;
    if (checkpoint->best_epoch > 0)
        patience_see(&trainer->patience, &checkpoint->logs[checkpoint->best_epoch - 1], checkpoint->best);
    return 0;
}
