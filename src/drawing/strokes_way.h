/* One way to write a digit, read from its object in the document: formulas compiled, and nothing let through that
 * skeleton_draw_way() could choke on, whatever chance says. */
#ifndef LENET5_DRAWING_STROKES_WAY_H
#define LENET5_DRAWING_STROKES_WAY_H

#include "base/json.h"
#include "drawing/strokes.h"

/* Gives   *out, released by strokes_way_free().
 * Fails   with ERROR_MODEL, the sentence beginning with the place. */
int strokes_way_read(struct way *out, const cJSON *json, const char *where, struct error *err);

/* Also releases a way that is all zero. */
void strokes_way_free(struct way *way);

#endif
