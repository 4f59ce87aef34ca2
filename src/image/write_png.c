#include "image/write_png.h"

#include <png.h>
#include <stdlib.h>

#include "base/files.h"

int write_png_file(const char *path, const struct picture *picture, struct error *err)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)picture->cols,
                       .height = (png_uint_32)picture->rows,
                       .format = PNG_FORMAT_GRAY};
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    unsigned char *bytes = malloc(size);
    if (bytes == NULL)
        return error_memory(err, size, "a PNG picture");
    int result;
    if (png_image_write_to_memory(&image, bytes, &size, 0, picture->gray, picture->cols, NULL))
        result = files_write(path, bytes, size, err);
    else
        result = error_set(err, ERROR_FAILED, "%s: a PNG picture of %d x %d pixels cannot be made: %s", path,
                           picture->cols, picture->rows, image.message);
    free(bytes);
    return result;
}
