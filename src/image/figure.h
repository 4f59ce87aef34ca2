/* What a picture of one digit is of: the digit, and not what stands beside it. */
#ifndef LENET5_IMAGE_FIGURE_H
#define LENET5_IMAGE_FIGURE_H

#include "image/ink.h"

/* Erases from ink all that is small beside its largest piece and runs out of the picture: the corner of a shadow, the
 * end of a neighbour's stroke, an edge of the paper.
 * Fails   with ERROR_FAILED when memory is short. */
int figure_isolate(struct ink *ink, struct error *err);

#endif
