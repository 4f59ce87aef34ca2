/* The plan's convolutions against the plain layers: fused with a 2x2 pool or alone, as the first layer, which reads
 * pictures, and as a later one, which hands a gradient down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "batches.h"
#include "networks.h"

/* Images of `channels` under `first` and, where there is one, a second stage; then two dense layers. */
static int check_stages(const char *name, int channels, int side, const struct layer *stages, int count, uint64_t seed)
{
    struct rng rng = rng_make(seed, 3);
    struct layer layers[8];
    int n = 0;
    for (; n < count; n++)
        layers[n] = stages[n];
    layers[n++] = networks_dense(7, ACTIVATION_RELU);
    layers[n++] = networks_dense(5, ACTIVATION_NONE);
    const struct architecture architecture = networks_make(channels, side, side + 1, n, layers);
    return batches_check(name, &architecture, 1 + (int)(seed % 11), &rng);
}

static void pooled_convolutions_of_every_f_s_p_and_activation(void **state)
{
    (void)state;
    int checked = 0, all = 0;
    for (int f = 1; f <= 7; f++)
        for (int s = 1; s <= 2; s++)
            for (int p = 0; p < 3 && p < f; p++)
                for (int mode = POOL_MAX; mode <= POOL_AVERAGE; mode++)
                    for (int a = 0; a < ACTIVATION_COUNT; a++, all++) {
                        const struct layer stages[] = {
                            networks_conv(1 + (f + a) % 4, f, s, p, (enum activation)a),
                            networks_pool((enum pool_mode)mode, 2, 2, 0),
                            networks_conv(1 + (s + a) % 5, 1 + f / 3, 1, p > 0, (enum activation)((a + p) % 5)),
                            networks_pool((enum pool_mode)((mode + f) % 2), 2, 2, 0)};
                        char name[64];
                        snprintf(name, sizeof name, "pooled: f %d, s %d, p %d, mode %d, activation %d", f, s, p, mode,
                                 a);
                        checked += check_stages(name, 1 + f % 3, 9 + 4 * s + f, stages, 4, (uint64_t)all);
                    }
    printf("%d of %d networks checked\n", checked, all);
    assert_true(checked * 10 >= all * 8);
}

/* The second layer is the one with so many channels below it and filters of its own. */
static void any_number_of_channels_and_filters(void **state)
{
    (void)state;
    int checked = 0, all = 0;
    for (int channels = 1; channels <= 20; channels++)
        for (int k = 0; k < 2; k++, all++) {
            const int filters = 1 + channels * 7 % 19;
            const struct layer stages[] = {networks_conv(channels, 3, 1, 1, k ? ACTIVATION_RELU : ACTIVATION_NONE),
                                           networks_pool(k ? POOL_MAX : POOL_AVERAGE, 2, 2, 0),
                                           networks_conv(filters, 3, 1, k, k ? ACTIVATION_RELU : ACTIVATION_TANH),
                                           networks_pool(k ? POOL_AVERAGE : POOL_MAX, 2, 2, 0)};
            char name[64];
            snprintf(name, sizeof name, "%d channels, %d filters, %d", channels, filters, k);
            checked += check_stages(name, 1, 9, stages, 4, (uint64_t)(channels * 2 + k));
        }
    assert_true(checked * 10 >= all * 8);
}

/* Five by five under five by five, as LeNet-5 is, over even and odd sides: windows at odd pixels are packed apart. */
static void filters_of_5_on_maps_of_every_side(void **state)
{
    (void)state;
    for (int side = 14; side <= 19; side++) {
        const struct layer stages[] = {networks_conv(6, 5, 1, 2, ACTIVATION_RELU), networks_pool(POOL_MAX, 2, 2, 0),
                                       networks_conv(16, 5, 1, side % 3, ACTIVATION_RELU)};
        char name[64];
        snprintf(name, sizeof name, "side %d", side);
        assert_true(check_stages(name, 1, side, stages, 3, (uint64_t)side));
    }
}

static void filters_too_large_for_the_fast_way_back(void **state)
{
    (void)state;
    for (int f = 8; f <= 11; f++)
        for (int k = 0; k < 3; k++) {
            const struct layer stages[] = {networks_conv(2, k == 0 ? f : 3, 1, 1, ACTIVATION_TANH),
                                           networks_conv(3, f, 1, k, ACTIVATION_SIGMOID),
                                           networks_pool(k == 2 ? POOL_MAX : POOL_AVERAGE, 2, k == 1 ? 1 : 2, 0)};
            char name[64];
            snprintf(name, sizeof name, "f %d, case %d", f, k);
            assert_true(check_stages(name, 2, 2 * f + 1, stages, 3, (uint64_t)(f * 3 + k)));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pooled_convolutions_of_every_f_s_p_and_activation),
        cmocka_unit_test(any_number_of_channels_and_filters),
        cmocka_unit_test(filters_of_5_on_maps_of_every_side),
        cmocka_unit_test(filters_too_large_for_the_fast_way_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
