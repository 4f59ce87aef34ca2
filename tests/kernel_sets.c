#include "kernel_sets.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "networks.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif
#ifdef HAS_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#endif

enum { GUARD = 256, ARRAYS = 32, CASE_NAME = 96 }; /* GUARD: bytes on either side */

const struct kernels *kernel_sets_now;

static bool are_whole;
static char case_name[CASE_NAME];

/* ---- What the sets with FMA gave ---- */

/* FNV-1a over what one comparison saw. */
struct sight {
    uint64_t hash;
    char name[CASE_NAME];
};

struct sights {
    struct sight *all;
    size_t count, room;
};

static struct sights first, other; /* of the first set with FMA, and of the one that is tried now */
static const char *first_name;

static void remember(struct sights *sights, const struct sight *sight)
{
    if (sights->count == sights->room) {
        sights->room = sights->room * 2 + 64;
        sights->all = realloc(sights->all, sights->room * sizeof *sights->all);
        assert_non_null(sights->all);
    }
    sights->all[sights->count++] = *sight;
}

void kernel_sets_agree(const char *what, const void *found, size_t size)
{
    struct sight sight = {.hash = 0xcbf29ce484222325};
    const unsigned char *bytes = found;
    for (size_t i = 0; i < size; i++)
        sight.hash = (sight.hash ^ bytes[i]) * 0x100000001b3;
    snprintf(sight.name, sizeof sight.name, "%s of %.80s", what, case_name);
    remember(&other, &sight);
}

static void compare_sights(void)
{
    assert_int_equal(other.count, first.count);
    for (size_t i = 0; i < first.count; i++)
        if (other.all[i].hash != first.all[i].hash)
            fail_msg("kernels %s and %s differ in the %s", first_name, kernel_sets_now->name, first.all[i].name);
}

static bool has_fma(void)
{
    return strcmp(kernel_sets_now->name, "portable") != 0;
}

static void keep_sights(void)
{
    if (has_fma() && first_name != NULL) {
        compare_sights();
    } else if (has_fma()) {
        const struct sights empty = first;
        first = other;
        other = empty;
        first_name = kernel_sets_now->name;
    }
    other.count = 0;
}

void kernel_sets_try(kernel_check *check)
{
    for (int whole = 1; whole >= 0; whole--) {
        are_whole = whole;
        first.count = other.count = 0;
        first_name = NULL;
        for (const char *const *name = kernels_names(); *name != NULL; name++) {
            struct rng rng = rng_make(1, 0);
            kernel_sets_now = kernels_find(*name, NULL);
            if (kernel_sets_now == NULL)
                continue;
            check(&rng);
            kernel_sets_done();
            keep_sights();
        }
    }
    free(first.all);
    free(other.all);
    first = other = (struct sights){0};
}

void kernel_sets_case(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(case_name, sizeof case_name, format, arguments);
    va_end(arguments);
}

/* ---- Arrays ---- */

struct array {
    unsigned char *block, *begin;
    size_t room, size; /* bytes of the block, of the array */
};

static struct array arrays[ARRAYS];
static int array_count;

static uint32_t canary(void)
{
    return 0x7fc0dead; /* a NaN */
}

static void *make_array(size_t size, size_t shift)
{
    const uint32_t nan = canary();
    struct array array = {.size = size, .room = 2 * GUARD + (size + shift + TILE_ALIGN - 1) / TILE_ALIGN * TILE_ALIGN};
    assert_true(array_count < ARRAYS);
    array.block = aligned_alloc(TILE_ALIGN, array.room);
    assert_non_null(array.block);
    array.begin = array.block + GUARD + shift;
    for (size_t at = 0; at < array.room; at += sizeof nan)
        memcpy(array.block + at, &nan, sizeof nan);
    ASAN_POISON_MEMORY_REGION(array.block, array.room);
    ASAN_UNPOISON_MEMORY_REGION(array.begin, size);
    arrays[array_count++] = array;
    return array.begin;
}

float *kernel_sets_tiles(size_t count)
{
    return make_array(count * sizeof(float), 0);
}

float *kernel_sets_numbers(size_t count)
{
    return make_array(count * sizeof(float), sizeof(float));
}

void *kernel_sets_bytes(size_t size)
{
    return make_array(size, sizeof(float));
}

static bool is_whole(const struct array *array)
{
    const uint32_t nan = canary();
    const unsigned char *end = array->begin + array->size;
    for (const unsigned char *at = array->block; at < array->block + array->room; at++)
        if ((at < array->begin || at >= end) && *at != ((const unsigned char *)&nan)[(at - array->block) % 4])
            return false;
    return true;
}

void kernel_sets_done(void)
{
    while (array_count > 0) {
        const struct array array = arrays[--array_count];
        ASAN_UNPOISON_MEMORY_REGION(array.block, array.room);
        if (!is_whole(&array))
            fail_msg("kernels %s, %s: something was written beside an array of %zu bytes", kernel_sets_now->name,
                     case_name, array.size);
        free(array.block);
    }
}

float *kernel_sets_fill(float *x, size_t count, struct rng *rng)
{
    for (size_t i = 0; i < count; i++)
        x[i] = are_whole ? (float)rng_below(rng, 7) - 3 : networks_random_number(rng, 1);
    return x;
}

/* ---- Comparisons ---- */

float kernel_sets_multiply_add(float a, float b, float c)
{
    return has_fma() ? fmaf(a, b, c) : a * b + c;
}

void kernel_sets_exact(const char *what, const float *found, const float *expected, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (found[i] != expected[i] && !(isnan(found[i]) && isnan(expected[i])))
            fail_msg("kernels %s, %s: number %zu of the %s is %.9g and not %.9g", kernel_sets_now->name, case_name, i,
                     what, (double)found[i], (double)expected[i]);
    kernel_sets_agree(what, found, count * sizeof *found);
}

void kernel_sets_near(const char *what, const float *found, const float *expected, size_t count)
{
    if (are_whole) {
        kernel_sets_exact(what, found, expected, count);
        return;
    }
    const double distance = networks_distance(found, expected, count);
    if (!(distance <= 1e-5))
        fail_msg("kernels %s, %s: the %s is %.3g off", kernel_sets_now->name, case_name, what, distance);
    kernel_sets_agree(what, found, count * sizeof *found);
}
