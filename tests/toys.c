#include "toys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

static void draw_bar(unsigned char *picture, int class, struct rng *rng)
{
    const int across = 3 + class % 5 * 5 + (int)rng_below(rng, 2), thickness = 2 + (int)rng_below(rng, 2);
    const int from = 3 + (int)rng_below(rng, 4), to = TOYS_SIDE - 3 - (int)rng_below(rng, 4);
    const unsigned char ink = (unsigned char)(160 + rng_below(rng, 96));
    for (int along = from; along < to; along++)
        for (int t = across; t < across + thickness; t++)
            picture[class < 5 ? t * TOYS_SIDE + along : along * TOYS_SIDE + t] = ink;
}

static void draw_noise(unsigned char *picture, struct rng *rng)
{
    for (int i = 0; i < TOYS_SIDE * TOYS_SIDE; i++)
        if (rng_below(rng, 8) == 0)
            picture[i] = (unsigned char)(picture[i] / 2 + (int)rng_below(rng, 120));
}

struct dataset toys_draw(int count, uint64_t seed)
{
    const size_t size = TOYS_SIDE * TOYS_SIDE;
    unsigned char *pixels = calloc((size_t)count, size), *labels = calloc((size_t)count, 1);
    if (pixels == NULL || labels == NULL) {
        perror("a toy data set");
        exit(EXIT_FAILURE);
    }
    struct rng rng = rng_make(seed, 0);
    for (int i = 0; i < count; i++) {
        labels[i] = (unsigned char)rng_below(&rng, TOYS_CLASSES);
        draw_bar(pixels + (size_t)i * size, labels[i], &rng);
        draw_noise(pixels + (size_t)i * size, &rng);
    }
    struct dataset set = {.count = count,
                          .channels = 1,
                          .rows = TOYS_SIDE,
                          .cols = TOYS_SIDE,
                          .pixels = pixels,
                          .labels = labels,
                          .owned_pixels = pixels,
                          .owned_labels = labels};
    digest_two(set.digest, pixels, (size_t)count * size, labels, (size_t)count);
    return set;
}
