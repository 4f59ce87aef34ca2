/* lenet5 bench: what it prints, that its figures agree with each other, and what it refuses. How long anything takes is
 * the machine's affair: no test depends on it. */
#define _XOPEN_SOURCE 700
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "commands.h"
#include "digits.h"
#include "fast/kernels.h"
#include "support.h"

/* Of small.json below. */
enum {
    CONV = 3 * 3 * 26 * 26 * 4, /* multiply-adds */
    DENSE = 13 * 13 * 4 * 10,
    TRAINING = 2 * (3 * DENSE + 2 * CONV), /* operations an image: nobody needs the gradient of the pictures */
};

static void write_text(const char *path, const char *text)
{
    support_write(path, (const unsigned char *)text, strlen(text));
}

static int arrive(void **state)
{
    commands_arrive(state);
    write_text("small.json", "{\"architecture\": {\"input\": {\"rows\": 28, \"cols\": 28}, \"layers\": ["
                             "{\"type\": \"conv\", \"filters\": 4, \"f\": 3},"
                             "{\"type\": \"pool\", \"mode\": \"average\", \"f\": 2},"
                             "{\"type\": \"dense\", \"units\": 10}]}}");
    write_text("plain.json", "{\"architecture\": {\"input\": {\"rows\": 28, \"cols\": 28}, \"layers\": ["
                             "{\"type\": \"pool\", \"mode\": \"average\", \"f\": 2},"
                             "{\"type\": \"conv\", \"filters\": 4, \"f\": 5, \"p\": 2, \"s\": 2},"
                             "{\"type\": \"pool\", \"mode\": \"max\", \"f\": 3, \"s\": 2, \"p\": 1},"
                             "{\"type\": \"dense\", \"units\": 12, \"activation\": \"tanh\"},"
                             "{\"type\": \"dense\", \"units\": 10}]}}");
    write_text("wild.json", "{\"architecture\": {\"input\": {\"rows\": 28, \"cols\": 28}, \"layers\": ["
                            "{\"type\": \"dense\", \"units\": 30}, {\"type\": \"dense\", \"units\": 10}]},"
                            "\"training\": {\"lr\": 1000}}");
    return 0;
}

static const cJSON *item(const cJSON *object, const char *key)
{
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(object, key);
    assert_non_null(found);
    return found;
}

static double positive(const cJSON *object, const char *key)
{
    const double value = commands_number(object, key);
    if (!isfinite(value) || value <= 0)
        fail_msg("\"%s\" is %g", key, value);
    return value;
}

/* Numbers are printed with six digits. */
static void assert_near(double value, double expected)
{
    if (fabs(value - expected) > 1e-5 * fabs(expected))
        fail_msg("%.8g is not %.8g", value, expected);
}

static void assert_row(const cJSON *row, const char *step, const char *pass, int multiply_adds)
{
    assert_non_null(row);
    commands_keys(row, "step", "pass", "us_per_image", "gflops", "share_of_peak", NULL);
    assert_string_equal(commands_text(row, "step"), step);
    assert_string_equal(commands_text(row, "pass"), pass);
    const double seconds = positive(row, "us_per_image") * 1e-6;
    if (multiply_adds == 0) {
        assert_true(cJSON_IsNull(item(row, "gflops")));
        assert_true(cJSON_IsNull(item(row, "share_of_peak")));
    } else {
        assert_near(positive(row, "gflops"), 2 * multiply_adds / seconds * 1e-9);
    }
}

static void the_json_has_every_part(void **state)
{
    (void)state;
    cJSON *json = commands_json("bench --json --config small.json --images 100 --threads 2");
    commands_keys(json, "kernels", "threads", "data", "peak", "layers", "training", "augmentation", "inference",
                  "latency", "memory", NULL);
    assert_non_null(kernels_find(commands_text(json, "kernels"), NULL));
    assert_true(commands_number(json, "threads") == 2);
    assert_string_equal(commands_text(json, "data"), "data/mnist");
    commands_keys(item(json, "peak"), "one_thread", "all_threads", NULL);
    positive(item(json, "peak"), "all_threads");
    const double peak = positive(item(json, "peak"), "one_thread");

    const char *conv = "conv 4 3x3 + relu + average 2x2", *dense = "dense 10";
    const cJSON *row = item(json, "layers")->child;
    double sum = 0;
    for (const cJSON *part = row; part->next != NULL; part = part->next)
        sum += positive(part, "us_per_image");
    assert_row(row, "bytes to floats", "input", 0);
    assert_row(row = row->next, conv, "forward", CONV);
    assert_near(commands_number(row, "share_of_peak"), commands_number(row, "gflops") / peak);
    assert_row(row = row->next, dense, "forward", DENSE);
    assert_row(row = row->next, "softmax, cross-entropy", "loss", 0);
    assert_row(row = row->next, dense, "backward", DENSE); /* to the data */
    assert_row(row = row->next, conv, "backward", CONV);   /* of the weights */
    assert_row(row = row->next, conv, "update", 0);        /* they are only added up */
    assert_row(row = row->next, dense, "update", DENSE);
    assert_row(row = row->next, "all", "sum", TRAINING / 2);
    assert_near(commands_number(row, "share_of_peak"), commands_number(row, "gflops") / peak);
    assert_near(commands_number(row, "us_per_image"), sum);
    assert_null(row->next);

    const cJSON *augmentation = item(json, "augmentation");
    commands_keys(augmentation, "batch", "threads", "images_per_second", "augmented_images_per_second", "times_as_long",
                  NULL);
    assert_true(commands_number(augmentation, "batch") == 64 && commands_number(augmentation, "threads") == 2);
    assert_near(commands_number(augmentation, "times_as_long"),
                positive(augmentation, "images_per_second") / positive(augmentation, "augmented_images_per_second"));

    commands_keys(item(json, "latency"), "median_us", "lowest_us", "p99_us", NULL);
    const double median = commands_number(item(json, "latency"), "median_us");
    assert_true(positive(item(json, "latency"), "lowest_us") <= median);
    assert_true(commands_number(item(json, "latency"), "p99_us") >= median);
    commands_keys(item(json, "memory"), "scratch_training", "scratch_inference", "record", NULL);
    assert_true(positive(item(json, "memory"), "scratch_inference") <
                commands_number(item(json, "memory"), "scratch_training"));
    positive(item(json, "memory"), "record");
    cJSON_Delete(json);
}

/* Each with its own number of threads. Minibatches of 256 are left out: there are no 256 images. */
static void shares_of_the_peak_are_computed_from_it(void **state)
{
    (void)state;
    cJSON *json = commands_json("bench --json --config small.json --images 100 --threads 2");
    const char *peaks[] = {NULL, "one_thread", "all_threads"};
    const cJSON *run = item(json, "training")->child;
    for (int batch = 16; batch <= 64; batch *= 4)
        for (int threads = 1; threads <= 2; threads++, run = run->next) {
            assert_non_null(run);
            commands_keys(run, "batch", "threads", "images_per_second", "share_of_peak", NULL);
            assert_true(commands_number(run, "batch") == batch && commands_number(run, "threads") == threads);
            assert_near(commands_number(run, "share_of_peak"), positive(run, "images_per_second") * TRAINING * 1e-9 /
                                                                   commands_number(item(json, "peak"), peaks[threads]));
        }
    assert_null(run);
    run = item(json, "inference")->child;
    for (int threads = 1; threads <= 2; threads++, run = run->next) {
        assert_non_null(run);
        commands_keys(run, "threads", "images_per_second", NULL);
        assert_true(commands_number(run, "threads") == threads);
        positive(run, "images_per_second");
    }
    assert_null(run);
    cJSON_Delete(json);
}

static void one_thread_is_measured_once(void **state)
{
    (void)state;
    cJSON *json = commands_json("bench --json --config small.json --images 40 --threads 1 --batch-size 40");
    assert_true(commands_number(item(json, "peak"), "one_thread") ==
                commands_number(item(json, "peak"), "all_threads"));
    assert_int_equal(cJSON_GetArraySize(item(json, "training")), 1);
    assert_true(commands_number(item(json, "training")->child, "batch") == 40);
    assert_int_equal(cJSON_GetArraySize(item(json, "inference")), 1);
    cJSON_Delete(json);
}

static void only_gives_one_part(void **state)
{
    (void)state;
    static const char *const parts[] = {"peak", "layers", "training", "augmentation", "inference", "latency", "memory"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        cJSON *json = commands_json("bench --json --config small.json --images 70 --threads 2 --only %s", parts[i]);
        const int needs_data = i > 0 && i < 6;
        commands_keys(json, "kernels", "threads", "data", parts[i], NULL);
        assert_int_equal(cJSON_IsString(item(json, "data")), needs_data);
        assert_int_equal(cJSON_IsNull(item(json, "data")), !needs_data);
        cJSON_Delete(json);
    }
}

/* For scripts, which take turns with other programs: what they did not ask for would only take time. */
static void only_training_and_inference_run_with_the_threads_given(void **state)
{
    (void)state;
    cJSON *json = commands_json("bench --json --config small.json --images 70 --threads 2 --only training -b 64");
    const cJSON *run = item(json, "training")->child;
    assert_true(commands_number(run, "batch") == 64 && commands_number(run, "threads") == 2);
    positive(run, "images_per_second");
    assert_true(cJSON_IsNull(item(run, "share_of_peak"))); /* no peak was measured */
    assert_null(run->next);
    cJSON_Delete(json);
    json = commands_json("bench --json --config small.json --images 70 --threads 2 --only inference");
    run = item(json, "inference")->child;
    assert_true(commands_number(run, "threads") == 2);
    assert_null(run->next);
    cJSON_Delete(json);
    json = commands_json("bench --json --config small.json --images 70 --only layers");
    run = item(json, "layers")->child->next;
    positive(run, "gflops");
    assert_true(cJSON_IsNull(item(run, "share_of_peak")));
    cJSON_Delete(json);
}

static void every_kind_of_step_is_named(void **state)
{
    (void)state;
    cJSON *json = commands_json("bench --json --config plain.json --images 70 --only layers");
    static const char *const names[] = {"average 2x2", "conv 4 5x5 s2 p2 + relu", "max 3x3 s2 p1", "dense 12 + tanh",
                                        "dense 10"};
    const cJSON *row = item(json, "layers")->child;
    enum { STEPS = sizeof names / sizeof names[0] };
    for (int i = 0; i < STEPS; i++, positive(row, "us_per_image"))
        assert_string_equal(commands_text(row = row->next, "step"), names[i]);
    row = row->next; /* the loss */
    for (int i = STEPS - 1; i >= 0; i--)
        assert_string_equal(commands_text(row = row->next, "step"), names[i]);
    for (int i = 0; i < STEPS; i++) /* pools have nothing to update */
        if (i % 2 == 1 || i == STEPS - 1)
            assert_string_equal(commands_text(row = row->next, "step"), names[i]);
    assert_string_equal(commands_text(row->next, "step"), "all");
    cJSON_Delete(json);
    cJSON_Delete(commands_json("bench --json --config lenet5-avg --images 70 --only layers"));
    cJSON_Delete(commands_json("bench --json --config plain.json --images 70 --only training"));
    cJSON_Delete(commands_json("bench --json --config plain.json --images 70 --only latency"));
}

/* No data at all, and none that the network takes: it works everywhere. */
static void digits_are_drawn_where_no_data_fits(void **state)
{
    (void)state;
    cJSON *json = commands_json("bench --json --config course --images 30 --only inference");
    assert_string_equal(commands_text(json, "data"), "synthetic digits");
    cJSON_Delete(json);
    commands_shell("mv data elsewhere");
    struct program_run run = program("bench --images 30 --only latency");
    commands_shell("mv elsewhere data");
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(run.out, "\ndata            synthetic digits, drawn for this: 30 images\n"));
    program_free(&run);
}

static void the_text_has_a_table_for_each_part(void **state)
{
    (void)state;
    static const char *const shown[] = {
        "\nthreads         2\n",
        "\ndata            data/mnist: 100 of 400 images\n",
        "\nnetwork         small.json\n",
        "\npeak: ",
        "GFLOP/s\n      1 ",
        "\ntraining part by part: one thread, minibatches of 64\n",
        "share of peak\n",
        "\nconv 4 3x3 + relu + average 2x2  backward ",
        "\nall                              sum ",
        "can exceed 100 %.\n",
        "\ntraining: whole epochs; 0.138 MFLOP an image, ",
        "images/s  times one thread  share of peak\n   16        1 ",
        "\n   64        2 ",
        "\naugmentation: training as above with minibatches of 64, images as they are and altered\n",
        "\nas they are        2 ",
        " 1.00\naltered            2 ",
        "\ninference: ",
        "images/s  times one thread\n", /* a column is as wide as its widest figure */
        "\nlatency: ",
        "99th percentile us\n",
        "\nmemory: ",
        "\nrecord of a tile, training ",
    };
    struct program_run run = program("bench --config small.json --images 100 --threads 2");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.err, "");
    assert_int_equal(strncmp(run.out, "kernels         ", 16), 0);
    const char *at = run.out;
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        const char *found = strstr(at, shown[i]);
        if (found == NULL)
            fail_msg("there is no \"%s\" in its place in:\n%s", shown[i], run.out);
        at = found + strlen(shown[i]) - 1;
    }
    assert_null(strstr(run.out, " \n")); /* no blanks at the end of a line */
    program_free(&run);
}

static void misuse_is_refused(void **state)
{
    (void)state;
    commands_refused(2,
                     "--only expects peak, layers, training, augmentation, inference, latency or memory, not \"speed\"",
                     "bench --only speed");
    commands_refused(2, "--images expects a whole number from 1 to 1000000, not \"0\"", "bench --images 0");
    commands_refused(2, "--batch-size belongs to training: leave it out, or use --only training",
                     "bench --only latency --batch-size 16");
    commands_refused(2,
                     "a minibatch of 64 is more than the 50 images there are: use more --images, or a smaller "
                     "--batch-size",
                     "bench --only training --batch-size 64 --images 50");
    commands_refused(2,
                     "a minibatch of 16 is more than the 1 image there is: use more --images, or a smaller "
                     "--batch-size",
                     "bench --only training --images 1");
    commands_refused(2, "bench has no option --model: lenet5 bench --help lists them", "bench --model model.json");
    commands_refused(2, "bench takes no files, and \"lenet5.json\" was given", "bench lenet5.json");
}

static void data_and_networks_that_are_wrong_are_refused(void **state)
{
    (void)state;
    commands_refused(3,
                     "nowhere: there is no such folder: get MNIST with scripts/get-mnist, point --data or MNIST_DIR to "
                     "a folder that has it, or draw digits with lenet5 synth --out data/synthetic and use --data "
                     "data/synthetic",
                     "bench --data nowhere");
    commands_refused(3,
                     "the images are 28x28 with 1 channel and the network takes 32x32 with 3: use other images, or a "
                     "config whose input has rows 28, cols 28, channels 1",
                     "bench --config course --data data/mnist");
    struct program_run run = program("bench --config nothing.json");
    assert_int_equal(run.status, 4);
    program_free(&run);
    static const char *const parts[] = {"layers", "training", "augmentation"};
    for (int i = 0; i < 3; i++) {
        run = program("bench --config wild.json --json --only %s", parts[i]);
        assert_int_equal(run.status, 5);
        assert_string_equal(run.out, "");
        assert_int_equal(strncmp(run.err, "lenet5: training diverged: in epoch ", 36), 0);
        program_free(&run);
    }
}

static void the_peak_is_an_ordinary_number_with_all_kernels(void **state)
{
    (void)state;
    for (const char *const *name = kernels_names(); *name != NULL; name++) {
        const struct kernels *kernels = kernels_find(*name, NULL);
        for (long rounds = 0; kernels != NULL && rounds < 100; rounds++)
            assert_true(isnormal(kernels->peak(rounds)));
        if (kernels != NULL)
            assert_true(isnormal(kernels->peak(1000001)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_json_has_every_part),
        cmocka_unit_test(shares_of_the_peak_are_computed_from_it),
        cmocka_unit_test(one_thread_is_measured_once),
        cmocka_unit_test(only_gives_one_part),
        cmocka_unit_test(only_training_and_inference_run_with_the_threads_given),
        cmocka_unit_test(every_kind_of_step_is_named),
        cmocka_unit_test(digits_are_drawn_where_no_data_fits),
        cmocka_unit_test(the_text_has_a_table_for_each_part),
        cmocka_unit_test(misuse_is_refused),
        cmocka_unit_test(data_and_networks_that_are_wrong_are_refused),
        cmocka_unit_test(the_peak_is_an_ordinary_number_with_all_kernels),
    };
    return cmocka_run_group_tests(tests, arrive, commands_leave);
}
