/* Which side of a photo is up: a phone stores the picture as its sensor lies and notes in EXIF how it was held. */
#ifndef LENET5_IMAGE_ORIENTATION_H
#define LENET5_IMAGE_ORIENTATION_H

#include <stddef.h>

#include "base/error.h"
#include "image/picture.h"

/* Reads the orientation, 1 (upright) to 8, from the payload of a JPEG's APP1 marker.
 * Gives   1 when it was found; 0, *orientation untouched, when the payload is none of EXIF or has no such entry.
 * Source  Exif 2.3, section 4.6.4, tag 0x0112. */
int orientation_from_exif(int *orientation, const unsigned char *payload, size_t size);

/* Turns and mirrors the picture so that it stands upright. Fails for lack of memory only, *picture as it was. */
int orientation_upright(struct picture *picture, int orientation, struct error *err);

#endif
