#include "drawing/bounds.h"

#include <math.h>

#include "base/real.h"

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

struct bounds bounds_add(struct bounds a, struct bounds b)
{
    return (struct bounds){a.low + b.low, a.high + b.high};
}

struct bounds bounds_subtract(struct bounds a, struct bounds b)
{
    return (struct bounds){a.low - b.high, a.high - b.low};
}

struct bounds bounds_multiply(struct bounds a, struct bounds b)
{
    const double ends[4] = {a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high};
    struct bounds product = {ends[0], ends[0]};
    for (int i = 1; i < 4; i++) {
        product.low = smaller(product.low, ends[i]);
        product.high = larger(product.high, ends[i]);
    }
    return product;
}

/* Whether `turns`, or that and some whole turns, lies between them. */
static int holds(struct bounds degrees, double turns)
{
    return (floor(degrees.high / 360 - turns) + turns) * 360 >= degrees.low;
}

struct bounds bounds_cosine(struct bounds degrees)
{
    const double from = real_cos_turns(degrees.low / 360), to = real_cos_turns(degrees.high / 360);
    return (struct bounds){holds(degrees, 0.5) ? -1 : smaller(from, to), holds(degrees, 0) ? 1 : larger(from, to)};
}
