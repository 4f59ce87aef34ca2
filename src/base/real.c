#include "base/real.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static double power_of_two(int exponent) /* -1022..1023 */
{
    uint64_t bits = (uint64_t)(exponent + 1023) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

/* ln 2 in two parts: the first has so few bits that its product with a small whole number is exact. */
static const double LN2_HIGH = 0x1.62e42feep-1, LN2_LOW = 0x1.a39ef35793c76p-33;

/* e^r - 1 for |r| <= 0.35 by its series, smallest terms first. */
static double expm1_series(double r)
{
    double sum = 0;
    for (int n = 15; n >= 1; n--)
        sum = (sum + 1) * r / n;
    return sum;
}

double real_exp(double x)
{
    if (!(x > -708))
        return x <= -708 ? 0 : x;
    if (x > 709)
        return HUGE_VAL;
    double n = floor(x / (LN2_HIGH + LN2_LOW) + 0.5);
    double r = (x - n * LN2_HIGH) - n * LN2_LOW;
    int half = (int)n / 2; /* two factors: 2^n itself may not be a double although e^x is */
    return (1 + expm1_series(r)) * power_of_two(half) * power_of_two((int)n - half);
}

double real_log(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int exponent = (int)(bits >> 52) - 1023;
    const int half = exponent / 2; /* two factors: 2^-1023 is no normal number */
    double m = x * power_of_two(-half) * power_of_two(half - exponent);
    if (m > 0x1.6a09e667f3bcdp0) { /* 1 <= m < 2; sqrt 2 keeps it near 1 from both sides */
        m *= 0.5;
        exponent++;
    }
    /* log m = 2 atanh z = 2 (z + z^3/3 + z^5/5 + ...), |z| < 0.172 */
    double z = (m - 1) / (m + 1), square = z * z, sum = 0;
    for (int n = 21; n >= 1; n -= 2)
        sum = sum * square + 1.0 / n;
    return exponent * LN2_HIGH + (2 * z * sum + exponent * LN2_LOW);
}

double real_tanh(double x)
{
    double size = x < 0 ? -x : x, result;
    if (size < 0.17) { /* 1 - e^(-2x) would cancel: take e^2x - 1 directly */
        double e = expm1_series(2 * size);
        result = e / (e + 2);
    } else {
        double e = real_exp(-2 * size);
        result = (1 - e) / (1 + e);
    }
    return x < 0 ? -result : result;
}

double real_cos(double x)
{
    static const double PI = 0x1.921fb54442d18p1;
    const int mirrored = x > PI / 2; /* cos x = -cos(pi - x): the series is short for small x */
    if (mirrored)
        x = PI - x;
    double sum = 0;
    for (int n = 22; n >= 2; n -= 2)
        sum = (1 - sum) * x * x / (n * (n - 1));
    return mirrored ? sum - 1 : 1 - sum;
}

double real_cos_turns(double turns)
{
    double part = turns - floor(turns + 0.5); /* exact; the cosine is even, and cos(pi - x) = -cos x */
    part = part < 0 ? -part : part;
    const int mirrored = part > 0.25;
    if (mirrored)
        part = 0.5 - part;
    /* (2 pi)^2n / (2n)! for n from 9 down: the next would add less than 4e-15 */
    const double square = part * part;
    double sum = -0x1.2a0c591af8314p-5;
    sum = sum * square + 0x1.20c62c2f2d7f5p-2;
    sum = sum * square - 0x1.b6e24f44b128fp+0;
    sum = sum * square + 0x1.f9d38a3763cc3p+2;
    sum = sum * square - 0x1.a6d1f2a204a8cp+4;
    sum = sum * square + 0x1.e1f506891babbp+5;
    sum = sum * square - 0x1.55d3c7e3cbffap+6;
    sum = sum * square + 0x1.03c1f081b5ac4p+6;
    sum = sum * square - 0x1.3bd3cc9be45dep+4;
    sum = sum * square + 1;
    return mirrored ? -sum : sum;
}
