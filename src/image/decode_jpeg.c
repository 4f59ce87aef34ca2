#include "image/decode_jpeg.h"

#include <setjmp.h>
#include <stdio.h> /* jpeglib.h needs FILE */

#include <jerror.h>
#include <jpeglib.h>

#include "image/canvas.h"
#include "image/decode.h"
#include "image/orientation.h"

/* A progressive picture is unpacked once a scan, and a scan of nothing takes a few bytes of the file: a small file
 * could ask for hours. Honest ones have about ten scans. Their coefficients take up to 8 bytes a pixel. */
enum { SCANS_LIMIT = 100, ORIENTATION_MARKER = JPEG_APP0 + 1 };
static const long long scanned_pixels_limit = 2000000000;

/* Everything that lives across libjpeg's longjmp; a local variable of the function that sets the jump might not. */
struct reader {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    struct canvas canvas;
    int orientation, has_orientation;
    struct error *err;
};

static void stop(j_common_ptr jpeg)
{
    struct reader *reader = jpeg->client_data;
    char message[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, message);
    int code = jpeg->err->msg_code;
    if (code == JERR_NO_BACKING_STORE)
        error_set(reader->err, ERROR_FAILED,
                  "is a JPEG picture of many scans (progressive) that needs more than %ld MiB of memory: save it again "
                  "as a plain (baseline) one",
                  jpeg->mem->max_memory_to_use >> 20);
    else
        error_set(reader->err, ERROR_FAILED, "is a %s JPEG picture (%s): %s",
                  code == JERR_OUT_OF_MEMORY ? "too large" : "damaged", message,
                  code == JERR_OUT_OF_MEMORY ? "scale it down, or free memory"
                                             : "save it again, or fetch another copy");
    longjmp(reader->escape, 1);
}

/* libjpeg makes up what is missing and warns; a made-up digit is worse than none. Oddities that cost no pixel pass. */
static void judge_warning(j_common_ptr jpeg, int level)
{
    if (level >= 0)
        return;
    switch (jpeg->err->msg_code) {
    case JWRN_ADOBE_XFORM:
    case JWRN_BOGUS_PROGRESSION:
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_JFIF_MAJOR:
        return;
    default:
        stop(jpeg);
    }
}

static void count_scans(j_common_ptr common)
{
    struct reader *reader = common->client_data;
    long long scans = reader->jpeg.input_scan_number;
    long long pixels = (long long)reader->canvas.full_rows * reader->canvas.full_cols;
    if (scans <= SCANS_LIMIT && scans * pixels <= scanned_pixels_limit)
        return;
    error_set(reader->err, ERROR_FAILED,
              "is a JPEG picture of more than %lld scans, too many for its size: save it again", scans - 1);
    longjmp(reader->escape, 1);
}

/* Reads the marker from the file's bytes, which all are there: kept by libjpeg, markers could fill the memory. */
static boolean read_marker(j_decompress_ptr jpeg)
{
    struct reader *reader = jpeg->client_data;
    struct jpeg_source_mgr *source = jpeg->src;
    size_t size = source->bytes_in_buffer;
    const unsigned char *payload = source->next_input_byte;
    size_t length = size < 2 ? 0 : (size_t)payload[0] << 8 | payload[1];
    if (length < 2 || length > size)
        ERREXIT(jpeg, JERR_INPUT_EOF);
    if (!reader->has_orientation)
        reader->has_orientation = orientation_from_exif(&reader->orientation, payload + 2, length - 2);
    source->next_input_byte += length;
    source->bytes_in_buffer -= length;
    return TRUE;
}

/* libjpeg shrinks by 2, 4 or 8 for next to nothing; it unpacks fewer frequencies. */
static int scale(struct jpeg_decompress_struct *jpeg)
{
    int shrink = canvas_shrink((int)jpeg->image_height, (int)jpeg->image_width), factor = 8;
    while (shrink % factor != 0)
        factor /= 2;
    jpeg->scale_num = 1;
    jpeg->scale_denom = (unsigned)factor;
    return factor;
}

static int read_header(struct reader *reader)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    jpeg_set_marker_processor(jpeg, ORIENTATION_MARKER, read_marker);
    jpeg_read_header(jpeg, TRUE);
    int rows = (int)jpeg->image_height, cols = (int)jpeg->image_width, is_gray = jpeg->num_components == 1;
    if (picture_check(rows, cols, reader->err) != 0)
        return -1;
    if (jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK)
        jpeg->out_color_space = JCS_CMYK;
    else
        jpeg->out_color_space = is_gray ? JCS_GRAYSCALE : JCS_RGB;
    return canvas_create(&reader->canvas, rows, cols, is_gray ? 1 : 3, scale(jpeg), reader->err);
}

/* Adobe stores the light that is left (255 no ink), everyone else the ink. */
static void lay_cmyk(unsigned char *rgb, const unsigned char *cmyk, size_t cols, int is_adobe)
{
    for (size_t k = 0; k < cols; k++, rgb += 3, cmyk += 4)
        for (int ink = 0; ink < 3; ink++) {
            int light = is_adobe ? cmyk[ink] : 255 - cmyk[ink], lightness = is_adobe ? cmyk[3] : 255 - cmyk[3];
            rgb[ink] = (unsigned char)((light * lightness + 127) / 255);
        }
}

static void read_rows(struct reader *reader)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    JSAMPARRAY row = jpeg->mem->alloc_sarray((j_common_ptr)jpeg, JPOOL_IMAGE, jpeg->output_width * 4, 1);
    while (jpeg->output_scanline < jpeg->output_height) {
        int r = (int)jpeg->output_scanline;
        jpeg_read_scanlines(jpeg, row, 1);
        if (jpeg->out_color_space == JCS_CMYK)
            lay_cmyk(row[0], row[0], jpeg->output_width, jpeg->saw_Adobe_marker);
        canvas_lay(&reader->canvas, row[0], r, 0, 1);
    }
}

static int read_all(struct reader *reader, const unsigned char *bytes, size_t size)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    if (setjmp(reader->escape) != 0)
        return -1;
    jpeg_create_decompress(jpeg);
    jpeg->progress = &reader->progress;
    jpeg->mem->max_memory_to_use = (long)(size < DECODE_FILE ? DECODE_MEMORY - DECODE_ROOM - size : DECODE_ROOM);
    jpeg_mem_src(jpeg, bytes, size);
    if (read_header(reader) != 0)
        return -1;
    jpeg_start_decompress(jpeg);
    read_rows(reader);
    jpeg_finish_decompress(jpeg); /* to the end marker: without it the file is cut off */
    return 0;
}

int decode_jpeg_bytes(struct picture *out, const unsigned char *bytes, size_t size, struct error *err)
{
    struct reader reader = {.orientation = 1, .progress.progress_monitor = count_scans, .err = err};
    reader.jpeg.err = jpeg_std_error(&reader.errors);
    reader.jpeg.client_data = &reader;
    reader.errors.error_exit = stop;
    reader.errors.emit_message = judge_warning;
    struct picture picture = {0};
    int result = read_all(&reader, bytes, size);
    jpeg_destroy_decompress(&reader.jpeg);
    if (result == 0)
        result = canvas_finish(&picture, &reader.canvas, err);
    if (result == 0)
        result = orientation_upright(&picture, reader.orientation, err);
    canvas_free(&reader.canvas);
    if (result != 0) {
        picture_free(&picture);
        return -1;
    }
    *out = picture;
    return 0;
}
