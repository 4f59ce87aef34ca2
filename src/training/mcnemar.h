/* McNemar's test: do two networks read the same images equally well? Only the images count that one of them reads right
 * and the other wrong: were they equally good, each such image would fall to either side like a coin.
 * Source: McNemar 1947; Dietterich 1998, "Approximate Statistical Tests for Comparing Supervised Classification
 * Learning Algorithms". */
#ifndef LENET5_TRAINING_MCNEMAR_H
#define LENET5_TRAINING_MCNEMAR_H

struct mcnemar {
    int only_first, only_second; /* images that only the one, only the other reads right */
    double p;                    /* 0..1: how likely a split at least so unequal is by chance alone, two-sided */
};

/* From what each of them answers to the same `count` images, and their labels. */
struct mcnemar mcnemar_test(const unsigned char *first, const unsigned char *second, const unsigned char *labels,
                            int count);

/* The exact binomial p: twice the probability of at most min(a, b) heads in a + b throws, at most 1. */
double mcnemar_p(int a, int b);

#endif
