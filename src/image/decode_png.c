#include "image/decode_png.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "image/canvas.h"

/* Everything that lives across libpng's longjmp; a local variable of the function that sets the jump might not. */
struct reader {
    png_structp png;
    png_infop info;
    const unsigned char *next;
    size_t left;
    unsigned char *row;
    struct canvas canvas;
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

/* picture_check() is the judge of the size; the chunks that could hide a bomb (text, profiles) are never unpacked. */
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
    if (picture_check((int)rows, (int)cols, reader->err) != 0)
        return -1;
    png_set_expand(png);
    png_set_scale_16(png);
    png_read_update_info(png, reader->info);
    size_t row_size = png_get_rowbytes(png, reader->info);
    reader->row = malloc(row_size);
    if (reader->row == NULL)
        return error_memory(reader->err, row_size, "a row of a PNG picture");
    return canvas_create(&reader->canvas, (int)rows, (int)cols, png_get_channels(png, reader->info), 1, reader->err);
}

/* libpng would need the whole picture in colour to put the passes of an interlaced one together; we scatter each pass
 * over the canvas instead. */
static void read_rows(struct reader *reader)
{
    int rows = reader->canvas.full_rows, cols = reader->canvas.full_cols;
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
            canvas_lay(&reader->canvas, reader->row, r, first_col, col_step);
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

int decode_png_bytes(struct picture *out, const unsigned char *bytes, size_t size, struct error *err)
{
    struct reader reader = {.next = bytes, .left = size, .err = err};
    int result = create_reader(&reader);
    if (result == 0)
        result = read_all(&reader);
    png_destroy_read_struct(&reader.png, &reader.info, NULL);
    free(reader.row);
    if (result == 0)
        result = canvas_finish(out, &reader.canvas, err);
    canvas_free(&reader.canvas);
    return result;
}
