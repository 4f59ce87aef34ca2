/* The parts of a report, each with its heading. */
#ifndef LENET5_PAGES_REPORT_PARTS_H
#define LENET5_PAGES_REPORT_PARTS_H

#include "pages/report.h"

void report_part_accuracy(struct html *html, const struct report *report);
void report_part_confusion(struct html *html, const struct report *report);
void report_part_calibration(struct html *html, const struct report *report);
void report_part_mistakes(struct html *html, const struct report *report);
void report_part_training(struct html *html, const struct report *report);
void report_part_filters(struct html *html, const struct report *report);

#endif
