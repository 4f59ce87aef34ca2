#include "fast/kernels.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define DECLARE_TIER(tier)                                                                                             \
    extern const struct conv_kernels conv_kernels_##tier;                                                              \
    extern const struct dense_kernels dense_kernels_##tier;                                                            \
    extern const struct pool_kernels pool_kernels_##tier;                                                              \
    extern const struct activation_kernels activation_kernels_##tier;

#define TIER_KERNELS(tier)                                                                                             \
    {                                                                                                                  \
#tier, &conv_kernels_##tier, &dense_kernels_##tier, &pool_kernels_##tier, &activation_kernels_##tier           \
    }

DECLARE_TIER(portable)
#ifdef HAVE_TIER_avx2
DECLARE_TIER(avx2)
#endif

/* Slowest first. */
static const struct kernels tiers[] = {
    TIER_KERNELS(portable),
#ifdef HAVE_TIER_avx2
    TIER_KERNELS(avx2),
#endif
};

enum { TIER_COUNT = sizeof tiers / sizeof tiers[0] };

static int runs_here(const struct kernels *kernels)
{
#ifdef HAVE_TIER_avx2
    if (strcmp(kernels->name, "avx2") == 0)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    (void)kernels;
#endif
    return 1;
}

const char *const *kernels_names(void)
{
    static const char *const names[] = {
        "portable",
#ifdef HAVE_TIER_avx2
        "avx2",
#endif
        NULL,
    };
    return names;
}

const struct kernels *kernels_find(const char *name, struct error *err)
{
    for (int i = 0; i < TIER_COUNT; i++) {
        if (strcmp(tiers[i].name, name) != 0)
            continue;
        if (runs_here(&tiers[i]))
            return &tiers[i];
        error_set(err, ERROR_USAGE, "the kernels \"%s\" need instructions that this processor lacks: use \"portable\"",
                  name);
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
    if (forced != NULL && forced[0] != '\0')
        return kernels_find(forced, err);
    int best = TIER_COUNT - 1;
    while (!runs_here(&tiers[best]))
        best--;
    return &tiers[best];
}
