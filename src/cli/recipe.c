#include "cli/recipe.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "model/architecture_json.h"

enum { VALUE = 80 }; /* of a setting, as text */

static const cJSON *setting(const struct model *model, const char *name)
{
    const cJSON *settings = cJSON_GetObjectItemCaseSensitive(model->training, "settings");
    return cJSON_GetObjectItemCaseSensitive(settings, name);
}

static const char *text(char out[VALUE], const cJSON *value)
{
    char *printed = value != NULL ? cJSON_PrintUnformatted(value) : NULL;
    snprintf(out, VALUE, "%s", printed != NULL ? printed : "not said");
    cJSON_free(printed);
    return out;
}

/* Every setting of `model` is one of `run`, with the same value. */
static int check_settings(const struct model *model, const char *path, const struct model *run, const char *run_path,
                          struct error *err)
{
    const cJSON *settings = cJSON_GetObjectItemCaseSensitive(model->training, "settings"), *mine;
    if (!cJSON_IsObject(settings))
        return error_set(err, ERROR_MODEL, "%s: its training record has no settings, so its recipe is not known", path);
    cJSON_ArrayForEach(mine, settings)
    {
        const cJSON *other = setting(run, mine->string);
        char here[VALUE], there[VALUE];
        if (strcmp(mine->string, "validation") != 0 && !cJSON_Compare(mine, other, 1))
            return error_set(err, ERROR_MODEL,
                             "%s: its recipe is not that of %s: %s is %s here and %s there; train one of them as the "
                             "other was",
                             path, run_path, mine->string, text(here, mine), text(there, other));
    }
    return 0;
}

static int same_architecture(const struct model *a, const struct model *b)
{
    cJSON *one = architecture_to_json(&a->architecture), *other = architecture_to_json(&b->architecture);
    const int same = one != NULL && other != NULL && cJSON_Compare(one, other, 1);
    cJSON_Delete(one);
    cJSON_Delete(other);
    return same;
}

int recipe_check_same(const struct model *run, const char *run_path, const struct model *model, const char *path,
                      struct error *err)
{
    char here[VALUE], there[VALUE];
    const cJSON *mine = cJSON_GetObjectItemCaseSensitive(model->training, "data_digest");
    const cJSON *other = cJSON_GetObjectItemCaseSensitive(run->training, "data_digest");
    if (!same_architecture(run, model))
        return error_set(err, ERROR_MODEL, "%s: its network is not that of %s: calibrate from a run of the same one",
                         path, run_path);
    if (check_settings(model, path, run, run_path, err) != 0 || check_settings(run, run_path, model, path, err) != 0)
        return -1;
    if (!cJSON_Compare(mine, other, 1))
        return error_set(err, ERROR_MODEL,
                         "%s was trained on the data %s and %s on %s: calibrate from a run on the same", path,
                         text(here, mine), run_path, text(there, other));
    return 0;
}

int recipe_held_out(struct dataset *out, const struct model *run, const struct dataset *set, struct error *err)
{
    const cJSON *held_out = setting(run, "validation");
    const cJSON *images = cJSON_GetObjectItemCaseSensitive(run->training, "images");
    const cJSON *digest = cJSON_GetObjectItemCaseSensitive(run->training, "data_digest");
    if (!cJSON_IsNumber(held_out) || !cJSON_IsNumber(images) || held_out->valueint < 1)
        return error_set(err, ERROR_MODEL,
                         "the training held no images out that could be measured on: train the same recipe with "
                         "--validation 5000, and give that model as --from");
    if (!cJSON_IsString(digest) || strcmp(digest->valuestring, set->digest) != 0 ||
        (double)images->valueint + held_out->valueint != set->count)
        return error_set(err, ERROR_DATA,
                         "these are not the %d images that the run was trained on and held out from (digest %.16s..., "
                         "not %.16s...): point --data to those",
                         images->valueint, set->digest, cJSON_IsString(digest) ? digest->valuestring : "said");
    *out = dataset_part(set, images->valueint, held_out->valueint);
    return 0;
}
