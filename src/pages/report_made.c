/* What the report says of how the model came about: settings, curves, filters, the command that makes it again. */
#include <cjson/cJSON.h>
#include <math.h>
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

/* ---- Settings ---- */

/* Any value of the record, as it would stand in JSON. */
static void add_value(struct html *html, const cJSON *value)
{
    char *text = cJSON_IsString(value) ? NULL : cJSON_PrintUnformatted(value);
    html_text(html, text != NULL ? text : cJSON_IsString(value) ? value->valuestring : "");
    cJSON_free(text);
}

static void add_row(struct html *html, const char *name, const cJSON *value)
{
    if (value == NULL)
        return;
    html_add(html, "<tr><th scope=\"row\">");
    html_text(html, name);
    html_add(html, "</th><td>");
    add_value(html, value);
    html_add(html, "</td></tr>\n");
}

static void add_settings(struct html *html, const cJSON *record)
{
    static const char *const facts[] = {"program", "kernels", "data", "data_digest", "images"};
    const cJSON *setting;
    html_add(html, "<div class=\"scroll\"><table>\n");
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        add_row(html, facts[i], cJSON_GetObjectItemCaseSensitive(record, facts[i]));
    cJSON_ArrayForEach(setting, cJSON_GetObjectItemCaseSensitive(record, "settings"))
        add_row(html, setting->string, setting);
    html_add(html, "</table></div>\n");
}

void report_part_training(struct html *html, const struct report *report)
{
    const cJSON *record = report->model->training;
    const cJSON *epochs = cJSON_GetObjectItemCaseSensitive(record, "epochs");
    html_add(html, "<h2>How it was trained</h2>\n");
    add_curve(html, epochs, &(struct chart_text){"Loss, epoch by epoch", "epoch", "cross-entropy, nats"}, "loss",
              "validation_loss");
    add_curve(html, epochs, &(struct chart_text){"Accuracy, epoch by epoch", "epoch", "share right"}, "train_accuracy",
              "validation_accuracy");
    html_add(html,
             "<p class=\"muted small\">Training figures are those of the epoch's own forward passes, on images as "
             "they were altered.</p>\n");
    add_settings(html, record);
    html_add(html, "<p>To train it again:</p>\n<pre><code>lenet5 train --config ");
    html_text(html, report->name);
    html_add(html,
             " --out again.json</code></pre>\n<p class=\"muted small\">Its weights then have the SHA-256 "
             "<code>%s</code>.</p>\n",
             report->model->digest);
}

/* ---- Filters ---- */

/* The filters of the first layer, where they look at one channel: black is the most negative weight, white the most
 * positive, and 0 is the gray between. */
void report_part_filters(struct html *html, const struct report *report)
{
    const struct layer *layer = &report->model->architecture.layers[0];
    const float *w = report->model->parameters + layer->weights;
    float most = 0;
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
             "<h2>The filters of the first layer</h2>\n<p>Black is a weight of %.2f, middle gray 0, white %.2f: a "
             "filter brings out what looks like it.</p>\n<div class=\"maps\">\n",
             -(double)most, (double)most);
    for (int m = 0; m < layer->conv.filters; m++) {
        for (int i = 0; i < size; i++)
            gray[i] = (unsigned char)(127.5f + (most > 0 ? 127.5f * w[m * size + i] / most : 0));
        html_add(html, "<figure>");
        html_picture(html, gray, f, f, "width=\"90\" height=\"90\" alt=\"a filter\"");
        html_add(html, "<figcaption>%d</figcaption></figure>\n", m);
    }
    html_add(html, "</div>\n");
    free(gray);
}
