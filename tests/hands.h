/* Lines for the tests of drawing/hand.c: a hand that leaves nothing to chance, to which a test gives what it is about,
 * and what is measured on its lines. */
#ifndef LENET5_TESTS_HANDS_H
#define LENET5_TESTS_HANDS_H

#include "drawing/hand.h"

/* All spreads 0. */
extern const struct hand hands_calm;
extern const struct digit_strokes hands_digit;

/* Two lines to write into, each its own allocation, so that the sanitizers see a dot too many. */
extern struct line *hands_line, *hands_other;

/* For cmocka's groups: makes and releases them. */
int hands_arrive(void **state);
int hands_leave(void **state);

#define HANDS_STROKE(points) hands_stroke(points, (int)(sizeof(points) / sizeof *(points)))
struct skeleton hands_stroke(const struct control_point *points, int count);

/* One hand's line for each seed. */
void hands_write(struct line *out, const struct skeleton *skeleton, const struct hand *hand, unsigned seed);

/* From dot i to the next one. */
double hands_step(const struct line *line, int i);

/* Numbers seen, for their mean and their standard deviation. */
struct hands_seen {
    double sum, squares;
    int count;
};

void hands_see(struct hands_seen *seen, double value);

/* Five standard errors of the mean are allowed, and the share `slack` of the spread. */
void hands_assert_seen(const struct hands_seen *seen, double mean, double spread, double slack);

#endif
