/* BMP to gray: what Paint saves; decode.h says what every decoder gives. */
#ifndef LENET5_IMAGE_DECODE_BMP_H
#define LENET5_IMAGE_DECODE_BMP_H

#include <stddef.h>

#include "base/error.h"
#include "image/picture.h"

/* `bytes` start with BM. 1, 4, 8, 16, 24 and 32 bits a pixel, plain, by bit masks (an alpha mask is heeded) or
 * run-length coded, bottom up or top down; headers of Windows (40 to 124 bytes) and OS/2 (12, 64). Pixels that a
 * run-length code leaves out have the first colour of the palette. Fails   a header that contradicts itself, a colour
 * beyond the palette, a run beyond its row, too few bytes (also fewer than all
 *         runs would need, which jumps alone could explain: that is a bomb); a JPEG or PNG or Huffman code inside,
 * which is named. Bytes left over are passed over: many programs pad. Source  Microsoft, "Bitmap Storage"
 * (BITMAPINFOHEADER, BITMAPV5HEADER, "Bitmap Compression"); OS/2 2.0 bitmap header. */
int decode_bmp_bytes(struct picture *out, const unsigned char *bytes, size_t size, struct error *err);

#endif
