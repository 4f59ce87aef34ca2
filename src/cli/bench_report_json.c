#include "cli/bench_figures.h"
#include "cli/bench_report.h"
#include "cli/output.h"

enum { DIGITS = 6 };

static void add_number(cJSON *json, const char *key, double value)
{
    cJSON_AddItemToObject(json, key, output_number(value, DIGITS));
}

/* null where it cannot be said: below or at 0. */
static void add_positive(cJSON *json, const char *key, double value)
{
    cJSON_AddItemToObject(json, key, value > 0 ? output_number(value, DIGITS) : cJSON_CreateNull());
}

static cJSON *peak_json(const struct bench_report *report)
{
    cJSON *json = cJSON_CreateObject();
    add_number(json, "one_thread", report->peak_one / BENCH_FIGURES_GIGA);
    add_number(json, "all_threads", report->peak_all / BENCH_FIGURES_GIGA);
    return json;
}

static cJSON *row_json(const struct bench_report *report, const char *name, const char *pass, double seconds,
                       double operations)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "step", name);
    cJSON_AddStringToObject(json, "pass", pass);
    add_number(json, "us_per_image", seconds * BENCH_FIGURES_MICRO);
    add_positive(json, "gflops", operations / seconds / BENCH_FIGURES_GIGA);
    add_positive(json, "share_of_peak", bench_figures_share(report, operations / seconds, 1));
    return json;
}

static cJSON *layers_json(const struct bench_report *report)
{
    cJSON *json = cJSON_CreateArray();
    char name[BENCH_FIGURES_NAME];
    for (int i = 0; i < report->layers.count; i++) {
        const struct bench_row *row = &report->layers.rows[i];
        cJSON_AddItemToArray(json,
                             row_json(report, bench_figures_name(name, row, report->plan), bench_passes[row->pass],
                                      row->seconds, bench_figures_operations(row, report->plan)));
    }
    cJSON_AddItemToArray(
        json, row_json(report, "all", "sum", report->layers.seconds, bench_training_operations(report->plan)));
    return json;
}

static cJSON *training_json(const struct bench_report *report)
{
    cJSON *json = cJSON_CreateArray();
    for (int i = 0; i < report->training_count; i++) {
        cJSON *run = cJSON_CreateObject();
        cJSON_AddNumberToObject(run, "batch", report->training[i].batch);
        cJSON_AddNumberToObject(run, "threads", report->training[i].threads);
        add_number(run, "images_per_second", report->training[i].images_per_second);
        add_positive(run, "share_of_peak", bench_figures_training_share(report, &report->training[i]));
        cJSON_AddItemToArray(json, run);
    }
    return json;
}

static cJSON *augmentation_json(const struct bench_report *report)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "batch", report->plain.batch);
    cJSON_AddNumberToObject(json, "threads", report->plain.threads);
    add_number(json, "images_per_second", report->plain.images_per_second);
    add_number(json, "augmented_images_per_second", report->augmented.images_per_second);
    add_number(json, "times_as_long", bench_figures_times_as_long(report));
    return json;
}

static cJSON *inference_json(const struct bench_report *report)
{
    cJSON *json = cJSON_CreateArray();
    for (int i = 0; i < report->inference_count; i++) {
        cJSON *run = cJSON_CreateObject();
        cJSON_AddNumberToObject(run, "threads", report->inference[i].threads);
        add_number(run, "images_per_second", report->inference[i].images_per_second);
        cJSON_AddItemToArray(json, run);
    }
    return json;
}

static cJSON *latency_json(const struct bench_report *report)
{
    cJSON *json = cJSON_CreateObject();
    add_number(json, "median_us", report->latency.median * BENCH_FIGURES_MICRO);
    add_number(json, "lowest_us", report->latency.lowest * BENCH_FIGURES_MICRO);
    add_number(json, "p99_us", report->latency.p99 * BENCH_FIGURES_MICRO);
    return json;
}

static cJSON *memory_json(const struct bench_report *report)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "scratch_training", (double)plan_scratch_bytes(report->plan, PLAN_TRAINING));
    cJSON_AddNumberToObject(json, "scratch_inference", (double)plan_scratch_bytes(report->plan, PLAN_INFERENCE));
    cJSON_AddNumberToObject(json, "record", (double)plan_record_bytes(report->plan));
    return json;
}

cJSON *bench_report_json(const struct bench_report *report)
{
    static cJSON *(*const part_json[PART_COUNT])(const struct bench_report *) = {
        peak_json, layers_json, training_json, augmentation_json, inference_json, latency_json, memory_json};
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "kernels", report->plan->kernels->name);
    cJSON_AddNumberToObject(json, "threads", report->threads);
    if (report->data == NULL) {
        cJSON_AddNullToObject(json, "data");
    } else {
        char folder[OUTPUT_NAME];
        const char *source = report->data->used.source;
        cJSON_AddStringToObject(json, "data",
                                source != NULL ? source : output_printable(folder, report->data->directory, true));
    }
    for (int part = 0; part < PART_COUNT; part++)
        if (report->has[part])
            cJSON_AddItemToObject(json, bench_report_parts[part], part_json[part](report));
    return json;
}
