#include "image/decode_png.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/* libpng keeps some copies of a row, of up to 8 bytes a pixel. */
enum { COLS_LIMIT = 1000000 };

/* Everything that lives across libpng's longjmp; a local variable of the function that sets the jump might not. */
struct reader {
    png_structp png;
    png_infop info;
    const unsigned char *next;
    size_t left;
    unsigned char *row;
    struct picture picture;
    int ground;   /* the gray that transparent pixels are laid on */
    int channels; /* gray, gray + alpha, RGB or RGBA, 8 bits each */
    struct error *err;
};

static void stop(png_structp png, png_const_charp message)
{
    struct reader *reader = png_get_error_ptr(png);
    error_set(reader->err, ERROR_FAILED, "is a damaged PNG picture (%s): save it again, or fetch another copy",
              message);
    png_longjmp(png, 1);
}

static void ignore_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static void take_bytes(png_structp png, png_bytep bytes, size_t size)
{
    struct reader *reader = png_get_io_ptr(png);
    if (size > reader->left)
        png_error(png, "it ends early");
    memcpy(bytes, reader->next, size);
    reader->next += size;
    reader->left -= size;
}

static int create_reader(struct reader *reader)
{
    reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, stop, ignore_warning);
    reader->info = reader->png != NULL ? png_create_info_struct(reader->png) : NULL;
    if (reader->info == NULL)
        return error_memory(reader->err, sizeof *reader, "the PNG decoder");
    return 0;
}

/* picture_create() is the judge of the size; the chunks that could hide a bomb (text, profiles) are never unpacked. */
static void set_limits(png_structp png)
{
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_chunk_malloc_max(png, 1 << 20);
    png_set_chunk_cache_max(png, 16);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
}

static int read_header(struct reader *reader)
{
    png_structp png = reader->png;
    png_read_info(png, reader->info);
    png_uint_32 cols = png_get_image_width(png, reader->info), rows = png_get_image_height(png, reader->info);
    if (picture_create(&reader->picture, (int)rows, (int)cols, reader->err) != 0)
        return -1;
    if (cols > COLS_LIMIT)
        return error_set(reader->err, ERROR_FAILED,
                         "is a PNG picture of %lu columns, %d are read at most: scale it down", (unsigned long)cols,
                         COLS_LIMIT);
    png_set_expand(png);
    png_set_scale_16(png);
    png_read_update_info(png, reader->info);
    reader->channels = png_get_channels(png, reader->info);
    size_t row_size = png_get_rowbytes(png, reader->info);
    reader->row = malloc(row_size);
    return reader->row == NULL ? error_memory(reader->err, row_size, "a row of a PNG picture") : 0;
}

/* Spreads the row just read over every `step`th column of the gray picture. */
static void lay_row(const struct reader *reader, int row, int first, int step)
{
    int cols = reader->picture.cols, channels = reader->channels, has_alpha = channels == 2 || channels == 4;
    unsigned char *gray = reader->picture.gray + (size_t)row * (size_t)cols;
    const unsigned char *pixel = reader->row;
    for (int k = first; k < cols; k += step, pixel += channels) {
        int level = channels >= 3 ? picture_luma(pixel[0], pixel[1], pixel[2]) : pixel[0];
        int alpha = has_alpha ? pixel[channels - 1] : 255;
        gray[k] = (unsigned char)((alpha * level + (255 - alpha) * reader->ground + 127) / 255);
    }
}

/* libpng would need the whole picture in colour to put the passes of an interlaced one together; we scatter each pass
 * over the gray picture instead. */
static void read_rows(struct reader *reader)
{
    int rows = reader->picture.rows, cols = reader->picture.cols;
    int is_interlaced = png_get_interlace_type(reader->png, reader->info) == PNG_INTERLACE_ADAM7;
    for (int pass = 0; pass < (is_interlaced ? PNG_INTERLACE_ADAM7_PASSES : 1); pass++) {
        int first_row = is_interlaced ? PNG_PASS_START_ROW(pass) : 0;
        int first_col = is_interlaced ? PNG_PASS_START_COL(pass) : 0;
        int row_step = is_interlaced ? 1 << PNG_PASS_ROW_SHIFT(pass) : 1;
        int col_step = is_interlaced ? 1 << PNG_PASS_COL_SHIFT(pass) : 1;
        if (first_col >= cols)
            continue; /* libpng, too, passes over a pass without columns */
        for (int r = first_row; r < rows; r += row_step) {
            png_read_row(reader->png, reader->row, NULL);
            lay_row(reader, r, first_col, col_step);
        }
    }
}

static int read_all(struct reader *reader)
{
    if (setjmp(png_jmpbuf(reader->png)) != 0)
        return -1;
    png_set_read_fn(reader->png, reader, take_bytes);
    set_limits(reader->png);
    if (read_header(reader) != 0)
        return -1;
    read_rows(reader);
    png_read_end(reader->png, NULL); /* to the IEND chunk: without it the file is cut off */
    return 0;
}

static int decode_on(struct picture *out, int *has_alpha, int ground, const unsigned char *bytes, size_t size,
                     struct error *err)
{
    struct reader reader = {.next = bytes, .left = size, .ground = ground, .err = err};
    int result = create_reader(&reader);
    if (result == 0)
        result = read_all(&reader);
    png_destroy_read_struct(&reader.png, &reader.info, NULL);
    free(reader.row);
    if (result != 0) {
        picture_free(&reader.picture);
        return -1;
    }
    *out = reader.picture;
    *has_alpha = reader.channels == 2 || reader.channels == 4;
    return 0;
}

/* White as far as an eye can tell: antialiased white on white is not 255 everywhere. */
static int is_white(const struct picture *picture)
{
    size_t size = (size_t)picture->rows * (size_t)picture->cols;
    for (size_t i = 0; i < size; i++)
        if (picture->gray[i] < 240)
            return 0;
    return 1;
}

int decode_png_bytes(struct picture *out, const unsigned char *bytes, size_t size, struct error *err)
{
    struct picture picture;
    int has_alpha;
    if (decode_on(&picture, &has_alpha, 255, bytes, size, err) != 0)
        return -1;
    if (has_alpha && is_white(&picture)) {
        picture_free(&picture);
        if (decode_on(&picture, &has_alpha, 0, bytes, size, err) != 0)
            return -1;
    }
    *out = picture;
    return 0;
}
