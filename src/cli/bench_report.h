/* What lenet5 bench says, as tables and as JSON. */
#ifndef LENET5_CLI_BENCH_REPORT_H
#define LENET5_CLI_BENCH_REPORT_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "cli/bench_data.h"
#include "training/bench.h"

enum bench_part {
    PART_PEAK,
    PART_LAYERS,
    PART_TRAINING,
    PART_AUGMENTATION,
    PART_INFERENCE,
    PART_LATENCY,
    PART_MEMORY,
    PART_COUNT
};

/* "peak", "layers", ...; NULL ends them. */
extern const char *const bench_report_parts[PART_COUNT + 1];

enum { BENCH_REPORT_BATCHES = 3 };

struct bench_speed {
    int batch; /* 0: inference has none */
    int threads;
    double images_per_second;
};

struct bench_report {
    const char *network; /* as --config named it */
    const struct plan *plan;
    const struct bench_data *data; /* NULL: no part needs any */
    int threads;                   /* all of them */
    bool has[PART_COUNT];
    double peak_one, peak_all; /* operations a second; 0: not measured */
    struct bench_layers layers;
    int training_count, inference_count;
    struct bench_speed training[BENCH_REPORT_BATCHES * BENCH_RIVALS], inference[BENCH_RIVALS];
    struct bench_speed plain, augmented; /* training */
    struct bench_latency latency;
};

/* The lines above all tables. */
void bench_report_start(const struct bench_report *report);

/* The table of a part, as soon as it is measured. */
void bench_report_part(const struct bench_report *report, enum bench_part part);

/* The document with all parts that the report has; NULL when memory is out. */
cJSON *bench_report_json(const struct bench_report *report);

#endif
