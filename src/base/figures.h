/* Numbers as people read them: 61,706. */
#ifndef LENET5_BASE_FIGURES_H
#define LENET5_BASE_FIGURES_H

enum { FIGURES_GROUPED = 28 }; /* room for every long long */

/* With a comma after every three digits, in every locale. Gives out. */
const char *figures_grouped(char out[FIGURES_GROUPED], long long number);

#endif
