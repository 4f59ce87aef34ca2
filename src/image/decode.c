#include "image/decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "image/decode_bmp.h"
#include "image/decode_jpeg.h"
#include "image/decode_png.h"
#include "image/decode_pnm.h"

#define SAVE_AS "which is not read: save it as PNG or JPEG"
#define VIDEO "is a video, which is not read: save one frame of it as PNG or JPEG"

/* What people pass by mistake, by the bytes that it starts with. The sentences follow the file's name. */
static const struct stranger {
    size_t offset;
    const char *magic;
    size_t length;
    const char *sentence;
} strangers[] = {
    {0, "GIF8", 4, "is a GIF picture, " SAVE_AS},
    {0, "II*\0", 4, "is a TIFF picture, " SAVE_AS},
    {0, "MM\0*", 4, "is a TIFF picture, " SAVE_AS},
    {0, "II+\0", 4, "is a TIFF picture, " SAVE_AS},
    {0, "MM\0+", 4, "is a TIFF picture, " SAVE_AS},
    {8, "WEBP", 4, "is a WebP picture, " SAVE_AS},
    {4, "ftypavi", 7, "is an AVIF picture, " SAVE_AS},
    {4, "ftyphe", 6, "is a HEIC picture (an iPhone photo), " SAVE_AS},
    {4, "ftypmif1", 8, "is a HEIC picture (an iPhone photo), " SAVE_AS},
    {4, "ftypmsf1", 8, "is a HEIC picture (an iPhone photo), " SAVE_AS},
    {4, "ftypcrx", 7, "is a raw photo (CR3), " SAVE_AS},
    {4, "ftyp", 4, VIDEO},
    {4, "moov", 4, VIDEO},
    {8, "AVI ", 4, VIDEO},
    {0, "\x1a\x45\xdf\xa3", 4, VIDEO},
    {0, "\0\0\0\x0cjP  ", 8, "is a JPEG 2000 picture, " SAVE_AS},
    {0, "\xff\x4f\xff\x51", 4, "is a JPEG 2000 picture, " SAVE_AS},
    {0, "\0\0\0\x0cJXL ", 8, "is a JPEG XL picture, " SAVE_AS},
    {0, "\xff\x0a", 2, "is a JPEG XL picture, " SAVE_AS},
    {0, "8BPS", 4, "is a Photoshop picture, " SAVE_AS},
    {0, "gimp xcf", 8, "is a GIMP picture (XCF), which is not read: export it as PNG or JPEG"},
    {0, "\0\0\1\0", 4, "is an icon (ICO), " SAVE_AS},
    {0, "\x0a\5\1", 3, "is a PCX picture, " SAVE_AS},
    {0, "qoif", 4, "is a QOI picture, " SAVE_AS},
    {0, "\x76\x2f\x31\1", 4, "is an OpenEXR picture, " SAVE_AS},
    {0, "#?RADIANCE", 10, "is a Radiance picture (HDR), " SAVE_AS},
    {128, "DICM", 4, "is a DICOM picture, " SAVE_AS},
    {0, "FUJIFILM", 8, "is a raw photo (RAF), " SAVE_AS},
    {0, "AT&TFORM", 8, "is a DjVu document, which is not read: save the page as PNG or JPEG"},
    {0, "P7", 2, "is a PAM picture, " SAVE_AS},
    {0, "%PDF-", 5, "is a PDF document, which is not read: save the page as PNG or JPEG"},
    {0, "%!PS", 4, "is a PostScript document, which is not read: save the page as PNG or JPEG"},
    {0, "\xd0\xcf\x11\xe0", 4, "is an Office document, not a picture: save the picture in it as PNG or JPEG"},
    {0, "<svg", 4, "is an SVG drawing, which is not read: export it as PNG"},
    {0, "\x1f\x8b", 2, "is a gzip file: unpack it first (gunzip); of a packed IDX file name the image with --index N"},
    {0, "PK\3\4", 4, "is a ZIP archive or an Office document: unpack it first, or save the picture in it"},
    {0, "\x93NUMPY", 6, "is a NumPy array, not a picture: save it as PNG"},
    {0, "\0\0\x08\1", 4, "is an IDX file of labels, not of images: name the images file, and the image with --index N"},
    {0, "\0\0\x08\3", 4, "is an IDX file: name the image with --index N"},
    {0, "version https://git-lfs", 23, "is a Git LFS pointer, not the picture itself: fetch it with git lfs pull"},
    {0, "{", 1, "is a JSON file, not a picture: PNG, JPEG, BMP, PBM, PGM or PPM was expected"},
};

static int starts_with(const unsigned char *bytes, size_t size, size_t offset, const void *magic, size_t length)
{
    return size >= offset && size - offset >= length && memcmp(bytes + offset, magic, length) == 0;
}

/* SVG and HTML may open with an XML declaration, a comment or a doctype, so the tag is searched for. */
static int mentions(const unsigned char *bytes, size_t size, const char *tag)
{
    size_t length = strlen(tag), searched = size < 1024 ? size : 1024;
    for (size_t i = 0; i + length <= searched; i++) {
        size_t same = 0;
        while (same < length && (bytes[i + same] | 0x20) == (tag[same] | 0x20))
            same++;
        if (same == length)
            return 1;
    }
    return 0;
}

static int refuse(const unsigned char *bytes, size_t size, struct error *err)
{
    if (size == 0)
        return error_set(err, ERROR_FAILED, "is empty: a picture was expected");
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++)
        if (starts_with(bytes, size, strangers[i].offset, strangers[i].magic, strangers[i].length))
            return error_set(err, ERROR_FAILED, "%s", strangers[i].sentence);
    if (mentions(bytes, size, "<svg"))
        return error_set(err, ERROR_FAILED, "is an SVG drawing, which is not read: export it as PNG");
    if (mentions(bytes, size, "<html") || mentions(bytes, size, "<!doctype html"))
        return error_set(err, ERROR_FAILED, "is a web page (HTML), not a picture: fetch the picture itself");
    char start[4 * 3 + 1] = "";
    for (size_t i = 0; i < 4 && i < size; i++)
        snprintf(start + 3 * i, sizeof start - 3 * i, " %02x", bytes[i]);
    return error_set(
        err, ERROR_FAILED,
        "is no picture that is known here (it starts with the bytes%s): PNG, JPEG, BMP, PBM, PGM or PPM was "
        "expected",
        start);
}

int decode_picture(struct picture *out, const unsigned char *bytes, size_t size, struct error *err)
{
    if (starts_with(bytes, size, 0, "\x89PNG", 4))
        return decode_png_bytes(out, bytes, size, err);
    if (starts_with(bytes, size, 0, "\xff\xd8", 2))
        return decode_jpeg_bytes(out, bytes, size, err);
    if (size >= 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6')
        return decode_pnm_bytes(out, bytes, size, err);
    if (starts_with(bytes, size, 0, "BM", 2))
        return decode_bmp_bytes(out, bytes, size, err);
    return refuse(bytes, size, err);
}

int decode_file(struct picture *out, const char *path, struct error *err)
{
    unsigned char *bytes;
    size_t size;
    if (files_read(&bytes, &size, path, DECODE_FILE, ERROR_FAILED, err) != 0)
        return -1;
    int result = decode_picture(out, bytes, size, err);
    free(bytes);
    if (result != 0)
        return error_where(err, strcmp(path, "-") == 0 ? "standard input" : path);
    return 0;
}
