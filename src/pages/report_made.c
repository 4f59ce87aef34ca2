/* What the report says of how the model came about: curves, filters, the command that makes it again. */
#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "pages/charts.h"
#include "pages/report_parts.h"

/* ---- Curves ---- */

/* A figure of each epoch; NaN where the record has none. Gives NULL where no epoch has it, or memory is out. */
static double *figures(const cJSON *epochs, const char *key)
{
    const int count = cJSON_GetArraySize(epochs);
    double *values = count > 0 ? malloc((size_t)count * sizeof *values) : NULL;
    int i = 0, found = 0;
    const cJSON *epoch;
    if (values == NULL)
        return NULL;
    cJSON_ArrayForEach(epoch, epochs)
    {
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(epoch, key);
        found += cJSON_IsNumber(value);
        values[i++] = cJSON_IsNumber(value) ? value->valuedouble : (double)NAN;
    }
    if (found > 0)
        return values;
    free(values);
    return NULL;
}

static void add_curve(struct html *html, const cJSON *epochs, const struct chart_text *text, const char *training,
                      const char *validation)
{
    double *trained = figures(epochs, training), *validated = figures(epochs, validation);
    const int count = cJSON_GetArraySize(epochs);
    const struct chart_series series[CHART_SERIES] = {{"training", trained, count}, {"held out", validated, count}};
    if (trained != NULL)
        charts_lines(html, text, series, validated != NULL ? 2 : 1);
    free(trained);
    free(validated);
}

void report_part_curves(struct html *html, const struct card *card)
{
    const cJSON *epochs = cJSON_GetObjectItemCaseSensitive(card->model->training, "epochs");
    add_curve(html, epochs,
              &(struct chart_text){
                  "Loss by epoch; that of training in its own forward passes, on images as they were altered", "epoch",
                  "cross-entropy, nats"},
              "loss", "validation_loss");
    add_curve(html, epochs, &(struct chart_text){"Accuracy by epoch, in the same passes", "epoch", "share right"},
              "train_accuracy", "validation_accuracy");
}

void report_part_again(struct html *html, const struct card *card)
{
    html_add(html, "<p>To train it again:</p>\n<pre><code>lenet5 train --config ");
    html_text(html, card->path);
    html_add(html, " \\\n    --out again.json</code></pre>\n");
}

/* ---- Filters ---- */

/* The filters of the first layer, where they look at one channel: black is the most negative weight, white the most
 * positive, and 0 is the gray between. */
void report_part_filters(struct html *html, const struct card *card)
{
    const struct layer *layer = &card->model->architecture.layers[0];
    const float *w = card->model->parameters + layer->weights;
    float most = 0;
    char attributes[96];
    if (layer->kind != LAYER_CONV || layer->conv.in.channels != 1)
        return;
    const int f = layer->conv.f, size = f * f;
    unsigned char *gray = malloc((size_t)size);
    if (gray == NULL) {
        html->has_failed = 1;
        return;
    }
    for (int i = 0; i < layer->weight_count; i++)
        most = fmaxf(most, fabsf(w[i]));
    html_add(html,
             "<h3>The filters of the first layer</h3>\n<p>Black is a weight of %.2f, middle gray 0, white %.2f: a "
             "filter brings out what looks like it.</p>\n<div class=\"maps\">\n",
             -(double)most, (double)most);
    for (int m = 0; m < layer->conv.filters; m++) {
        for (int i = 0; i < size; i++)
            gray[i] = (unsigned char)(127.5f + (most > 0 ? 127.5f * w[m * size + i] / most : 0));
        html_add(html, "<figure>");
        snprintf(attributes, sizeof attributes, "width=\"90\" height=\"90\" alt=\"filter %d of the first layer\"", m);
        html_picture(html, gray, f, f, attributes);
        html_add(html, "<figcaption>%d</figcaption></figure>\n", m);
    }
    html_add(html, "</div>\n");
    free(gray);
}
