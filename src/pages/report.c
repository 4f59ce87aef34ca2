#include "pages/report.h"

#include "pages/report_parts.h"

void report_page(struct html *html, const struct report *report)
{
    html_begin(html, "lenet5 report");
    html_add(html, "<main>\n<h1>");
    html_text(html, report->name);
    html_add(html, "</h1>\n<p class=\"muted\">%zu parameters</p>\n", report->model->architecture.parameter_count);
    report_part_accuracy(html, report);
    report_part_confusion(html, report);
    report_part_mistakes(html, report);
    report_part_calibration(html, report);
    report_part_training(html, report);
    report_part_filters(html, report);
    html_add(html, "</main>\n");
    html_end(html);
}
