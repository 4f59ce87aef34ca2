/* The golden files, tests/golden/NAME.json: what PyTorch computes (scripts/reference.py), against the plain network and
 * against the plan on every kernel set that runs here. Activations after each layer, loss, all gradients. */
#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/files.h"
#include "base/json.h"
#include "fast/plan.h"
#include "model/architecture_json.h"
#include "networks.h"
#include "nn/network.h"
#include "support.h"

#define TOLERANCE 1e-5 /* of the largest number of a tensor */

enum { FILES_NEEDED = 10 };

struct golden {
    char *path;
    struct architecture architecture;
    float *parameters, *input, *d_parameters, *d_input;
    float *activations[ARCHITECTURE_LAYERS];
    double loss;
    int label;
};

/* ---- Reading ---- */

static float *read_numbers(const cJSON *array, size_t count, const char *path)
{
    if (!cJSON_IsArray(array) || (size_t)cJSON_GetArraySize(array) != count)
        fail_msg("%s: an array of %d numbers where %zu were expected", path, cJSON_GetArraySize(array), count);
    float *numbers = calloc(count + 1, sizeof *numbers);
    assert_non_null(numbers);
    size_t n = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, array)
    {
        assert_true(cJSON_IsNumber(item));
        numbers[n++] = (float)item->valuedouble;
    }
    return numbers;
}

static float *read_tensor(const cJSON *json, const char *key, size_t count, const char *path)
{
    return read_numbers(cJSON_GetObjectItemCaseSensitive(json, key), count, path);
}

static void read_golden(struct golden *golden, const char *path)
{
    unsigned char *bytes = NULL;
    size_t size;
    struct error err = {0};
    const cJSON *architecture = NULL, *activations = NULL;
    if (files_read(&bytes, &size, path, 1 << 24, ERROR_FAILED, &err) != 0)
        fail_msg("%s", err.text);
    cJSON *json = json_parse(bytes, size, &err);
    const struct json_object from = {json, ""};
    if (json == NULL || json_get_object(&architecture, from, "architecture", 1, &err) != 0 ||
        architecture_from_json(&golden->architecture, architecture, 1, &err) != 0 ||
        json_get_array(&activations, from, "activations", 1, &err) != 0 ||
        json_get_number(&golden->loss, from, "loss", 0, 100, 1, &err) != 0 ||
        json_get_int(&golden->label, from, "label", 0, golden->architecture.classes - 1, 1, &err) != 0)
        fail_msg("%s: %s", path, err.text);
    const size_t parameters = golden->architecture.parameter_count;
    const size_t inputs = (size_t)shape_size(golden->architecture.in);
    golden->parameters = read_tensor(json, "parameters", parameters, path);
    golden->d_parameters = read_tensor(json, "d_parameters", parameters, path);
    golden->input = read_tensor(json, "input", inputs, path);
    golden->d_input = read_tensor(json, "d_input", inputs, path);
    for (int i = 0; i < golden->architecture.layer_count; i++)
        golden->activations[i] = read_numbers(cJSON_GetArrayItem(activations, i),
                                              (size_t)shape_size(golden->architecture.layers[i].out), path);
    cJSON_Delete(json);
    free(bytes);
}

static void free_golden(struct golden *golden)
{
    free(golden->path);
    free(golden->parameters);
    free(golden->d_parameters);
    free(golden->input);
    free(golden->d_input);
    for (int i = 0; i < golden->architecture.layer_count; i++)
        free(golden->activations[i]);
}

/* Calls `check` for each file; gives how many there were. */
static int for_each_golden(void (*check)(const struct golden *golden))
{
    const char *root = getenv("LENET5_ROOT");
    char *folder = support_path(root != NULL ? root : ".", "tests/golden");
    DIR *directory = opendir(folder);
    if (directory == NULL)
        fail_msg("%s cannot be opened: run the tests in the repository's folder, or set LENET5_ROOT", folder);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        const char *ending = strrchr(entry->d_name, '.');
        if (ending == NULL || strcmp(ending, ".json") != 0)
            continue;
        struct golden golden = {.path = support_path(folder, entry->d_name)};
        read_golden(&golden, golden.path);
        check(&golden);
        free_golden(&golden);
        count++;
    }
    closedir(directory);
    free(folder);
    return count;
}

/* ---- Comparing ---- */

static void compare(const struct golden *golden, const char *who, const char *what, int layer, const float *found,
                    const float *expected, size_t count)
{
    const double distance = networks_distance(found, expected, count);
    if (!(distance <= TOLERANCE))
        fail_msg("%s, %s: %s of layer %d is %.3g off", golden->path, who, what, layer + 1, distance);
}

static void compare_loss(const struct golden *golden, const char *who, double loss)
{
    if (!(fabs(loss - golden->loss) <= TOLERANCE * golden->loss))
        fail_msg("%s, %s: the loss is %.9g, and %.9g was expected", golden->path, who, loss, golden->loss);
}

static void compare_gradients(const struct golden *golden, const char *who, const float *found)
{
    for (int i = 0; i < golden->architecture.layer_count; i++) {
        const struct layer *layer = &golden->architecture.layers[i];
        compare(golden, who, "gradient of weights", i, found + layer->weights, golden->d_parameters + layer->weights,
                (size_t)layer->weight_count);
        compare(golden, who, "gradient of biases", i, found + layer->biases, golden->d_parameters + layer->biases,
                (size_t)layer->bias_count);
    }
}

static void check_plainly(const struct golden *golden)
{
    const struct architecture *architecture = &golden->architecture;
    struct trace trace;
    float *found = calloc(architecture->parameter_count, sizeof *found);
    assert_true(found != NULL && trace_create(&trace, architecture, NULL) == 0);
    network_forward(&trace, golden->parameters, golden->input, architecture);
    for (int i = 0; i < architecture->layer_count; i++)
        compare(golden, "plain", "output", i, trace.y[i], golden->activations[i],
                (size_t)shape_size(architecture->layers[i].out));
    compare_loss(golden, "plain",
                 network_backward(&trace, found, golden->parameters, golden->input, golden->label, architecture));
    compare_gradients(golden, "plain", found);
    compare(golden, "plain", "gradient of the input", -1, trace.d_x, golden->d_input,
            (size_t)shape_size(architecture->in));
    trace_free(&trace);
    free(found);
}

/* ---- The plan ---- */

enum { COPIES = 3 };

/* The plan takes bytes, and golden inputs are any numbers: these two stand in for the kernels that make the one of the
 * other. */
static const float *golden_input;

static void input_to_tile(float *x, const unsigned char *const *images, const struct tile_input *input)
{
    (void)images;
    for (int i = 0; i < input->channels * input->x_pixels; i++)
        for (int image = 0; image < TILE; image++)
            x[i * TILE + image] = golden_input[i];
}

static void input_to_planes(float *x, const unsigned char *image, const struct tile_input *input)
{
    const float *from = golden_input;
    (void)image;
    for (int c = 0; c < input->channels; c++)
        for (int r = 0; r < input->rows; r++, from += input->cols)
            memcpy(x + c * input->x_pixels + (r + input->pad) * input->x_cols + input->pad, from,
                   (size_t)input->cols * sizeof *x);
}

/* The same picture goes through in three lanes; the gradient is their mean. */
static void run_plan(const struct golden *golden, const struct architecture *architecture,
                     const struct kernels *kernels, float *found)
{
    static const unsigned char picture[1];
    unsigned char labels[COPIES];
    const unsigned char *images[COPIES];
    struct image_kernels image = *kernels->image;
    struct kernels with_input = *kernels;
    struct plan plan;
    struct scratch scratch;
    struct records records;
    image.to_tile = input_to_tile;
    image.to_planes = input_to_planes;
    with_input.image = &image;
    golden_input = golden->input;
    assert_int_equal(plan_create(&plan, architecture, &with_input, NULL), 0);
    assert_int_equal(scratch_create(&scratch, &plan, PLAN_TRAINING, NULL), 0);
    assert_int_equal(records_create(&records, 1, &plan, NULL), 0);
    for (int i = 0; i < COPIES; i++) {
        images[i] = picture;
        labels[i] = (unsigned char)golden->label;
    }
    plan_forward(&scratch, golden->parameters, images, COPIES, &plan);
    for (int i = 0, layer = 0; i < plan.step_count; i++, layer++) {
        layer += plan.steps[i].kind == STEP_CONV_POOL; /* two layers, of which the second has an output */
        for (int lane = 0; lane < COPIES; lane++) {
            const int count = shape_size(architecture->layers[layer].out);
            const float *y = scratch.block + plan.steps[i].y;
            for (int k = 0; k < count; k++)
                found[k] = y[k * TILE + lane];
            compare(golden, kernels->name, "output", layer, found, golden->activations[layer], (size_t)count);
        }
    }
    plan_backward(&records, 0, &scratch, golden->parameters, labels, 1.0f / COPIES, &plan);
    compare_loss(golden, kernels->name, records.loss[0] / COPIES);
    memset(found, 0, architecture->parameter_count * sizeof *found);
    for (int item = 0; item < plan.item_count; item++) /* with no rates the velocity becomes the gradient */
        plan_update(golden->parameters, found, &scratch, &records, 1, &plan.items[item], (struct rates){0}, &plan);
    compare_gradients(golden, kernels->name, found);
    records_free(&records);
    scratch_free(&scratch);
    plan_free(&plan);
}

static int plans_checked;

static void check_plan(const struct golden *golden)
{
    struct architecture padded = golden->architecture;
    size_t most = padded.parameter_count;
    padded.input.rows = padded.in.rows;
    padded.input.cols = padded.in.cols;
    padded.input.pad = 0;
    assert_int_equal(architecture_resolve(&padded, NULL), 0);
    for (int i = 0; i < padded.layer_count; i++)
        if ((size_t)shape_size(padded.layers[i].out) > most)
            most = (size_t)shape_size(padded.layers[i].out);
    float *found = calloc(most, sizeof *found);
    assert_non_null(found);
    for (const char *const *name = kernels_names(); *name != NULL; name++) {
        const struct kernels *kernels = kernels_find(*name, NULL);
        if (kernels != NULL)
            run_plan(golden, &padded, kernels, found);
    }
    free(found);
    plans_checked++;
}

/* ---- Tests ---- */

static void the_plain_network_computes_what_pytorch_does(void **state)
{
    (void)state;
    const int count = for_each_golden(check_plainly);
    printf("%d golden files\n", count);
    assert_true(count >= FILES_NEEDED);
}

static void the_plan_computes_what_pytorch_does(void **state)
{
    (void)state;
    for_each_golden(check_plan);
    printf("%d golden files\n", plans_checked);
    assert_true(plans_checked >= FILES_NEEDED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_plain_network_computes_what_pytorch_does),
        cmocka_unit_test(the_plan_computes_what_pytorch_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
