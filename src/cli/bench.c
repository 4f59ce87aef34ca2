/* lenet5 bench: how fast the program is on this machine, part by part, against what the processor can do at all. */
#include <stdio.h>

#include "cli/bench_report.h"
#include "cli/command.h"
#include "cli/kernel.h"
#include "cli/output.h"
#include "cli/threads.h"
#include "training/augment.h"

enum {
    IMAGES = 20000, /* an epoch of them is long enough to be timed, and a run of everything takes 15 seconds at most */
    IMAGES_MOST = 1000000,
    ALL_PARTS = -1
};

static const int batches[BENCH_REPORT_BATCHES] = {16, 64, 256};

struct asked {
    const char *data, *config_name;
    int threads, kernel, batch_size, images, only;
    bool json;
};

static int check(const struct asked *asked, struct error *err)
{
    if (asked->batch_size == 0)
        return 0;
    if (asked->only != ALL_PARTS && asked->only != PART_TRAINING)
        return error_set(err, ERROR_USAGE, "--batch-size belongs to training: leave it out, or use --only training");
    return 0;
}

static struct option_spec all_threads_option(int *threads)
{
    struct option_spec spec = threads_option(threads);
    spec.help = "as many as are to be compared with one";
    return spec;
}

static bool parse(struct asked *asked, int *status, int argc, char **argv)
{
    static const char closing[] =
        "--config takes a preset's name (lenet5 help train has them) or a JSON file. Without --data the data is\n"
        "that of $MNIST_DIR, or else of data/mnist; without either, or where the network does not take them,\n"
        "digits are drawn.\n"
        "With --only, training and inference run with --threads threads alone, and no share is given, since\n"
        "no peak is measured. Figures are medians; of the peak, and of training part by part, they are the\n"
        "best of several repeats. Inference and latency are those of an untrained network.\n"
        "Times vary from run to run, and other programs slow this one down: compare what ran in turns.\n"
        "\nExample: lenet5 bench --only training --batch-size 64 --threads 2 --json\n"
        "Exit status: 3 data missing or wrong, 4 config wrong, 5 training diverged.\n";
    struct option_spec specs[] = {
        {.name = "data",
         .kind = OPTION_TEXT,
         .to.text = &asked->data,
         .argument = "DIR",
         .fallback = "$MNIST_DIR, then data/mnist, then drawn digits",
         .help = "folder with the IDX files of a training set"},
        {.name = "images",
         .letter = 'n',
         .kind = OPTION_WHOLE,
         .to.whole = &asked->images,
         .min = 1,
         .max = IMAGES_MOST,
         .argument = "N",
         .help = "so many of them are used, the first ones; fewer are quicker"},
        {.name = "config",
         .kind = OPTION_TEXT,
         .to.text = &asked->config_name,
         .argument = "NAME|FILE",
         .help = "the network and how to train it"},
        {.name = "batch-size",
         .letter = 'b',
         .kind = OPTION_WHOLE,
         .to.whole = &asked->batch_size,
         .min = 1,
         .max = CONFIG_BATCH_SIZE,
         .argument = "N",
         .fallback = "16, 64 and 256",
         .help = "images in a minibatch of training"},
        {.name = "only",
         .kind = OPTION_CHOICE,
         .to.choice = &asked->only,
         .choices = bench_report_parts,
         .fallback = "all of them",
         .help = "one part"},
        all_threads_option(&asked->threads),
        kernel_option(&asked->kernel),
        {.name = "json", .kind = OPTION_FLAG, .to.flag = &asked->json, .help = "print one JSON document"},
    };
    struct options options = {.command = "bench",
                              .purpose =
                                  "Measures this program's speed on this machine: the processor's peak, each "
                                  "part of training, training, what augmentation costs it, inference, the latency of "
                                  "one image, and memory.",
                              .closing = closing,
                              .specs = specs,
                              .count = sizeof specs / sizeof specs[0]};
    struct error err = {0};
    if (!command_begin(status, &options, argc, argv))
        return false;
    if (check(asked, &err) != 0) {
        *status = output_error(&err);
        return false;
    }
    return true;
}

/* ---- The parts ---- */

/* One thread and all, or all alone; gives how many numbers. */
static int rivals(int threads[BENCH_RIVALS], const struct bench_report *report, const struct asked *asked)
{
    int count = 0;
    if (asked->only == ALL_PARTS && report->threads > 1)
        threads[count++] = 1;
    threads[count++] = report->threads;
    return count;
}

static void measure_peak(struct bench_report *report)
{
    report->peak_one = bench_peak(report->plan->kernels, 1);
    report->peak_all = report->threads == 1 ? report->peak_one : bench_peak(report->plan->kernels, report->threads);
}

static int measure_batch(struct bench_report *report, const struct bench *bench, int batch, const struct asked *asked,
                         struct error *err)
{
    int threads[BENCH_RIVALS];
    double speeds[BENCH_RIVALS];
    const int count = rivals(threads, report, asked);
    if (bench_training(speeds, bench, batch, threads, count, err) != 0)
        return -1;
    for (int i = 0; i < count; i++)
        report->training[report->training_count++] = (struct bench_speed){batch, threads[i], speeds[i]};
    return 0;
}

/* A minibatch of more images than there are would be measured as one of fewer: of the usual ones it is left out. */
static int measure_training(struct bench_report *report, const struct bench *bench, const struct asked *asked,
                            struct error *err)
{
    if (asked->batch_size > 0)
        return measure_batch(report, bench, asked->batch_size, asked, err);
    for (int i = 0; i < BENCH_REPORT_BATCHES; i++)
        if (batches[i] <= bench->images->count && measure_batch(report, bench, batches[i], asked, err) != 0)
            return -1;
    return 0;
}

/* With the config's own ranges, or those of "best" where it has none. */
static int measure_augmentation(struct bench_report *report, const struct bench *bench, struct error *err)
{
    struct config best;
    double speeds[BENCH_RIVALS];
    const struct augmentation *ranges = &bench->settings.augment;
    const int batch = bench->images->count < BENCH_BATCH ? bench->images->count : BENCH_BATCH;
    if (config_load(&best, "best", err) != 0)
        return -1;
    if (!augment_is_on(ranges))
        ranges = &best.settings.augment;
    if (bench_augmentation(speeds, bench, batch, report->threads, ranges, err) != 0)
        return -1;
    report->plain = (struct bench_speed){batch, report->threads, speeds[0]};
    report->augmented = (struct bench_speed){batch, report->threads, speeds[1]};
    return 0;
}

static int measure_inference(struct bench_report *report, const struct bench *bench, const struct asked *asked,
                             struct error *err)
{
    int threads[BENCH_RIVALS];
    double speeds[BENCH_RIVALS];
    report->inference_count = rivals(threads, report, asked);
    if (bench_inference(speeds, bench, threads, report->inference_count, err) != 0)
        return -1;
    for (int i = 0; i < report->inference_count; i++)
        report->inference[i] = (struct bench_speed){0, threads[i], speeds[i]};
    return 0;
}

static int measure(struct bench_report *report, const struct bench *bench, enum bench_part part,
                   const struct asked *asked, struct error *err)
{
    switch (part) {
    case PART_PEAK:
        measure_peak(report);
        return 0;
    case PART_LAYERS:
        return bench_layers(&report->layers, bench, err);
    case PART_TRAINING:
        return measure_training(report, bench, asked, err);
    case PART_AUGMENTATION:
        return measure_augmentation(report, bench, err);
    case PART_INFERENCE:
        return measure_inference(report, bench, asked, err);
    case PART_LATENCY:
        return bench_latency(&report->latency, bench, err);
    default:
        return 0; /* what a plan needs it says without being run */
    }
}

/* ---- All of it ---- */

/* Before anything is printed. */
static int check_batch(int images, const struct asked *asked, struct error *err)
{
    const int least = asked->batch_size > 0 ? asked->batch_size : batches[0];
    if (least <= images || (asked->only != ALL_PARTS && asked->only != PART_TRAINING))
        return 0;
    return error_set(err, ERROR_USAGE,
                     "a minibatch of %d is more than the %d image%s there %s: use more --images, or a smaller "
                     "--batch-size",
                     least, images, images == 1 ? "" : "s", images == 1 ? "is" : "are");
}

static int run_parts(struct bench_report *report, const struct bench *bench, const struct asked *asked,
                     struct error *err)
{
    if (report->data != NULL && check_batch(bench->images->count, asked, err) != 0)
        return output_error(err);
    if (!asked->json)
        bench_report_start(report);
    for (int part = 0; part < PART_COUNT; part++) {
        if (asked->only != ALL_PARTS && asked->only != part)
            continue;
        if (measure(report, bench, (enum bench_part)part, asked, err) != 0)
            return output_error(err);
        report->has[part] = true;
        if (!asked->json)
            bench_report_part(report, (enum bench_part)part);
    }
    return asked->json ? output_json(bench_report_json(report)) : STATUS_DONE;
}

static int bench_network(const struct config *config, const struct kernels *kernels, const struct asked *asked)
{
    struct error err = {0};
    struct plan plan;
    struct bench_data data;
    const bool needs_data = asked->only != PART_PEAK && asked->only != PART_MEMORY;
    if (plan_create(&plan, &config->architecture, kernels, &err) != 0)
        return output_error(&err);
    int status;
    if (needs_data && bench_data_load(&data, asked->data, asked->images, &config->architecture, &err) != 0) {
        status = output_error(&err);
    } else {
        const struct bench bench = {&config->architecture, kernels, config->settings, needs_data ? &data.used : NULL};
        struct bench_report report = {.network = asked->config_name,
                                      .plan = &plan,
                                      .data = needs_data ? &data : NULL,
                                      .threads = threads_resolve(asked->threads)};
        status = run_parts(&report, &bench, asked, &err);
        if (needs_data)
            bench_data_free(&data);
    }
    plan_free(&plan);
    return status;
}

int bench_command(int argc, char **argv)
{
    struct asked asked = {.config_name = "lenet5", .kernel = KERNEL_UNASKED, .images = IMAGES, .only = ALL_PARTS};
    struct error err = {0};
    struct config config;
    int status;
    if (!parse(&asked, &status, argc, argv))
        return status;
    const struct kernels *kernels = kernel_chosen(asked.kernel, &err);
    if (kernels == NULL || config_load(&config, asked.config_name, &err) != 0)
        return output_error(&err);
    return bench_network(&config, kernels, &asked);
}
