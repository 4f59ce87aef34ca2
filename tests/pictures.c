#include "pictures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static void need(int is_fine, const char *what)
{
    if (!is_fine) {
        fprintf(stderr, "tests/pictures: %s\n", what);
        abort();
    }
}

static void append_png_bytes(png_structp png, png_bytep bytes, size_t size)
{
    support_append(png_get_io_ptr(png), bytes, size);
}

static void flush_nothing(png_structp png)
{
    (void)png;
}

static void pack_row(unsigned char *packed, const uint16_t *samples, int count, int bits)
{
    memset(packed, 0, ((size_t)count * (size_t)bits + 7) / 8);
    for (int i = 0; i < count; i++) {
        if (bits == 16) {
            packed[2 * i] = (unsigned char)(samples[i] >> 8);
            packed[2 * i + 1] = (unsigned char)samples[i];
        } else {
            int bit = i * bits;
            packed[bit / 8] |= (unsigned char)(samples[i] << (8 - bits - bit % 8));
        }
    }
}

static void write_png_rows(png_structp png, const struct pictures_png *plan, int channels)
{
    int samples = plan->cols * channels;
    unsigned char *row = malloc((size_t)samples * 2);
    need(row != NULL, "no memory");
    int passes = png_set_interlace_handling(png);
    for (int pass = 0; pass < passes; pass++)
        for (int r = 0; r < plan->rows; r++) {
            pack_row(row, plan->samples + (size_t)r * (size_t)samples, samples, plan->bits);
            png_write_row(png, row);
        }
    free(row);
}

struct bytes pictures_png(const struct pictures_png *plan)
{
    struct bytes out = {0};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    need(info != NULL, "libpng cannot start");
    if (setjmp(png_jmpbuf(png)) != 0)
        need(0, "libpng refuses to write");
    png_set_write_fn(png, &out, append_png_bytes, flush_nothing);
    png_set_IHDR(png, info, (png_uint_32)plan->cols, (png_uint_32)plan->rows, plan->bits, plan->colour,
                 plan->is_interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    if (plan->palette != NULL)
        png_set_PLTE(png, info, plan->palette, plan->colours);
    if (plan->alphas != NULL || plan->key != NULL)
        png_set_tRNS(png, info, plan->alphas, plan->alpha_count, plan->key);
    png_write_info(png, info);
    write_png_rows(png, plan, png_get_channels(png, info));
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    return out;
}

static void put_32(unsigned char *at, uint32_t number)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(number >> (24 - 8 * i));
}

void pictures_png_resize(struct bytes *png, uint32_t cols, uint32_t rows)
{
    enum { TYPE = 12, WIDTH = 16, HEIGHT = 20, CHECKSUM = 29 };
    put_32(png->data + WIDTH, cols);
    put_32(png->data + HEIGHT, rows);
    put_32(png->data + CHECKSUM, (uint32_t)crc32(0, png->data + TYPE, CHECKSUM - TYPE));
}

struct bytes pictures_jpeg(const struct pictures_jpeg *plan)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    unsigned char *bytes = NULL;
    unsigned long size = 0;
    jpeg.err = jpeg_std_error(&errors); /* prints and exits */
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &bytes, &size);
    jpeg.image_width = (JDIMENSION)plan->cols;
    jpeg.image_height = (JDIMENSION)plan->rows;
    jpeg.in_color_space = plan->given;
    jpeg.input_components = plan->given == JCS_CMYK ? 4 : plan->given == JCS_GRAYSCALE ? 1 : 3;
    jpeg_set_defaults(&jpeg);
    jpeg_set_colorspace(&jpeg, plan->stored);
    jpeg_set_quality(&jpeg, 100, TRUE);
    if (plan->is_progressive)
        jpeg_simple_progression(&jpeg);
    if (plan->omits_adobe)
        jpeg.write_Adobe_marker = FALSE;
    jpeg_start_compress(&jpeg, TRUE);
    if (plan->exif != NULL)
        jpeg_write_marker(&jpeg, JPEG_APP0 + 1, plan->exif, plan->exif_size);
    while (jpeg.next_scanline < jpeg.image_height) {
        size_t row_size = (size_t)plan->cols * (size_t)jpeg.input_components;
        JSAMPROW row = (JSAMPROW)(uintptr_t)(plan->samples + jpeg.next_scanline * row_size);
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    struct bytes out = {0};
    support_append(&out, bytes, size);
    free(bytes);
    return out;
}

size_t pictures_jpeg_find(const struct bytes *jpeg, int code)
{
    for (size_t i = 2; i + 1 < jpeg->size; i++)
        if (jpeg->data[i] == 0xff && jpeg->data[i + 1] == code)
            return i;
    need(0, "the JPEG has no such marker");
    return 0;
}

struct picture pictures_plain(int rows, int cols, unsigned char gray)
{
    struct picture picture;
    need(picture_create(&picture, rows, cols, NULL) == 0, "no memory");
    memset(picture.gray, gray, (size_t)rows * (size_t)cols);
    return picture;
}

/* From the point (y, x) to the nearest one on the line. */
static double distance(double y, double x, double y0, double x0, double y1, double x1)
{
    double dy = y1 - y0, dx = x1 - x0, length = dy * dy + dx * dx;
    double along = length > 0 ? ((y - y0) * dy + (x - x0) * dx) / length : 0;
    along = fmin(fmax(along, 0), 1);
    return hypot(y - y0 - along * dy, x - x0 - along * dx);
}

void pictures_line(struct picture *picture, double y0, double x0, double y1, double x1, double width,
                   unsigned char gray)
{
    for (int r = 0; r < picture->rows; r++)
        for (int k = 0; k < picture->cols; k++) {
            double inside = width / 2 + 0.5 - distance(r + 0.5, k + 0.5, y0, x0, y1, x1);
            double cover = fmin(fmax(inside, 0), 1);
            unsigned char *pixel = picture->gray + (size_t)r * (size_t)picture->cols + (size_t)k;
            *pixel = (unsigned char)(*pixel + cover * (gray - *pixel) + 0.5);
        }
}

void pictures_four(struct picture *picture, double y, double x, double height, double width, unsigned char gray)
{
    static const double strokes[][4] = {{0, 0.35, 0.6, 0}, {0.6, 0, 0.6, 0.7}, {0.3, 0.5, 1, 0.45}};
    double half = width / 2, scale = height - width;
    for (size_t i = 0; i < sizeof strokes / sizeof strokes[0]; i++)
        pictures_line(picture, y + half + scale * strokes[i][0], x + half + scale * strokes[i][1],
                      y + half + scale * strokes[i][2], x + half + scale * strokes[i][3], width, gray);
}
