/* What the report says of the answers: accuracy, confusion, calibration, mistakes. */
#include <math.h>
#include <stdio.h>

#include "dataset/label_errors.h"
#include "pages/charts.h"
#include "pages/report_parts.h"
#include "training/calibrator.h"

static int row_total(const struct evaluation *evaluation, int label)
{
    int total = 0;
    for (int k = 0; k < evaluation->classes; k++)
        total += evaluation->confusion[label * evaluation->classes + k];
    return total;
}

void report_part_accuracy(struct html *html, const struct report *report)
{
    const struct evaluation *evaluation = report->evaluation;
    const double accuracy = evaluation_accuracy(evaluation);
    double per_digit[ARCHITECTURE_CLASSES], least = 1;
    html_add(html, "<p class=\"figure\">%.2f&thinsp;%%</p>\n<p>of %d images of ", 100 * accuracy, evaluation->total);
    html_text(html, report->data);
    html_add(html,
             " are answered rightly: %d of them wrongly. The standard error is %.2f points; the mean loss %.4f.</p>\n",
             evaluation->total - evaluation->correct,
             100 * evaluation_standard_error(evaluation->correct, evaluation->total), evaluation->loss);
    for (int label = 0; label < evaluation->classes; label++) {
        const int total = row_total(evaluation, label);
        per_digit[label] = total > 0 ? (double)evaluation->confusion[label * evaluation->classes + label] / total : 0;
        least = total > 0 ? fmin(least, per_digit[label]) : least;
    }
    html_add(html, "<h2>Digit by digit</h2>\n");
    charts_bars(html, &(struct chart_text){"Share of each digit that is answered rightly", "digit", "share right"},
                per_digit, evaluation->classes, fmax(0, least - 2 * (1 - least) - 0.001));
}

/* How dark a cell is: mistakes are few, so their shade grows with the root. */
static double shade(const struct evaluation *evaluation, int label, int answer)
{
    const int count = evaluation->confusion[label * evaluation->classes + answer];
    const int wrong = evaluation->total - evaluation->correct;
    return label == answer || wrong == 0 ? 0 : fmin(1, 2 * sqrt((double)count / wrong));
}

void report_part_confusion(struct html *html, const struct report *report)
{
    const struct evaluation *evaluation = report->evaluation;
    html_add(html, "<h2>Confusion</h2>\n<p>A row is what was written, a column what was answered.</p>\n"
                   "<div class=\"scroll\"><table class=\"confusion\"><tr><th scope=\"col\">truth</th>");
    for (int k = 0; k < evaluation->classes; k++)
        html_add(html, "<th scope=\"col\">%d</th>", k);
    html_add(html, "<th scope=\"col\">right</th></tr>\n");
    for (int label = 0; label < evaluation->classes; label++) {
        const int *row = evaluation->confusion + label * evaluation->classes, total = row_total(evaluation, label);
        html_add(html, "<tr><th scope=\"row\">%d</th>", label);
        for (int k = 0; k < evaluation->classes; k++)
            if (row[k] == 0)
                html_add(html, "<td class=\"muted\">&middot;</td>");
            else if (k == label)
                html_add(html, "<td class=\"win\">%d</td>", row[k]);
            else
                html_add(html, "<td style=\"--shade:%.0f%%\">%d</td>", 100 * shade(evaluation, label, k), row[k]);
        html_add(html, total > 0 ? "<td>%.2f&thinsp;%%</td></tr>\n" : "<td>-</td></tr>\n",
                 100.0 * row[label] / (total > 0 ? total : 1));
    }
    html_add(html, "</table></div>\n");
}

void report_part_calibration(struct html *html, const struct report *report)
{
    const struct evaluation *evaluation = report->evaluation;
    const struct calibration *calibration = &report->model->calibration;
    struct chart_point bins[CALIBRATOR_BINS] = {{0}};
    int count = 0;
    for (int i = 0; i < evaluation->total; i++) {
        const double p = (double)evaluation->probabilities[i];
        const int bin = p < 1 ? (int)(p * CALIBRATOR_BINS) : CALIBRATOR_BINS - 1;
        bins[bin].x += p;
        bins[bin].y += evaluation->answers[i] == report->set->labels[i];
        bins[bin].weight += 1;
    }
    for (int bin = 0; bin < CALIBRATOR_BINS; bin++)
        if (bins[bin].weight > 0)
            bins[count++] = (struct chart_point){bins[bin].x / bins[bin].weight, bins[bin].y / bins[bin].weight,
                                                 bins[bin].weight / evaluation->total};
    html_add(html,
             "<h2>What a probability means</h2>\n<p>The answers in %d bins by their probability; the larger a point, "
             "the more answers. On the line a probability is the share that is right. The expected calibration error "
             "is %.2f points.</p>\n",
             CALIBRATOR_BINS, 100 * evaluation->ece);
    charts_diagonal(html, &(struct chart_text){"Share right by probability", "probability", "share right"}, bins,
                    count);
    if (calibration->images > 0)
        html_add(
            html,
            "<p>Scores are divided by the temperature %.3f. Answers less certain than %.4f are refused: that keeps "
            "%.1f&thinsp;%% of %d held-out digits.</p>\n",
            calibration->temperature, calibration->reject, 100 * calibration->accept, calibration->images);
}

void report_part_mistakes(struct html *html, const struct report *report)
{
    const struct evaluation *evaluation = report->evaluation;
    const struct dataset *set = report->set;
    const int wrong = evaluation->total - evaluation->correct,
              shown = wrong < REPORT_MISTAKES ? wrong : REPORT_MISTAKES;
    int known;
    html_add(html, "<h2>The mistakes</h2>\n");
    if (wrong == 0 || set->channels != 1) {
        html_add(html,
                 wrong == 0 ? "<p>There are none.</p>\n" : "<p>Pictures of several channels are not shown.</p>\n");
        return;
    }
    html_add(html,
             "<p>%d of %d, the most confident first: what was written, what was answered, how probable it seemed.",
             shown, wrong);
    label_errors(&known, set);
    html_add(html, known > 0 ? " <strong>Label?</strong> marks those whose label is known to be "
                               "wrong (Northcutt et al. 2021).</p>\n<div class=\"maps\">\n"
                             : "</p>\n<div class=\"maps\">\n");
    for (int i = 0; i < shown; i++) {
        const struct mistake *mistake = &evaluation->mistakes[i];
        char attributes[160];
        snprintf(attributes, sizeof attributes, "width=\"%d\" height=\"%d\" alt=\"image %d: a %d answered as %d\"",
                 3 * set->cols, 3 * set->rows, mistake->index, mistake->label, mistake->answer);
        html_add(html, "<figure>");
        html_picture(html, dataset_image(set, mistake->index), set->rows, set->cols, attributes);
        html_add(html, "<figcaption>%d &rarr; <strong>%d</strong> %.2f<br>#%d%s</figcaption></figure>\n",
                 mistake->label, mistake->answer, (double)mistake->probability, mistake->index,
                 label_errors_has(set, mistake->index) ? " <strong>Label?</strong>" : "");
    }
    html_add(html, "</div>\n");
}
