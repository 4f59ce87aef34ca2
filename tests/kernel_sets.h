/* What tests of single kernels need: every kernel set that runs here, guarded arrays, and comparisons.
 *
 * A check is a function that tries one kernel on many cases. It is run on every set twice: with small whole numbers,
 * whose sums are exact in any order and so have to be those of plain loops, and with any numbers, which have to come
 * near those loops. What the sets with fused multiply-add give has to be the same, bit by bit. */
#ifndef LENET5_TESTS_KERNEL_SETS_H
#define LENET5_TESTS_KERNEL_SETS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/rng.h"
#include "fast/kernels.h"

/* A function of `kernel_sets_now`, with numbers of kernel_sets_numbers(). */
typedef void kernel_check(struct rng *rng);

extern const struct kernels *kernel_sets_now;

void kernel_sets_try(kernel_check *check);

/* Names the case that is tried next, for what a failing test says. */
void kernel_sets_case(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- Arrays ----
 * They begin as NaN, and so do their surroundings, which nobody may write: kernel_sets_done() looks, and frees them
 * all. Under AddressSanitizer nobody may read there either. */

float *kernel_sets_tiles(size_t count);   /* 64-byte aligned */
float *kernel_sets_numbers(size_t count); /* aligned as a float only */
void *kernel_sets_bytes(size_t size);     /* aligned as a float */
void kernel_sets_done(void);

/* Fills `x` with small whole numbers or with any from -1 to 1, as it is their turn. Gives x. */
float *kernel_sets_fill(float *x, size_t count, struct rng *rng);

/* ---- Comparisons ---- */

/* a*b + c as this set rounds it: once or twice. */
float kernel_sets_multiply_add(float a, float b, float c);

/* The same numbers; 0 and -0 are the same, and so are NaN and NaN. */
void kernel_sets_exact(const char *what, const float *found, const float *expected, size_t count);

/* The same numbers where they are whole; else near, within 1e-5 of the largest. */
void kernel_sets_near(const char *what, const float *found, const float *expected, size_t count);

/* Both do so with `found`: what the sets with fused multiply-add have to agree in. */
void kernel_sets_agree(const char *what, const void *found, size_t size);

#endif
