#include "hands.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const struct hand hands_calm = {.jitter_reach = 1, .elastic_waves = 1, .pen = 2, .pen_least = 1, .pen_most = 4};
const struct digit_strokes hands_digit = {.jitter = 1, .bend = 1, .aspect = 1, .pen = 1, .pen_spread = 1};

struct line *hands_line, *hands_other;

int hands_arrive(void **state)
{
    (void)state;
    hands_line = malloc(sizeof *hands_line);
    hands_other = malloc(sizeof *hands_other);
    return hands_line != NULL && hands_other != NULL ? 0 : -1;
}

int hands_leave(void **state)
{
    (void)state;
    free(hands_line);
    free(hands_other);
    return 0;
}

struct skeleton hands_stroke(const struct control_point *points, int count)
{
    struct skeleton skeleton = {.stroke_count = 1, .ends = {count}};
    memcpy(skeleton.points, points, (size_t)count * sizeof *points);
    return skeleton;
}

void hands_write(struct line *out, const struct skeleton *skeleton, const struct hand *hand, unsigned seed)
{
    struct rng rng = rng_make(seed, 0);
    hand_write(out, skeleton, hand, &hands_digit, &rng);
}

double hands_step(const struct line *line, int i)
{
    return hypot(line->dots[i + 1].x - line->dots[i].x, line->dots[i + 1].y - line->dots[i].y);
}

void hands_see(struct hands_seen *seen, double value)
{
    seen->sum += value;
    seen->squares += value * value;
    seen->count++;
}

void hands_assert_seen(const struct hands_seen *seen, double mean, double spread, double slack)
{
    const double got = seen->sum / seen->count, deviation = sqrt(seen->squares / seen->count - got * got);
    if (fabs(got - mean) > 5 * spread / sqrt(seen->count) || fabs(deviation / spread - 1) > slack)
        fail_msg("mean %g and spread %g, not %g and %g", got, deviation, mean, spread);
}
