/* Architectures: shapes, counts and offsets of the presets, and the sentence for every network that cannot be. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/config.h"
#include "networks.h"

/* ---- Presets ---- */

struct expected_layer {
    enum layer_kind kind;
    int channels, rows, cols, parameters;
    long long multiply_adds;
};

static struct architecture preset(const char *name)
{
    struct config config;
    struct error err = {0};
    if (config_load(&config, name, &err) != 0)
        fail_msg("%s", err.text);
    return config.architecture;
}

static void assert_layers(const struct architecture *architecture, const struct expected_layer *expected, int count)
{
    size_t offset = 0;
    assert_int_equal(architecture->layer_count, count);
    for (int i = 0; i < count; i++) {
        const struct layer *layer = &architecture->layers[i];
        assert_int_equal(layer->kind, expected[i].kind);
        assert_int_equal(layer->out.channels, expected[i].channels);
        assert_int_equal(layer->out.rows, expected[i].rows);
        assert_int_equal(layer->out.cols, expected[i].cols);
        assert_int_equal(layer->weight_count + layer->bias_count, expected[i].parameters);
        assert_int_equal(layer_multiply_adds(layer), expected[i].multiply_adds);
        assert_int_equal(layer->weights, offset);
        assert_int_equal(layer->biases, offset + (size_t)layer->weight_count);
        offset += (size_t)expected[i].parameters;
    }
    assert_int_equal(architecture->parameter_count, offset);
}

static void lenet5_has_61706_parameters(void **state)
{
    (void)state;
    static const struct expected_layer expected[] = {
        {LAYER_CONV, 6, 28, 28, 156, 117600},   {LAYER_POOL, 6, 14, 14, 0, 0},
        {LAYER_CONV, 16, 10, 10, 2416, 240000}, {LAYER_POOL, 16, 5, 5, 0, 0},
        {LAYER_DENSE, 120, 1, 1, 48120, 48000}, {LAYER_DENSE, 84, 1, 1, 10164, 10080},
        {LAYER_DENSE, 10, 1, 1, 850, 840},
    };
    const struct architecture architecture = preset("lenet5");
    assert_int_equal(architecture.parameter_count, 61706);
    assert_int_equal(architecture.classes, 10);
    assert_layers(&architecture, expected, 7);
    for (int i = 0; i < 7; i++)
        assert_int_equal(architecture.layers[i].activation,
                         i == 1 || i == 3 || i == 6 ? ACTIVATION_NONE : ACTIVATION_RELU);
    assert_int_equal(architecture.layers[1].pool.mode, POOL_MAX);
}

static void lenet5_avg_has_the_same_shapes_and_the_papers_functions(void **state)
{
    (void)state;
    const struct architecture architecture = preset("lenet5-avg");
    assert_int_equal(architecture.parameter_count, 61706);
    assert_int_equal(architecture.layers[0].activation, ACTIVATION_LECUN_TANH);
    assert_int_equal(architecture.layers[5].activation, ACTIVATION_LECUN_TANH);
    assert_int_equal(architecture.layers[1].pool.mode, POOL_AVERAGE);
    assert_int_equal(architecture.layers[3].pool.mode, POOL_AVERAGE);
}

/* 608; 3,216; 48,120; 10,164; 850: 62,958. Activations 6,272; 1,568; 1,600; 400. */
static void course_has_62958_parameters(void **state)
{
    (void)state;
    static const struct expected_layer expected[] = {
        {LAYER_CONV, 8, 28, 28, 608, 470400},   {LAYER_POOL, 8, 14, 14, 0, 0},
        {LAYER_CONV, 16, 10, 10, 3216, 320000}, {LAYER_POOL, 16, 5, 5, 0, 0},
        {LAYER_DENSE, 120, 1, 1, 48120, 48000}, {LAYER_DENSE, 84, 1, 1, 10164, 10080},
        {LAYER_DENSE, 10, 1, 1, 850, 840},
    };
    static const int activations[] = {6272, 1568, 1600, 400, 120, 84, 10};
    const struct architecture architecture = preset("course");
    assert_int_equal(architecture.parameter_count, 62958);
    assert_layers(&architecture, expected, 7);
    for (int i = 0; i < 7; i++)
        assert_int_equal(shape_size(architecture.layers[i].out), activations[i]);
    assert_int_equal(shape_size(architecture.in), 3072);
}

/* ---- Shapes ---- */

static void sizes_floor(void **state)
{
    (void)state;
    const struct layer layers[] = {networks_conv(3, 4, 3, 2, ACTIVATION_NONE), networks_pool(POOL_MAX, 3, 2, 1),
                                   networks_dense(5, ACTIVATION_NONE)};
    const struct architecture architecture = networks_make(2, 8, 11, 3, layers);
    assert_int_equal(architecture.layers[0].out.rows, 3); /* (8 + 4 - 4) / 3 + 1 */
    assert_int_equal(architecture.layers[0].out.cols, 4); /* (11 + 4 - 4) / 3 + 1 */
    assert_int_equal(architecture.layers[1].out.rows, 2); /* (3 + 2 - 3) / 2 + 1 */
    assert_int_equal(architecture.layers[1].out.cols, 2); /* (4 + 2 - 3) / 2 + 1 */
    assert_int_equal(architecture.layers[2].dense.inputs, 12);
}

static void pad_makes_the_input_larger(void **state)
{
    (void)state;
    const struct architecture architecture = preset("lenet5");
    assert_int_equal(architecture.in.rows, 32);
    assert_int_equal(architecture.in.cols, 32);
    assert_int_equal(architecture.in.channels, 1);
}

/* ---- What cannot be ---- */

/* 6x9 with 2 channels; one layer, and a dense one of 3 classes behind it. */
static struct architecture with_layer(struct layer layer)
{
    struct architecture architecture = {.input = {.rows = 6, .cols = 9, .channels = 2, .deviation = 1},
                                        .layer_count = 2,
                                        .layers = {layer, networks_dense(3, ACTIVATION_NONE)}};
    return architecture;
}

static void assert_refused(struct architecture architecture, const char *sentence)
{
    struct error err = {0};
    struct architecture before;
    memcpy(&before, &architecture, sizeof before);
    assert_int_equal(architecture_resolve(&architecture, &err), -1);
    assert_int_equal(err.kind, ERROR_MODEL);
    assert_string_equal(err.text, sentence);
    assert_memory_equal(&architecture, &before, sizeof before);
}

static void a_filter_larger_than_its_input_is_refused(void **state)
{
    (void)state;
    assert_refused(with_layer(networks_conv(4, 7, 1, 0, ACTIVATION_RELU)),
                   "layer 1 (conv): a 7x7 filter does not fit in a 6x9 input padded by 0: use f <= 6, or p >= 1");
    assert_refused(with_layer(networks_conv(4, 11, 1, 1, ACTIVATION_RELU)),
                   "layer 1 (conv): a 11x11 filter does not fit in a 6x9 input padded by 1: use f <= 8, or p >= 3");
}

static void a_window_larger_than_its_input_is_refused(void **state)
{
    (void)state;
    assert_refused(
        with_layer(networks_pool(POOL_MAX, 8, 2, 0)),
        "layer 1 (pool): a 8x8 pooling window does not fit in a 6x9 input padded by 0: use f <= 6, or p >= 1");
}

static void pooling_with_more_padding_than_half_a_window_is_refused(void **state)
{
    (void)state;
    assert_refused(with_layer(networks_pool(POOL_AVERAGE, 3, 1, 2)),
                   "layer 1 (pool): a 3x3 pooling window padded by 2 could lie on padding alone: use p <= f/2 = 1");
}

static void hyperparameters_out_of_range_are_refused(void **state)
{
    (void)state;
    assert_refused(with_layer(networks_conv(0, 3, 1, 0, ACTIVATION_RELU)),
                   "layer 1 (conv): filters is 0: use 1 to 1024");
    assert_refused(with_layer(networks_conv(1025, 3, 1, 0, ACTIVATION_RELU)),
                   "layer 1 (conv): filters is 1025: use 1 to 1024");
    assert_refused(with_layer(networks_conv(1, 0, 1, 0, ACTIVATION_RELU)), "layer 1 (conv): f is 0: use 1 to 1024");
    assert_refused(with_layer(networks_conv(1, 3, 0, 0, ACTIVATION_RELU)), "layer 1 (conv): s is 0: use 1 to 1024");
    assert_refused(with_layer(networks_conv(1, 3, 1, -1, ACTIVATION_RELU)), "layer 1 (conv): p is -1: use 0 to 1024");
    assert_refused(with_layer(networks_pool(POOL_MAX, 2, 2000, 0)), "layer 1 (pool): s is 2000: use 1 to 1024");
    assert_refused(with_layer(networks_dense(0, ACTIVATION_RELU)), "layer 1 (dense): units is 0: use 1 to 65536");
    assert_refused(with_layer(networks_dense(65537, ACTIVATION_RELU)),
                   "layer 1 (dense): units is 65537: use 1 to 65536");
}

static void an_impossible_input_is_refused(void **state)
{
    (void)state;
    struct architecture architecture = with_layer(networks_dense(3, ACTIVATION_RELU));
    architecture.input.rows = 0;
    assert_refused(architecture, "input: rows is 0: use 1 to 1024");
    architecture.input.rows = 6;
    architecture.input.cols = 1025;
    assert_refused(architecture, "input: cols is 1025: use 1 to 1024");
    architecture.input.cols = 6;
    architecture.input.channels = -1;
    assert_refused(architecture, "input: channels is -1: use 1 to 1024");
    architecture.input.channels = 1;
    architecture.input.pad = -1;
    assert_refused(architecture, "input: pad is -1: use 0 to 1024");
    architecture.input.pad = 0;
    architecture.input.deviation = 0;
    assert_refused(architecture, "input: the normalisation (byte/255 - mean) / deviation needs a finite mean and a "
                                 "deviation above 0, and has 0 and 0");
    architecture.input.deviation = 1;
    architecture.input.mean = INFINITY;
    assert_refused(architecture, "input: the normalisation (byte/255 - mean) / deviation needs a finite mean and a "
                                 "deviation above 0, and has inf and 1");
}

static void a_network_without_layers_or_with_too_many_is_refused(void **state)
{
    (void)state;
    struct architecture architecture = with_layer(networks_dense(3, ACTIVATION_RELU));
    architecture.layer_count = 0;
    assert_refused(architecture, "the number of layers is 0: use 1 to 32");
    architecture.layer_count = 33;
    assert_refused(architecture, "the number of layers is 33: use 1 to 32");
}

static void the_last_layer_has_to_give_scores(void **state)
{
    (void)state;
    struct architecture architecture = with_layer(networks_conv(4, 3, 1, 0, ACTIVATION_RELU));
    architecture.layer_count = 1;
    assert_refused(architecture, "the last layer is conv with activation relu: it has to be dense with activation none "
                                 "and one unit a class, since softmax follows it");
    architecture = with_layer(networks_dense(10, ACTIVATION_NONE));
    architecture.layers[1].activation = ACTIVATION_SIGMOID;
    assert_refused(architecture, "the last layer is dense with activation sigmoid: it has to be dense with activation "
                                 "none and one unit a class, since softmax follows it");
    architecture.layers[1] = networks_dense(1, ACTIVATION_NONE);
    assert_refused(architecture, "the number of classes (units of the last layer) is 1: use 2 to 256");
    architecture.layers[1] = networks_dense(257, ACTIVATION_NONE);
    assert_refused(architecture, "the number of classes (units of the last layer) is 257: use 2 to 256");
}

static void too_many_parameters_are_refused(void **state)
{
    (void)state;
    struct architecture architecture = with_layer(networks_dense(65536, ACTIVATION_RELU));
    architecture.input.rows = architecture.input.cols = 100;
    assert_refused(architecture, "layer 1 (dense): 20000 inputs x 65536 units = 1310720000 weights are more than the "
                                 "16777216 that a network may have: pool before it, or use fewer units");
    architecture.layers[0] = networks_conv(1024, 95, 1, 0, ACTIVATION_RELU);
    assert_refused(architecture, "layer 1 (conv): 18483200 weights are more than the 16777216 that a network may have");
    architecture.input = (struct input){.rows = 4, .cols = 1000, .channels = 1, .deviation = 1};
    architecture.layers[0] = networks_dense(4000, ACTIVATION_RELU);
    architecture.layers[1] = networks_dense(3000, ACTIVATION_RELU);
    architecture.layers[2] = networks_dense(10, ACTIVATION_NONE);
    architecture.layer_count = 3;
    assert_refused(architecture, "the network has 28037010 parameters, more than the 16777216 that are allowed");
}

static void too_many_activations_are_refused(void **state)
{
    (void)state;
    struct architecture architecture = with_layer(networks_conv(1024, 1, 1, 0, ACTIVATION_RELU));
    architecture.input.rows = architecture.input.cols = 64;
    assert_refused(architecture, "layer 1 (conv): its output of 64x64x1024 makes 4202496 numbers an image up to here, "
                                 "and 4194304 are allowed: use a smaller input, fewer filters, less padding, or a "
                                 "larger stride");
    architecture.input.rows = architecture.input.cols = architecture.input.channels = 1024;
    assert_refused(architecture, "input: 1073741824 numbers an image are more than the 4194304 that are allowed");
    architecture.input.pad = 1024;
    assert_refused(architecture, "input: 9663676416 numbers an image are more than the 4194304 that are allowed");
}

static void a_layer_behind_the_first_is_named_by_its_number(void **state)
{
    (void)state;
    struct architecture architecture = with_layer(networks_pool(POOL_MAX, 2, 2, 0));
    architecture.layers[1] = networks_conv(2, 5, 1, 0, ACTIVATION_RELU);
    architecture.layers[2] = networks_dense(2, ACTIVATION_NONE);
    architecture.layer_count = 3;
    assert_refused(architecture,
                   "layer 2 (conv): a 5x5 filter does not fit in a 3x4 input padded by 0: use f <= 3, or p >= 1");
}

static void images_that_do_not_match_are_refused(void **state)
{
    (void)state;
    const struct architecture lenet5 = preset("lenet5"), course = preset("course");
    struct error err = {0};
    assert_int_equal(architecture_check_images(&lenet5, 1, 28, 28, &err), 0);
    assert_int_equal(architecture_check_images(&course, 1, 28, 28, &err), -1);
    assert_int_equal(err.kind, ERROR_DATA);
    assert_string_equal(err.text, "the images are 28x28 with 1 channel and the network takes 32x32 with 3: use other "
                                  "images, or a config whose input has rows 28, cols 28, channels 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lenet5_has_61706_parameters),
        cmocka_unit_test(lenet5_avg_has_the_same_shapes_and_the_papers_functions),
        cmocka_unit_test(course_has_62958_parameters),
        cmocka_unit_test(sizes_floor),
        cmocka_unit_test(pad_makes_the_input_larger),
        cmocka_unit_test(a_filter_larger_than_its_input_is_refused),
        cmocka_unit_test(a_window_larger_than_its_input_is_refused),
        cmocka_unit_test(pooling_with_more_padding_than_half_a_window_is_refused),
        cmocka_unit_test(hyperparameters_out_of_range_are_refused),
        cmocka_unit_test(an_impossible_input_is_refused),
        cmocka_unit_test(a_network_without_layers_or_with_too_many_is_refused),
        cmocka_unit_test(the_last_layer_has_to_give_scores),
        cmocka_unit_test(too_many_parameters_are_refused),
        cmocka_unit_test(too_many_activations_are_refused),
        cmocka_unit_test(a_layer_behind_the_first_is_named_by_its_number),
        cmocka_unit_test(images_that_do_not_match_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
