#include "pages/card.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/figures.h"
#include "dataset/label_errors.h"
#include "dataset/source.h"

static double percent(int part, int whole)
{
    return whole > 0 ? 100.0 * part / whole : 0;
}

/* ---- The network ---- */

static void layer_cell(struct prose *prose, const struct layer *layer)
{
    switch (layer->kind) {
    case LAYER_CONV:
        prose_cell(prose, "%d filters %dx%d, %s", layer->conv.filters, layer->conv.f, layer->conv.f,
                   activation_name(layer->activation));
        return;
    case LAYER_POOL:
        prose_cell(prose, "%s %dx%d", layer->pool.mode == POOL_MAX ? "maximum of" : "average of", layer->pool.f,
                   layer->pool.f);
        return;
    case LAYER_DENSE:
        prose_cell(prose, "%d units, %s", layer->dense.units, activation_name(layer->activation));
    }
}

void card_network(struct prose *prose, const struct card *card)
{
    static const char *const names[] = {"layer", "what", "out (rows x columns x channels)", "parameters"};
    const struct architecture *architecture = &card->model->architecture;
    const struct input *input = &architecture->input;
    char parameters[FIGURES_GROUPED];
    prose_heading(prose, "Network");
    prose_paragraph(prose, "%s parameters; a picture is %dx%d with %d channel%s, %d pixels of background around it.",
                    figures_grouped(parameters, (long long)architecture->parameter_count), input->rows, input->cols,
                    input->channels, input->channels == 1 ? "" : "s", input->pad);
    prose_table(prose, "rwlr", names);
    for (int i = 0; i < architecture->layer_count; i++) {
        const struct layer *layer = &architecture->layers[i];
        prose_cell(prose, "%d %s", i + 1, layer_kind_name(layer->kind));
        layer_cell(prose, layer);
        prose_cell(prose, "%dx%dx%d", layer->out.rows, layer->out.cols, layer->out.channels);
        prose_cell(prose, "%s", figures_grouped(parameters, layer->weight_count + layer->bias_count));
    }
    prose_table_end(prose);
    prose_paragraph(prose, "Digest of the weights: `%s`", card->model->digest);
}

/* ---- Training ---- */

/* Every value of the record as it stands, so that a setting that is new is told too: "augment.shift". */
static void rows_of(struct prose *prose, const cJSON *object, const char *prefix)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, object)
    {
        char name[128];
        snprintf(name, sizeof name, "%s%s%s", prefix, *prefix != '\0' ? "." : "", item->string);
        if (cJSON_IsObject(item)) {
            rows_of(prose, item, name);
        } else if (!cJSON_IsArray(item)) {
            char *text = cJSON_IsString(item) ? NULL : cJSON_PrintUnformatted(item);
            prose_cell(prose, "%s", name);
            prose_cell(prose, "%s", text != NULL ? text : cJSON_IsString(item) ? item->valuestring : "");
            cJSON_free(text);
        }
    }
}

static double number_of(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(item) ? item->valuedouble : -1;
}

void card_training(struct prose *prose, const struct card *card)
{
    const cJSON *epochs = cJSON_GetObjectItemCaseSensitive(card->model->training, "epochs");
    const cJSON *last = epochs != NULL && epochs->child != NULL ? epochs->child->prev : NULL;
    char held_out[64] = "";
    prose_heading(prose, "Training");
    if (last == NULL)
        return;
    if (number_of(last, "validation_accuracy") >= 0)
        snprintf(held_out, sizeof held_out, ", of those held out %.2f %%",
                 100 * number_of(last, "validation_accuracy"));
    prose_paragraph(prose,
                    "In its last epoch, %.0f, the loss was %.4f and %.2f %% of the training images were answered "
                    "right%s. `scripts/reproduce` trains it again with these settings and compares the bytes.",
                    number_of(last, "epoch"), number_of(last, "loss"), 100 * number_of(last, "train_accuracy"),
                    held_out);
}

void card_settings(struct prose *prose, const struct card *card)
{
    prose_table(prose, "lw", NULL);
    rows_of(prose, card->model->training, "");
    prose_table_end(prose);
}

/* ---- Accuracy ---- */

/* The cells of a share and its error. */
static void accuracy_cells(struct prose *prose, int correct, int total)
{
    prose_cell(prose, "%.2f %%", percent(correct, total));
    prose_cell(prose, "%.2f", 100 * evaluation_standard_error(correct, total));
    prose_cell(prose, "%d of %d", correct, total);
}

static void accuracy_row(struct prose *prose, const char *what, int correct, int total)
{
    if (total == 0)
        return;
    prose_cell(prose, "%s", what);
    accuracy_cells(prose, correct, total);
}

void card_accuracy(struct prose *prose, const struct card *card)
{
    static const char *const names[] = {"", "accuracy", "+-", ""};
    const struct evaluation *evaluation = card->evaluation;
    const int half = evaluation->total / 2, first = evaluation_correct(evaluation, card->set, 0, half);
    prose_heading(prose, "Accuracy");
    prose_paragraph(prose,
                    "On the test images of %s (digest `%.16s...`); +- is the binomial standard error, and\nnetworks "
                    "that differ by less than two of them hardly differ.",
                    card->data, card->set->digest);
    prose_table(prose, "lrrl", names);
    accuracy_row(prose, "all", evaluation->correct, evaluation->total);
    accuracy_row(prose, "first half", first, half);
    accuracy_row(prose, "second half", evaluation->correct - first, evaluation->total - half);
    prose_table_end(prose);
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

void card_digits(struct prose *prose, const struct card *card)
{
    static const char *const names[] = {"digit", "accuracy", "+-", "", "most often taken for"};
    const struct evaluation *evaluation = card->evaluation;
    prose_table(prose, "rrrll", names);
    for (int label = 0; label < evaluation->classes; label++) {
        const int *row = evaluation->confusion + label * evaluation->classes;
        const int other = most_often_taken_for(evaluation, label), total = evaluation_of_class(evaluation, label);
        if (total == 0)
            continue;
        prose_cell(prose, "%d", label);
        accuracy_cells(prose, row[label], total);
        if (other >= 0)
            prose_cell(prose, "%d (%d)", other, row[other]);
        else
            prose_cell(prose, "-");
    }
    prose_table_end(prose);
}

/* ---- Calibration ---- */

static void bin_row(struct prose *prose, const struct card *card, double from, double to)
{
    const struct evaluation *evaluation = card->evaluation;
    int count = 0, correct = 0;
    double sum = 0;
    for (int i = 0; i < evaluation->total; i++) {
        const double p = evaluation->probabilities[i];
        if (p < from || p >= to)
            continue;
        count++;
        sum += p;
        correct += evaluation->answers[i] == card->set->labels[i];
    }
    if (count == 0)
        return;
    prose_cell(prose, "%s%g %%", from > 0 ? "from " : "below ", 100 * (from > 0 ? from : to));
    prose_cell(prose, "%d", count);
    prose_cell(prose, "%.2f %%", 100 * sum / count);
    prose_cell(prose, "%.2f %%", percent(correct, count));
}

void card_calibration(struct prose *prose, const struct card *card)
{
    const struct calibration *calibration = &card->model->calibration;
    prose_heading(prose, "Calibration");
    prose_paragraph(prose,
                    "The probabilities are the softmax's at temperature %.3f; their expected calibration error on "
                    "these images is %.4f.",
                    calibration->temperature, card->evaluation->ece);
    if (calibration->images > 0)
        prose_paragraph(prose,
                        "On %d held-out images answers of a certainty below %.4f were found not worth giving: %.2f %% "
                        "of them are kept.",
                        calibration->images, calibration->reject, 100 * calibration->accept);
}

void card_bins(struct prose *prose, const struct card *card)
{
    static const double from[] = {0, 0.5, 0.8, 0.95, 0.99, 0.999, 2};
    static const char *const names[] = {"probability", "answers", "mean probability", "right"};
    prose_table(prose, "lrrr", names);
    for (size_t bin = 0; bin + 1 < sizeof from / sizeof *from; bin++)
        bin_row(prose, card, from[bin], from[bin + 1]);
    prose_table_end(prose);
}

/* ---- Limits ---- */

void card_limits(struct prose *prose, const struct card *card)
{
    const struct evaluation *evaluation = card->evaluation;
    const cJSON *data = cJSON_GetObjectItemCaseSensitive(card->model->training, "data");
    const bool is_mnist = cJSON_IsString(data) && strcmp(data->valuestring, SOURCE_MNIST) == 0;
    prose_heading(prose, "Limits");
    prose_list(prose);
    if (card->model->calibration.images > 0)
        prose_item(
            prose,
            "It knows its %d classes and nothing else: of a letter or a scribble it often says itself that it is "
            "none of them (a certainty\n  below %.4f is refused), but not always.",
            evaluation->classes, card->model->calibration.reject);
    else
        prose_item(
            prose,
            "It knows its %d classes and nothing else: of a letter or a scribble it gives one of them too, unless "
            "answers are\n  refused below a certainty (`--reject`).",
            evaluation->classes);
    if (is_mnist)
        prose_item(prose,
                   "It was trained on MNIST: digits of American census workers and pupils of about 1990, each alone, "
                   "centred, 20 pixels\n  large. Other hands (a 1 with a long upstroke, a crossed 7), other pens and "
                   "photos are read less well than this card says.");
    if (evaluation->correct < evaluation->total)
        prose_item(prose,
                   "Nobody should be worse off by a wrong digit without a person having looked: about one in %.0f test "
                   "images is read wrong.",
                   1 / (1 - evaluation_accuracy(evaluation)));
    else
        prose_item(prose,
                   "Nobody should be worse off by a wrong digit without a person having looked: that it reads all %d "
                   "test images right says little of the next one.",
                   evaluation->total);
    prose_list_end(prose);
}

/* ---- Mistakes ---- */

void card_mistakes(struct prose *prose, const struct card *card, const char *mark)
{
    const struct evaluation *evaluation = card->evaluation;
    const int mistakes = evaluation->total - evaluation->correct;
    int known, as_labelled = 0;
    const int *errors = label_errors(&known, card->set);
    for (int i = 0; i < known; i++)
        as_labelled += evaluation->answers[errors[i]] == card->set->labels[errors[i]];
    if (mistakes > 1)
        prose_heading(prose, "The %d test images that it reads wrong", mistakes);
    else
        prose_heading(prose, "%s",
                      mistakes == 1 ? "The test image that it reads wrong" : "No test image is read wrong");
    if (known > 0)
        prose_paragraph(prose,
                        "Of the %d images of this set whose label is known to be wrong (Northcutt et al. 2021) it "
                        "answers %d otherwise than\nlabelled, marked by %s, and %d as labelled.",
                        known, known - as_labelled, mark, as_labelled);
}
