#include "image/picture.h"

#include <stdlib.h>

int picture_check(int rows, int cols, struct error *err)
{
    if (rows < 1 || cols < 1)
        return error_set(err, ERROR_FAILED, "a picture of %d x %d pixels holds nothing: 1 x 1 is the least", cols,
                         rows);
    if (rows > PICTURE_PIXELS / cols)
        return error_set(err, ERROR_FAILED,
                         "a picture of %d x %d pixels is larger than the %d megapixels taken at most: scale it down",
                         cols, rows, PICTURE_PIXELS / 1000000);
    if (cols > PICTURE_COLS)
        return error_set(err, ERROR_FAILED,
                         "a picture of %d columns is wider than the %d that are read at most: scale it down", cols,
                         PICTURE_COLS);
    return 0;
}

int picture_create(struct picture *out, int rows, int cols, struct error *err)
{
    if (picture_check(rows, cols, err) != 0)
        return -1;
    size_t size = (size_t)rows * (size_t)cols;
    unsigned char *gray = calloc(size, 1);
    if (gray == NULL)
        return error_memory(err, size, "a picture");
    *out =
        (struct picture){.rows = rows, .cols = cols, .gray = gray, .shrink = 1, .full_rows = rows, .full_cols = cols};
    return 0;
}

void picture_free(struct picture *picture)
{
    free(picture->gray);
    *picture = (struct picture){0};
}
