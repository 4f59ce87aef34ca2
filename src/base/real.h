/* The numbers of the plain layers, and our own exp, log, cos and tanh.
 *
 * `real` is float in the program. The tests compile src/nn once more with -DLENET5_REAL_DOUBLE, because a gradient can
 * be checked against differences in double only. The functions are ours since libm's differ in the last bit between
 * versions, and the same seed has to give the same bytes everywhere; they use nothing but + - * /. */
#ifndef LENET5_BASE_REAL_H
#define LENET5_BASE_REAL_H

#ifdef LENET5_REAL_DOUBLE
typedef double real;
#else
typedef float real;
#endif

/* e^x, relative error under 1e-15; 0 below -708, infinity above 709. */
double real_exp(double x);

/* Natural logarithm of x > 0 (a normal number), error under 1e-15 relative to max(1, |log x|). */
double real_log(double x);

/* Cosine of 0 <= x <= pi, error under 1e-15. */
double real_cos(double x);

/* Cosine of any finite number of whole turns, 2 pi each, error under 1e-14; the sine is that of turns - 0.25. */
double real_cos_turns(double turns);

/* Hyperbolic tangent, relative error under 1e-14. */
double real_tanh(double x);

#endif
