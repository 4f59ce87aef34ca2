#include "image/decode_pnm.h"

#include <stdlib.h>

#include "image/canvas.h"

struct reader {
    const unsigned char *next, *end;
    const char *name;      /* what the file is, for sentences */
    int is_binary, is_bit; /* P4 P5 P6; P1 P4 */
    int channels;          /* 3 in P3 and P6 */
    int largest;           /* the sample that means white */
    int rows, cols;
    struct error *err;
};

static int is_space(int c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* One character of text, a comment counting as the end of its line; -1 at the end. */
static int take(struct reader *reader)
{
    if (reader->next == reader->end)
        return -1;
    int c = *reader->next++;
    if (c != '#')
        return c;
    while (reader->next < reader->end && c != '\n' && c != '\r')
        c = *reader->next++;
    return '\n';
}

static int take_after_space(struct reader *reader)
{
    int c = take(reader);
    while (is_space(c))
        c = take(reader);
    return c;
}

/* A whole number and the one character of space after it, which may be missing at the end of the file; -1 otherwise. */
static int take_number(struct reader *reader)
{
    int c = take_after_space(reader), number = 0;
    if (c < '0' || c > '9')
        return -1;
    for (; c >= '0' && c <= '9'; c = take(reader)) {
        if (number > 100000000)
            return -1;
        number = 10 * number + (c - '0');
    }
    return c == -1 || is_space(c) ? number : -1;
}

static int read_header(struct reader *reader)
{
    static const char *const names[] = {"ascii PBM",  "ascii PGM",  "ascii PPM",
                                        "binary PBM", "binary PGM", "binary PPM"};
    int kind = reader->next[1] - '1';
    reader->name = names[kind];
    reader->is_binary = kind >= 3;
    reader->is_bit = kind % 3 == 0;
    reader->channels = kind % 3 == 2 ? 3 : 1;
    reader->next += 2;
    reader->cols = take_number(reader);
    reader->rows = take_number(reader);
    reader->largest = reader->is_bit ? 1 : take_number(reader);
    if (reader->cols < 0 || reader->rows < 0 || reader->largest < 1 || reader->largest > 65535)
        return error_set(reader->err, ERROR_FAILED,
                         "is a damaged %s picture: its header should give width, height%s in whole numbers, save it "
                         "again",
                         reader->name, reader->is_bit ? "" : " and the largest value (1 to 65535)");
    return picture_check(reader->rows, reader->cols, reader->err);
}

static int check_size(const struct reader *reader)
{
    unsigned long long found = (unsigned long long)(reader->end - reader->next);
    unsigned long long row = (unsigned long long)reader->cols * (unsigned)reader->channels;
    row = reader->is_bit ? (row + 7) / 8 : reader->largest > 255 ? 2 * row : row;
    unsigned long long expected = row * (unsigned)reader->rows;
    if (found == expected)
        return 0;
    return error_set(reader->err, ERROR_FAILED,
                     "is a damaged %s picture: %d x %d pixels take %llu bytes after the header, it has %llu; save it "
                     "again, or fetch another copy",
                     reader->name, reader->cols, reader->rows, expected, found);
}

/* The size was checked before; bytes of two-byte samples come high first. */
static int take_binary_sample(struct reader *reader)
{
    int sample = *reader->next++;
    if (reader->largest > 255)
        sample = sample << 8 | *reader->next++;
    return sample;
}

static int take_sample(struct reader *reader)
{
    int sample = reader->is_binary ? take_binary_sample(reader) : take_number(reader);
    if (sample < 0 || sample > reader->largest)
        return -1;
    return (sample * 255 + reader->largest / 2) / reader->largest;
}

/* Bits of P1 may stand without spaces between them; 1 is black. */
static int read_text_bits(unsigned char *row, struct reader *reader)
{
    for (int k = 0; k < reader->cols; k++) {
        int bit = take_after_space(reader);
        if (bit != '0' && bit != '1')
            return -1;
        row[k] = bit == '0' ? 255 : 0;
    }
    return 0;
}

static int read_packed_bits(unsigned char *row, struct reader *reader)
{
    for (int k = 0; k < reader->cols; k++)
        row[k] = reader->next[k / 8] >> (7 - k % 8) & 1 ? 0 : 255;
    reader->next += (reader->cols + 7) / 8;
    return 0;
}

static int read_samples(unsigned char *row, struct reader *reader)
{
    for (int k = 0; k < reader->cols * reader->channels; k++) {
        int sample = take_sample(reader);
        if (sample < 0)
            return -1;
        row[k] = (unsigned char)sample;
    }
    return 0;
}

static int read_row(unsigned char *row, struct reader *reader)
{
    if (!reader->is_bit)
        return read_samples(row, reader);
    return reader->is_binary ? read_packed_bits(row, reader) : read_text_bits(row, reader);
}

static int read_rows(struct canvas *canvas, unsigned char *row, struct reader *reader)
{
    size_t row_size = (size_t)reader->cols * (size_t)reader->channels;
    int is_as_stored = reader->is_binary && reader->largest == 255;
    for (int r = 0; r < reader->rows; r++) {
        if (is_as_stored) {
            canvas_lay(canvas, reader->next, r, 0, 1);
            reader->next += row_size;
            continue;
        }
        if (read_row(row, reader) != 0)
            return error_set(reader->err, ERROR_FAILED,
                             "is a damaged %s picture: row %d of %d is cut short or has a value that is not in 0..%d; "
                             "save it again, or fetch another copy",
                             reader->name, r + 1, reader->rows, reader->largest);
        canvas_lay(canvas, row, r, 0, 1);
    }
    if (take_after_space(reader) != -1)
        return error_set(reader->err, ERROR_FAILED,
                         "is a damaged %s picture: more values follow after its %d x %d pixels; save it again",
                         reader->name, reader->cols, reader->rows);
    return 0;
}

static int read_picture(struct picture *out, struct reader *reader)
{
    struct canvas canvas;
    if (canvas_create(&canvas, reader->rows, reader->cols, reader->channels, 1, reader->err) != 0)
        return -1;
    size_t row_size = (size_t)reader->cols * (size_t)reader->channels;
    unsigned char *row = malloc(row_size);
    int result = row == NULL ? error_memory(reader->err, row_size, "a row of a picture") : 0;
    if (result == 0)
        result = read_rows(&canvas, row, reader);
    if (result == 0)
        result = canvas_finish(out, &canvas, reader->err);
    free(row);
    canvas_free(&canvas);
    return result;
}

int decode_pnm_bytes(struct picture *out, const unsigned char *bytes, size_t size, struct error *err)
{
    struct reader reader = {.next = bytes, .end = bytes + size, .err = err};
    if (read_header(&reader) != 0 || (reader.is_binary && check_size(&reader) != 0))
        return -1;
    return read_picture(out, &reader);
}
