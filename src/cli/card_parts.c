#include "cli/card_parts.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <string.h>

#include "cli/figures.h"
#include "dataset/label_errors.h"
#include "dataset/source.h"

static double percent(int part, int whole)
{
    return whole > 0 ? 100.0 * part / whole : 0;
}

/* ---- The network ---- */

static void layer_words(FILE *to, const struct layer *layer)
{
    switch (layer->kind) {
    case LAYER_CONV:
        fprintf(to, "%d filters %dx%d, %s", layer->conv.filters, layer->conv.f, layer->conv.f,
                activation_name(layer->activation));
        return;
    case LAYER_POOL:
        fprintf(to, "%s %dx%d", layer->pool.mode == POOL_MAX ? "maximum of" : "average of", layer->pool.f,
                layer->pool.f);
        return;
    case LAYER_DENSE:
        fprintf(to, "%d units, %s", layer->dense.units, activation_name(layer->activation));
    }
}

void card_part_network(FILE *to, const struct card *card)
{
    const struct architecture *architecture = &card->model->architecture;
    const struct input *input = &architecture->input;
    char parameters[FIGURES_GROUPED];
    fprintf(to,
            "## Network\n\n%s parameters; a picture is %dx%d with %d channel%s, %d pixels of background around it.\n\n",
            figures_grouped(parameters, (long long)architecture->parameter_count), input->rows, input->cols,
            input->channels, input->channels == 1 ? "" : "s", input->pad);
    fprintf(to, "| layer | what | out (rows x columns x channels) | parameters |\n|---:|---|---|---:|\n");
    for (int i = 0; i < architecture->layer_count; i++) {
        const struct layer *layer = &architecture->layers[i];
        fprintf(to, "| %d %s | ", i + 1, layer_kind_name(layer->kind));
        layer_words(to, layer);
        fprintf(to, " | %dx%dx%d | %s |\n", layer->out.rows, layer->out.cols, layer->out.channels,
                figures_grouped(parameters, layer->weight_count + layer->bias_count));
    }
    fprintf(to, "\nDigest of the weights: `%s`\n\n", card->model->digest);
}

/* ---- Training ---- */

/* Every value of the record as it stands, so that a setting that is new is told too: "augment.shift". */
static void rows_of(FILE *to, const cJSON *object, const char *prefix)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, object)
    {
        char name[128];
        snprintf(name, sizeof name, "%s%s%s", prefix, *prefix != '\0' ? "." : "", item->string);
        if (cJSON_IsObject(item)) {
            rows_of(to, item, name);
        } else if (!cJSON_IsArray(item)) {
            char *text = cJSON_PrintUnformatted(item);
            fprintf(to, "| %s | %s |\n", name, text != NULL ? text : "");
            cJSON_free(text);
        }
    }
}

static double number_of(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(item) ? item->valuedouble : -1;
}

void card_part_training(FILE *to, const struct card *card)
{
    const cJSON *epochs = cJSON_GetObjectItemCaseSensitive(card->model->training, "epochs");
    const cJSON *last = epochs != NULL && epochs->child != NULL ? epochs->child->prev : NULL;
    fprintf(to, "## Training\n\n| | |\n|---|---|\n");
    rows_of(to, card->model->training, "");
    if (last == NULL) {
        fprintf(to, "\n");
        return;
    }
    fprintf(to, "\nIn its last epoch, %.0f, the loss was %.4f and %.2f %% of the training images were answered right",
            number_of(last, "epoch"), number_of(last, "loss"), 100 * number_of(last, "train_accuracy"));
    if (number_of(last, "validation_accuracy") >= 0)
        fprintf(to, ", of those held out %.2f %%", 100 * number_of(last, "validation_accuracy"));
    fprintf(to, ". `scripts/reproduce` trains it again with these settings and compares the bytes.\n\n");
}

/* ---- Accuracy ---- */

static void accuracy_row(FILE *to, const char *what, int correct, int total)
{
    if (total > 0)
        fprintf(to, "| %s | %.2f %% | %.2f | %d of %d |\n", what, percent(correct, total),
                100 * evaluation_standard_error(correct, total), correct, total);
}

/* The class that a class is most often taken for; -1 where it never is. */
static int most_often_taken_for(const struct evaluation *evaluation, int label)
{
    const int *row = evaluation->confusion + label * evaluation->classes;
    int most = -1;
    for (int k = 0; k < evaluation->classes; k++)
        if (k != label && row[k] > 0 && (most < 0 || row[k] > row[most]))
            most = k;
    return most;
}

static void digit_row(FILE *to, const struct evaluation *evaluation, int label)
{
    const int *row = evaluation->confusion + label * evaluation->classes;
    const int other = most_often_taken_for(evaluation, label);
    int total = 0;
    for (int k = 0; k < evaluation->classes; k++)
        total += row[k];
    if (total == 0)
        return;
    fprintf(to, "| %d | %.2f %% | %.2f | %d of %d | ", label, percent(row[label], total),
            100 * evaluation_standard_error(row[label], total), row[label], total);
    if (other >= 0)
        fprintf(to, "%d (%d) |\n", other, row[other]);
    else
        fprintf(to, "- |\n");
}

void card_part_accuracy(FILE *to, const struct card *card)
{
    const struct evaluation *evaluation = card->evaluation;
    const int half = evaluation->total / 2;
    int first = 0;
    for (int i = 0; i < half; i++)
        first += evaluation->answers[i] == card->set->labels[i];
    fprintf(to,
            "## Accuracy\n\nOn the test images of %s (digest `%.16s...`); +- is the binomial standard error, "
            "and\nnetworks that differ by less than two of them hardly differ.\n\n",
            card->data, card->set->digest);
    fprintf(to, "| | accuracy | +- | |\n|---|---:|---:|---|\n");
    accuracy_row(to, "all", evaluation->correct, evaluation->total);
    accuracy_row(to, "first half", first, half);
    accuracy_row(to, "second half", evaluation->correct - first, evaluation->total - half);
    fprintf(to, "\n| digit | accuracy | +- | | most often taken for |\n|---:|---:|---:|---|---|\n");
    for (int label = 0; label < evaluation->classes; label++)
        digit_row(to, evaluation, label);
    fprintf(to, "\n");
}

/* ---- Calibration ---- */

void card_part_calibration(FILE *to, const struct card *card)
{
    const struct calibration *calibration = &card->model->calibration;
    static const double from[] = {0, 0.5, 0.8, 0.95, 0.99, 0.999, 2};
    const struct evaluation *evaluation = card->evaluation;
    fprintf(to,
            "## Calibration\n\nThe probabilities are the softmax's at temperature %.3f; their expected calibration "
            "error on these images is %.4f.\n\n",
            calibration->temperature, evaluation->ece);
    if (calibration->images > 0)
        fprintf(to,
                "On %d held-out images answers of a certainty below %.4f were found not worth giving: %.2f %% of them "
                "are kept.\n\n",
                calibration->images, calibration->reject, 100 * calibration->accept);
    fprintf(to, "| probability | answers | mean probability | right |\n|---|---:|---:|---:|\n");
    for (size_t bin = 0; bin + 1 < sizeof from / sizeof *from; bin++) {
        int count = 0, correct = 0;
        double sum = 0;
        for (int i = 0; i < evaluation->total; i++) {
            const double p = evaluation->probabilities[i];
            if (p < from[bin] || p >= from[bin + 1])
                continue;
            count++;
            sum += p;
            correct += evaluation->answers[i] == card->set->labels[i];
        }
        if (count > 0)
            fprintf(to, "| %s%g %% | %d | %.2f %% | %.2f %% |\n", bin == 0 ? "below " : "from ",
                    100 * from[bin == 0 ? 1 : bin], count, 100 * sum / count, percent(correct, count));
    }
    fprintf(to, "\n");
}

/* ---- Limits ---- */

void card_part_limits(FILE *to, const struct card *card)
{
    const cJSON *data = cJSON_GetObjectItemCaseSensitive(card->model->training, "data");
    const bool is_mnist = cJSON_IsString(data) && strcmp(data->valuestring, SOURCE_MNIST) == 0;
    fprintf(to, "## Limits\n\n");
    fprintf(to, "- It knows its %d classes and nothing else: ", card->evaluation->classes);
    if (card->model->calibration.images > 0)
        fprintf(to,
                "of a letter or a scribble it often says itself that it is none of them (a certainty\n  below "
                "%.4f is refused), never always.\n",
                card->model->calibration.reject);
    else
        fprintf(to, "of a letter or a scribble it gives one of them too, unless answers are\n  refused below a "
                    "certainty (`--reject`).\n");
    if (is_mnist)
        fprintf(to,
                "- It was trained on MNIST: digits of American census workers and pupils of about 1990, each alone, "
                "centred, 20 pixels\n  large. Other hands (a 1 with a long upstroke, a crossed 7), other pens and "
                "photos are read less well than this card says.\n");
    fprintf(to, "- Nobody should be worse off by a wrong digit without a person having looked: ");
    if (card->evaluation->correct < card->evaluation->total)
        fprintf(to, "about one in %.0f test images is read wrong.\n\n",
                1 / (1 - evaluation_accuracy(card->evaluation)));
    else
        fprintf(to, "that it reads all %d test images right says little of the next one.\n\n", card->evaluation->total);
}
