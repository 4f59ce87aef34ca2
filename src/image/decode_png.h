/* PNG to gray, by libpng; decode.h says what every decoder gives. */
#ifndef LENET5_IMAGE_DECODE_PNG_H
#define LENET5_IMAGE_DECODE_PNG_H

#include <stddef.h>

#include "base/error.h"
#include "image/picture.h"

/* Every colour type and bit depth, interlaced or not. Colour profiles, gamma and text are passed over.
 * Needs   memory for the canvas and a few rows, interlaced or not.
 * Fails   truncated, a wrong checksum, more than PICTURE_PIXELS or PICTURE_COLS. */
int decode_png_bytes(struct picture *out, const unsigned char *bytes, size_t size, struct error *err);

#endif
