/* Right and wrong on labelled pictures, by kind, and the report of it. */
#ifndef LENET5_CLI_TALLY_H
#define LENET5_CLI_TALLY_H

#include <cjson/cJSON.h>

#include "cli/labels.h"

struct count {
    const char *kind;
    int total, right, refused, failed; /* failed: the file could not be read, which is wrong too */
};

struct tally {
    int kind_count;
    struct count *kinds;                /* in the order in which labels name them */
    struct count single, none, several; /* pictures of one digit, of none, of several */
    int lines, lines_right;             /* of pictures of several digits */
    int digits, digits_right;           /* by edit distance */
    double threshold;                   /* below which answers were refused */
    int views;                          /* of each image, whose scores' mean was answered by */
    int wrong_count;
    struct wrong {
        const struct label *label;
        char *answer; /* what was read, or why nothing was */
        double certainty;
    } * wrong; /* in the order of the labels, those of several digits last */
};

/* Gives an empty tally of the labels' kinds; *tally comes zeroed, the labels outlive it, and tally_free() releases it
 * whether this fails or not. */
int tally_start(struct tally *tally, const struct labels *labels, struct error *err);
void tally_free(struct tally *tally);

/* One picture more. `read` is what was read: digits, ? for a refused one, / between lines; NULL where the file could
 * not be, and `reason` says why. A picture without a digit is right when it is refused. */
void tally_add(struct tally *tally, const struct label *label, const char *read, double certainty, const char *reason);

void tally_print(const struct tally *tally, const char *folder);
cJSON *tally_json(const struct tally *tally, const char *folder);

#endif
