/* Pictures of several digits for tests: drawn digits (digits.h) put where a test wants them, dark on light. */
#ifndef LENET5_TESTS_NUMBERS_H
#define LENET5_TESTS_NUMBERS_H

#include "image/picture.h"

/* Puts a digit, `height` pixels high, with its top left corner at (top, left) into the picture, over what is there.
 * `index`, 0 .. 9, chooses one of ten that differ, all written tidily. Gives how many columns it takes. */
int numbers_put(struct picture *picture, int digit, int index, int top, int left, int height);

/* Puts the digits of `text` side by side, `gap` columns between them, `drop` rows lower each. Gives the column behind
 * the last. */
int numbers_write(struct picture *picture, const char *text, int top, int left, int height, int gap, int drop);

#endif
