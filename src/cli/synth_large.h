/* lenet5 synth --large: big pictures of numbers in a folder, and what is written on them. */
#ifndef LENET5_CLI_SYNTH_LARGE_H
#define LENET5_CLI_SYNTH_LARGE_H

#include <stdint.h>

#include "base/error.h"
#include "drawing/photo.h"

enum {
    SYNTH_LARGE_DIGITS = 20,
    SYNTH_LARGE_HEIGHT_LEAST = PHOTO_HEIGHT_LEAST,
    SYNTH_LARGE_HEIGHT = PHOTO_HEIGHT,
    SYNTH_LARGE_HEIGHT_USUAL = 240,
};

struct synth_large {
    const char *out; /* the folder, made if it is missing */
    int count;
    const char *text; /* on every picture: digits, spaces between numbers, / between rows; or NULL */
    int digits;       /* without `text`: so many digits from chance; 1: the digits 0 to 9 in turn */
    int ground;       /* enum photo_ground; -1: each in turn */
    int height;       /* of a digit, px */
    uint64_t seed;
    const struct strokes *strokes;
};

/* Writes NNN-TEXT.png, `_` for what stands between numbers, on as many threads as OpenMP is set to. At last
 * labels.tsv: a row a picture with its file, its label (`text` as it was asked for) and the name of its ground. A
 * picture depends on its number, not on the count of them.
 * Fails   with ERROR_USAGE before anything is written when the text or the height is out of range. */
int synth_large_write(const struct synth_large *asked, struct error *err);

#endif
