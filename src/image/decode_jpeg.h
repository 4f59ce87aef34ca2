/* JPEG to gray, by libjpeg; decode.h says what every decoder gives. */
#ifndef LENET5_IMAGE_DECODE_JPEG_H
#define LENET5_IMAGE_DECODE_JPEG_H

#include <stddef.h>

#include "base/error.h"
#include "image/picture.h"

/* Gray, colour, CMYK and YCCK; baseline and progressive; turned upright by EXIF.
 * Fails   truncated or damaged (where libjpeg alone would warn and fill in gray), more than PICTURE_PIXELS, more scans
 *         or memory than an honest picture needs. */
int decode_jpeg_bytes(struct picture *out, const unsigned char *bytes, size_t size, struct error *err);

#endif
