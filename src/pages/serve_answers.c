#include "pages/serve_answers.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "model/summary_json.h"
#include "nn/loss.h"
#include "pages/explanation_json.h"
#include "pages/filtered.h"
#include "pages/reading_json.h"

enum { FILTER_PIXELS = 1000000 }; /* of a picture to filter: what comes back is text */

static const char *query(const struct request *request, const char *key)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, key);
}

/* A missing one leaves *out as it is. */
static int query_whole(int *out, const struct request *request, const char *key, int low, int high, struct error *err)
{
    const char *text = query(request, key);
    if (text == NULL)
        return 0;
    const size_t digits = strspn(text, "0123456789");
    const long value = digits > 0 && digits < 10 && text[digits] == '\0' ? strtol(text, NULL, 10) : -1;
    if (value < low || value > high)
        return error_set(err, ERROR_USAGE, "%s is \"%.40s\": use %d to %d", key, text, low, high);
    *out = (int)value;
    return 0;
}

/* A blank picture is no wrong request, and has an answer: that there is no digit. Passes every other failure on. */
static int answer_none(cJSON **out, const struct error *err)
{
    if (err->kind != ERROR_BLANK)
        return -1;
    *out = explanation_none(err->text);
    return 0;
}

/* ---- /classify ---- */

/* The most probable that is not below `after` in the order of the answers: by probability, then by digit. */
static int next_probable(const real *p, int classes, int after)
{
    int best = -1;
    for (int k = 0; k < classes; k++) {
        const bool comes_later = after < 0 || p[k] < p[after] || (!(p[k] > p[after]) && k > after);
        if (comes_later && (best < 0 || p[k] > p[best]))
            best = k;
    }
    return best;
}

int serve_answers_classify(cJSON **out, const struct request *request, struct desk *desk, const struct picture *picture,
                           struct error *err)
{
    const int classes = desk->classifier.model.architecture.classes;
    float p[ARCHITECTURE_CLASSES];
    int digit, top = classes;
    if (query_whole(&top, request, "top", 1, classes, err) != 0)
        return -1;
    if (classifier_picture(&digit, p, &desk->classifier, picture, err) != 0)
        return answer_none(out, err);
    *out = explanation_answer(&desk->classifier.model, digit, p[digit], desk->classifier.certainty);
    cJSON *list = cJSON_AddArrayToObject(*out, "top");
    for (int k = 0, next = -1; k < top; k++) {
        next = next_probable(p, classes, next);
        cJSON *entry = cJSON_CreateObject();
        cJSON_AddNumberToObject(entry, "digit", next);
        cJSON_AddItemToObject(entry, "probability", json_rounded((double)p[next], 6));
        cJSON_AddItemToArray(list, entry);
    }
    return 0;
}

/* ---- /read ---- */

int serve_answers_read(cJSON **out, const struct request *request, struct desk *desk, const struct picture *picture,
                       struct error *err)
{
    (void)request;
    struct reading reading;
    if (reader_read(&reading, &desk->classifier, picture, desk->classifier.model.calibration.reject, err) != 0)
        return -1;
    *out = cJSON_CreateObject();
    cJSON_AddItemToObject(*out, "lines", reading_json(&reading));
    reading_free(&reading);
    return 0;
}

/* ---- /explain ---- */

int serve_answers_explain(cJSON **out, const struct request *request, struct desk *desk, const struct picture *picture,
                          struct error *err)
{
    struct walk *walk = &desk->walk;
    struct explanation explanation;
    unsigned char room[FIT_SIDE * FIT_SIDE];
    const unsigned char *pixels;
    int worked = 0;
    if (query_whole(&worked, request, "worked", 0, 1, err) != 0)
        return -1;
    if (classifier_fit(&pixels, room, &desk->classifier, picture, err) != 0)
        return answer_none(out, err);
    walk_pixels(walk, pixels);
    if (worked && explain_walk(&explanation, walk, &desk->classifier, pixels, err) != 0)
        return -1;
    *out = explanation_walk(walk, pixels);
    if (worked) {
        explanation_add_worked(*out, &explanation, walk);
        explain_free(&explanation);
    }
    return 0;
}

/* ---- /filter ---- */

static int read_filter(struct filtered *filtered, const struct request *request, struct error *err)
{
    const char *kernel = query(request, "kernel"), *pool = query(request, "pool");
    struct pool *asked = &filtered->pool;
    filtered->conv.s = 1;
    asked->f = FILTERED_POOL_DEFAULT;
    if (filter_kernel_parse(&filtered->kernel, kernel != NULL ? kernel : "vertical", err) != 0 ||
        query_whole(&filtered->conv.s, request, "stride", 1, FILTERED_STRIDE, err) != 0 ||
        query_whole(&filtered->conv.p, request, "padding", 0, FILTER_KERNEL_SIDE, err) != 0 ||
        query_whole(&asked->f, request, "f", 1, FILTERED_POOL_SIDE, err) != 0)
        return -1;
    asked->s = asked->f;
    if (query_whole(&asked->s, request, "s", 1, FILTERED_STRIDE, err) != 0)
        return -1;
    filtered->is_pooled = pool != NULL;
    if (pool != NULL && strcmp(pool, "max") != 0 && strcmp(pool, "average") != 0)
        return error_set(err, ERROR_USAGE, "pool is \"%.40s\": use max or average, or leave it out", pool);
    asked->mode = pool != NULL && strcmp(pool, "average") == 0 ? POOL_AVERAGE : POOL_MAX;
    return 0;
}

static cJSON *picture_json(const struct picture *picture)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "rows", picture->rows);
    cJSON_AddNumberToObject(json, "cols", picture->cols);
    cJSON_AddItemToObject(json, "gray", explanation_bytes(picture->gray, picture->rows * picture->cols));
    return json;
}

static int copy_picture(struct picture *out, const struct picture *picture, struct error *err)
{
    if (picture->rows > FILTER_PIXELS / picture->cols)
        return error_set(err, ERROR_FAILED,
                         "the picture has %d x %d pixels: %d at most are filtered here, scale it down", picture->cols,
                         picture->rows, FILTER_PIXELS);
    if (picture_create(out, picture->rows, picture->cols, err) != 0)
        return -1;
    memcpy(out->gray, picture->gray, (size_t)picture->rows * (size_t)picture->cols);
    return 0;
}

int serve_answers_filter(cJSON **out, const struct request *request, struct desk *desk, const struct picture *picture,
                         struct error *err)
{
    (void)desk;
    struct filtered filtered = {0};
    int result = -1;
    if (read_filter(&filtered, request, err) == 0 && copy_picture(&filtered.picture, picture, err) == 0 &&
        filtered_work_out(&filtered, err) == 0) {
        const int f = filtered.kernel.f;
        *out = cJSON_CreateObject();
        cJSON *kernel = cJSON_AddArrayToObject(*out, "kernel");
        for (int i = 0; i < f; i++)
            cJSON_AddItemToArray(kernel, explanation_reals(filtered.kernel.w + i * f, f));
        cJSON_AddBoolToObject(*out, "is_difference", filtered.is_difference);
        cJSON_AddNumberToObject(*out, "largest", filtered.largest);
        cJSON_AddItemToObject(*out, "picture", picture_json(&filtered.picture));
        cJSON_AddItemToObject(*out, "convolution", picture_json(&filtered.gray));
        if (filtered.is_pooled)
            cJSON_AddItemToObject(*out, "pooling", picture_json(&filtered.pooled));
        result = 0;
    }
    filtered_free(&filtered);
    return result;
}

/* ---- About the server ---- */

cJSON *serve_answers_model(const struct serve *serve)
{
    const struct model *model = &serve->desks[0].classifier.model;
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "program", serve->options.program);
    cJSON_AddStringToObject(json, "digest", model->digest);
    cJSON_AddNumberToObject(json, "temperature", model->calibration.temperature);
    cJSON_AddItemToObject(json, "network", summary_json(&model->architecture));
    cJSON_AddItemToObject(json, "training", cJSON_Duplicate(model->training, 1));
    return json;
}

cJSON *serve_answers_health(const struct serve *serve)
{
    (void)serve;
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "status", "ok");
    return json;
}
