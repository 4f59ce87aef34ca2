#include "pages/report.h"

#include "pages/report_parts.h"

/* What stands side by side where there is room. */
static const char pair[] = "<div class=\"pair\">\n", pair_end[] = "</div>\n";

static void add_answers(struct html *html, struct prose *prose, const struct card *card)
{
    card_accuracy(prose, card);
    html_add(html, "<h3>Digit by digit</h3>\n%s", pair);
    report_part_digits(html, card);
    card_digits(prose, card);
    html_add(html, "%s<h3>Confusion</h3>\n", pair_end);
    report_part_confusion(html, card);
    card_mistakes(prose, card, "Label?");
    report_part_mistakes(html, card);
    card_calibration(prose, card);
    html_add(html, "%s", pair);
    report_part_calibration(html, card);
    card_bins(prose, card);
    html_add(html, "%s", pair_end);
}

static void add_making(struct html *html, struct prose *prose, const struct card *card)
{
    card_network(prose, card);
    report_part_filters(html, card);
    card_training(prose, card);
    html_add(html, "%s", pair);
    report_part_curves(html, card);
    html_add(html, "%s", pair_end);
    card_settings(prose, card);
    report_part_again(html, card);
}

void report_page(struct html *html, const struct card *card)
{
    struct prose prose = {.html = html, .form = PROSE_HTML};
    html_begin(html, card->name);
    report_part_top(html, card);
    add_answers(html, &prose, card);
    card_limits(&prose, card);
    add_making(html, &prose, card);
    html_add(html, "</main>\n");
    html_end(html);
}
