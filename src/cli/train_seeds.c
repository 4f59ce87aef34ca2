#include "cli/train_seeds.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "cli/output.h"

enum { EXIT_SIGNAL = 128 }; /* above it: a run was interrupted */

/* The names of one seed's files. */
struct names {
    char out[TRAIN_PATH], checkpoint[TRAIN_PATH], log[TRAIN_PATH];
};

/* dir/mine.json: dir/mine-seed3.json. A name without an ending gets it behind. */
static int name_seed(char out[TRAIN_PATH], const char *path, uint64_t seed, struct error *err)
{
    const char *slash = strrchr(path, '/'), *base = slash != NULL ? slash + 1 : path, *dot = strchr(base, '.');
    const size_t stem = dot != NULL && dot > base ? (size_t)(dot - path) : strlen(path);
    const int length =
        snprintf(out, TRAIN_PATH, "%.*s-seed%llu%s", (int)stem, path, (unsigned long long)seed, path + stem);
    return length < TRAIN_PATH ? 0
                               : error_set(err, ERROR_USAGE, "a name of a file is longer than %d bytes", TRAIN_PATH);
}

static int ask_for_seed(struct train_asked *one, struct names *names, const struct train_asked *all, int index,
                        struct error *err)
{
    const uint64_t seed = all->config.settings.seed + (uint64_t)index;
    *one = *all;
    one->config.settings.seed = seed;
    if (name_seed(names->out, all->out, seed, err) != 0 ||
        name_seed(names->checkpoint, all->checkpoint, seed, err) != 0 ||
        (all->log != NULL && name_seed(names->log, all->log, seed, err) != 0))
        return -1;
    one->out = names->out;
    one->checkpoint = names->checkpoint;
    one->log = all->log != NULL ? names->log : NULL;
    return 0;
}

/* ---- What they have in common ---- */

struct spread {
    double mean, deviation, low, high; /* deviation of a sample: over n - 1 */
};

static struct spread spread_of(const double *values, int count)
{
    struct spread spread = {.low = values[0], .high = values[0]};
    double squares = 0;
    for (int i = 0; i < count; i++) {
        spread.mean += values[i] / count;
        spread.low = values[i] < spread.low ? values[i] : spread.low;
        spread.high = values[i] > spread.high ? values[i] : spread.high;
    }
    for (int i = 0; i < count; i++)
        squares += (values[i] - spread.mean) * (values[i] - spread.mean);
    spread.deviation = count > 1 ? sqrt(squares / (count - 1)) : 0;
    return spread;
}

static void print_spread(const char *what, const double *values, int count)
{
    const struct spread spread = spread_of(values, count);
    if (spread.low >= 0)
        printf("%s accuracy of %d seeds: mean %.3f %%, deviation %.3f (%.2f to %.2f)\n", what, count, 100 * spread.mean,
               100 * spread.deviation, 100 * spread.low, 100 * spread.high);
}

static cJSON *spread_json(const double *values, int count)
{
    const struct spread spread = spread_of(values, count);
    if (spread.low < 0)
        return cJSON_CreateNull();
    cJSON *json = cJSON_CreateObject();
    cJSON_AddItemToObject(json, "mean", output_number(spread.mean, 6));
    cJSON_AddItemToObject(json, "deviation", output_number(spread.deviation, 6));
    cJSON_AddItemToObject(json, "lowest", output_number(spread.low, 6));
    cJSON_AddItemToObject(json, "highest", output_number(spread.high, 6));
    return json;
}

static int report(const double *validation, const double *tests, cJSON *runs, const struct train_asked *asked)
{
    if (!asked->json) {
        cJSON_Delete(runs);
        printf("\n");
        print_spread("validation", validation, asked->seeds);
        print_spread("test", tests, asked->seeds);
        return STATUS_DONE;
    }
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "seeds", asked->seeds);
    cJSON_AddItemToObject(json, "validation_accuracy", spread_json(validation, asked->seeds));
    cJSON_AddItemToObject(json, "test_accuracy", spread_json(tests, asked->seeds));
    cJSON_AddItemToObject(json, "runs", runs);
    return output_json(json);
}

/* ---- One after the other ---- */

static int run_seed(struct train_result *result, const struct train_job *job, int index)
{
    struct train_asked one;
    struct names names;
    struct train_job each = *job;
    struct error err;
    if (ask_for_seed(&one, &names, job->asked, index, &err) != 0 || files_check_writable(one.out, &err) != 0)
        return output_error(&err);
    each.asked = &one;
    if (!one.json && index > 0)
        printf("\n");
    const int status = train_run(result, &each);
    if (status == STATUS_DONE && result->json != NULL) {
        char file[OUTPUT_NAME];
        cJSON_AddNumberToObject(result->json, "seed", (double)one.config.settings.seed);
        cJSON_AddStringToObject(result->json, "file", output_printable(file, one.out, true));
    }
    return status;
}

/* Gives how many ended well. */
static int run_seeds(int *status, double *validation, double *tests, cJSON *runs, const struct train_job *job)
{
    for (int i = 0; i < job->asked->seeds; i++) {
        struct train_result result = {0};
        *status = run_seed(&result, job, i);
        if (result.json != NULL)
            cJSON_AddItemToArray(runs, result.json);
        if (*status != STATUS_DONE)
            return i;
        validation[i] = result.validation_accuracy;
        tests[i] = result.test_accuracy;
    }
    return job->asked->seeds;
}

int train_seeds(const struct train_job *job)
{
    const int count = job->asked->seeds;
    const size_t bytes = (size_t)count * sizeof(double);
    double *validation = malloc(bytes), *tests = malloc(bytes);
    cJSON *runs = cJSON_CreateArray();
    struct error err;
    int status;
    if (validation == NULL || tests == NULL || runs == NULL) {
        error_memory(&err, 2 * bytes, "the accuracies");
        status = output_error(&err);
    } else {
        const int done = run_seeds(&status, validation, tests, runs, job);
        if (done == count) {
            status = report(validation, tests, runs, job->asked);
            runs = NULL;
        } else if (done > 0 || status > EXIT_SIGNAL) {
            output_note("%d of %d seeds are done, and the rest are those from %llu on", done, count,
                        (unsigned long long)job->asked->config.settings.seed + (unsigned long long)done);
        }
    }
    cJSON_Delete(runs);
    free(validation);
    free(tests);
    return status;
}
