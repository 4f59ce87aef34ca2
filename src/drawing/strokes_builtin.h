/* data/strokes.json as it was when the program was built; the Makefile makes the definitions. */
#ifndef LENET5_DRAWING_STROKES_BUILTIN_H
#define LENET5_DRAWING_STROKES_BUILTIN_H

#include <stddef.h>

extern const unsigned char strokes_builtin[];
extern const size_t strokes_builtin_size;

#endif
