/* The report of a trained model as one page: how it was trained, and how it answers a labelled set. */
#ifndef LENET5_PAGES_REPORT_H
#define LENET5_PAGES_REPORT_H

#include "dataset/dataset.h"
#include "model/model_file.h"
#include "pages/html.h"
#include "training/evaluator.h"

enum { REPORT_MISTAKES = 200 }; /* shown, the most confident first */

struct report {
    const char *name;          /* the model's file */
    const struct model *model; /* its record says how it was made */
    const struct dataset *set; /* what it was measured on; one channel, or the mistakes are not shown */
    const char *data;          /* what that is called */
    const struct evaluation *evaluation;
};

/* Adds a whole page to an empty one. */
void report_page(struct html *html, const struct report *report);

#endif
