#include "image/canvas.h"

#include <stdlib.h>
#include <string.h>

#include "image/gray.h"

/* Gray levels: from the darkest to the lightest that one ink has, else it is ink on a ground of its own; and means. */
enum { ONE_INK = 64, LIGHT_INK = 128, DARK_PAGE = 64 };

static int shrunk(int side, int shrink)
{
    return (side + shrink - 1) / shrink;
}

static int has_alpha(const struct canvas *canvas)
{
    return canvas->channels == 2 || canvas->channels == 4;
}

static size_t pixels_of(const struct canvas *canvas)
{
    return (size_t)canvas->rows * (size_t)canvas->cols;
}

int canvas_shrink(int rows, int cols)
{
    int shrink = 1;
    while ((long long)shrunk(rows, shrink) * shrunk(cols, shrink) > CANVAS_PIXELS)
        shrink++;
    return shrink;
}

/* A sum holds 257 samples; a pixel is made of at most 256: 16 x 16, or fewer rows of more. */
int canvas_create(struct canvas *out, int rows, int cols, int channels, int decoder_shrink, struct error *err)
{
    if (picture_check(rows, cols, err) != 0)
        return -1;
    int shrink = canvas_shrink(rows, cols);
    struct canvas canvas = {.full_rows = rows,
                            .full_cols = cols,
                            .rows = shrunk(rows, shrink),
                            .cols = shrunk(cols, shrink),
                            .channels = channels,
                            .shrink = shrink,
                            .own_shrink = shrink / decoder_shrink};
    size_t samples = pixels_of(&canvas) * (size_t)channels;
    size_t size = samples * (canvas.own_shrink > 1 ? sizeof *canvas.sums : 1);
    void *memory = calloc(size, 1);
    if (memory == NULL)
        return error_memory(err, size, "a picture");
    canvas.samples = memory;
    canvas.sums = memory;
    *out = canvas;
    return 0;
}

void canvas_free(struct canvas *canvas)
{
    free(canvas->samples);
    *canvas = (struct canvas){0};
}

static void add_pixel(uint16_t *sums, const unsigned char *pixel, int channels)
{
    int alpha = channels == 2 || channels == 4 ? pixel[channels - 1] : 255;
    for (int channel = 0; channel < channels; channel++) {
        int sample = pixel[channel];
        if (alpha != 255 && channel < channels - 1)
            sample = (sample * alpha + 127) / 255;
        sums[channel] = (uint16_t)(sums[channel] + sample);
    }
}

static void add_row(struct canvas *canvas, const unsigned char *pixels, int row, int first, int step, int cols)
{
    int channels = canvas->channels, shrink = canvas->own_shrink;
    uint16_t *sums = canvas->sums + (size_t)(row / shrink) * (size_t)canvas->cols * (size_t)channels;
    for (int k = first; k < cols; k += step, pixels += channels)
        add_pixel(sums + k / shrink * channels, pixels, channels);
}

void canvas_lay(struct canvas *canvas, const unsigned char *pixels, int row, int first, int step)
{
    size_t channels = (size_t)canvas->channels, row_size = (size_t)canvas->cols * channels;
    unsigned char *samples = canvas->samples + (size_t)row * row_size;
    if (canvas->own_shrink > 1)
        add_row(canvas, pixels, row, first, step, shrunk(canvas->full_cols, canvas->shrink / canvas->own_shrink));
    else if (step == 1)
        memcpy(samples + (size_t)first * channels, pixels, row_size - (size_t)first * channels);
    else
        for (int k = first; k < canvas->cols; k += step, pixels += channels)
            memcpy(samples + (size_t)k * channels, pixels, channels);
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* In place: a sample is written where a sum was read before. */
static void average_pixel(unsigned char *samples, const uint16_t *sums, int channels, int count)
{
    int alphas = channels == 2 || channels == 4 ? sums[channels - 1] : 0;
    for (int channel = 0; channel < channels; channel++) {
        int sum = sums[channel];
        if (alphas > 0 && channel < channels - 1)
            samples[channel] = (unsigned char)least((sum * 255 + alphas / 2) / alphas, 255);
        else
            samples[channel] = (unsigned char)((sum + count / 2) / count);
    }
}

static void average(struct canvas *canvas)
{
    int channels = canvas->channels, shrink = canvas->own_shrink, decoded = canvas->shrink / shrink;
    int rows = shrunk(canvas->full_rows, decoded), cols = shrunk(canvas->full_cols, decoded);
    unsigned char *samples = canvas->samples;
    const uint16_t *sums = canvas->sums;
    for (int r = 0; r < canvas->rows; r++) {
        int height = least(shrink, rows - r * shrink);
        for (int k = 0; k < canvas->cols; k++, samples += channels, sums += channels)
            average_pixel(samples, sums, channels, height * least(shrink, cols - k * shrink));
    }
    canvas->own_shrink = 1;
}

/* 255 or 0, whichever shows the ink. What is seen is ink where it is of one kind or where most of the picture is clear;
 * else it is a page with some clear corners, which go with its ground. */
static int choose_ground(const struct canvas *canvas)
{
    int channels = canvas->channels, darkest = 255, lightest = 0;
    long long sum = 0, weight = 0;
    const unsigned char *pixel = canvas->samples;
    for (size_t i = 0; i < pixels_of(canvas); i++, pixel += channels) {
        int alpha = pixel[channels - 1];
        int level = channels == 4 ? picture_luma(pixel[0], pixel[1], pixel[2]) : pixel[0];
        sum += alpha * level;
        weight += alpha;
        if (alpha >= 128) {
            darkest = level < darkest ? level : darkest;
            lightest = level > lightest ? level : lightest;
        }
    }
    if (weight == 0)
        return 255;
    long long level = sum / weight;
    if (lightest - darkest < ONE_INK || 2 * weight < 255 * (long long)pixels_of(canvas))
        return level < LIGHT_INK ? 255 : 0;
    return level < DARK_PAGE ? 0 : 255;
}

/* In place: fewer channels come out than went in. */
static void lay_on_ground(struct canvas *canvas)
{
    int channels = canvas->channels, ground = choose_ground(canvas);
    const unsigned char *from = canvas->samples;
    unsigned char *to = canvas->samples;
    for (size_t i = 0; i < pixels_of(canvas); i++, from += channels) {
        int alpha = from[channels - 1];
        for (int channel = 0; channel < channels - 1; channel++)
            *to++ = (unsigned char)((alpha * from[channel] + (255 - alpha) * ground + 127) / 255);
    }
    canvas->channels--;
}

int canvas_finish(struct picture *out, struct canvas *canvas, struct error *err)
{
    if (canvas->own_shrink > 1)
        average(canvas);
    if (has_alpha(canvas))
        lay_on_ground(canvas);
    if (canvas->channels == 3 && gray_from_colour(canvas->samples, canvas->samples, canvas->rows, canvas->cols, err))
        return -1;
    void *gray = realloc(canvas->samples, pixels_of(canvas));
    *out = (struct picture){.rows = canvas->rows,
                            .cols = canvas->cols,
                            .gray = gray != NULL ? gray : canvas->samples,
                            .shrink = canvas->shrink,
                            .full_rows = canvas->full_rows,
                            .full_cols = canvas->full_cols};
    *canvas = (struct canvas){0};
    return 0;
}
