/* Eight images side by side: the vector type that the kernels compute with, and the few things they do with it.
 *
 * A tile is [channel][row][col][8 images]: a pixel is one vector, a weight one broadcast. AVX2 holds the eight lanes in
 * one register, SSE and NEON in two; the compiler splits them. Lanes cross functions by pointer or always_inline only,
 * so that no calling convention depends on the instruction set. */
#ifndef LENET5_FAST_LANES_H
#define LENET5_FAST_LANES_H

#include <stdint.h>
#include <string.h>

#include "fast/tile.h"

#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

typedef float lanes __attribute__((vector_size(4 * TILE)));
typedef int32_t lane_mask __attribute__((vector_size(4 * TILE))); /* -1 where true, 0 where false */
typedef float lanes_in_memory __attribute__((vector_size(4 * TILE), may_alias));
typedef unsigned char lane_bytes __attribute__((vector_size(TILE)));

#define LANES_INLINE static inline __attribute__((always_inline, unused))

/* Before a loop of a few rounds whose sums have to stay in registers: it is written out. Before one around such a loop:
 * it is not, since a compiler that sees several rounds keeps what they share, and runs out of registers. */
#ifdef __clang__
#if __has_feature(address_sanitizer) /* takes clang many minutes then, and speed is no matter there */
#define LANES_UNROLL
#else
#define LANES_UNROLL _Pragma("clang loop unroll(full)")
#endif
#define LANES_ROLL _Pragma("clang loop unroll(disable)")
#else
#define LANES_UNROLL _Pragma("GCC unroll 16")
#define LANES_ROLL _Pragma("GCC unroll 1")
#endif

LANES_INLINE lanes lanes_broadcast(float x)
{
    return (lanes){x, x, x, x, x, x, x, x};
}

/* From and to 32-byte aligned memory; `at` counts in tiles of 8 floats. */
LANES_INLINE lanes lanes_load(const float *p, int at)
{
    return ((const lanes_in_memory *)(const void *)p)[at];
}

LANES_INLINE void lanes_store(float *p, int at, lanes v)
{
    ((lanes_in_memory *)(void *)p)[at] = v;
}

/* From and to any address. */
LANES_INLINE lanes lanes_load_unaligned(const float *p)
{
    lanes v;
    memcpy(&v, p, sizeof v);
    return v;
}

LANES_INLINE void lanes_store_unaligned(float *p, lanes v)
{
    memcpy(p, &v, sizeof v);
}

/* a*b + c, rounded once where the processor can. Written out, never left to the compiler: which products it fuses is
 * its own choice, and that choice would be in the trained bytes. Without FMA the last bits differ. */
LANES_INLINE lanes lanes_fma(lanes a, lanes b, lanes c)
{
#if defined(__AVX2__) && defined(__FMA__)
    return (lanes)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#elif defined(__aarch64__)
    float32x4_t a2[2], b2[2], c2[2];
    memcpy(a2, &a, sizeof a);
    memcpy(b2, &b, sizeof b);
    memcpy(c2, &c, sizeof c);
    c2[0] = vfmaq_f32(c2[0], a2[0], b2[0]);
    c2[1] = vfmaq_f32(c2[1], a2[1], b2[1]);
    memcpy(&c, c2, sizeof c);
    return c;
#else
    return a * b + c;
#endif
}

/* mask ? a : b, lane by lane */
LANES_INLINE lanes lanes_select(lane_mask mask, lanes a, lanes b)
{
    return (lanes)((mask & (lane_mask)a) | (~mask & (lane_mask)b));
}

/* b where b > a, else a: of equal ones the first stays. */
LANES_INLINE lanes lanes_max(lanes a, lanes b)
{
#if defined(__AVX2__)
    return (lanes)_mm256_max_ps((__m256)b, (__m256)a);
#else
    return lanes_select(b > a, b, a);
#endif
}

/* v, but no less than `low` and no more than `high`. */
LANES_INLINE lanes lanes_clamp(lanes v, lanes low, lanes high)
{
    v = lanes_max(v, low);
    return lanes_select(v > high, high, v);
}

/* 0 for what is nearer to 0 than `least`; NaN stays NaN. */
LANES_INLINE lanes lanes_without_tiny(lanes v, float least)
{
    const lanes limit = lanes_broadcast(least), zero = lanes_broadcast(0);
    return (lanes)((lane_mask)v & ~((v < limit) & (v > zero - limit)));
}

/* Bit i is set where a[i] > b[i]. */
LANES_INLINE unsigned lanes_bits_above(lanes a, lanes b)
{
#if defined(__AVX512VL__)
    return _mm256_cmp_ps_mask((__m256)a, (__m256)b, _CMP_GT_OQ);
#elif defined(__AVX2__)
    return (unsigned)_mm256_movemask_ps(_mm256_cmp_ps((__m256)a, (__m256)b, _CMP_GT_OQ));
#else
    const lane_mask bit = {1, 2, 4, 8, 16, 32, 64, 128}, set = (a > b) & bit;
    return (unsigned)(((set[0] + set[4]) + (set[2] + set[6])) + ((set[1] + set[5]) + (set[3] + set[7])));
#endif
}

/* The sum of the eight lanes, always in this order. */
LANES_INLINE float lanes_sum(lanes v)
{
    return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

/* Eight bytes as whole numbers. */
LANES_INLINE lane_mask lanes_of_bytes(const unsigned char *p)
{
    lane_bytes bytes;
    memcpy(&bytes, p, sizeof bytes);
#if defined(__AVX2__)
    return (lane_mask)_mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)(int64_t)bytes));
#else
    return __builtin_convertvector(bytes, lane_mask);
#endif
}

LANES_INLINE lanes lanes_of_whole(lane_mask whole)
{
    return __builtin_convertvector(whole, lanes);
}

/* To whole numbers, towards 0. */
LANES_INLINE lane_mask lanes_to_whole(lanes v)
{
    return __builtin_convertvector(v, lane_mask);
}

/* Whole numbers 0..255 to eight bytes. */
LANES_INLINE void lanes_store_bytes(unsigned char *p, lane_mask whole)
{
#if defined(__AVX2__)
    const __m256i all = (__m256i)whole;
    const __m128i words = _mm_packus_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
    _mm_storel_epi64((void *)p, _mm_packus_epi16(words, words));
#else
    const lane_bytes bytes = __builtin_convertvector(whole, lane_bytes);
    memcpy(p, &bytes, sizeof bytes);
#endif
}

/* table[at[i]], lane by lane. */
LANES_INLINE lane_mask lanes_gather(const int *table, lane_mask at)
{
#if defined(__AVX2__)
    return (lane_mask)_mm256_i32gather_epi32(table, (__m256i)at, sizeof *table);
#else
    return (lane_mask){table[at[0]], table[at[1]], table[at[2]], table[at[3]],
                       table[at[4]], table[at[5]], table[at[6]], table[at[7]]};
#endif
}

/* -1 in the first `count` lanes, 0 in the others. */
LANES_INLINE lane_mask lanes_first(int count)
{
    return (lane_mask){0, 1, 2, 3, 4, 5, 6, 7} < count - (lane_mask){0};
}

/* The first `count` (0..8) of the lanes from and to memory that ends behind them; the others read as 0. */
LANES_INLINE lanes lanes_load_first(const float *p, int count)
{
#if defined(__AVX2__)
    return (lanes)_mm256_maskload_ps(p, (__m256i)lanes_first(count));
#else
    lanes v = lanes_broadcast(0);
    for (int i = 0; i < count; i++)
        v[i] = p[i];
    return v;
#endif
}

LANES_INLINE void lanes_store_first(float *p, lanes v, int count)
{
#if defined(__AVX2__)
    _mm256_maskstore_ps(p, (__m256i)lanes_first(count), (__m256)v);
#else
    for (int i = 0; i < count; i++)
        p[i] = v[i];
#endif
}

/* Appends the lanes that are not 0, and what stands beside them in `beside`, without a branch. Gives how many; room for
 * all eight is needed. */
LANES_INLINE int lanes_pack(float *to, int *to_beside, lanes v, lane_mask beside)
{
#if defined(__AVX512VL__)
    const __mmask8 kept = _mm256_cmp_ps_mask((__m256)v, _mm256_setzero_ps(), _CMP_NEQ_UQ);
    _mm256_storeu_ps(to, _mm256_maskz_compress_ps(kept, (__m256)v));
    _mm256_storeu_si256((void *)to_beside, _mm256_maskz_compress_epi32(kept, (__m256i)beside));
    return __builtin_popcount(kept);
#elif defined(__AVX2__)
    /* Which lanes of four are kept, by the mask: they come first. */
    static const int kept_first[16][4] = {{0}, {0},    {1},    {0, 1},    {2},    {0, 2},    {1, 2},    {0, 1, 2},
                                          {3}, {0, 3}, {1, 3}, {0, 1, 3}, {2, 3}, {0, 2, 3}, {1, 2, 3}, {0, 1, 2, 3}};
    const __m256 numbers = (__m256)v, others = (__m256)beside;
    const int kept = _mm256_movemask_ps(_mm256_cmp_ps(numbers, _mm256_setzero_ps(), _CMP_NEQ_UQ));
    const __m128i low = _mm_loadu_si128((const void *)kept_first[kept & 15]);
    const __m128i high = _mm_loadu_si128((const void *)kept_first[kept >> 4]);
    const int count = __builtin_popcount((unsigned)kept & 15);
    _mm_storeu_ps(to, _mm_permutevar_ps(_mm256_castps256_ps128(numbers), low));
    _mm_storeu_ps((void *)to_beside, _mm_permutevar_ps(_mm256_castps256_ps128(others), low));
    _mm_storeu_ps(to + count, _mm_permutevar_ps(_mm256_extractf128_ps(numbers, 1), high));
    _mm_storeu_ps((void *)(to_beside + count), _mm_permutevar_ps(_mm256_extractf128_ps(others, 1), high));
    return count + __builtin_popcount((unsigned)kept >> 4);
#else
    int count = 0;
    for (int i = 0; i < TILE; i++) {
        to[count] = v[i];
        to_beside[count] = beside[i];
        count += v[i] != 0;
    }
    return count;
#endif
}

/* Rows to columns of an 8 x 8 square. */
LANES_INLINE void lanes_transpose(lanes r[TILE])
{
    lanes t[TILE], u[TILE];
    for (int i = 0; i < 4; i++) {
        t[2 * i] = __builtin_shufflevector(r[2 * i], r[2 * i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        t[2 * i + 1] = __builtin_shufflevector(r[2 * i], r[2 * i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 2; k++) {
            u[4 * i + 2 * k] = __builtin_shufflevector(t[4 * i + k], t[4 * i + k + 2], 0, 1, 8, 9, 4, 5, 12, 13);
            u[4 * i + 2 * k + 1] = __builtin_shufflevector(t[4 * i + k], t[4 * i + k + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    for (int i = 0; i < 4; i++) {
        r[i] = __builtin_shufflevector(u[i], u[4 + i], 0, 1, 2, 3, 8, 9, 10, 11);
        r[4 + i] = __builtin_shufflevector(u[i], u[4 + i], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

#endif
