/* What a formula can come to, worked out beforehand: the least and the greatest value, and reckoning with such pairs.
 */
#ifndef LENET5_DRAWING_BOUNDS_H
#define LENET5_DRAWING_BOUNDS_H

struct bounds {
    double low, high;
};

struct bounds bounds_add(struct bounds a, struct bounds b);
struct bounds bounds_subtract(struct bounds a, struct bounds b);
struct bounds bounds_multiply(struct bounds a, struct bounds b);

/* Of the cosine of any angle between the two, in degrees. */
struct bounds bounds_cosine(struct bounds degrees);

#endif
