#include "image/decode_jpeg.h"

#include <setjmp.h>
#include <stdio.h> /* jpeglib.h needs FILE */

#include <jerror.h>
#include <jpeglib.h>

#include "image/orientation.h"

/* A progressive picture is unpacked once a scan, and a scan of nothing takes a few bytes of the file: a small file
 * could ask for hours. Honest ones have about ten scans. Their coefficients take up to 8 bytes a pixel. */
enum { SCANS_LIMIT = 100, MEMORY_LIMIT = 1 << 30 };
static const long long scanned_pixels_limit = 2000000000;

/* Everything that lives across libjpeg's longjmp; a local variable of the function that sets the jump might not. */
struct reader {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    struct picture picture;
    int orientation;
    struct error *err;
};

static void stop(j_common_ptr jpeg)
{
    struct reader *reader = jpeg->client_data;
    char message[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, message);
    error_set(reader->err, ERROR_FAILED, "is a damaged JPEG picture (%s): save it again, or fetch another copy",
              message);
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
    long long pixels = (long long)reader->picture.rows * reader->picture.cols;
    if (scans <= SCANS_LIMIT && scans * pixels <= scanned_pixels_limit)
        return;
    error_set(reader->err, ERROR_FAILED,
              "is a JPEG picture of more than %lld scans, too many for its size: save it again", scans - 1);
    longjmp(reader->escape, 1);
}

static void read_orientation(struct reader *reader)
{
    for (jpeg_saved_marker_ptr marker = reader->jpeg.marker_list; marker != NULL; marker = marker->next)
        if (orientation_from_exif(&reader->orientation, marker->data, marker->data_length))
            return;
}

static int read_header(struct reader *reader)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    jpeg_save_markers(jpeg, JPEG_APP0 + 1, 0xffff);
    jpeg_read_header(jpeg, TRUE);
    read_orientation(reader);
    int is_cmyk = jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK;
    jpeg->out_color_space = is_cmyk ? JCS_CMYK : JCS_GRAYSCALE;
    return picture_create(&reader->picture, (int)jpeg->image_height, (int)jpeg->image_width, reader->err);
}

/* Adobe stores the light that is left (255 no ink), everyone else the ink. */
static void lay_cmyk(unsigned char *gray, const unsigned char *cmyk, int cols, int is_adobe)
{
    for (int k = 0; k < cols; k++, cmyk += 4) {
        int light[4];
        for (int ink = 0; ink < 4; ink++)
            light[ink] = is_adobe ? cmyk[ink] : 255 - cmyk[ink];
        gray[k] = (unsigned char)((picture_luma(light[0], light[1], light[2]) * light[3] + 127) / 255);
    }
}

static void read_rows(struct reader *reader)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    int is_cmyk = jpeg->out_color_space == JCS_CMYK;
    JSAMPARRAY inks = NULL;
    if (is_cmyk)
        inks = jpeg->mem->alloc_sarray((j_common_ptr)jpeg, JPOOL_IMAGE, jpeg->output_width * 4, 1);
    while (jpeg->output_scanline < jpeg->output_height) {
        unsigned char *gray = reader->picture.gray + (size_t)jpeg->output_scanline * jpeg->output_width;
        jpeg_read_scanlines(jpeg, is_cmyk ? inks : &gray, 1);
        if (is_cmyk)
            lay_cmyk(gray, inks[0], reader->picture.cols, jpeg->saw_Adobe_marker);
    }
}

static int read_all(struct reader *reader, const unsigned char *bytes, size_t size)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    if (setjmp(reader->escape) != 0)
        return -1;
    jpeg_create_decompress(jpeg);
    jpeg->progress = &reader->progress;
    jpeg->mem->max_memory_to_use = MEMORY_LIMIT;
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
    int result = read_all(&reader, bytes, size);
    jpeg_destroy_decompress(&reader.jpeg);
    if (result == 0)
        result = orientation_upright(&reader.picture, reader.orientation, err);
    if (result != 0) {
        picture_free(&reader.picture);
        return -1;
    }
    *out = reader.picture;
    return 0;
}
