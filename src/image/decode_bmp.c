#include "image/decode_bmp.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "image/canvas.h"

enum { FILE_HEADER = 14, CORE_HEADER = 12, INFO_HEADER = 40, OS2_HEADER = 64, MASKS_HEADER = 52, ALPHA_HEADER = 56 };
enum { PLAIN, RUNS_OF_8, RUNS_OF_4, MASKS, JPEG_INSIDE, PNG_INSIDE, MASKS_AND_ALPHA };

struct mask {
    int shift;
    uint32_t largest; /* 0: the channel is not there */
};

struct reader {
    const unsigned char *bytes;
    size_t size, header, next; /* header: how long the second one is; next: where reading goes on */
    int rows, cols, bits, compression, is_top_down, colours;
    unsigned char palette[256][3];
    struct mask masks[4]; /* red, green, blue, alpha */
    struct canvas canvas;
    unsigned char *row; /* [cols][3 or 4] */
    struct error *err;
};

static int damaged(const struct reader *reader, const char *what)
{
    return error_set(reader->err, ERROR_FAILED, "is a damaged BMP picture (%s): save it again, or fetch another copy",
                     what);
}

static uint32_t read_16(const struct reader *reader, size_t at)
{
    return reader->bytes[at] | (uint32_t)reader->bytes[at + 1] << 8;
}

static uint32_t read_32(const struct reader *reader, size_t at)
{
    return read_16(reader, at) | read_16(reader, at + 2) << 16;
}

static int has_bytes(const struct reader *reader, size_t at, unsigned long long count)
{
    return at <= reader->size && count <= reader->size - at;
}

/* Width and height, whose sign says which row comes first. */
static int read_size(struct reader *reader)
{
    int is_core = reader->header == CORE_HEADER;
    uint32_t width = is_core ? read_16(reader, 18) : read_32(reader, 18);
    uint32_t height = is_core ? read_16(reader, 20) : read_32(reader, 22);
    reader->is_top_down = height > INT32_MAX;
    if (reader->is_top_down)
        height = 0 - height;
    if (width > INT_MAX || height > INT_MAX)
        return damaged(reader, "its width or height is out of range");
    reader->cols = (int)width;
    reader->rows = (int)height;
    reader->bits = (int)read_16(reader, is_core ? 24 : 28);
    reader->compression = is_core ? PLAIN : (int)read_32(reader, 30);
    return picture_check(reader->rows, reader->cols, reader->err);
}

static int check_kind(const struct reader *reader)
{
    int bits = reader->bits, is_os2 = reader->header == OS2_HEADER;
    switch (reader->compression) {
    case PLAIN:
        if (bits == 1 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32)
            return 0;
        break;
    case RUNS_OF_8:
    case RUNS_OF_4:
        if (bits == (reader->compression == RUNS_OF_8 ? 8 : 4) && !reader->is_top_down)
            return 0;
        break;
    case MASKS:
    case MASKS_AND_ALPHA:
        if ((bits == 16 || bits == 32) && !is_os2)
            return 0;
        break;
    case JPEG_INSIDE:
    case PNG_INSIDE:
        break;
    default:
        return damaged(reader, "its compression is none that BMP has");
    }
    return error_set(reader->err, ERROR_FAILED,
                     "is a BMP picture of a kind that is not read (%d bits a pixel, compression %d): save it as PNG",
                     bits, reader->compression);
}

/* A mask is one run of bits. */
static int set_mask(struct mask *mask, uint32_t bits)
{
    *mask = (struct mask){0};
    if (bits == 0)
        return 0;
    while ((bits >> mask->shift & 1) == 0)
        mask->shift++;
    mask->largest = bits >> mask->shift;
    return (mask->largest & (mask->largest + 1)) == 0 ? 0 : -1;
}

/* They are part of the longer headers and stand behind the shorter ones. */
static int read_masks(struct reader *reader)
{
    static const uint32_t of_16[4] = {0x7c00, 0x03e0, 0x001f}, of_32[4] = {0xff0000, 0xff00, 0xff};
    const uint32_t *plain = reader->bits == 16 ? of_16 : of_32;
    size_t after = FILE_HEADER + reader->header, at = FILE_HEADER + INFO_HEADER;
    int is_plain = reader->compression == PLAIN;
    int has_alpha = reader->compression == MASKS_AND_ALPHA || (!is_plain && reader->header >= ALPHA_HEADER);
    size_t end = at + (has_alpha ? 16 : 12);
    if (!is_plain && !has_bytes(reader, 0, end))
        return damaged(reader, "it ends inside its bit masks");
    for (size_t i = 0; i < 4; i++) {
        uint32_t bits = is_plain ? plain[i] : i < 3 || has_alpha ? read_32(reader, at + 4 * i) : 0;
        if (set_mask(&reader->masks[i], bits) != 0 || (i < 3 && bits == 0))
            return damaged(reader, "its bit masks are none");
    }
    reader->next = !is_plain && end > after ? end : after;
    return 0;
}

/* Without a number of colours the palette has as many as its pixels can name. */
static int read_palette(struct reader *reader)
{
    int is_core = reader->header == CORE_HEADER, entry = is_core ? 3 : 4, most = 1 << reader->bits;
    uint32_t used = is_core ? 0 : read_32(reader, 46);
    size_t at = FILE_HEADER + reader->header, start = read_32(reader, 10);
    size_t room = start > at ? (start - at) / (size_t)entry : 0;
    if (used > (uint32_t)most)
        return damaged(reader, "its palette has more colours than its pixels can name");
    reader->colours = used > 0 ? (int)used : most;
    if (used == 0 && is_core && room < (size_t)most) /* OS/2 writes only those that it needs */
        reader->colours = (int)room;
    if (!has_bytes(reader, at, (unsigned)(reader->colours * entry)))
        return damaged(reader, "it ends inside its palette");
    for (int i = 0; i < reader->colours; i++, at += (size_t)entry)
        for (int channel = 0; channel < 3; channel++)
            reader->palette[i][channel] = reader->bytes[at + 2 - (size_t)channel];
    reader->next = at;
    return 0;
}

static int read_header(struct reader *reader)
{
    if (!has_bytes(reader, 0, FILE_HEADER + CORE_HEADER))
        return damaged(reader, "it ends inside its header");
    reader->header = read_32(reader, FILE_HEADER);
    if (reader->header != CORE_HEADER && (reader->header < INFO_HEADER || reader->header > 124))
        return damaged(reader, "its header has a length that none has");
    if (!has_bytes(reader, FILE_HEADER, reader->header))
        return damaged(reader, "it ends inside its header");
    if (read_size(reader) != 0 || check_kind(reader) != 0 ||
        (reader->bits <= 8 ? read_palette(reader) : read_masks(reader)) != 0)
        return -1;
    size_t start = read_32(reader, 10);
    if (start < reader->next)
        return damaged(reader, "its pixels begin inside its header");
    reader->next = start;
    return 0;
}

static void lay_row(struct reader *reader, int row)
{
    canvas_lay(&reader->canvas, reader->row, reader->is_top_down ? row : reader->rows - 1 - row, 0, 1);
}

static int lay_colours(struct reader *reader, int row, const unsigned char *colours)
{
    for (int k = 0; k < reader->cols; k++) {
        if (colours[k] >= reader->colours)
            return damaged(reader, "a pixel has a colour that the palette lacks");
        memcpy(reader->row + 3 * (size_t)k, reader->palette[colours[k]], 3);
    }
    lay_row(reader, row);
    return 0;
}

/* 1, 4 or 8 bits, the leftmost pixel in the highest ones. */
static void unpack(unsigned char *colours, const unsigned char *packed, int cols, int bits)
{
    int each = 8 / bits;
    for (int k = 0; k < cols; k++)
        colours[k] = (unsigned char)(packed[k / each] >> (8 - bits - k % each * bits) & ((1 << bits) - 1));
}

static void unmask(unsigned char *pixel, const struct reader *reader, uint32_t packed)
{
    for (int channel = 0; channel < reader->canvas.channels; channel++) {
        uint64_t largest = reader->masks[channel].largest;
        uint64_t sample = packed >> reader->masks[channel].shift & largest;
        pixel[channel] = (unsigned char)(largest == 255 ? sample : (sample * 255 + largest / 2) / largest);
    }
}

static void lay_masked(struct reader *reader, int row, size_t at)
{
    size_t step = (size_t)reader->bits / 8;
    unsigned char *pixel = reader->row;
    for (int k = 0; k < reader->cols; k++, at += step, pixel += reader->canvas.channels) {
        uint32_t packed = read_16(reader, at);
        if (step > 2)
            packed |= (uint32_t)reader->bytes[at + 2] << 16;
        if (step > 3)
            packed |= (uint32_t)reader->bytes[at + 3] << 24;
        unmask(pixel, reader, packed);
    }
    lay_row(reader, row);
}

/* Rows take whole words of 4 bytes. */
static size_t row_bytes(const struct reader *reader)
{
    return ((size_t)reader->cols * (size_t)reader->bits + 31) / 32 * 4;
}

static int read_plain(struct reader *reader, unsigned char *colours)
{
    size_t stride = row_bytes(reader), at = reader->next;
    if (!has_bytes(reader, at, (unsigned long long)stride * (unsigned)reader->rows))
        return error_set(
            reader->err, ERROR_FAILED,
            "is a damaged BMP picture: %d x %d pixels of %d bits take %llu bytes from byte %zu on, it ends "
            "at byte %zu; save it again, or fetch another copy",
            reader->cols, reader->rows, reader->bits, (unsigned long long)stride * (unsigned)reader->rows, at,
            reader->size);
    for (int r = 0; r < reader->rows; r++, at += stride) {
        if (reader->bits > 8) {
            lay_masked(reader, r, at);
            continue;
        }
        unpack(colours, reader->bytes + at, reader->cols, reader->bits);
        if (lay_colours(reader, r, colours) != 0)
            return -1;
    }
    return 0;
}

/* Pairs of bytes: a count and a colour; or 0 and what happens: 0 the row ends, 1 the picture ends, 2 go right and up,
 * else that many colours follow one by one, filled up to a whole pair. */
enum { END_OF_ROW, END_OF_PICTURE, JUMP };

struct run {
    int row, col;
    unsigned char *colours; /* of the row */
};

static int end_rows(struct reader *reader, struct run *run, int rows)
{
    for (int i = 0; i < rows; i++) {
        if (run->row >= reader->rows)
            return damaged(reader, "a run goes beyond its last row");
        if (lay_colours(reader, run->row++, run->colours) != 0)
            return -1;
        memset(run->colours, 0, (size_t)reader->cols);
    }
    return 0;
}

static int jump(struct reader *reader, struct run *run)
{
    if (!has_bytes(reader, reader->next, 2))
        return damaged(reader, "it ends early");
    run->col += reader->bytes[reader->next];
    int up = reader->bytes[reader->next + 1];
    reader->next += 2;
    return run->col > reader->cols ? damaged(reader, "a jump goes beyond its row") : end_rows(reader, run, up);
}

/* `count` pixels: of one byte's colours over and over, or of as many bytes as they take. */
static int take_run(struct reader *reader, struct run *run, int count, int is_literal)
{
    size_t taken = !is_literal ? 1 : ((size_t)count * (size_t)reader->bits + 15) / 16 * 2;
    if (!has_bytes(reader, reader->next, taken))
        return damaged(reader, "it ends early");
    if (run->row >= reader->rows || count > reader->cols - run->col)
        return damaged(reader, "a run goes beyond its row");
    const unsigned char *bytes = reader->bytes + reader->next;
    for (int i = 0; i < count; i++) {
        int place = reader->bits == 8 ? i : i / 2, colour = bytes[is_literal ? place : 0];
        if (reader->bits == 4)
            colour = i % 2 == 0 ? colour >> 4 : colour & 15;
        run->colours[run->col++] = (unsigned char)colour;
    }
    reader->next += taken;
    return 0;
}

static int read_runs(struct reader *reader, unsigned char *colours)
{
    struct run run = {.colours = colours};
    int result = 0;
    size_t left = reader->size - reader->next, most = left / 2 * 255,
           pixels = (size_t)reader->rows * (size_t)reader->cols;
    if (reader->next > reader->size || most < pixels)
        return error_set(
            reader->err, ERROR_FAILED,
            "is a damaged BMP picture or a bomb (its runs can fill %zu pixels at most, it claims %d x %d): "
            "save it again, or fetch another copy",
            reader->next > reader->size ? 0 : most, reader->cols, reader->rows);
    while (result == 0) {
        if (!has_bytes(reader, reader->next, 2))
            return damaged(reader, "it ends early");
        int count = reader->bytes[reader->next], code = reader->bytes[reader->next + 1];
        reader->next += count > 0 ? 1 : 2;
        if (count > 0) {
            result = take_run(reader, &run, count, 0);
        } else if (code == END_OF_ROW) {
            result = end_rows(reader, &run, 1);
            run.col = 0;
        } else if (code == END_OF_PICTURE) {
            return end_rows(reader, &run, reader->rows - run.row);
        } else {
            result = code == JUMP ? jump(reader, &run) : take_run(reader, &run, code, 1);
        }
    }
    return result;
}

/* Programs that know nothing of alpha leave it 0 everywhere. */
static int has_alpha(const struct reader *reader)
{
    uint32_t largest = reader->masks[3].largest;
    if (largest == 0 || reader->bits != 32)
        return 0;
    size_t count = row_bytes(reader) / 4 * (size_t)reader->rows;
    for (size_t i = 0; i < count && has_bytes(reader, reader->next + 4 * i, 4); i++)
        if ((read_32(reader, reader->next + 4 * i) >> reader->masks[3].shift & largest) != 0)
            return 1;
    return 0;
}

int decode_bmp_bytes(struct picture *out, const unsigned char *bytes, size_t size, struct error *err)
{
    struct reader reader = {.bytes = bytes, .size = size, .err = err};
    if (read_header(&reader) != 0)
        return -1;
    size_t cols = (size_t)reader.cols, row_size = 5 * cols; /* colours and their pixels */
    int channels = has_alpha(&reader) ? 4 : 3;
    if (canvas_create(&reader.canvas, reader.rows, reader.cols, channels, 1, err) != 0)
        return -1;
    reader.row = calloc(row_size, 1);
    int result = reader.row == NULL ? error_memory(err, row_size, "a row of a BMP picture") : 0;
    int is_runs = reader.compression == RUNS_OF_8 || reader.compression == RUNS_OF_4;
    if (result == 0)
        result = is_runs ? read_runs(&reader, reader.row + 4 * cols) : read_plain(&reader, reader.row + 4 * cols);
    if (result == 0)
        result = canvas_finish(out, &reader.canvas, err);
    free(reader.row);
    canvas_free(&reader.canvas);
    return result;
}
