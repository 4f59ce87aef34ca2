/* The name of a kernel table in the object of one instruction set: TIER_NAME(conv_kernels) is conv_kernels_avx2 where
 * the Makefile says -DTIER=avx2. */
#ifndef LENET5_FAST_KERNELS_TIER_H
#define LENET5_FAST_KERNELS_TIER_H

#define TIER_JOIN(name, tier) name##_##tier
#define TIER_EXPAND(name, tier) TIER_JOIN(name, tier)
#define TIER_NAME(name) TIER_EXPAND(name, TIER)

#endif
