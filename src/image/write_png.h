/* A gray picture to a PNG file. */
#ifndef LENET5_IMAGE_WRITE_PNG_H
#define LENET5_IMAGE_WRITE_PNG_H

#include "base/error.h"
#include "image/picture.h"

/* Writes an 8-bit gray PNG, atomically (base/files). Fails with ERROR_FAILED, an older file as it was. */
int write_png_file(const char *path, const struct picture *picture, struct error *err);

#endif
