/* Any picture file to gray; the content decides the format, never the name. */
#ifndef LENET5_IMAGE_DECODE_H
#define LENET5_IMAGE_DECODE_H

#include <stddef.h>

#include "base/error.h"
#include "image/picture.h"

/* Decodes PNG, JPEG, or PBM, PGM and PPM (ascii and binary).
 * Gives   gray by ITU-R BT.601 luma (0.299 R + 0.587 G + 0.114 B, rounded), upright as a JPEG's EXIF says, transparent
 *         pixels laid on white (on black when white would hide everything: white ink on a transparent ground).
 * Fails   with ERROR_FAILED: another format (named, with the cure), truncated or corrupt, above PICTURE_PIXELS. */
int decode_picture(struct picture *out, const unsigned char *bytes, size_t size, struct error *err);

/* The same from a file of at most 256 MiB, "-" for standard input; the sentence starts with the path. */
int decode_file(struct picture *out, const char *path, struct error *err);

#endif
