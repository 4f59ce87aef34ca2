/* Pictures to PNG files. */
#ifndef LENET5_IMAGE_WRITE_PNG_H
#define LENET5_IMAGE_WRITE_PNG_H

#include <stddef.h>

#include "base/error.h"
#include "image/picture.h"

/* Writes an 8-bit gray PNG, atomically (base/files). Fails with ERROR_FAILED, an older file as it was. */
int write_png_file(const char *path, const struct picture *picture, struct error *err);

/* The same in memory, from gray[rows][cols]: *bytes is malloc'ed, the caller frees. */
int write_png_bytes(unsigned char **bytes, size_t *size, const unsigned char *gray, int rows, int cols,
                    struct error *err);

/* As a file for 8-bit colours, rgb[rows][cols][3]. */
int write_png_rgb(const char *path, const unsigned char *rgb, int rows, int cols, struct error *err);

#endif
