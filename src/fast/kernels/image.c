/* Bytes to numbers, and the ways between the layouts of fast/kernels.h: eight by eight numbers at a time. */
#include "fast/kernels.h"
#include "fast/kernels/tier.h"
#include "fast/lanes.h"

LANES_INLINE lanes normalised(lane_mask bytes, const struct tile_input *input)
{
    return lanes_fma(lanes_of_whole(bytes), lanes_broadcast(input->scale), lanes_broadcast(input->shift));
}

LANES_INLINE float one_number(unsigned char byte, const struct tile_input *input)
{
    const lanes v = normalised((lane_mask){0} + byte, input);
    return v[0];
}

/* ---- Pictures ---- */

/* What lies around the pixels; `each` floats a pixel. */
LANES_INLINE void fill_pad(float *x, const struct tile_input *input, int each)
{
    const int before = (input->pad * input->x_cols + input->pad) * each, gap = (input->x_cols - input->cols) * each;
    const int after = input->x_pixels * each - before - ((input->rows - 1) * input->x_cols + input->cols) * each;
    for (int i = 0; i < before; i++)
        *x++ = input->shift;
    for (int r = 0; r < input->rows; r++) {
        x += input->cols * each;
        for (int i = 0; i < gap && r + 1 < input->rows; i++)
            *x++ = input->shift;
    }
    for (int i = 0; i < after; i++)
        *x++ = input->shift;
}

LANES_INLINE void eight_pixels(float *x, const unsigned char *const *images, size_t from,
                               const struct tile_input *input)
{
    lanes square[TILE];
    for (int image = 0; image < TILE; image++)
        square[image] = normalised(lanes_of_bytes(images[image] + from), input);
    lanes_transpose(square);
    for (int k = 0; k < TILE; k++)
        lanes_store(x, k, square[k]);
}

LANES_INLINE void one_pixel(float *x, const unsigned char *const *images, size_t from, const struct tile_input *input)
{
    unsigned char bytes[TILE];
    for (int image = 0; image < TILE; image++)
        bytes[image] = images[image][from];
    lanes_store(x, 0, normalised(lanes_of_bytes(bytes), input));
}

static void to_tile(float *x, const unsigned char *const *images, const struct tile_input *input)
{
    const int cols = input->cols;
    for (int c = 0; c < input->channels; c++) {
        float *plane = x + (size_t)c * (size_t)input->x_pixels * TILE;
        fill_pad(plane, input, TILE);
        for (int r = 0; r < input->rows; r++) {
            float *row = plane + (size_t)((r + input->pad) * input->x_cols + input->pad) * TILE;
            const size_t from = (size_t)(c * input->rows + r) * (size_t)cols;
            int k = 0;
            for (; k + TILE <= cols; k += TILE)
                eight_pixels(row + k * TILE, images, from + (size_t)k, input);
            if (k < cols && cols >= TILE) /* the last eight once more: faster than one by one */
                eight_pixels(row + (cols - TILE) * TILE, images, from + (size_t)(cols - TILE), input);
            else
                for (; k < cols; k++)
                    one_pixel(row + k * TILE, images, from + (size_t)k, input);
        }
    }
}

static void to_planes(float *x, const unsigned char *image, const struct tile_input *input)
{
    const int cols = input->cols;
    for (int c = 0; c < input->channels; c++) {
        float *plane = x + (size_t)c * (size_t)input->x_pixels;
        for (int r = 0; r < input->rows; r++, image += cols) {
            float *row = plane + (r + input->pad) * input->x_cols + input->pad;
            int k = 0;
            for (; k + TILE <= cols; k += TILE)
                lanes_store_unaligned(row + k, normalised(lanes_of_bytes(image + k), input));
            if (k < cols && cols >= TILE)
                lanes_store_unaligned(row + cols - TILE, normalised(lanes_of_bytes(image + cols - TILE), input));
            else
                for (; k < cols; k++)
                    row[k] = one_number(image[k], input);
        }
    }
}

static void pad_planes(float *x, const struct tile_input *input)
{
    for (int c = 0; c < input->channels; c++)
        fill_pad(x + (size_t)c * (size_t)input->x_pixels, input, 1);
}

/* ---- Tiles ---- */

/* `count` (1..8) vectors from y on, `distance` floats apart, as an 8 x 8 square; the others are 0. */
LANES_INLINE void load_square(lanes square[TILE], const float *y, int count, int distance)
{
    for (int i = 0; i < TILE; i++)
        square[i] = i < count ? lanes_load_unaligned(y + (size_t)i * (size_t)distance) : lanes_broadcast(0);
}

static void from_tile(float *x, const float *y, int count, int stride)
{
    for (int i = 0; i < stride; i += TILE) {
        lanes square[TILE];
        if (i + TILE <= count)
            load_square(square, y + i * TILE, TILE, TILE);
        else
            load_square(square, y + i * TILE, count - i, TILE);
        lanes_transpose(square);
        for (int image = 0; image < TILE; image++)
            lanes_store_unaligned(x + image * stride + i, square[image]);
    }
}

/* The pixels of eight channels (or of the last `channels`). */
LANES_INLINE void depth_of_eight(float *x, const float *y, int channels, int rows, int cols, int x_cols, int depth,
                                 int image_pixels)
{
    for (int r = 0; r < rows; r++)
        for (int k = 0; k < cols; k++) {
            lanes square[TILE];
            load_square(square, y + (r * cols + k) * TILE, channels, rows * cols * TILE);
            lanes_transpose(square);
            float *pixel = x + (size_t)(r * x_cols + k) * (size_t)depth;
            for (int image = 0; image < TILE; image++)
                lanes_store_unaligned(pixel + (size_t)image * (size_t)image_pixels * (size_t)depth, square[image]);
        }
}

static void to_depth(float *x, const float *y, int channels, int rows, int cols, int x_cols, int image_pixels)
{
    const int depth = (channels + TILE - 1) / TILE * TILE;
    for (int c = 0; c < channels; c += TILE) {
        const float *planes = y + (size_t)(c * rows * cols) * TILE;
        const int left = channels - c;
        if (left >= TILE)
            depth_of_eight(x + c, planes, TILE, rows, cols, x_cols, depth, image_pixels);
        else if (left == 6) /* LeNet-5's: it pays that the compiler knows which two are 0 */
            depth_of_eight(x + c, planes, 6, rows, cols, x_cols, depth, image_pixels);
        else
            depth_of_eight(x + c, planes, left, rows, cols, x_cols, depth, image_pixels);
    }
}

/* A run of `count` pixels of up to eight channels, into planes `pixels` long. */
LANES_INLINE void planes_of_run(float *planes, const float *x, int channels, int count, int depth, int pixels)
{
    lanes square[TILE];
    int k = 0;
    for (; k + TILE <= count; k += TILE) {
        load_square(square, x + k * depth, TILE, depth);
        lanes_transpose(square);
        for (int c = 0; c < channels; c++)
            lanes_store_unaligned(planes + c * pixels + k, square[c]);
    }
    if (k == count)
        return;
    load_square(square, x + k * depth, count - k, depth);
    lanes_transpose(square);
    for (int c = 0; c < channels; c++)
        lanes_store_first(planes + c * pixels + k, square[c], count - k);
}

static void from_depth(float *planes, const float *x, int channels, int rows, int cols, int x_cols)
{
    const int depth = (channels + TILE - 1) / TILE * TILE, pixels = rows * cols;
    for (int c = 0; c < channels; c += TILE) {
        const int left = channels - c, some = left < TILE ? left : TILE;
        float *to = planes + (size_t)c * (size_t)pixels;
        if (x_cols == cols)
            planes_of_run(to, x + c, some, pixels, depth, pixels);
        else
            for (int r = 0; r < rows; r++)
                planes_of_run(to + r * cols, x + c + (size_t)(r * x_cols) * (size_t)depth, some, cols, depth, pixels);
    }
}

const struct image_kernels TIER_NAME(image_kernels) = {to_tile, to_planes, pad_planes, from_tile, to_depth, from_depth};
