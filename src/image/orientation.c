#include "image/orientation.h"

#include <string.h>

/* EXIF is a small TIFF file, in the byte order of the camera. */
struct tiff {
    const unsigned char *bytes;
    size_t size;
    int is_big_endian;
};

/* 0 beyond the end: no count, tag or orientation is 0, so that reading past a cut-off file finds nothing. */
static unsigned read_16(const struct tiff *tiff, size_t at)
{
    if (tiff->size < 2 || at > tiff->size - 2)
        return 0;
    unsigned first = tiff->bytes[at], second = tiff->bytes[at + 1];
    return tiff->is_big_endian ? first << 8 | second : second << 8 | first;
}

static size_t read_32(const struct tiff *tiff, size_t at)
{
    size_t first = read_16(tiff, at), second = read_16(tiff, at + 2);
    return tiff->is_big_endian ? first << 16 | second : second << 16 | first;
}

int orientation_from_exif(int *orientation, const unsigned char *payload, size_t size)
{
    if (size < 14 || memcmp(payload, "Exif\0", 6) != 0)
        return 0;
    struct tiff tiff = {.bytes = payload + 6, .size = size - 6, .is_big_endian = payload[6] == 'M'};
    if (read_16(&tiff, 2) != 42)
        return 0;
    size_t directory = read_32(&tiff, 4);
    unsigned entries = read_16(&tiff, directory);
    for (unsigned i = 0; i < entries; i++) {
        size_t entry = directory + 2 + 12 * (size_t)i;
        unsigned value = read_16(&tiff, entry + 8);
        if (read_16(&tiff, entry) == 0x0112 && value >= 1 && value <= 8) {
            *orientation = (int)value;
            return 1;
        }
    }
    return 0;
}

int orientation_upright(struct picture *picture, int orientation, struct error *err)
{
    if (orientation == 1)
        return 0;
    int is_turned = orientation >= 5; /* rows become columns */
    int flips_rows = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    int flips_cols = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    int rows = picture->rows, cols = picture->cols;
    struct picture upright;
    if (picture_create(&upright, is_turned ? cols : rows, is_turned ? rows : cols, err) != 0)
        return -1;
    unsigned char *next = upright.gray;
    for (int r = 0; r < upright.rows; r++)
        for (int k = 0; k < upright.cols; k++) {
            int row = is_turned ? k : r, col = is_turned ? r : k;
            if (flips_rows)
                row = rows - 1 - row;
            if (flips_cols)
                col = cols - 1 - col;
            *next++ = picture->gray[(size_t)row * (size_t)cols + (size_t)col];
        }
    upright.shrink = picture->shrink;
    upright.full_rows = is_turned ? picture->full_cols : picture->full_rows;
    upright.full_cols = is_turned ? picture->full_rows : picture->full_cols;
    picture_free(picture);
    *picture = upright;
    return 0;
}
