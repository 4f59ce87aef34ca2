/* The part of a model card that shows what is read wrong. */
#include <stdlib.h>
#include <string.h>

#include "cli/card_parts.h"
#include "dataset/label_errors.h"
#include "image/blocks.h"

enum {
    LINE = 100,    /* columns of text */
    CAPTION = 30,  /* columns that a picture takes at least */
    PICTURES = 120 /* drawn at most */
};

/* How many pictures stand side by side, and the columns of each. */
struct grid {
    int across, width;
};

static void print_captions(FILE *to, const struct card *card, const struct mistake *mistakes, int count,
                           const struct grid *grid)
{
    char caption[CAPTION], line[LINE + CAPTION] = "";
    size_t used = 0;
    for (int i = 0; i < count; i++) {
        const struct mistake *mistake = &mistakes[i];
        snprintf(caption, sizeof caption, "%d: %d read as %d, %.1f %%%s", mistake->index, mistake->label,
                 mistake->answer, 100 * (double)mistake->probability,
                 label_errors_has(card->set, mistake->index) ? " *" : "");
        used += (size_t)snprintf(line + used, sizeof line - used, "%-*s", i + 1 < count ? grid->width : 0, caption);
    }
    fprintf(to, "%s\n", line);
}

static void print_pictures(FILE *to, char *text, const struct card *card, const struct mistake *mistakes, int count,
                           const struct grid *grid)
{
    const int rows = card->set->rows, cols = card->set->cols;
    for (int line = 0; line < (rows + 1) / 2; line++) {
        char *end = text;
        for (int i = 0; i < count; i++) {
            end = blocks_line(end, dataset_image(card->set, mistakes[i].index), rows, cols, line);
            memset(end, ' ', (size_t)(grid->width - cols));
            end += grid->width - cols;
        }
        while (end > text && end[-1] == ' ')
            end--;
        *end = '\0';
        fprintf(to, "%s\n", text);
    }
}

static void print_known_errors(FILE *to, const struct card *card)
{
    int known, as_labelled = 0;
    const int *errors = label_errors(&known, card->set);
    for (int i = 0; i < known; i++)
        as_labelled += card->evaluation->answers[errors[i]] == card->set->labels[errors[i]];
    if (known > 0)
        fprintf(to,
                "\nOf the %d images of this set whose label is known to be wrong (Northcutt et al. 2021) it answers %d "
                "otherwise than\nlabelled, marked by \\*, and %d as labelled.\n",
                known, known - as_labelled, as_labelled);
}

void card_part_mistakes(FILE *to, const struct card *card)
{
    const int mistakes = card->evaluation->total - card->evaluation->correct;
    const int shown = mistakes < PICTURES ? mistakes : PICTURES, cols = card->set->cols;
    struct grid grid = {.width = (cols > CAPTION ? cols : CAPTION) + 2};
    grid.across = LINE / grid.width > 0 ? LINE / grid.width : 1;
    if (mistakes > 1)
        fprintf(to, "## The %d test images that it reads wrong\n", mistakes);
    else
        fprintf(to, "## %s\n", mistakes == 1 ? "The test image that it reads wrong" : "No test image is read wrong");
    print_known_errors(to, card);
    char *text = malloc((size_t)grid.across * (size_t)(grid.width * BLOCKS_BYTES) + 1);
    if (shown == 0 || text == NULL) {
        free(text);
        return;
    }
    fprintf(to, "\nIndex from 0, label, answer and its probability; the most confident first%s.\n\n```text\n",
            shown < mistakes ? ", of more that are not drawn" : "");
    for (int first = 0; first < shown; first += grid.across) {
        const int count = shown - first < grid.across ? shown - first : grid.across;
        print_captions(to, card, card->evaluation->mistakes + first, count, &grid);
        print_pictures(to, text, card, card->evaluation->mistakes + first, count, &grid);
    }
    fprintf(to, "```\n");
    free(text);
}
