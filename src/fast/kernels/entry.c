/* Convolution backward by the gradients that are not zero: lists of them, and what each adds to the gradients of the
 * weights and of the input. One image at a time, since other places are zero in every image. */
#include "fast/kernels.h"
#include "fast/kernels/tier.h"
#include "fast/wide.h"

/* ---- Lists ---- */

/* Where bit `image` is set. */
LANES_INLINE lane_mask bit_of(const unsigned char *bits, int image)
{
    return lanes_of_bytes(bits) << (31 - image) >> 31;
}

LANES_INLINE lane_mask places(const int *at)
{
    lane_mask v;
    memcpy(&v, at, sizeof v);
    return v;
}

/* Where the windows of eight outputs begin. */
LANES_INLINE lane_mask begins(const struct tile_outputs *outputs, int i, int image, int is_pooled)
{
    const lane_mask at = places(outputs->at + i);
    if (!is_pooled)
        return at;
    return at + (bit_of(outputs->lower + i, image) & ((lane_mask){0} + outputs->below)) +
           (bit_of(outputs->right + i, image) & ((lane_mask){0} + outputs->beside));
}

LANES_INLINE int list_outputs(const struct tile_entries *entries, float *sums, const float *d,
                              const struct tile_outputs *outputs, int image, int is_pooled)
{
    lanes sum = lanes_load_unaligned(sums);
    int count = 0, i = 0;
    for (; i + WIDE <= outputs->count; i += WIDE) {
        const struct wide v = wide_load(d + i);
        sum += wide_low(v);
        sum += wide_high(v);
        count += wide_pack(entries->d + count, entries->at + count, v, begins(outputs, i, image, is_pooled),
                           begins(outputs, i + TILE, image, is_pooled));
    }
    for (; i < outputs->count; i += TILE) {
        const lane_mask there = lanes_first(outputs->count - i);
        const lanes v = (lanes)((lane_mask)lanes_load_unaligned(d + i) & there);
        sum += v;
        count += lanes_pack(entries->d + count, entries->at + count, v, begins(outputs, i, image, is_pooled));
    }
    lanes_store_unaligned(sums, sum);
    return count;
}

static int list(const struct tile_entries *entries, float *sums, const float *d, const struct tile_outputs *outputs,
                int image)
{
    if (outputs->lower != NULL)
        return list_outputs(entries, sums, d, outputs, image, 1);
    return list_outputs(entries, sums, d, outputs, image, 0);
}

/* ---- Gradient of the weights ---- */

/* `rows` rows by `vectors` x 8 columns of one filter, summed in registers over all entries. */
LANES_INLINE void rowblock(float *d_w, const struct tile_entries *entries, int count, const float *x,
                           const struct tile_runs *runs, int rows, int vectors)
{
    enum { ROWS = 5, WIDES = 2 };
    const int wides = vectors / 2, odd = vectors % 2, last = wides * WIDE;
    struct wide sum[ROWS][WIDES];
    lanes rest[ROWS];
    LANES_UNROLL
    for (int i = 0; i < rows; i++) {
        LANES_UNROLL
        for (int v = 0; v < wides; v++)
            sum[i][v] = wide_load(d_w + i * runs->run + v * WIDE);
        if (odd)
            rest[i] = lanes_load_unaligned(d_w + i * runs->run + last);
    }
    for (int e = 0; e < count; e++) {
        const float *window = x + entries->at[e];
        const struct wide d = wide_broadcast(entries->d[e]);
        LANES_UNROLL
        for (int i = 0; i < rows; i++) {
            LANES_UNROLL
            for (int v = 0; v < wides; v++)
                sum[i][v] = wide_fma(d, wide_load(window + i * runs->distance + v * WIDE), sum[i][v]);
            if (odd)
                rest[i] = lanes_fma(wide_low(d), lanes_load_unaligned(window + i * runs->distance + last), rest[i]);
        }
    }
    LANES_UNROLL
    for (int i = 0; i < rows; i++) {
        LANES_UNROLL
        for (int v = 0; v < wides; v++)
            wide_store(d_w + i * runs->run + v * WIDE, sum[i][v]);
        if (odd)
            lanes_store_unaligned(d_w + i * runs->run + last, rest[i]);
    }
}

/* One vector a row is too few sums to keep the processor busy: the entries of even index have their own. */
LANES_INLINE void rownarrow(float *d_w, const struct tile_entries *entries, int count, const float *x,
                            const struct tile_runs *runs, int rows)
{
    enum { ROWS = 5 };
    lanes even[ROWS], odd[ROWS];
    LANES_UNROLL
    for (int i = 0; i < rows; i++) {
        even[i] = lanes_load_unaligned(d_w + i * runs->run);
        odd[i] = lanes_broadcast(0);
    }
    int e = 0;
    for (; e + 1 < count; e += 2) {
        const float *a = x + entries->at[e], *b = x + entries->at[e + 1];
        const lanes d_a = lanes_broadcast(entries->d[e]), d_b = lanes_broadcast(entries->d[e + 1]);
        LANES_UNROLL
        for (int i = 0; i < rows; i++) {
            even[i] = lanes_fma(d_a, lanes_load_unaligned(a + i * runs->distance), even[i]);
            odd[i] = lanes_fma(d_b, lanes_load_unaligned(b + i * runs->distance), odd[i]);
        }
    }
    for (int i = 0; i < rows; i++) {
        if (e < count)
            even[i] = lanes_fma(lanes_broadcast(entries->d[e]),
                                lanes_load_unaligned(x + entries->at[e] + i * runs->distance), even[i]);
        lanes_store_unaligned(d_w + i * runs->run, even[i] + odd[i]);
    }
}

#if defined(__AVX512F__)
enum { MOST_ROWS = 5 }; /* of five vectors: with 32 registers */
#else
enum { MOST_ROWS = 3 };
#endif

LANES_INLINE void rowcolumn(float *d_w, const struct tile_entries *entries, int count, const float *x,
                            const struct tile_runs *runs, int vectors)
{
    int i = 0;
#define TAKE(n)                                                                                                        \
    for (; i + (n) <= runs->rows; i += (n)) {                                                                          \
        if (vectors == 1)                                                                                              \
            rownarrow(d_w + i * runs->run, entries, count, x + i * runs->distance, runs, n);                           \
        else                                                                                                           \
            rowblock(d_w + i * runs->run, entries, count, x + i * runs->distance, runs, n, vectors);                   \
    }
    if (vectors <= 2 || MOST_ROWS == 5) {
        TAKE(5)
    }
    TAKE(3)
    TAKE(2)
    TAKE(1)
#undef TAKE
}

static void weights(float *d_w, const struct tile_entries *entries, int count, const float *x,
                    const struct tile_runs *runs)
{
    int k = 0;
    for (; k + 5 * TILE <= runs->run; k += 5 * TILE)
        rowcolumn(d_w + k, entries, count, x + k, runs, 5);
    for (; k + 3 * TILE <= runs->run; k += 3 * TILE)
        rowcolumn(d_w + k, entries, count, x + k, runs, 3);
    for (; k + 2 * TILE <= runs->run; k += 2 * TILE)
        rowcolumn(d_w + k, entries, count, x + k, runs, 2);
    if (k < runs->run)
        rowcolumn(d_w + k, entries, count, x + k, runs, 1);
}

/* ---- Gradient of the input ---- */

/* Overlapping windows are read and written one right after the other, and a processor hands on what it has just written
 * only to a reader of the very same bytes. One pixel of eight channels is half a register here; in pairs, every access
 * is of an even pixel and the one beside it. So the runs of weights have a pixel of zeros before and behind them, and
 * are read from the one on or from the other. */
#if defined(__AVX512F__)
enum { PAIRS = 1 };
#else
enum { PAIRS = 0 };
#endif

LANES_INLINE int in_pairs(const struct tile_runs *runs)
{
    return PAIRS && runs->run == runs->rows * TILE && runs->run % WIDE == TILE && runs->distance % WIDE == 0;
}

/* [taps][depth] from w [channels][taps]; a row of the filter is `row` taps, and `gap` floats lie between rows. */
LANES_INLINE void pack_filter(float *packed, const float *w, int channels, int taps, int depth, int row, int gap)
{
    for (int c = 0; c < channels; c += TILE)
        for (int at = 0; at < taps; at += TILE) {
            const int some = taps - at < TILE ? taps - at : TILE;
            lanes square[TILE];
            for (int k = 0; k < TILE; k++)
                square[k] = c + k < channels ? lanes_load_first(w + (c + k) * taps + at, some) : lanes_broadcast(0);
            lanes_transpose(square);
            for (int k = 0; k < some; k++)
                lanes_store_unaligned(packed + (at + k) * depth + (at + k) / row * gap + c, square[k]);
        }
}

static void pack(float *packed, const float *w, int filters, int channels, const struct tile_runs *runs)
{
    const int f = runs->rows, gap = in_pairs(runs) ? 2 * TILE : 0, filter = f * (runs->run + gap);
    if (gap > 0)
        memset(packed, 0, (size_t)(filters * filter) * sizeof *packed);
    for (int m = 0; m < filters; m++)
        pack_filter(packed + m * filter + gap / 2, w + m * channels * f * f, channels, f * f, runs->run / f, f, gap);
}

LANES_INLINE void data_pairs(float *d_x, const struct tile_entries *entries, int count, const float *w,
                             const struct tile_runs *runs, int rows, int wides)
{
    for (int e = 0; e < count; e++) {
        const int odd = entries->at[e] & TILE;
        float *window = d_x + entries->at[e] - odd;
        const float *run = w + TILE - odd;
        const struct wide d = wide_broadcast(entries->d[e]);
        LANES_UNROLL
        for (int i = 0; i < rows; i++) {
            LANES_UNROLL
            for (int v = 0; v < wides; v++) {
                float *at = window + i * runs->distance + v * WIDE;
                wide_store(at, wide_fma(d, wide_load(run + i * (wides * WIDE + TILE) + v * WIDE), wide_load(at)));
            }
        }
    }
}

LANES_INLINE void data_window(float *d_x, const struct tile_entries *entries, int count, const float *w,
                              const struct tile_runs *runs, int rows, int vectors)
{
    for (int e = 0; e < count; e++) {
        float *window = d_x + entries->at[e];
        const lanes d = lanes_broadcast(entries->d[e]);
        LANES_UNROLL
        for (int i = 0; i < rows; i++) {
            LANES_UNROLL
            for (int v = 0; v < vectors; v++) {
                float *at = window + i * runs->distance + v * TILE;
                const lanes weight = lanes_load_unaligned(w + (i * vectors + v) * TILE);
                lanes_store_unaligned(at, lanes_fma(d, weight, lanes_load_unaligned(at)));
            }
        }
    }
}

static void data(float *d_x, const struct tile_entries *entries, int count, const float *packed, int filter,
                 const struct tile_runs *runs)
{
    const int rows = runs->rows, vectors = runs->run / TILE;
    if (in_pairs(runs)) {
        const float *w = packed + filter * rows * (runs->run + 2 * TILE);
        if (rows == 5)
            data_pairs(d_x, entries, count, w, runs, 5, 3);
        else
            data_pairs(d_x, entries, count, w, runs, rows, (runs->run + TILE) / WIDE);
        return;
    }
    const float *w = packed + filter * rows * runs->run;
    if (rows == 5 && vectors == 5)
        data_window(d_x, entries, count, w, runs, 5, 5);
    else if (rows == 3 && vectors == 3)
        data_window(d_x, entries, count, w, runs, 3, 3);
    else
        data_window(d_x, entries, count, w, runs, rows, vectors);
}

const struct entry_kernels TIER_NAME(entry_kernels) = {list, weights, pack, data};
