/* What a report has beside the sentences and tables of the card: charts and pictures. */
#ifndef LENET5_PAGES_REPORT_PARTS_H
#define LENET5_PAGES_REPORT_PARTS_H

#include "pages/report.h"

/* The title and the one figure. */
void report_part_top(struct html *html, const struct card *card);

void report_part_digits(struct html *html, const struct card *card);
void report_part_confusion(struct html *html, const struct card *card);
void report_part_mistakes(struct html *html, const struct card *card);
void report_part_calibration(struct html *html, const struct card *card);
void report_part_filters(struct html *html, const struct card *card);
void report_part_curves(struct html *html, const struct card *card);

/* The command that trains it again. */
void report_part_again(struct html *html, const struct card *card);

#endif
