#include "model/calibration.h"

#include <string.h>

#include "base/json.h"
#include "nn/loss.h"

#define LEAST_TEMPERATURE 1e-3
#define MOST_TEMPERATURE 1e3
#define MOST_SCORE 1e6

real calibration_apply(real *probabilities, const real *scores, int classes, const struct calibration *calibration)
{
    real tempered[ARCHITECTURE_CLASSES + 1], with_none[ARCHITECTURE_CLASSES + 1];
    const int answer = loss_answer(scores, classes);
    for (int k = 0; k < classes; k++)
        tempered[k] = scores[k] / (real)calibration->temperature;
    loss_softmax(probabilities, tempered, classes);
    if (calibration->images == 0)
        return probabilities[answer];
    tempered[classes] = (real)(calibration->none / calibration->temperature);
    loss_softmax(with_none, tempered, classes + 1);
    return with_none[answer];
}

static int read_run(struct calibration *out, struct json_object from, struct error *err)
{
    const char *run = "";
    if (json_get_string(&run, from, "run", 1, err) != 0)
        return -1;
    if (strlen(run) != DIGEST_TEXT - 1 || strspn(run, "0123456789abcdef") != DIGEST_TEXT - 1)
        return error_set(err, ERROR_MODEL,
                         "calibration.run is \"%.80s\": the digest of a model was expected, 64 lower-case hexadecimal "
                         "digits",
                         run);
    memcpy(out->run, run, DIGEST_TEXT);
    return 0;
}

int calibration_from_json(struct calibration *out, const cJSON *json, struct error *err)
{
    static const char *const known[] = {"temperature", "none", "reject", "accept", "ece", "images", "run", NULL};
    const struct json_object from = {json, "calibration"};
    struct calibration read = {0};
    if (json_check_keys(from, known, err) != 0 ||
        json_get_number(&read.temperature, from, "temperature", LEAST_TEMPERATURE, MOST_TEMPERATURE, 1, err) != 0)
        return -1;
    if (cJSON_GetArraySize(json) > 1 &&
        (json_get_number(&read.none, from, "none", -MOST_SCORE, MOST_SCORE, 1, err) != 0 ||
         json_get_number(&read.reject, from, "reject", 0, 1, 1, err) != 0 ||
         json_get_number(&read.accept, from, "accept", 0, 1, 1, err) != 0 ||
         json_get_number(&read.ece, from, "ece", 0, 1, 1, err) != 0 ||
         json_get_int(&read.images, from, "images", 1, 1000000000, 1, err) != 0 || read_run(&read, from, err) != 0))
        return -1;
    *out = read;
    return 0;
}

static int add(cJSON *json, const char *key, double value)
{
    return cJSON_AddItemToObject(json, key, json_float((float)value));
}

cJSON *calibration_to_json(const struct calibration *calibration)
{
    cJSON *json = cJSON_CreateObject();
    int whole = add(json, "temperature", calibration->temperature);
    if (calibration->images > 0)
        whole = whole && add(json, "none", calibration->none) && add(json, "reject", calibration->reject) &&
                add(json, "accept", calibration->accept) && add(json, "ece", calibration->ece) &&
                cJSON_AddNumberToObject(json, "images", calibration->images) != NULL &&
                cJSON_AddStringToObject(json, "run", calibration->run) != NULL;
    if (whole)
        return json;
    cJSON_Delete(json);
    return NULL;
}
