/* A model card: what a trained network is, how it was made, what it can do and what not; everything in it measured, or
 * read from the model file. Its parts are prose: lenet5 card writes them as Markdown, and lenet5 report has them
 * between its charts and pictures. */
#ifndef LENET5_PAGES_CARD_H
#define LENET5_PAGES_CARD_H

#include "dataset/dataset.h"
#include "model/model_file.h"
#include "pages/prose.h"
#include "training/evaluator.h"

/* What a card tells of. */
struct card {
    const char *program;       /* that writes it, "lenet5 0.1.0" */
    const char *path;          /* the model's file */
    const char *name;          /* the same, without its folder */
    const struct model *model; /* its record says how it was made */
    const struct dataset *set; /* the test set */
    const char *data;          /* its name, or its folder */
    const struct evaluation *evaluation;
};

/* With their headings, but for the tables alone: settings belong to training, digits to accuracy, bins to calibration.
 */
void card_network(struct prose *prose, const struct card *card);
void card_training(struct prose *prose, const struct card *card);
void card_settings(struct prose *prose, const struct card *card);
void card_accuracy(struct prose *prose, const struct card *card);
void card_digits(struct prose *prose, const struct card *card);
void card_calibration(struct prose *prose, const struct card *card);
void card_bins(struct prose *prose, const struct card *card);
void card_limits(struct prose *prose, const struct card *card);

/* The heading above the images that are read wrong, and what is known of their labels; `mark` is how the pictures that
 * follow are marked where the label is known to be wrong. */
void card_mistakes(struct prose *prose, const struct card *card, const char *mark);

/* The whole of it, in Markdown; the images that are read wrong are drawn in text, the most confident first. */
void card_markdown(struct html *text, const struct card *card);

#endif
