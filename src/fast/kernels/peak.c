/* How fast multiply-adds can be at all: a loop of nothing else, in registers, with the instructions of this set. What
 * the other kernels reach is measured against it.
 *
 *     sum <- sum * 1/2 + b
 *
 * comes to rest at 2b, so that nothing overflows and nothing becomes so small that processors slow down; and since the
 * product is another one each time, it cannot be taken out of the loop where there is no fused multiply-add. */
#include <stddef.h>

#include "fast/kernels/tier.h"
#include "fast/wide.h"

/* CHAINS sums of sixteen numbers, which do not wait for each other: a multiply-add takes 4 cycles or so and two begin
 * in each, so eight registers are the least that keeps a processor busy, and more than there are would go by way of
 * memory. Without AVX2 a `part` fills just one register: gcc keeps an array of anything wider in memory. */
#if defined(__AVX2__) && defined(__FMA__)

#if defined(__AVX512F__)
enum { CHAINS = 16 }; /* of 32 registers */
#else
enum { CHAINS = 6 }; /* 12 of 16 registers */
#endif

typedef struct wide part;

LANES_INLINE part part_broadcast(float x)
{
    return wide_broadcast(x);
}

LANES_INLINE part part_next(part sum, part half, part b)
{
    return wide_fma(sum, half, b);
}

#elif defined(__aarch64__)

enum { CHAINS = 6 }; /* 24 of 32 registers */

typedef float32x4_t part;

LANES_INLINE part part_broadcast(float x)
{
    return vdupq_n_f32(x);
}

/* The sum is what is added to: the instruction writes its result there, and any other way takes a copy each time. It
 * comes to rest too, where it is so large that adding b / 2 does not change it. */
LANES_INLINE part part_next(part sum, part half, part b)
{
    return vfmaq_f32(sum, half, b);
}

#else

enum { CHAINS = 3 }; /* 12 of SSE's 16 registers */

typedef float part __attribute__((vector_size(16)));

LANES_INLINE part part_broadcast(float x)
{
    return (part){x, x, x, x};
}

LANES_INLINE part part_next(part sum, part half, part b)
{
    return sum * half + b;
}

#endif

enum {
    PARTS = (int)(WIDE * sizeof(float) / sizeof(part)), /* of sixteen numbers */
    SUMS = CHAINS * PARTS
};

double TIER_NAME(peak)(long rounds);

double TIER_NAME(peak)(long rounds)
{
    /* No constants: compilers see where a sum goes that they know the beginning of. */
    const float start = (float)(rounds & 7);
    const part half = part_broadcast(0.5f), b = part_broadcast(1 + start);
    part sums[SUMS];
    for (int i = 0; i < SUMS; i++)
        sums[i] = part_broadcast(start + (float)i);
    for (; rounds >= CHAINS; rounds -= CHAINS)
        for (int i = 0; i < SUMS; i++)
            sums[i] = part_next(sums[i], half, b);
    for (; rounds > 0; rounds--)
        for (int i = 0; i < PARTS; i++)
            sums[i] = part_next(sums[i], half, b);
    double total = 0;
    for (int i = 0; i < SUMS; i++) {
        float numbers[sizeof(part) / sizeof(float)];
        memcpy(numbers, &sums[i], sizeof numbers);
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
            total += (double)numbers[k];
    }
    return total;
}
