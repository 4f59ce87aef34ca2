/* What classify says of a picture. */
#ifndef LENET5_CLI_CLASSIFY_REPORT_H
#define LENET5_CLI_CLASSIFY_REPORT_H

#include "cli/classify_answer.h"

/* One line: path, digit, probability, and those of the next digits up to `top`; of a refused one path, ?, certainty,
 * and with top > 1 the `top` most probable digits. With `show` the picture that the network saw is drawn below it,
 * and beside that stand the three most probable digits. */
void classify_report_text(const char *path, const struct classify_answer *answer, int classes, int top, bool show);

/* One document; returns the exit status. */
int classify_report_json(const char *path, const struct classify_answer *answer, int classes, int top);

#endif
