/* Any picture file to gray; the content decides the format, never the name. */
#ifndef LENET5_IMAGE_DECODE_H
#define LENET5_IMAGE_DECODE_H

#include <stddef.h>

#include "base/error.h"
#include "image/picture.h"

/* Decodes PNG, JPEG, BMP, or PBM, PGM and PPM (ascii and binary).
 * Gives   gray as gray.h says (BT.601 luma but for ink that it would hide), upright as a JPEG's EXIF says, transparent
 *         pixels laid on white (on black under light ink); above CANVAS_PIXELS shrunk, which the picture's `shrink`
 * tells. Fails   with ERROR_FAILED: another format (named, with the cure), truncated or corrupt, above PICTURE_PIXELS.
 */
int decode_picture(struct picture *out, const unsigned char *bytes, size_t size, struct error *err);

/* The same from a file of at most 256 MiB, "-" for standard input; the sentence starts with the path. */
int decode_file(struct picture *out, const char *path, struct error *err);

#endif
