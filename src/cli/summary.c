/* lenet5 summary: a network layer by layer, with the arithmetic behind every number, and what its convolutions save. */
#include <stdio.h>

#include "base/figures.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/table.h"
#include "model/config.h"
#include "model/model_file.h"
#include "model/summary_json.h"
#include "nn/counts.h"

struct window {
    int f, s, p;
};

/* Only conv and pool layers have one. */
static struct window window_of(const struct layer *layer)
{
    if (layer->kind == LAYER_CONV)
        return (struct window){layer->conv.f, layer->conv.s, layer->conv.p};
    return (struct window){layer->pool.f, layer->pool.s, layer->pool.p};
}

static const char *pool_name(const struct layer *layer)
{
    return layer->pool.mode == POOL_MAX ? "max" : "average";
}

static void print_input(const struct architecture *architecture)
{
    const struct input *input = &architecture->input;
    printf("Input: pictures of %d rows x %d columns with %d channel%s", input->rows, input->cols, input->channels,
           input->channels == 1 ? "" : "s");
    if (input->pad > 0)
        printf(", %d pixel%s of background around them", input->pad, input->pad == 1 ? "" : "s");
    printf(";\neach pixel 0..255 becomes x = (pixel/255 - %g) / %g.\n\n", (double)input->mean,
           (double)input->deviation);
}

static void add_name(struct table *table, const struct layer *layer, int number)
{
    if (layer->kind == LAYER_POOL)
        table_cell(table, "%d %s pool", number, pool_name(layer));
    else if (layer->activation == ACTIVATION_NONE)
        table_cell(table, "%d %s", number, layer_kind_name(layer->kind));
    else
        table_cell(table, "%d %s, %s", number, layer_kind_name(layer->kind), activation_name(layer->activation));
}

static void add_window(struct table *table, const struct layer *layer)
{
    if (layer->kind == LAYER_DENSE) {
        for (int i = 0; i < 3; i++)
            table_cell(table, "%s", "");
        return;
    }
    const struct window window = window_of(layer);
    table_cell(table, "%d", window.f);
    table_cell(table, "%d", window.s);
    table_cell(table, "%d", window.p);
}

/* As the course writes it: rows x columns x channels, and a dense layer's units as a column. */
static void add_shape(struct table *table, struct shape shape, int is_dense)
{
    char size[FIGURES_GROUPED];
    if (is_dense)
        table_cell(table, "(%d, 1)", shape.channels);
    else
        table_cell(table, "(%d, %d, %d)", shape.rows, shape.cols, shape.channels);
    table_cell(table, "%s", figures_grouped(size, counts_size(shape)));
}

static void add_counts(struct table *table, long long parameters, long long multiply_adds)
{
    char text[FIGURES_GROUPED];
    table_cell(table, "%s", figures_grouped(text, parameters));
    table_cell(table, "%s", figures_grouped(text, multiply_adds));
}

static void add_cells(struct table *table, const char *const *cells)
{
    for (; *cells != NULL; cells++)
        table_cell(table, "%s", *cells);
}

static void print_layers(const struct architecture *architecture)
{
    static const char *const head[] = {
        "layer", "f", "s", "p", "activation shape", "activation size", "parameters", "multiply-adds", NULL};
    static const char *const input[] = {"input", "", "", "", NULL}, *const total[] = {"total", "", "",  "",
                                                                                      "",      "", NULL};
    struct table table;
    table_start(&table, "lrrrrrrr");
    add_cells(&table, head);
    add_cells(&table, input);
    add_shape(&table, architecture->in, 0);
    add_counts(&table, 0, 0);
    for (int i = 0; i < architecture->layer_count; i++) {
        const struct layer *layer = &architecture->layers[i];
        add_name(&table, layer, i + 1);
        add_window(&table, layer);
        add_shape(&table, layer->out, layer->kind == LAYER_DENSE);
        add_counts(&table, counts_parameters(layer), layer_multiply_adds(layer));
    }
    add_cells(&table, total);
    add_counts(&table, (long long)architecture->parameter_count, counts_multiply_adds(architecture));
    table_print(stdout, &table);
}

static void add_side(struct table *table, struct window w, int in, int out, const char *unit)
{
    table_cell(table, "floor((%d+2*%d-%d)/%d)+1 = %d%s", in, w.p, w.f, w.s, out, unit);
}

static void add_conv_counts(struct table *table, const struct layer *layer)
{
    const struct conv *conv = &layer->conv;
    char text[FIGURES_GROUPED];
    table_cell(table, "(%d*%d*%d+1)*%d = %s", conv->f, conv->f, conv->in.channels, conv->filters,
               figures_grouped(text, counts_parameters(layer)));
    table_cell(table, "%d*%d*%d * %d*%d*%d = %s", conv->f, conv->f, conv->in.channels, conv->out.rows, conv->out.cols,
               conv->filters, figures_grouped(text, layer_multiply_adds(layer)));
}

static void add_dense_arithmetic(struct table *table, const struct layer *layer)
{
    const struct shape in = layer->in;
    char inputs[FIGURES_GROUPED], units[FIGURES_GROUPED], text[FIGURES_GROUPED];
    figures_grouped(inputs, layer->dense.inputs);
    figures_grouped(units, layer->dense.units);
    if (in.rows * in.cols > 1)
        table_cell(table, "%d*%d*%d = %s inputs", in.rows, in.cols, in.channels, inputs);
    else
        table_cell(table, "%s input%s", inputs, layer->dense.inputs == 1 ? "" : "s");
    table_cell(table, "(%s+1)*%s = %s", inputs, units, figures_grouped(text, counts_parameters(layer)));
    table_cell(table, "%s * %s = %s", inputs, units, figures_grouped(text, layer_multiply_adds(layer)));
}

/* One row, and a second one where the columns' side is not the rows'. */
static void add_window_arithmetic(struct table *table, const struct layer *layer)
{
    static const char *const none[] = {"0", "0", NULL}, *const same_layer[] = {"", NULL},
                             *const said[] = {"", "", NULL};
    const struct window window = window_of(layer);
    const int square = layer->in.rows == layer->in.cols;
    add_side(table, window, layer->in.rows, layer->out.rows, square ? "" : layer->out.rows == 1 ? " row" : " rows");
    if (layer->kind == LAYER_CONV)
        add_conv_counts(table, layer);
    else
        add_cells(table, none);
    if (square)
        return;
    add_cells(table, same_layer);
    add_side(table, window, layer->in.cols, layer->out.cols, layer->out.cols == 1 ? " column" : " columns");
    add_cells(table, said);
}

static void print_arithmetic(const struct architecture *architecture)
{
    static const char *const head[] = {"layer", "side, or inputs", "parameters", "multiply-adds", NULL};
    struct table table;
    printf("\nHow they come about: a window of side f fits floor((side + 2p - f) / s) + 1 times along each side;\n"
           "each filter has f*f*channels weights and a bias, each dense unit a weight an input and a bias.\n\n");
    table_start(&table, "llll");
    add_cells(&table, head);
    for (int i = 0; i < architecture->layer_count; i++) {
        const struct layer *layer = &architecture->layers[i];
        table_cell(&table, "%d %s", i + 1, layer_kind_name(layer->kind));
        if (layer->kind == LAYER_DENSE)
            add_dense_arithmetic(&table, layer);
        else
            add_window_arithmetic(&table, layer);
    }
    table_print(stdout, &table);
}

static void print_against_dense(const struct layer *layer, int number)
{
    const long long own = counts_parameters(layer), dense = counts_dense(layer->in, layer->out);
    const struct shape in = layer->in, out = layer->out;
    char own_text[FIGURES_GROUPED], inputs[FIGURES_GROUPED], outputs[FIGURES_GROUPED], dense_text[FIGURES_GROUPED];
    char times[FIGURES_GROUPED];
    if (dense < 10 * own)
        snprintf(times, sizeof times, "%.1f", (double)dense / (double)own);
    else
        figures_grouped(times, (dense + own / 2) / own);
    printf("%d conv: %s parameters; a dense layer from %dx%dx%d to %dx%dx%d would need\n"
           "        (%s+1)*%s = %s, %s times as many\n",
           number, figures_grouped(own_text, own), in.rows, in.cols, in.channels, out.rows, out.cols, out.channels,
           figures_grouped(inputs, counts_size(in)), figures_grouped(outputs, counts_size(out)),
           figures_grouped(dense_text, dense), times);
}

static void print_why_convolutions(const struct architecture *architecture)
{
    int told = 0;
    for (int i = 0; i < architecture->layer_count; i++) {
        if (architecture->layers[i].kind != LAYER_CONV)
            continue;
        if (!told++)
            printf("\nWhy convolutions: a filter's parameters are shared over the whole picture, and an output is\n"
                   "connected to f*f*channels numbers only.\n\n");
        print_against_dense(&architecture->layers[i], i + 1);
    }
}

static int load(struct architecture *out, const char *config_name, const char *model_path, struct error *err)
{
    if (model_path == NULL) {
        struct config config;
        if (config_load(&config, config_name, err) != 0)
            return -1;
        *out = config.architecture;
        return 0;
    }
    struct model model;
    if (model_file_load(&model, model_path, err) != 0)
        return -1;
    *out = model.architecture;
    model_free(&model);
    return 0;
}

int summary_command(int argc, char **argv)
{
    static const char closing[] =
        "--config takes best, best-max, course, lenet5, lenet5-avg, plain, quick, reader, or a JSON\n"
        "file.\n"
        "\n"
        "Example: lenet5 summary --config course\n"
        "Exit status: 4 config or model wrong.\n";
    const char *config = "lenet5", *model = NULL;
    bool as_json = false;
    struct option_spec specs[] = {
        {.name = "config", .kind = OPTION_TEXT, .to.text = &config, .argument = "NAME|FILE", .help = "the network"},
        {.name = "model",
         .letter = 'm',
         .kind = OPTION_TEXT,
         .to.text = &model,
         .argument = "FILE",
         .help = "the network of this trained model instead"},
        {.name = "json", .kind = OPTION_FLAG, .to.flag = &as_json, .help = "print one JSON document"},
    };
    struct options options = {.command = "summary",
                              .purpose = "Shows a network layer by layer: shapes, parameters and multiply-adds of one "
                                         "picture's way through it, and the arithmetic that gives them.",
                              .closing = closing,
                              .specs = specs,
                              .count = sizeof specs / sizeof specs[0]};
    struct architecture architecture;
    struct error err = {0};
    int status;
    if (!command_begin(&status, &options, argc, argv))
        return status;
    if (options_given(&options, "config") && options_given(&options, "model"))
        error_set(&err, ERROR_USAGE, "--config and --model both name a network: give one of them");
    else if (load(&architecture, config, model, &err) == 0) {
        if (as_json)
            return output_json(summary_json(&architecture));
        print_input(&architecture);
        print_layers(&architecture);
        print_arithmetic(&architecture);
        print_why_convolutions(&architecture);
        return STATUS_DONE;
    }
    return output_error(&err);
}
