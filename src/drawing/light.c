#include "drawing/light.h"

#include "base/real.h"
#include "drawing/chance.h"

struct light light_draw(double strength, struct rng *rng)
{
    struct light light = {0};
    const double turn = (double)rng_unit(rng), slope = strength * chance_between(rng, 0.05, 0.25);
    light.across = (float)(slope * real_cos_turns(turn));
    light.down = (float)(slope * real_cos_turns(turn - 0.25));
    light.vignette = (float)(strength * chance_between(rng, 0.05, 0.2));
    const int has_shadow = chance_happens(rng, 0.45);
    const double depth = strength * chance_between(rng, 0.06, 0.2), side = (double)rng_unit(rng);
    light.shadow = has_shadow ? (float)depth : 0;
    light.shadow_x = (float)real_cos_turns(side);
    light.shadow_y = (float)real_cos_turns(side - 0.25);
    light.shadow_from = (float)chance_between(rng, -0.1, 0.4);
    light.shadow_width = (float)chance_between(rng, 0.06, 0.4);
    const double cool = chance_between(rng, 0, 0.25);
    light.cast[0] = (float)(-0.5 * cool);
    light.cast[2] = (float)cool;
    return light;
}

void light_row(float *level, const float *bend, const struct light *light, int rows, int cols, int row)
{
    const float unit = 1 / (float)(rows < cols ? rows : cols), longer = (float)(rows > cols ? rows : cols) * unit;
    const float corner = 2 * light->vignette / (longer * longer + 1);
    const float y = ((float)row + 0.5f - (float)rows / 2) * unit;
    for (int col = 0; col < cols; col++) {
        const float x = ((float)col + 0.5f - (float)cols / 2) * unit;
        /* A long row of digits is no brighter at its end than a short one. */
        level[col] = 1 + light->across * x / longer + light->down * y - corner * (x * x + y * y);
        if (light->shadow == 0)
            continue;
        float t = (light->shadow_x * x + light->shadow_y * y + bend[col] - light->shadow_from) / light->shadow_width;
        t = t < 0 ? 0 : t > 1 ? 1 : t;
        level[col] *= 1 - light->shadow * t * t * (3 - 2 * t);
    }
}
