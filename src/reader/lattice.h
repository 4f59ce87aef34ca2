/* The pieces of one line, and which of them make a digit each: the cheapest way through a lattice.
 *
 * Every run of neighbouring pieces may be one digit. Its price is what the odds of the network's answer lack, and what
 * its shape, the gaps between its parts and the cuts at its sides cost. All prices are in nats, as if they were -log of
 * probabilities; the cheapest way from the first piece to the last is found by dynamic programming.
 *
 * Source: LeCun et al. 1998, sections V and VI: heuristic over-segmentation, and Viterbi's algorithm over the graph of
 * segments that the network has scored. */
#ifndef LENET5_READER_LATTICE_H
#define LENET5_READER_LATTICE_H

#include "reader/classifier.h"
#include "reader/cuts.h"
#include "reader/marks.h"

/* How often the network is asked about one page: a digit of a clear page takes about six answers, and a picture of a
 * million specks may not take hours. */
enum { LATTICE_ANSWERS = 4096 };

/* Where everything comes from; borrowed. */
struct page {
    const struct ink *ink;
    const struct components *components;
    struct classifier *classifier;
    int *answers_left; /* from LATTICE_ANSWERS on; at 0 whatever else could be a digit is as dear as can be */
};

struct lattice {
    int count; /* pieces, from left to right */
    struct piece *pieces;
    int cuts_count;
    struct cuts *cuts; /* of marks that were cut; pieces point into them */
    double height;     /* of a usual digit in this line, pixels */
};

/* A digit: pieces first .. first + count - 1. */
struct segment {
    int first, count;
};

/* Makes the pieces of a line: its marks, and the parts of those that could be several digits.
 * Gives   *out, released by lattice_free().
 * Fails   with ERROR_FAILED: memory. */
int lattice_create(struct lattice *out, const struct mark *marks, int count, const struct page *page,
                   struct error *err);
void lattice_free(struct lattice *lattice);

/* Gives   segments [at most lattice->count], from left to right, and how many in *count. Low pieces that belong to no
 *         digit are left out.
 * Fails   with ERROR_FAILED: memory. */
int lattice_read(struct segment *segments, int *count, const struct lattice *lattice, const struct page *page,
                 struct error *err);

/* The network's answer about some pieces as one digit, in *digit, probabilities [classes], and its certainty in the
 * classifier. Fails: memory. */
int lattice_answer(int *digit, float *probabilities, const struct piece *pieces, int count, const struct page *page,
                   struct error *err);

/* The logarithm of an answer's odds, at most 21 to either side. */
double lattice_log_odds(float certainty);

#endif
