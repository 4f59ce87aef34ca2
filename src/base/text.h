/* Small helpers for text: the name that was meant, lists of names, UTF-8, numbers that read back exactly. */
#ifndef LENET5_BASE_TEXT_H
#define LENET5_BASE_TEXT_H

#include <stddef.h>

enum { TEXT_FLOAT = 24 };

/* The name that somebody who typed `word` most likely meant: the least edit distance (a swap of neighbours counts as
 * one), or the only name that begins with it. NULL when none is near. */
const char *text_nearest(const char *word, const char *const *names, size_t count);

/* "a, b or c", cut to `size` bytes; names ends with NULL. Gives out. */
const char *text_list(char *out, size_t size, const char *const *names);

/* How many bytes from the start are valid UTF-8 without NUL: `size` when all are. */
size_t text_valid_utf8(const unsigned char *bytes, size_t size);

/* A finite float so that reading it back gives the same bits: "%.9g" with a point in every locale. Gives out. */
const char *text_float(char out[TEXT_FLOAT], float value);

/* The same with as few digits as still read back to the same bits. */
const char *text_float_short(char out[TEXT_FLOAT], float value);

#endif
