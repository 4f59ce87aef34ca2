/* A vector as wide as a register, where registers have eight numbers or more: 16 with AVX-512, else 8. For kernels in
 * which a lane is a neighbour within one image, and not one of the eight images of a tile. */
#ifndef LENET5_FAST_KERNELS_VEC_H
#define LENET5_FAST_KERNELS_VEC_H

#include "fast/wide.h"

/* VEC_MOST: twice as many sums, and what goes into them, stay in registers. */
#if defined(__AVX512F__)

enum { VEC = WIDE, VEC_MOST = 6 };

typedef struct wide vec;

LANES_INLINE vec vec_broadcast(float x)
{
    return wide_broadcast(x);
}

LANES_INLINE vec vec_load(const float *p)
{
    return wide_load(p);
}

LANES_INLINE void vec_store(float *p, vec v)
{
    wide_store(p, v);
}

LANES_INLINE vec vec_fma(vec a, vec b, vec c)
{
    return wide_fma(a, b, c);
}

#else

#if defined(__AVX2__) || defined(__aarch64__)
enum { VEC = TILE, VEC_MOST = 6 };
#else
enum { VEC = TILE, VEC_MOST = 3 };
#endif

typedef lanes vec;

LANES_INLINE vec vec_broadcast(float x)
{
    return lanes_broadcast(x);
}

LANES_INLINE vec vec_load(const float *p)
{
    return lanes_load_unaligned(p);
}

LANES_INLINE void vec_store(float *p, vec v)
{
    lanes_store_unaligned(p, v);
}

LANES_INLINE vec vec_fma(vec a, vec b, vec c)
{
    return lanes_fma(a, b, c);
}

#endif

/* Every second of sixteen numbers, from the first or from the second on. */
LANES_INLINE lanes vec_even(lanes low, lanes high)
{
    return __builtin_shufflevector(low, high, 0, 2, 4, 6, 8, 10, 12, 14);
}

LANES_INLINE lanes vec_odd(lanes low, lanes high)
{
    return __builtin_shufflevector(low, high, 1, 3, 5, 7, 9, 11, 13, 15);
}

/* CASE(1) to CASE(VEC_MOST), and on to twice as many: the counts that loops are written out for. */
#if defined(__AVX2__) || defined(__aarch64__)
#define VEC_TO_MOST CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
#define VEC_TO_TWICE VEC_TO_MOST CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12)
#else
#define VEC_TO_MOST CASE(1) CASE(2) CASE(3)
#define VEC_TO_TWICE VEC_TO_MOST CASE(4) CASE(5) CASE(6)
#endif

#endif
