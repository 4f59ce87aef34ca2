/* How far what was read agrees with what was written, where both may have several lines, parted by /. */
#ifndef LENET5_CLI_AGREEMENT_H
#define LENET5_CLI_AGREEMENT_H

/* The fewest digits to be put in, left out or changed to make one of the other, / left aside; -1 without memory.
 * Source  Levenshtein 1966. */
int agreement_distance(const char *written, const char *read);

/* How many of the lines written were read exactly, in their order; lines that were read besides do no harm here. -1
 * without memory. */
int agreement_lines(const char *written, const char *read);

/* The lines, and the digits, of a text: "123/45" has 2 and 5. */
int agreement_line_count(const char *text);
int agreement_digit_count(const char *text);

#endif
