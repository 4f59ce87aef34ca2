#include "cli/bench_report.h"

#include <stdio.h>

#include "base/figures.h"
#include "cli/bench_figures.h"
#include "cli/output.h"
#include "cli/table.h"

const char *const bench_report_parts[PART_COUNT + 1] = {"peak",      "layers",  "training", "augmentation",
                                                        "inference", "latency", "memory",   NULL};

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
        table_cell(&table, "%.1f", peaks[i] / BENCH_FIGURES_GIGA);
    }
    table_print(stdout, &table);
}

static void add_row(struct table *table, const struct bench_report *report, const char *name, const char *pass,
                    double seconds, double operations)
{
    table_cell(table, "%s", name);
    table_cell(table, "%s", pass);
    table_cell(table, "%.3f", seconds * BENCH_FIGURES_MICRO);
    if (operations > 0)
        table_cell(table, "%.1f", operations / seconds / BENCH_FIGURES_GIGA);
    else
        table_cell(table, "-");
    add_share(table, bench_figures_share(report, operations / seconds, 1));
}

static void print_layers(const struct bench_report *report)
{
    static const char *const head[] = {"step", "pass", "us an image", "GFLOP/s", "share of peak", NULL};
    const struct bench_layers *layers = &report->layers;
    struct table table;
    char name[BENCH_FIGURES_NAME];
    printf("\ntraining part by part: one thread, minibatches of %d\n", layers->batch);
    table_start(&table, "llrrr");
    cells(&table, head);
    for (int i = 0; i < layers->count; i++) {
        const struct bench_row *row = &layers->rows[i];
        add_row(&table, report, bench_figures_name(name, row, report->plan), bench_passes[row->pass], row->seconds,
                bench_figures_operations(row, report->plan));
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
           bench_training_operations(report->plan) / BENCH_FIGURES_MICRO);
    table_start(&table, "rrrrr");
    cells(&table, head);
    for (int i = 0; i < report->training_count; i++) {
        const struct bench_speed *speed = &report->training[i];
        first = speed->batch == first->batch ? first : speed;
        table_cell(&table, "%d", speed->batch);
        add_speed(&table, speed, first);
        add_share(&table, bench_figures_training_share(report, speed));
    }
    table_print(stdout, &table);
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
        table_cell(&table, "%.2f", i == 0 ? 1 : bench_figures_times_as_long(report));
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
    table_cell(&table, "%.2f", report->latency.median * BENCH_FIGURES_MICRO);
    table_cell(&table, "%.2f", report->latency.lowest * BENCH_FIGURES_MICRO);
    table_cell(&table, "%.2f", report->latency.p99 * BENCH_FIGURES_MICRO);
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
