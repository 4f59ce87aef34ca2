/* Documents of strokes for the tests, as text. */
#ifndef LENET5_TESTS_STROKES_TEXT_H
#define LENET5_TESTS_STROKES_TEXT_H

#include "drawing/strokes.h"

/* A document whose digit 0 is the object `zero`; the other digits are one upright stroke. Freed by the caller. */
char *strokes_text(const char *zero);

/* A digit that is drawn in one way, "plain", with these strokes: the content of [...]. Gives out. */
const char *strokes_text_plain(char out[4096], const char *strokes);

/* `text` with the first `old` in it replaced; what was given is freed. `old` has to be there. */
char *strokes_text_replace(char *text, const char *old, const char *new);

/* The strokes of a valid text, which is freed; strokes_free() releases them. */
struct strokes strokes_text_parse(char *text);

/* Asserts that these bytes are refused with this sentence, and nothing is given out. */
void strokes_text_refuse_bytes(const void *bytes, size_t size, const char *sentence);

/* The same for a text, which is freed. */
void strokes_text_refuse(char *text, const char *sentence);

#endif
