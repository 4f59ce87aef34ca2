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

#define LANES_INLINE static inline __attribute__((always_inline, unused))

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
    return lanes_select(b > a, b, a);
}

/* The sum of the eight lanes, always in this order. */
LANES_INLINE float lanes_sum(lanes v)
{
    return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

#endif
