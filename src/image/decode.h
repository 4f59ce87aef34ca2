/* Any picture file to gray; the content decides the format, never the name. */
#ifndef LENET5_IMAGE_DECODE_H
#define LENET5_IMAGE_DECODE_H

#include <stddef.h>

#include "base/error.h"
#include "image/picture.h"

/* The most memory that decoding takes, the file included: a file of at most 512 MiB and DECODE_ROOM; only a JPEG of
 * many scans (progressive), whose coefficients libjpeg keeps, may take what is left of 1 GiB. 100 megapixels take 600
 * MB of it. */
#define DECODE_MEMORY ((size_t)1 << 30)
#define DECODE_FILE ((size_t)512 << 20)
#define DECODE_ROOM ((size_t)96 << 20)

/* Decodes PNG, JPEG, BMP, or PBM, PGM and PPM (ascii and binary).
 * Gives   gray as gray.h says (BT.601 luma but for ink that it would hide), upright as a JPEG's EXIF says, transparent
 *         pixels laid on white (on black under light ink); above CANVAS_PIXELS shrunk, which the picture's `shrink`
 * tells. Fails   with ERROR_FAILED: another format (named, with the cure), truncated or corrupt, above PICTURE_PIXELS.
 */
int decode_picture(struct picture *out, const unsigned char *bytes, size_t size, struct error *err);

/* The same from a file of at most DECODE_FILE, "-" for standard input; the sentence starts with the path. */
int decode_file(struct picture *out, const char *path, struct error *err);

#endif
