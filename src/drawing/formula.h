/* A number with chance in it, as data/strokes.json writes coordinates: "-width + 0.02..0.28".
 *
 *     sum     = product { ("+" | "-") product }
 *     product = factor { "*" factor }
 *     factor  = range | name | "-" factor | "(" sum ")"
 *     range   = number [ ".." number ]        any number between the two, each as likely; a new one at each use
 *     number  = [ "-" ] digits [ "." digits ]
 *
 * Names are those that stand before it in the way's "vary"; white space is free. A minus before digits belongs to the
 * number: -1..2 is a range from -1, and -(1..2) one from -2. */
#ifndef LENET5_DRAWING_FORMULA_H
#define LENET5_DRAWING_FORMULA_H

#include "base/error.h"
#include "base/rng.h"
#include "drawing/bounds.h"

enum {
    FORMULA_STEPS = 24,
    FORMULA_DIGITS = 15,  /* of a number: it and its power of ten are whole numbers that a double holds */
    FORMULA_NUMBER = 1000 /* the largest number */
};

/* Compiled to a list of steps for a stack, so that nothing is parsed or allocated while digits are drawn. */
struct formula {
    int count;
    struct formula_step {
        enum formula_kind {
            FORMULA_RANGE,
            FORMULA_NAME,
            FORMULA_ADD,
            FORMULA_SUBTRACT,
            FORMULA_MULTIPLY,
            FORMULA_NEGATE
        } kind;
        int name;         /* FORMULA_NAME: index in `names` */
        double low, high; /* FORMULA_RANGE; the same for a number */
    } steps[FORMULA_STEPS];
};

/* Compiles `text`; `names` are the `count` names that it may use.
 * Fails   with ERROR_MODEL: what was expected at which place of the text, an unknown name (with the nearest), a range
 *         whose ends are in the wrong order, more than FORMULA_STEPS steps. */
int formula_compile(struct formula *out, const char *text, const char *const *names, int count, struct error *err);

/* The constant. */
struct formula formula_number(double value);

/* Its value, names standing for `values`; ranges are drawn from rng in the order of the text, numbers draw nothing. */
double formula_draw(const struct formula *formula, const double *values, struct rng *rng);

/* What formula_draw() can give where each name's value lies in its `bounds`: never more, though perhaps less, since a
 * name that comes twice is taken for two. */
struct bounds formula_bounds(const struct formula *formula, const struct bounds *bounds);

#endif
