/* The walk of one picture through a network, as text. */
#ifndef LENET5_CLI_EXPLAIN_TEXT_H
#define LENET5_CLI_EXPLAIN_TEXT_H

#include "reader/explain.h"

/* Prints on stdout, 100 columns at most: what the network saw, the layers, the windows, the dense layers, the scores,
 * and what the answer hangs on. */
void explain_text_print(const struct explanation *explanation, const struct walk *walk, const unsigned char *pixels);

#endif
