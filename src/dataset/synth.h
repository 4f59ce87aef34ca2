/* Digits that the program draws itself, laid out as MNIST's are. Any digit can be drawn alone, so threads make the same
 * set in any order. */
#ifndef LENET5_DATASET_SYNTH_H
#define LENET5_DATASET_SYNTH_H

#include "dataset/dataset.h"
#include "drawing/strokes.h"

enum { SYNTH_SIDE = 28, SYNTH_BOX = 20, SYNTH_CENTRE = 14, SYNTH_COUNT = 1000000 };

/* Gives   [28][28], 0 background .. 255 ink: the longer side of the ink 20 px, its darkest pixel 255, its centre of
 * mass at index 14. The same for the same seed, set and index; index modulo 10 is the digit. Dots that are wider than
 * the box, which only a document of one's own can ask for, are cut off at it, and may leave no ink at all. */
void synth_digit(unsigned char out[SYNTH_SIDE * SYNTH_SIDE], const struct strokes *strokes, uint64_t seed,
                 enum dataset_which set, int index);

/* `count` digits, 1 to SYNTH_COUNT, on as many threads as OpenMP is set to; released by dataset_free(). Fails with
 * ERROR_FAILED: memory. */
int synth_set(struct dataset *out, const struct strokes *strokes, uint64_t seed, enum dataset_which set, int count,
              struct error *err);

/* A digit written in a way that MNIST's writers hardly used. Gives the digit. The same for the same seed and index.
 * `strokes` have rare digits. */
int synth_rare(unsigned char out[SYNTH_SIDE * SYNTH_SIDE], const struct strokes *strokes, uint64_t seed, int index);

/* What is no digit, laid out in the same way: a letter, a sign, a shape, a scribble, two digits side by side. The same
 * for the same seed and index. `strokes` have strangers. */
void synth_stranger(unsigned char out[SYNTH_SIDE * SYNTH_SIDE], const struct strokes *strokes, uint64_t seed,
                    int index);

/* `count` of them, 1 to SYNTH_COUNT, labelled DATASET_NO_CLASS, on as many threads as OpenMP is set to; released by
 * dataset_free(). Fails with ERROR_MODEL: the strokes have none; ERROR_FAILED: memory. */
int synth_strangers(struct dataset *out, const struct strokes *strokes, uint64_t seed, int count, struct error *err);

/* The same of the built-in strokes, behind `rare` rare digits, which have their labels; up to SYNTH_COUNT of each and
 * one at least. */
int synth_extra(struct dataset *out, uint64_t seed, int rare, int strangers, struct error *err);

#endif
