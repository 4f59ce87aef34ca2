/* The report of a trained model as one page: its card (pages/card.h) with charts and pictures. */
#ifndef LENET5_PAGES_REPORT_H
#define LENET5_PAGES_REPORT_H

#include "pages/card.h"

enum { REPORT_MISTAKES = 200 }; /* shown, the most confident first; none where images have several channels */

/* Adds a whole page to an empty one. */
void report_page(struct html *html, const struct card *card);

#endif
