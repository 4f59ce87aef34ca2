#include "pages/explanation_page.h"

#include <stdio.h>
#include <stdlib.h>

#include "pages/prose.h"

/* Pixels of the page for one of a map: small maps are shown larger. */
static int zoom(int cols)
{
    return cols >= 24 ? 4 : cols >= 12 ? 5 : cols >= 4 ? 10 : 24;
}

/* A single row, the units of a dense layer, is shown as a strip. */
static void add_map(struct html *html, const unsigned char *gray, int rows, int cols, int scale, const char *alt)
{
    char attributes[192];
    snprintf(attributes, sizeof attributes, "%s width=\"%d\" height=\"%d\" alt=\"%s\"",
             rows == 1 ? "class=\"strip\"" : "", cols * scale, rows == 1 ? 24 : rows * scale, alt);
    html_picture(html, gray, rows, cols, attributes);
}

/* Gray between `least` (black) and `most` (white). */
static void add_real_map(struct html *html, const real *y, int rows, int cols, real least, real most, int scale,
                         const char *alt)
{
    unsigned char *gray = malloc((size_t)rows * (size_t)cols);
    if (gray == NULL) {
        html->has_failed = 1;
        return;
    }
    for (int i = 0; i < rows * cols; i++)
        gray[i] = most > least ? (unsigned char)(255 * (y[i] - least) / (most - least) + (real)0.5) : 0;
    add_map(html, gray, rows, cols, scale, alt);
    free(gray);
}

/* ---- Every layer ---- */

static void add_layer(struct html *html, const struct walk *walk, int i)
{
    const struct layer *layer = &walk->model->architecture.layers[i];
    const real *y = walk->trace.y[i];
    const int size = shape_size(layer->out), is_dense = layer->kind == LAYER_DENSE;
    const int map = layer->out.rows * layer->out.cols;
    char alt[96];
    real least = 0, most = 0;
    for (int k = 0; k < size; k++) {
        least = y[k] < least ? y[k] : least;
        most = y[k] > most ? y[k] : most;
    }
    html_add(html, "<h3>Layer %d, %s", i + 1, layer_kind_name(layer->kind));
    if (is_dense)
        html_add(html, ": %d units", size);
    else
        html_add(html, ": %d maps of %d&times;%d", layer->out.channels, layer->out.rows, layer->out.cols);
    html_add(html, "</h3>\n<p class=\"muted small\">Black is %.2f, white %.2f.</p>\n<div class=\"maps\">\n",
             (double)least, (double)most);
    if (is_dense) {
        snprintf(alt, sizeof alt, "the %d units of layer %d, one a column", size, i + 1);
        add_real_map(html, y, 1, size, least, most, size > 60 ? 7 : 24, alt);
    }
    for (int m = 0; m < layer->out.channels && !is_dense; m++) {
        snprintf(alt, sizeof alt, "map %d of layer %d", m, i + 1);
        html_add(html, "<figure>");
        add_real_map(html, y + m * map, layer->out.rows, layer->out.cols, least, most, zoom(layer->out.cols), alt);
        html_add(html, "<figcaption>%d</figcaption></figure>\n", m);
    }
    html_add(html, "</div>\n");
}

/* ---- The windows ---- */

enum table { WINDOW, WEIGHTS, PRODUCTS };

static void add_table(struct html *html, const struct explain_conv *conv, const struct walk *walk, enum table which,
                      const char *caption)
{
    const struct layer *layer = &walk->model->architecture.layers[conv->layer];
    const int f = layer->conv.f;
    const float *w =
        walk->model->parameters + layer->weights + (size_t)(conv->filter * layer->conv.in.channels * f * f);
    html_add(html, "<figure class=\"scroll\"><table class=\"window\">");
    for (int i = 0; i < f; i++) {
        html_add(html, "<tr>");
        for (int j = 0; j < f; j++) {
            const real x = explain_input(walk, conv->layer, 0, conv->top + i, conv->left + j), weight = w[i * f + j];
            html_add(html, "<td>%.2f</td>", (double)(which == WINDOW ? x : which == WEIGHTS ? weight : x * weight));
        }
        html_add(html, "</tr>");
    }
    html_add(html, "</table><figcaption>%s</figcaption></figure>\n", caption);
}

static void add_conv(struct html *html, const struct explain_conv *conv, const struct walk *walk)
{
    const struct layer *layer = &walk->model->architecture.layers[conv->layer];
    html_add(html,
             "<h2>One window of the convolution</h2>\n<p>Filter %d of layer %d is strongest at row %d, column %d: it "
             "looks at the %d&times;%d pixels from row %d, column %d of its input on.</p>\n<div class=\"row\">\n",
             conv->filter, conv->layer + 1, conv->row, conv->col, layer->conv.f, layer->conv.f, conv->top, conv->left);
    add_table(html, conv, walk, WINDOW, "window");
    html_add(html, "<span class=\"sign\">&times;</span>");
    add_table(html, conv, walk, WEIGHTS, "filter");
    html_add(html, "<span class=\"sign\">=</span>");
    add_table(html, conv, walk, PRODUCTS, "products");
    html_add(html,
             "</div>\n<p>The products sum to %.4f; with the bias %.4f the score is %.4f; %s makes it "
             "<strong>%.4f</strong>.</p>\n",
             (double)conv->sum, (double)conv->bias, (double)conv->score, activation_name(layer->activation),
             (double)conv->output);
}

static void add_pool(struct html *html, const struct explain_pool *pool, const struct walk *walk)
{
    const struct pool *layer = &walk->model->architecture.layers[pool->layer].pool;
    html_add(html,
             "<h2>One window of the pooling</h2>\n<p>Layer %d, map %d, row %d, column %d: the window that holds "
             "that number.</p>\n<table class=\"window\">",
             pool->layer + 1, pool->map, pool->row, pool->col);
    for (int i = 0; i < layer->f; i++) {
        html_add(html, "<tr>");
        for (int j = 0; j < layer->f; j++)
            html_add(html, "<td%s>%.4f</td>", i * layer->f + j == pool->winner ? " class=\"win\"" : "",
                     (double)pool->window[i * layer->f + j]);
        html_add(html, "</tr>");
    }
    html_add(html,
             "</table>\n<p>Maximum %.4f, average %.4f; this network takes the %s. On the way back the maximum hands "
             "the whole gradient to its place, which is marked, and 0 to the others; an average hands 1/%d of it to "
             "each.</p>\n",
             (double)pool->maximum, (double)pool->average, layer->mode == POOL_MAX ? "maximum" : "average",
             layer->f * layer->f);
}

/* A row that has only a product. */
static void add_product(struct prose *prose, const char *what, real product)
{
    prose_cell(prose, "%s", what);
    for (int i = 0; i < 2; i++)
        prose_cell(prose, "%s", "");
    prose_cell(prose, "%.4f", (double)product);
}

static void add_dense(struct html *html, const struct explain_dense *dense, const struct walk *walk)
{
    static const char *const names[] = {"input", "x", "weight", "product"};
    struct prose prose = {.html = html, .form = PROSE_HTML};
    const int is_last = dense->layer == walk->model->architecture.layer_count - 1;
    html_add(html, "<div>\n<h3>Layer %d: %s %d</h3>\n", dense->layer + 1, is_last ? "digit" : "unit", dense->unit);
    prose_table(&prose, "rrrr", names);
    for (int i = 0; i < dense->count; i++) {
        prose_cell(&prose, "%d", dense->shares[i].input);
        prose_cell(&prose, "%.4f", (double)dense->shares[i].x);
        prose_cell(&prose, "%.4f", (double)dense->shares[i].weight);
        prose_cell(&prose, "%.4f", (double)dense->shares[i].product);
    }
    add_product(&prose, "all others", dense->rest);
    add_product(&prose, "bias", dense->bias);
    add_product(&prose, "score", dense->score);
    prose_table_end(&prose);
    html_add(html, "</div>\n");
}

/* ---- The answer ---- */

static void add_scores(struct html *html, const struct walk *walk)
{
    const struct architecture *architecture = &walk->model->architecture;
    const real *scores = walk->trace.y[architecture->layer_count - 1];
    const double t = walk->model->calibration.temperature;
    html_add(html,
             "<h2>Scores and probabilities</h2>\n<p>Softmax: e<sup>score / %.3g</sup> over the sum of all of "
             "them.</p>\n<table>\n<tr><th scope=\"col\">digit</th><th scope=\"col\">score</th>"
             "<th scope=\"col\">probability</th><td></td></tr>\n",
             t);
    for (int k = 0; k < architecture->classes; k++) {
        const double p = (double)walk->probabilities[k];
        html_add(
            html,
            "<tr%s><th scope=\"row\">%d</th><td>%.4f</td><td>%.4f</td><td><svg class=\"share\" aria-hidden=\"true\">"
            "<rect class=\"bar\" width=\"%.2f%%\" height=\"100%%\" rx=\"2\"/></svg></td></tr>\n",
            k == walk->answer ? " class=\"win\"" : "", k, (double)scores[k], p, 100 * p);
    }
    html_add(html, "</table>\n");
}

static void add_cover(struct html *html, const struct explanation *explanation, const struct walk *walk,
                      const unsigned char *pixels)
{
    const int rows = explanation->rows, cols = explanation->cols;
    float most = 0;
    for (int i = 0; i < rows * cols; i++)
        most = explanation->cover[i] > most ? explanation->cover[i] : most;
    html_add(
        html,
        "<h2>What makes it %s %d</h2>\n<p>A square of %d&times;%d background is laid over each place in turn: "
        "where the right map is white, the log probability of that answer falls by %.2f, where it is black, by nothing "
        "or it rises.</p>\n<div class=\"maps\">",
        walk->answer == 8 ? "an" : "a", walk->answer, EXPLAIN_COVER, EXPLAIN_COVER, (double)most);
    add_map(html, pixels, rows, cols, zoom(cols), "the picture as the network sees it");
    unsigned char *map = malloc((size_t)rows * (size_t)cols);
    if (map == NULL) {
        html->has_failed = 1;
        return;
    }
    for (int i = 0; i < rows * cols; i++)
        map[i] = explanation->cover[i] > 0 ? (unsigned char)(255 * explanation->cover[i] / most + 0.5f) : 0;
    add_map(html, map, rows, cols, zoom(cols), "how much the answer loses when a place is covered");
    free(map);
    html_add(html, "</div>\n");
}

void explanation_page(struct html *html, const struct explanation *explanation, const struct walk *walk,
                      const unsigned char *pixels, const char *name)
{
    const struct architecture *architecture = &walk->model->architecture;
    const double reject = walk->model->calibration.reject, certainty = (double)walk->certainty;
    html_begin(html, "lenet5 explain");
    html_add(html, "<main>\n<h1>%s %s %d</h1>\n<p class=\"muted\">", certainty < reject ? "Perhaps" : "This is",
             walk->answer == 8 ? "an" : "a", walk->answer);
    html_text(html, name);
    html_add(html, ": probability %.4f%s</p>\n<h2>What the network sees</h2>\n",
             (double)walk->probabilities[walk->answer], certainty < reject ? ", but not sure that it is a digit" : "");
    add_map(html, pixels, explanation->rows, explanation->cols, 8, "the picture as the network sees it");
    if (explanation->conv.layer >= 0)
        add_conv(html, &explanation->conv, walk);
    if (explanation->pool.layer >= 0)
        add_pool(html, &explanation->pool, walk);
    html_add(html, "<h2>Layer by layer</h2>\n");
    for (int i = 0; i < architecture->layer_count; i++)
        add_layer(html, walk, i);
    html_add(html, "<h2>The dense layers</h2>\n<p>The unit of each with the largest output, and its inputs of most "
                   "weight.</p>\n<div class=\"pair\">\n");
    for (int i = 0; i < explanation->dense_count; i++)
        add_dense(html, &explanation->dense[i], walk);
    html_add(html, "</div>\n");
    add_scores(html, walk);
    add_cover(html, explanation, walk, pixels);
    html_add(html,
             "<p class=\"muted small\">Rows, columns, filters, maps, units and inputs count from 0, layers from "
             "1. Model %.12s.</p>\n</main>\n",
             walk->model->digest);
    html_end(html);
}
