/* An altered image: shifted, turned, scaled, bent, its strokes thicker or thinner. A lane is a pixel of a row.
 *
 * Products and sums are rounded one by one, so that every instruction set gives the same bytes. */
#include "fast/kernels.h"
#include "fast/kernels/tier.h"
#include "fast/lanes.h"

enum { TAPS = 4 };

static void spread(float *displaced, const float *at, const float *weights, int knots, int stride)
{
    for (int axis = 0; axis < 2; axis++, at += knots)
        for (int k = 0; k < stride; k += TILE, displaced += TILE) {
            lanes sum = lanes_broadcast(0);
            for (int knot = 0; knot < knots; knot++)
                sum += lanes_broadcast(at[knot]) * lanes_load_unaligned(weights + knot * stride + k);
            lanes_store_unaligned(displaced, sum);
        }
}

static inline int larger(int a, int b)
{
    return a > b ? a : b;
}

static inline int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* A pixel goes part of the way to the largest, or smallest, of itself and its four neighbours. */
static void thicken(unsigned char *restrict thick, const unsigned char *restrict picture, int weight, int rows,
                    int cols, int stride)
{
    for (int r = 1; r <= rows; r++) {
        const unsigned char *p = picture + r * stride + 1;
        unsigned char *to = thick + r * stride + 1;
        if (weight > 0)
            for (int k = 0; k < cols; k++) {
                const int most = larger(larger(p[k - stride], p[k + stride]), larger(p[k - 1], p[k + 1]));
                to[k] = (unsigned char)(p[k] + ((larger(most, p[k]) - p[k]) * weight + 128) / 256);
            }
        else
            for (int k = 0; k < cols; k++) {
                const int least = smaller(smaller(p[k - stride], p[k + stride]), smaller(p[k - 1], p[k + 1]));
                to[k] = (unsigned char)(p[k] - ((p[k] - smaller(least, p[k])) * -weight + 128) / 256);
            }
    }
}

static void pack(int *table, const unsigned char *picture, int rows, int stride)
{
    for (int r = 0; r < rows + 2; r++, picture += stride)
        for (int k = 0; k < stride - TILE; k += TILE, table += TILE) {
            const unsigned char *p = picture + k;
            const lane_mask four = lanes_of_bytes(p) | lanes_of_bytes(p + 1) << 8 | lanes_of_bytes(p + stride) << 16 |
                                   lanes_of_bytes(p + stride + 1) << 24;
            memcpy(table, &four, sizeof four);
        }
}

struct place {
    lanes y, x;
};

LANES_INLINE struct place displacement(const struct tile_warp *warp, int r, int k)
{
    struct place sum = {lanes_broadcast(0), lanes_broadcast(0)};
    if (warp->first_knot == NULL)
        return sum;
    const float *from = warp->displaced + warp->first_knot[r] * 2 * warp->stride + k;
    for (int tap = 0; tap < TAPS; tap++, from += 2 * warp->stride) {
        const lanes weight = lanes_broadcast(warp->knots[r * TAPS + tap]);
        sum.y += weight * lanes_load_unaligned(from);
        sum.x += weight * lanes_load_unaligned(from + warp->stride);
    }
    return sum;
}

/* At `at`, counted from one pixel before the source's first. */
LANES_INLINE lane_mask bilinear(const int *table, int table_stride, struct place at)
{
    const lane_mask row = lanes_to_whole(at.y), col = lanes_to_whole(at.x);
    const lanes down = at.y - lanes_of_whole(row), right = at.x - lanes_of_whole(col);
    const lane_mask four = lanes_gather(table, row * table_stride + col);
    const lanes a = lanes_of_whole(four & 255), b = lanes_of_whole(four >> 8 & 255);
    const lanes c = lanes_of_whole(four >> 16 & 255), d = lanes_of_whole(four >> 24 & 255);
    const lanes above = a + right * (b - a), below = c + right * (d - c);
    return lanes_to_whole(above + down * (below - above) + 0.5f);
}

static void sample(unsigned char *out, const int *table, int table_stride, const struct tile_warp *warp)
{
    const lanes lane = {0, 1, 2, 3, 4, 5, 6, 7}, low = lanes_broadcast(0);
    const lanes last_row = lanes_broadcast((float)(warp->rows + 1)),
                last_col = lanes_broadcast((float)(warp->cols + 1));
    for (int r = 0; r < warp->rows; r++, out += warp->cols)
        for (int k = 0; k < warp->cols; k += TILE) {
            const lanes along = lane + (float)k;
            struct place at = displacement(warp, r, k);
            at.y += along * warp->y_col + (warp->y + 1 + warp->y_row * (float)r);
            at.x += along * warp->x_col + (warp->x + 1 + warp->x_row * (float)r);
            at.y = lanes_clamp(at.y, low, last_row);
            at.x = lanes_clamp(at.x, low, last_col);
            lanes_store_bytes(out + k, bilinear(table, table_stride, at));
        }
}

const struct warp_kernels TIER_NAME(warp_kernels) = {spread, thicken, pack, sample};
