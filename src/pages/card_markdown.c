/* The whole card in Markdown, and the images that are read wrong drawn in text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataset/label_errors.h"
#include "image/blocks.h"
#include "pages/card.h"

enum {
    LINE = 100,    /* columns of text */
    CAPTION = 30,  /* columns that a picture takes at least */
    PICTURES = 120 /* drawn at most */
};

/* How many pictures stand side by side, and the columns of each. */
struct grid {
    int across, width;
};

static void add_captions(struct html *text, const struct card *card, const struct mistake *mistakes, int count,
                         const struct grid *grid)
{
    char caption[CAPTION];
    for (int i = 0; i < count; i++) {
        const struct mistake *mistake = &mistakes[i];
        snprintf(caption, sizeof caption, "%d: %d read as %d, %.1f %%%s", mistake->index, mistake->label,
                 mistake->answer, 100 * (double)mistake->probability,
                 label_errors_has(card->set, mistake->index) ? " *" : "");
        html_add(text, "%-*s", i + 1 < count ? grid->width : 0, caption);
    }
    html_add(text, "\n");
}

static void add_pictures(struct html *text, char *room, const struct card *card, const struct mistake *mistakes,
                         int count, const struct grid *grid)
{
    const int rows = card->set->rows, cols = card->set->cols;
    for (int line = 0; line < (rows + 1) / 2; line++) {
        char *end = room;
        for (int i = 0; i < count; i++) {
            end = blocks_line(end, dataset_image(card->set, mistakes[i].index), rows, cols, line);
            memset(end, ' ', (size_t)(grid->width - cols));
            end += grid->width - cols;
        }
        while (end > room && end[-1] == ' ')
            end--;
        *end = '\0';
        html_add(text, "%s\n", room);
    }
}

static void add_mistakes(struct html *text, const struct card *card)
{
    const int mistakes = card->evaluation->total - card->evaluation->correct;
    const int shown = mistakes < PICTURES ? mistakes : PICTURES, cols = card->set->cols;
    struct grid grid = {.width = (cols > CAPTION ? cols : CAPTION) + 2};
    grid.across = LINE / grid.width > 0 ? LINE / grid.width : 1;
    char *room = malloc((size_t)grid.across * (size_t)(grid.width * BLOCKS_BYTES) + 1);
    if (room == NULL) {
        text->has_failed = 1;
        return;
    }
    html_add(text, "Index from 0, label, answer and its probability; the most confident first%s.\n\n```text\n",
             shown < mistakes ? ", of more that are not drawn" : "");
    for (int first = 0; first < shown; first += grid.across) {
        const int count = shown - first < grid.across ? shown - first : grid.across;
        add_captions(text, card, card->evaluation->mistakes + first, count, &grid);
        add_pictures(text, room, card, card->evaluation->mistakes + first, count, &grid);
    }
    html_add(text, "```\n");
    free(room);
}

void card_markdown(struct html *text, const struct card *card)
{
    struct prose prose = {.html = text, .form = PROSE_MARKDOWN};
    html_add(text, "# Model card of `%s`\n\nWritten by `lenet5 card` (%s).\n\n", card->name, card->program);
    card_network(&prose, card);
    card_training(&prose, card);
    card_settings(&prose, card);
    card_accuracy(&prose, card);
    card_digits(&prose, card);
    card_calibration(&prose, card);
    card_bins(&prose, card);
    card_limits(&prose, card);
    card_mistakes(&prose, card, "\\*");
    if (card->evaluation->correct < card->evaluation->total)
        add_mistakes(text, card);
}
