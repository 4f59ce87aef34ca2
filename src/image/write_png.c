#include "image/write_png.h"

#include <png.h>
#include <stdlib.h>

#include "base/files.h"

static int encode(unsigned char **out, size_t *out_size, const unsigned char *pixels, int rows, int cols,
                  png_uint_32 format, png_uint_32 flags, struct error *err)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)cols,
                       .height = (png_uint_32)rows,
                       .format = format,
                       .flags = flags};
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    unsigned char *bytes = malloc(size);
    if (bytes == NULL)
        return error_memory(err, size, "a PNG picture");
    if (!png_image_write_to_memory(&image, bytes, &size, 0, pixels, 0, NULL)) {
        free(bytes);
        return error_set(err, ERROR_FAILED, "a PNG picture of %d x %d pixels cannot be made: %s", cols, rows,
                         image.message);
    }
    *out = bytes;
    *out_size = size;
    return 0;
}

static int write_pixels(const char *path, const unsigned char *pixels, int rows, int cols, png_uint_32 format,
                        png_uint_32 flags, struct error *err)
{
    unsigned char *bytes;
    size_t size;
    if (encode(&bytes, &size, pixels, rows, cols, format, flags, err) != 0)
        return error_where(err, path);
    const int result = files_write(path, bytes, size, err);
    free(bytes);
    return result;
}

int write_png_bytes(unsigned char **bytes, size_t *size, const unsigned char *gray, int rows, int cols,
                    struct error *err)
{
    return encode(bytes, size, gray, rows, cols, PNG_FORMAT_GRAY, 0, err);
}

int write_png_file(const char *path, const struct picture *picture, struct error *err)
{
    return write_pixels(path, picture->gray, picture->rows, picture->cols, PNG_FORMAT_GRAY, 0, err);
}

int write_png_rgb(const char *path, const unsigned char *rgb, int rows, int cols, struct error *err)
{
    /* A photo's noise hardly shrinks, however long zlib tries: a fifth more bytes in a fifth of the time. */
    return write_pixels(path, rgb, rows, cols, PNG_FORMAT_RGB, PNG_IMAGE_FLAG_FAST, err);
}
