/* Sixteen numbers: two lanes vectors that go the same way, in one register with AVX-512 and in two without. Whatever is
 * computed with them is computed number by number, so that the result does not depend on how many fit in a register. */
#ifndef LENET5_FAST_WIDE_H
#define LENET5_FAST_WIDE_H

#include "fast/lanes.h"

enum { WIDE = 2 * TILE };

#if defined(__AVX512F__)

struct wide {
    __m512 v;
};

LANES_INLINE struct wide wide_broadcast(float x)
{
    return (struct wide){_mm512_set1_ps(x)};
}

/* From and to any address. */
LANES_INLINE struct wide wide_load(const float *p)
{
    return (struct wide){_mm512_loadu_ps(p)};
}

LANES_INLINE void wide_store(float *p, struct wide w)
{
    _mm512_storeu_ps(p, w.v);
}

LANES_INLINE struct wide wide_fma(struct wide a, struct wide b, struct wide c)
{
    return (struct wide){_mm512_fmadd_ps(a.v, b.v, c.v)};
}

LANES_INLINE struct wide wide_times(struct wide a, struct wide b)
{
    return (struct wide){_mm512_mul_ps(a.v, b.v)};
}

/* 0 for what is nearer to 0 than `least`; NaN stays NaN. */
LANES_INLINE struct wide wide_without_tiny(struct wide w, float least)
{
    const __mmask16 kept = _mm512_cmp_ps_mask(_mm512_abs_ps(w.v), _mm512_set1_ps(least), _CMP_NLT_UQ);
    return (struct wide){_mm512_maskz_mov_ps(kept, w.v)};
}

LANES_INLINE lanes wide_low(struct wide w)
{
    return (lanes)_mm512_castps512_ps256(w.v);
}

LANES_INLINE lanes wide_high(struct wide w)
{
    return (lanes)_mm512_extractf32x8_ps(w.v, 1);
}

LANES_INLINE struct wide wide_join(lanes low, lanes high)
{
    return (struct wide){_mm512_insertf32x8(_mm512_castps256_ps512((__m256)low), (__m256)high, 1)};
}

#elif defined(__aarch64__)

/* gcc keeps eight lanes in memory where a register has four, but not a structure of such registers. */
struct wide {
    float32x4_t a, b, c, d;
};

LANES_INLINE struct wide wide_broadcast(float x)
{
    const float32x4_t v = vdupq_n_f32(x);
    return (struct wide){v, v, v, v};
}

LANES_INLINE struct wide wide_load(const float *p)
{
    return (struct wide){vld1q_f32(p), vld1q_f32(p + 4), vld1q_f32(p + 8), vld1q_f32(p + 12)};
}

LANES_INLINE void wide_store(float *p, struct wide w)
{
    vst1q_f32(p, w.a);
    vst1q_f32(p + 4, w.b);
    vst1q_f32(p + 8, w.c);
    vst1q_f32(p + 12, w.d);
}

LANES_INLINE struct wide wide_fma(struct wide a, struct wide b, struct wide c)
{
    return (struct wide){vfmaq_f32(c.a, a.a, b.a), vfmaq_f32(c.b, a.b, b.b), vfmaq_f32(c.c, a.c, b.c),
                         vfmaq_f32(c.d, a.d, b.d)};
}

LANES_INLINE struct wide wide_times(struct wide a, struct wide b)
{
    return (struct wide){a.a * b.a, a.b * b.b, a.c * b.c, a.d * b.d};
}

LANES_INLINE float32x4_t wide_part_without_tiny(float32x4_t v, float least)
{
    const uint32x4_t is_tiny = vcltq_f32(vabsq_f32(v), vdupq_n_f32(least));
    return vreinterpretq_f32_u32(vbicq_u32(vreinterpretq_u32_f32(v), is_tiny));
}

LANES_INLINE struct wide wide_without_tiny(struct wide w, float least)
{
    return (struct wide){wide_part_without_tiny(w.a, least), wide_part_without_tiny(w.b, least),
                         wide_part_without_tiny(w.c, least), wide_part_without_tiny(w.d, least)};
}

LANES_INLINE lanes wide_low(struct wide w)
{
    return __builtin_shufflevector(w.a, w.b, 0, 1, 2, 3, 4, 5, 6, 7);
}

LANES_INLINE lanes wide_high(struct wide w)
{
    return __builtin_shufflevector(w.c, w.d, 0, 1, 2, 3, 4, 5, 6, 7);
}

LANES_INLINE struct wide wide_join(lanes low, lanes high)
{
    return (struct wide){__builtin_shufflevector(low, low, 0, 1, 2, 3), __builtin_shufflevector(low, low, 4, 5, 6, 7),
                         __builtin_shufflevector(high, high, 0, 1, 2, 3),
                         __builtin_shufflevector(high, high, 4, 5, 6, 7)};
}

#else

struct wide {
    lanes low, high;
};

LANES_INLINE struct wide wide_broadcast(float x)
{
    const lanes v = lanes_broadcast(x);
    return (struct wide){v, v};
}

LANES_INLINE struct wide wide_load(const float *p)
{
    return (struct wide){lanes_load_unaligned(p), lanes_load_unaligned(p + TILE)};
}

LANES_INLINE void wide_store(float *p, struct wide w)
{
    lanes_store_unaligned(p, w.low);
    lanes_store_unaligned(p + TILE, w.high);
}

LANES_INLINE struct wide wide_fma(struct wide a, struct wide b, struct wide c)
{
    return (struct wide){lanes_fma(a.low, b.low, c.low), lanes_fma(a.high, b.high, c.high)};
}

LANES_INLINE struct wide wide_times(struct wide a, struct wide b)
{
    return (struct wide){a.low * b.low, a.high * b.high};
}

LANES_INLINE struct wide wide_without_tiny(struct wide w, float least)
{
    return (struct wide){lanes_without_tiny(w.low, least), lanes_without_tiny(w.high, least)};
}

LANES_INLINE lanes wide_low(struct wide w)
{
    return w.low;
}

LANES_INLINE lanes wide_high(struct wide w)
{
    return w.high;
}

LANES_INLINE struct wide wide_join(lanes low, lanes high)
{
    return (struct wide){low, high};
}

#endif

/* lanes_pack() of sixteen; room for all of them is needed. */
LANES_INLINE int wide_pack(float *to, int *to_beside, struct wide v, lane_mask beside_low, lane_mask beside_high)
{
#if defined(__AVX512F__)
    const __m512i beside = _mm512_inserti32x8(_mm512_castsi256_si512((__m256i)beside_low), (__m256i)beside_high, 1);
    const __mmask16 kept = _mm512_cmp_ps_mask(v.v, _mm512_setzero_ps(), _CMP_NEQ_UQ);
    _mm512_storeu_ps(to, _mm512_maskz_compress_ps(kept, v.v));
    _mm512_storeu_si512(to_beside, _mm512_maskz_compress_epi32(kept, beside));
    return __builtin_popcount(kept);
#else
    const int count = lanes_pack(to, to_beside, wide_low(v), beside_low);
    return count + lanes_pack(to + count, to_beside + count, wide_high(v), beside_high);
#endif
}

/* ---- Two series: what has an even index in one half, what has an odd one in the other. ----
 * With AVX-512 the two alternate number by number, since that is how a pair of weights is broadcast in one go. */

LANES_INLINE struct wide wide_series_of(lanes even, lanes odd)
{
#if defined(__AVX512F__)
    const __m512i alternate = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    return (struct wide){
        _mm512_permutex2var_ps(_mm512_castps256_ps512((__m256)even), alternate, _mm512_castps256_ps512((__m256)odd))};
#else
    return wide_join(even, odd);
#endif
}

/* p[0] for the even series, p[1] for the odd one. */
LANES_INLINE struct wide wide_series_broadcast(const float *p)
{
#if defined(__AVX512F__)
    double pair;
    memcpy(&pair, p, sizeof pair);
    return (struct wide){_mm512_castpd_ps(_mm512_set1_pd(pair))};
#elif defined(__aarch64__)
    const float32x4_t even = vdupq_n_f32(p[0]), odd = vdupq_n_f32(p[1]);
    return (struct wide){even, even, odd, odd};
#else
    return wide_join(lanes_broadcast(p[0]), lanes_broadcast(p[1]));
#endif
}

/* even + odd */
LANES_INLINE lanes wide_series_sum(struct wide w)
{
#if defined(__AVX512F__)
    const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15);
    w.v = _mm512_permutexvar_ps(even, w.v);
#endif
    return wide_low(w) + wide_high(w);
}

#endif
