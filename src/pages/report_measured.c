/* What the report shows of the answers: accuracy, confusion, calibration, mistakes. */
#include <math.h>
#include <stdio.h>

#include "base/figures.h"
#include "dataset/label_errors.h"
#include "pages/charts.h"
#include "pages/report_parts.h"
#include "training/calibrator.h"

void report_part_top(struct html *html, const struct card *card)
{
    const struct evaluation *evaluation = card->evaluation;
    char total[FIGURES_GROUPED], wrong[FIGURES_GROUPED];
    html_add(html, "<main>\n<h1>");
    html_text(html, card->name);
    html_add(html,
             "</h1>\n<p class=\"muted\">A model card with charts and pictures, written by %s.</p>\n"
             "<p class=\"figure\">%.2f&thinsp;%%</p>\n<p>of %s test images of ",
             card->program, 100 * evaluation_accuracy(evaluation), figures_grouped(total, evaluation->total));
    html_text(html, card->data);
    html_add(html, " are read right, %s are not. The mean loss is %.4f.</p>\n",
             figures_grouped(wrong, evaluation->total - evaluation->correct), evaluation->loss);
}

void report_part_digits(struct html *html, const struct card *card)
{
    const struct evaluation *evaluation = card->evaluation;
    double per_digit[ARCHITECTURE_CLASSES], least = 1;
    for (int label = 0; label < evaluation->classes; label++) {
        const int total = evaluation_of_class(evaluation, label);
        per_digit[label] = total > 0 ? (double)evaluation->confusion[label * evaluation->classes + label] / total : 0;
        least = total > 0 ? fmin(least, per_digit[label]) : least;
    }
    charts_bars(html, &(struct chart_text){"Share of each digit that is read right", "digit", "share right"}, per_digit,
                evaluation->classes, fmax(0, least - 2 * (1 - least) - 0.001));
}

/* How dark a cell is: mistakes are few, so their shade grows with the root. */
static double shade(const struct evaluation *evaluation, int label, int answer)
{
    const int count = evaluation->confusion[label * evaluation->classes + answer];
    const int wrong = evaluation->total - evaluation->correct;
    return label == answer || wrong == 0 ? 0 : fmin(1, 2 * sqrt((double)count / wrong));
}

void report_part_confusion(struct html *html, const struct card *card)
{
    const struct evaluation *evaluation = card->evaluation;
    html_add(html, "<p>A row is what was written, a column what was answered.</p>\n"
                   "<div class=\"scroll\"><table class=\"confusion\">\n<tr><td></td>");
    for (int k = 0; k < evaluation->classes; k++)
        html_add(html, "<th scope=\"col\">%d</th>", k);
    html_add(html, "</tr>\n");
    for (int label = 0; label < evaluation->classes; label++) {
        const int *row = evaluation->confusion + label * evaluation->classes;
        html_add(html, "<tr><th scope=\"row\">%d</th>", label);
        for (int k = 0; k < evaluation->classes; k++)
            if (row[k] == 0)
                html_add(html, "<td class=\"muted\">&middot;</td>");
            else if (k == label)
                html_add(html, "<td class=\"win\">%d</td>", row[k]);
            else
                html_add(html, "<td style=\"--shade:%.0f%%\">%d</td>", 100 * shade(evaluation, label, k), row[k]);
        html_add(html, "</tr>\n");
    }
    html_add(html, "</table></div>\n");
}

void report_part_calibration(struct html *html, const struct card *card)
{
    const struct evaluation *evaluation = card->evaluation;
    struct chart_point bins[CALIBRATOR_BINS] = {{0}};
    char title[200];
    int count = 0;
    for (int i = 0; i < evaluation->total; i++) {
        const double p = (double)evaluation->probabilities[i];
        const int bin = p < 1 ? (int)(p * CALIBRATOR_BINS) : CALIBRATOR_BINS - 1;
        bins[bin].x += p;
        bins[bin].y += evaluation->answers[i] == card->set->labels[i];
        bins[bin].weight += 1;
    }
    for (int bin = 0; bin < CALIBRATOR_BINS; bin++)
        if (bins[bin].weight > 0)
            bins[count++] = (struct chart_point){bins[bin].x / bins[bin].weight, bins[bin].y / bins[bin].weight,
                                                 bins[bin].weight / evaluation->total};
    snprintf(title, sizeof title,
             "Share right by probability, in %d bins; the larger a point, the more answers. On the line a probability "
             "is the share that is right.",
             CALIBRATOR_BINS);
    charts_diagonal(html, &(struct chart_text){title, "probability", "share right"}, bins, count);
}

void report_part_mistakes(struct html *html, const struct card *card)
{
    const struct evaluation *evaluation = card->evaluation;
    const struct dataset *set = card->set;
    const int wrong = evaluation->total - evaluation->correct,
              shown = wrong < REPORT_MISTAKES ? wrong : REPORT_MISTAKES;
    if (set->channels != 1)
        html_add(html, "<p>Pictures of several channels are not shown.</p>\n");
    if (wrong == 0 || set->channels != 1)
        return;
    html_add(html,
             "<p>%s the most confident first: what was written, what was answered, how probable it seemed.</p>\n"
             "<div class=\"maps gallery\">\n",
             shown < wrong ? "Some of them," : "All of them,");
    for (int i = 0; i < shown; i++) {
        const struct mistake *mistake = &evaluation->mistakes[i];
        char attributes[160];
        snprintf(attributes, sizeof attributes, "width=\"%d\" height=\"%d\" alt=\"image %d: %s %d answered as %d\"",
                 3 * set->cols, 3 * set->rows, mistake->index, mistake->label == 8 ? "an" : "a", mistake->label,
                 mistake->answer);
        html_add(html, "<figure>");
        html_picture(html, dataset_image(set, mistake->index), set->rows, set->cols, attributes);
        html_add(html, "<figcaption>%d &rarr; <strong>%d</strong>, %.0f&nbsp;%%<br>#%d%s</figcaption></figure>\n",
                 mistake->label, mistake->answer, 100 * (double)mistake->probability, mistake->index,
                 label_errors_has(set, mistake->index) ? " <strong>Label?</strong>" : "");
    }
    html_add(html, "</div>\n");
}
