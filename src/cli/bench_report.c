#include "cli/bench_report.h"

#include <stdio.h>

#include "cli/figures.h"
#include "cli/output.h"
#include "cli/table.h"

const char *const bench_report_parts[PART_COUNT + 1] = {"peak",      "layers",  "training", "augmentation",
                                                        "inference", "latency", "memory",   NULL};

enum { NAME = TABLE_CELL, MICRO = 1000000, GIGA = 1000000000 };

/* ---- What both forms say ---- */

/* "5x5", and what differs from how such a window mostly is used: "3x3 s2 p1". */
static int add_window(char *name, int used, int f, int s, int usual_s, int p)
{
    used += snprintf(name + used, (size_t)(NAME - used), " %dx%d", f, f);
    if (s != usual_s)
        used += snprintf(name + used, (size_t)(NAME - used), " s%d", s);
    if (p != 0)
        used += snprintf(name + used, (size_t)(NAME - used), " p%d", p);
    return used;
}

static int add_pool(char *name, int used, const struct pool *pool)
{
    used += snprintf(name + used, (size_t)(NAME - used), "%s", pool->mode == POOL_MAX ? "max" : "average");
    return add_window(name, used, pool->f, pool->s, pool->f, pool->p);
}

/* "conv 6 5x5 + relu + max 2x2" */
static const char *step_name(char name[NAME], const struct plan_step *step)
{
    const struct layer *layer = &step->layer;
    int used = 0;
    if (step->kind == STEP_POOL) {
        add_pool(name, 0, &layer->pool);
        return name;
    }
    if (step->kind == STEP_DENSE) {
        used = snprintf(name, NAME, "dense %d", layer->dense.units);
    } else {
        used = snprintf(name, NAME, "conv %d", layer->conv.filters);
        used = add_window(name, used, layer->conv.f, layer->conv.s, 1, layer->conv.p);
    }
    if (layer->activation != ACTIVATION_NONE)
        used += snprintf(name + used, (size_t)(NAME - used), " + %s", activation_name(layer->activation));
    if (step->kind == STEP_CONV_POOL) {
        used += snprintf(name + used, (size_t)(NAME - used), " + ");
        add_pool(name, used, &step->pool);
    }
    return name;
}

static const char *row_name(char name[NAME], const struct bench_row *row, const struct plan *plan)
{
    if (row->pass == BENCH_INPUT)
        return "bytes to floats";
    if (row->pass == BENCH_LOSS)
        return "softmax, cross-entropy";
    return step_name(name, &plan->steps[row->step]);
}

static double row_operations(const struct bench_row *row, const struct plan *plan)
{
    const int is_step = row->pass != BENCH_INPUT && row->pass != BENCH_LOSS;
    return is_step ? bench_operations(plan, row->pass, row->step) : 0;
}

/* Of the peak with that many threads; below 0 where it cannot be said. */
static double share_of_peak(const struct bench_report *report, double operations_per_second, int threads)
{
    const double peak = threads == 1 ? report->peak_one : report->peak_all;
    return peak > 0 && operations_per_second > 0 ? operations_per_second / peak : -1;
}

static double training_share(const struct bench_report *report, const struct bench_speed *speed)
{
    return share_of_peak(report, speed->images_per_second * bench_training_operations(report->plan), speed->threads);
}

/* ---- Text ---- */

static void print_data(const struct bench_data *data)
{
    char folder[OUTPUT_NAME], used[FIGURES_GROUPED], whole[FIGURES_GROUPED];
    printf("%-15s ", "data");
    if (data->directory == NULL)
        printf("%s, drawn for this: ", data->used.source);
    else if (data->used.source != NULL)
        printf("%s (%s): ", data->used.source, output_printable(folder, data->directory, false));
    else
        printf("%s: ", output_printable(folder, data->directory, false));
    if (data->used.count < data->whole.count)
        printf("%s of %s images\n", figures_grouped(used, data->used.count), figures_grouped(whole, data->whole.count));
    else
        printf("%s image%s\n", figures_grouped(used, data->used.count), data->used.count == 1 ? "" : "s");
}

void bench_report_start(const struct bench_report *report)
{
    char network[OUTPUT_NAME];
    printf("%-15s %s\n", "kernels", report->plan->kernels->name);
    printf("%-15s %d\n", "threads", report->threads);
    if (report->data != NULL)
        print_data(report->data);
    printf("%-15s %s\n", "network", output_printable(network, report->network, false));
    fflush(stdout);
}

static void cells(struct table *table, const char *const *texts)
{
    for (; *texts != NULL; texts++)
        table_cell(table, "%s", *texts);
}

static void add_share(struct table *table, double share)
{
    if (share >= 0)
        table_cell(table, "%.1f %%", 100 * share);
    else
        table_cell(table, "-");
}

static void print_peak(const struct bench_report *report)
{
    static const char *const head[] = {"threads", "GFLOP/s", NULL};
    const double peaks[] = {report->peak_one, report->peak_all};
    struct table table;
    printf("\npeak: multiply-adds in registers and nothing else, two operations each\n");
    table_start(&table, "rr");
    cells(&table, head);
    for (int i = 0; i < (report->threads > 1 ? 2 : 1); i++) {
        table_cell(&table, "%d", i == 0 ? 1 : report->threads);
        table_cell(&table, "%.1f", peaks[i] / GIGA);
    }
    table_print(stdout, &table);
}

static void add_row(struct table *table, const struct bench_report *report, const char *name, const char *pass,
                    double seconds, double operations)
{
    table_cell(table, "%s", name);
    table_cell(table, "%s", pass);
    table_cell(table, "%.3f", seconds * MICRO);
    if (operations > 0)
        table_cell(table, "%.1f", operations / seconds / GIGA);
    else
        table_cell(table, "-");
    add_share(table, share_of_peak(report, operations / seconds, 1));
}

static void print_layers(const struct bench_report *report)
{
    static const char *const head[] = {"step", "pass", "us an image", "GFLOP/s", "share of peak", NULL};
    const struct bench_layers *layers = &report->layers;
    struct table table;
    char name[NAME];
    printf("\ntraining part by part: one thread, minibatches of %d\n", layers->batch);
    table_start(&table, "llrrr");
    cells(&table, head);
    for (int i = 0; i < layers->count; i++) {
        const struct bench_row *row = &layers->rows[i];
        add_row(&table, report, row_name(name, row, report->plan), bench_passes[row->pass], row->seconds,
                row_operations(row, report->plan));
    }
    add_row(&table, report, "all", "sum", layers->seconds, bench_training_operations(report->plan));
    table_print(stdout, &table);
    printf("Operations are counted as if no number were zero. Backward leaves out much of what zeros make needless,\n"
           "so that its share can exceed 100 %%.\n");
}

/* `first`: of the runs that this one took turns with, the one with the fewest threads. */
static void add_speed(struct table *table, const struct bench_speed *speed, const struct bench_speed *first)
{
    char text[FIGURES_GROUPED];
    table_cell(table, "%d", speed->threads);
    table_cell(table, "%s", figures_grouped(text, (long long)(speed->images_per_second + 0.5)));
    if (speed->threads > first->threads)
        table_cell(table, "%.2f", speed->images_per_second / first->images_per_second);
    else
        table_cell(table, "%s", "");
}

static void print_training(const struct bench_report *report)
{
    static const char *const head[] = {"batch", "threads", "images/s", "times one thread", "share of peak", NULL};
    struct table table;
    const struct bench_speed *first = report->training;
    printf("\ntraining: whole epochs; %.3f MFLOP an image, as if no number were zero\n",
           bench_training_operations(report->plan) / MICRO);
    table_start(&table, "rrrrr");
    cells(&table, head);
    for (int i = 0; i < report->training_count; i++) {
        const struct bench_speed *speed = &report->training[i];
        first = speed->batch == first->batch ? first : speed;
        table_cell(&table, "%d", speed->batch);
        add_speed(&table, speed, first);
        add_share(&table, training_share(report, speed));
    }
    table_print(stdout, &table);
}

static double times_as_long(const struct bench_report *report)
{
    return report->plain.images_per_second / report->augmented.images_per_second;
}

static void print_augmentation(const struct bench_report *report)
{
    static const char *const head[] = {"images", "threads", "images/s", "times as long", NULL};
    struct table table;
    char text[FIGURES_GROUPED];
    printf("\naugmentation: training as above with minibatches of %d, images as they are and altered\n",
           report->plain.batch);
    table_start(&table, "lrrr");
    cells(&table, head);
    for (int i = 0; i < BENCH_RIVALS; i++) {
        const struct bench_speed *speed = i == 0 ? &report->plain : &report->augmented;
        table_cell(&table, "%s", i == 0 ? "as they are" : "altered");
        table_cell(&table, "%d", speed->threads);
        table_cell(&table, "%s", figures_grouped(text, (long long)(speed->images_per_second + 0.5)));
        table_cell(&table, "%.2f", i == 0 ? 1 : times_as_long(report));
    }
    table_print(stdout, &table);
}

static void print_inference(const struct bench_report *report)
{
    static const char *const head[] = {"threads", "images/s", "times one thread", NULL};
    struct table table;
    printf("\ninference: from bytes to answers, in tiles of %d\n", TILE);
    table_start(&table, "rrr");
    cells(&table, head);
    for (int i = 0; i < report->inference_count; i++)
        add_speed(&table, &report->inference[i], &report->inference[0]);
    table_print(stdout, &table);
}

static void print_latency(const struct bench_report *report)
{
    static const char *const head[] = {"median us", "lowest us", "99th percentile us", NULL};
    struct table table;
    printf("\nlatency: one image alone, from bytes to scores, on one thread\n");
    table_start(&table, "rrr");
    cells(&table, head);
    table_cell(&table, "%.2f", report->latency.median * MICRO);
    table_cell(&table, "%.2f", report->latency.lowest * MICRO);
    table_cell(&table, "%.2f", report->latency.p99 * MICRO);
    table_print(stdout, &table);
}

static void print_memory(const struct bench_report *report)
{
    static const char *const what[] = {"scratch of a thread, training", "scratch of a thread, inference",
                                       "record of a tile, training"};
    const size_t bytes[] = {plan_scratch_bytes(report->plan, PLAN_TRAINING),
                            plan_scratch_bytes(report->plan, PLAN_INFERENCE), plan_record_bytes(report->plan)};
    struct table table;
    char text[FIGURES_GROUPED];
    printf("\nmemory: beside parameters and data\n");
    table_start(&table, "lr");
    table_cell(&table, "%s", "");
    table_cell(&table, "bytes");
    for (int i = 0; i < 3; i++) {
        table_cell(&table, "%s", what[i]);
        table_cell(&table, "%s", figures_grouped(text, (long long)bytes[i]));
    }
    table_print(stdout, &table);
}

void bench_report_part(const struct bench_report *report, enum bench_part part)
{
    static void (*const print[PART_COUNT])(const struct bench_report *) = {
        print_peak, print_layers, print_training, print_augmentation, print_inference, print_latency, print_memory};
    print[part](report);
    fflush(stdout);
}

/* ---- JSON ---- */

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
    add_number(json, "one_thread", report->peak_one / GIGA);
    add_number(json, "all_threads", report->peak_all / GIGA);
    return json;
}

static cJSON *row_json(const struct bench_report *report, const char *name, const char *pass, double seconds,
                       double operations)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "step", name);
    cJSON_AddStringToObject(json, "pass", pass);
    add_number(json, "us_per_image", seconds * MICRO);
    add_positive(json, "gflops", operations / seconds / GIGA);
    add_positive(json, "share_of_peak", share_of_peak(report, operations / seconds, 1));
    return json;
}

static cJSON *layers_json(const struct bench_report *report)
{
    cJSON *json = cJSON_CreateArray();
    char name[NAME];
    for (int i = 0; i < report->layers.count; i++) {
        const struct bench_row *row = &report->layers.rows[i];
        cJSON_AddItemToArray(json, row_json(report, row_name(name, row, report->plan), bench_passes[row->pass],
                                            row->seconds, row_operations(row, report->plan)));
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
        add_positive(run, "share_of_peak", training_share(report, &report->training[i]));
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
    add_number(json, "times_as_long", times_as_long(report));
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
    add_number(json, "median_us", report->latency.median * MICRO);
    add_number(json, "lowest_us", report->latency.lowest * MICRO);
    add_number(json, "p99_us", report->latency.p99 * MICRO);
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
