#include "cli/explain_text.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/glyphs.h"
#include "cli/table.h"

enum { BAR = 40 };

/* ---- Pictures ---- */

static void print_picture(const unsigned char *pixels, int rows, int cols)
{
    const enum glyphs glyphs = glyphs_for(stdout);
    for (int line = 0; line < glyphs_lines(rows); line++) {
        printf("  |");
        glyphs_print(stdout, pixels, rows, cols, line, glyphs);
        printf("|\n");
    }
}

/* ---- Layers ---- */

static void add_shape(struct table *table, struct shape shape, int is_dense)
{
    if (is_dense)
        table_cell(table, "%d units", shape.channels);
    else
        table_cell(table, "%d maps of %dx%d", shape.channels, shape.rows, shape.cols);
}

static void print_layers(const struct walk *walk)
{
    const struct architecture *architecture = &walk->model->architecture;
    struct table *table = malloc(sizeof *table);
    if (table == NULL)
        return;
    table_start(table, "lllrrr");
    table_cell(table, "  layer");
    table_cell(table, "kind");
    table_cell(table, "gives");
    table_cell(table, "smallest");
    table_cell(table, "largest");
    table_cell(table, "zeros");
    for (int i = 0; i < architecture->layer_count; i++) {
        const struct layer *layer = &architecture->layers[i];
        const real *y = walk->trace.y[i];
        const int size = shape_size(layer->out);
        real least = y[0], most = y[0];
        int zeros = 0;
        for (int k = 0; k < size; k++) {
            least = y[k] < least ? y[k] : least;
            most = y[k] > most ? y[k] : most;
            zeros += !(y[k] < 0) && !(y[k] > 0);
        }
        table_cell(table, "  %5d", i + 1);
        table_cell(table, "%s", layer_kind_name(layer->kind));
        add_shape(table, layer->out, layer->kind == LAYER_DENSE);
        table_cell(table, "%.2f", (double)least);
        table_cell(table, "%.2f", (double)most);
        table_cell(table, "%.0f %%", 100.0 * zeros / size);
    }
    table_print(stdout, table);
    free(table);
}

/* ---- The windows ---- */

/* window * filter = products, row by row: f is at most EXPLAIN_FILTER. */
static void print_conv(const struct explain_conv *conv, const struct walk *walk)
{
    const struct layer *layer = &walk->model->architecture.layers[conv->layer];
    const int f = layer->conv.f;
    const float *w =
        walk->model->parameters + layer->weights + (size_t)(conv->filter * layer->conv.in.channels * f * f);
    printf("\nOne window of the convolution (layer %d): filter %d is strongest at row %d, column %d.\n"
           "It looks at rows %d to %d, columns %d to %d of its input.  window * filter = products\n\n",
           conv->layer + 1, conv->filter, conv->row, conv->col, conv->top, conv->top + f - 1, conv->left,
           conv->left + f - 1);
    for (int i = 0; i < f; i++) {
        printf(" ");
        for (int j = 0; j < f; j++)
            printf(" %5.2f", (double)explain_input(walk, conv->layer, 0, conv->top + i, conv->left + j));
        printf(i == f / 2 ? "  *" : "   ");
        for (int j = 0; j < f; j++)
            printf(" %5.2f", (double)w[i * f + j]);
        printf(i == f / 2 ? "  =" : "   ");
        for (int j = 0; j < f; j++)
            printf(" %5.2f",
                   (double)(w[i * f + j] * explain_input(walk, conv->layer, 0, conv->top + i, conv->left + j)));
        printf("\n");
    }
    printf("\n  sum of the products %8.4f\n  + bias              %8.4f\n  = score             %8.4f\n"
           "  after %-13s %8.4f\n",
           (double)conv->sum, (double)conv->bias, (double)conv->score, activation_name(layer->activation),
           (double)conv->output);
}

static void print_pool(const struct explain_pool *pool, const struct walk *walk)
{
    const struct pool *layer = &walk->model->architecture.layers[pool->layer].pool;
    printf("\nOne window of the pooling (layer %d), which holds that number: map %d, row %d, column %d.\n\n",
           pool->layer + 1, pool->map, pool->row, pool->col);
    for (int i = 0; i < layer->f; i++) {
        printf(" ");
        for (int j = 0; j < layer->f; j++)
            printf(" %8.4f", (double)pool->window[i * layer->f + j]);
        printf("\n");
    }
    printf("\n  maximum %8.4f%s\n  average %8.4f%s\n"
           "On the way back the maximum hands the whole gradient to row %d, column %d of the window and 0 to the\n"
           "others; an average hands 1/%d of it to each.\n",
           (double)pool->maximum, layer->mode == POOL_MAX ? "   this network takes it" : "", (double)pool->average,
           layer->mode == POOL_AVERAGE ? "   this network takes it" : "", pool->winner / layer->f,
           pool->winner % layer->f, layer->f * layer->f);
}

/* ---- Dense layers ---- */

static void print_dense(const struct explain_dense *dense, const struct walk *walk)
{
    const struct architecture *architecture = &walk->model->architecture;
    const struct layer *layer = &architecture->layers[dense->layer];
    const int is_last = dense->layer == architecture->layer_count - 1;
    printf("\nDense layer %d: %s %d has the largest output. Its inputs of most weight:\n\n", dense->layer + 1,
           is_last ? "digit" : "unit", dense->unit);
    printf("    input        x  *  weight  =  product\n");
    for (int i = 0; i < dense->count; i++)
        printf("    %5d %8.4f    %8.4f    %8.4f\n", dense->shares[i].input, (double)dense->shares[i].x,
               (double)dense->shares[i].weight, (double)dense->shares[i].product);
    printf("    all others                  %8.4f\n    bias                        %8.4f\n"
           "    score                       %8.4f",
           (double)dense->rest, (double)dense->bias, (double)dense->score);
    if (layer->activation != ACTIVATION_NONE)
        printf("   after %s %.4f", activation_name(layer->activation), (double)dense->output);
    printf("\n");
}

/* ---- The answer ---- */

static void print_scores(const struct walk *walk)
{
    const struct architecture *architecture = &walk->model->architecture;
    const real *scores = walk->trace.y[architecture->layer_count - 1];
    printf("\nScores and probabilities: softmax of score / %.3f, e^(score / %.3f) over the sum of all of them\n\n",
           walk->model->calibration.temperature, walk->model->calibration.temperature);
    for (int k = 0; k < architecture->classes; k++) {
        const double p = (double)walk->probabilities[k];
        printf("  %3d %9.4f  %.4f  ", k, (double)scores[k], p);
        for (int i = 0; i < (int)(p * BAR + 0.5); i++)
            putchar('#');
        printf("\n");
    }
}

static void print_cover(const struct explanation *explanation, int answer)
{
    const int size = explanation->rows * explanation->cols;
    unsigned char *map = malloc((size_t)size);
    float most = 0;
    if (map == NULL)
        return;
    for (int i = 0; i < size; i++)
        most = explanation->cover[i] > most ? explanation->cover[i] : most;
    for (int i = 0; i < size; i++)
        map[i] = explanation->cover[i] > 0 ? (unsigned char)(255 * explanation->cover[i] / most + 0.5f) : 0;
    printf("\nWhat makes it %s %d: a square of %dx%d background is laid over each place in turn; where this map is\n"
           "strongest, the log probability of that answer falls by %.2f.\n\n",
           answer == 8 ? "an" : "a", answer, EXPLAIN_COVER, EXPLAIN_COVER, (double)most);
    print_picture(map, explanation->rows, explanation->cols);
    free(map);
}

void explain_text_print(const struct explanation *explanation, const struct walk *walk, const unsigned char *pixels)
{
    printf("What the network sees: %d x %d pixels, 0 ground to 255 ink.\n\n", explanation->rows, explanation->cols);
    print_picture(pixels, explanation->rows, explanation->cols);
    printf("\nLayer by layer\n\n");
    print_layers(walk);
    if (explanation->conv.layer >= 0)
        print_conv(&explanation->conv, walk);
    if (explanation->pool.layer >= 0)
        print_pool(&explanation->pool, walk);
    for (int i = 0; i < explanation->dense_count; i++)
        print_dense(&explanation->dense[i], walk);
    print_scores(walk);
    print_cover(explanation, walk->answer);
}
