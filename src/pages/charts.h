/* Charts as SVG inside a page, with axes, units and a text alternative. Their colours are the page's (pages/html.c). */
#ifndef LENET5_PAGES_CHARTS_H
#define LENET5_PAGES_CHARTS_H

#include "pages/html.h"

struct chart_series {
    const char *name;
    const double *y; /* [count], at x = 1, 2, ...; NaN leaves a gap */
    int count;
};

/* What a chart is called, for those who see it and for those who do not, and the names of its axes with their units. */
struct chart_text {
    const char *title, *x, *y;
};

/* Lines over 1 .. count, at most CHART_SERIES of them; the y axis covers all values. Nothing where no value is finite.
 */
enum { CHART_SERIES = 2 };
void charts_lines(struct html *html, const struct chart_text *text, const struct chart_series *series, int count);

/* Bars of 0 .. 1 for 0, 1, ... count-1; the axis begins at `from`. */
void charts_bars(struct html *html, const struct chart_text *text, const double *values, int count, double from);

/* Points (x, y) in 0 .. 1, their area by weight, against the diagonal. */
struct chart_point {
    double x, y, weight; /* of all weights 1 */
};
void charts_diagonal(struct html *html, const struct chart_text *text, const struct chart_point *points, int count);

#endif
