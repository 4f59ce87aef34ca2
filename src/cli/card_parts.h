/* The parts of a model card, in Markdown. */
#ifndef LENET5_CLI_CARD_PARTS_H
#define LENET5_CLI_CARD_PARTS_H

#include <stdio.h>

#include "dataset/dataset.h"
#include "model/model_file.h"
#include "training/evaluator.h"

/* What a card tells of. */
struct card {
    const char *name;          /* the model's file, without its folder */
    const struct model *model; /* its record says how it was made */
    const struct dataset *set; /* the test set */
    const char *data;          /* its name, or its folder */
    const struct evaluation *evaluation;
};

void card_part_network(FILE *to, const struct card *card);
void card_part_training(FILE *to, const struct card *card);
void card_part_accuracy(FILE *to, const struct card *card);
void card_part_calibration(FILE *to, const struct card *card);
void card_part_limits(FILE *to, const struct card *card);

/* The images that it gets wrong, drawn in text, the most confident first; known label errors are marked. */
void card_part_mistakes(FILE *to, const struct card *card);

#endif
