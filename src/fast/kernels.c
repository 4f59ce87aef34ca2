#include "fast/kernels.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* The Makefile says what this build has, slowest first: TIERS is TIER(portable) TIER(avx2) ... The first runs on every
 * processor that the build is for. */
#define FAMILIES(DO, tier)                                                                                             \
    DO(image, tier)                                                                                                    \
    DO(conv, tier)                                                                                                     \
    DO(conv_pool, tier)                                                                                                \
    DO(entry, tier)                                                                                                    \
    DO(dense, tier)                                                                                                    \
    DO(dense_back, tier)                                                                                               \
    DO(pool, tier)                                                                                                     \
    DO(activation, tier)                                                                                               \
    DO(loss, tier)                                                                                                     \
    DO(optimizer, tier)                                                                                                \
    DO(warp, tier)                                                                                                     \
    DO(single, tier)

#define DECLARE(family, tier) extern const struct family##_kernels family##_kernels_##tier;
#define TIER(tier) FAMILIES(DECLARE, tier) double peak_##tier(long rounds);
TIERS
#undef TIER

#define POINT(family, tier) .family = &family##_kernels_##tier,
#define TIER(tier) {.name = #tier, FAMILIES(POINT, tier).peak = peak_##tier},
static const struct kernels tiers[] = {TIERS};
#undef TIER

enum { TIER_COUNT = sizeof tiers / sizeof tiers[0] };

const char *const *kernels_names(void)
{
#define TIER(tier) #tier,
    static const char *const names[] = {TIERS NULL};
#undef TIER
    return names;
}

static int runs_here(const char *name)
{
#ifdef __x86_64__
    if (strcmp(name, "avx2") == 0)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (strcmp(name, "avx512") == 0)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") && runs_here("avx2");
#else
    (void)name;
#endif
    return 1;
}

static const struct kernels *fastest_here(void)
{
    int best = TIER_COUNT - 1;
    while (!runs_here(tiers[best].name))
        best--;
    return &tiers[best];
}

const struct kernels *kernels_find(const char *name, struct error *err)
{
    for (int i = 0; i < TIER_COUNT; i++) {
        if (strcmp(tiers[i].name, name) != 0)
            continue;
        if (runs_here(name))
            return &tiers[i];
        error_set(err, ERROR_USAGE, "the kernels \"%s\" need instructions that this processor lacks: use \"%s\"", name,
                  fastest_here()->name);
        return NULL;
    }
    char known[64];
    error_set(err, ERROR_USAGE, "there are no kernels \"%s\" in this build: use %s", name,
              text_list(known, sizeof known, kernels_names()));
    return NULL;
}

const struct kernels *kernels_pick(struct error *err)
{
    const char *forced = getenv("LENET5_KERNEL");
    return forced != NULL && forced[0] != '\0' ? kernels_find(forced, err) : fastest_here();
}
