/* PBM, PGM and PPM to gray: P1 to P6 of the Netpbm family; decode.h says what every decoder gives. */
#ifndef LENET5_IMAGE_DECODE_PNM_H
#define LENET5_IMAGE_DECODE_PNM_H

#include <stddef.h>

#include "base/error.h"
#include "image/picture.h"

/* `bytes` start with P1 to P6; the largest value may be up to 65535 and is scaled to 255.
 * Fails   a header that is no such header, a sample above the largest value, too few samples, bytes left over.
 * Source  the manual pages pbm(5), pgm(5), ppm(5). */
int decode_pnm_bytes(struct picture *out, const unsigned char *bytes, size_t size, struct error *err);

#endif
