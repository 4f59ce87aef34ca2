/* Which marks of a page stand in one line, and in which order. */
#ifndef LENET5_READER_LINES_H
#define LENET5_READER_LINES_H

#include "reader/marks.h"

/* Numbers each mark's line, from the top down, and sorts the marks by line and, within one, by their middle from left
 * to right. Lines may slope, all of them alike or each a little differently, and digits of one may differ in height.
 * Marks that are low (marks.h) join the line of the nearest high one; those far from all are taken out.
 * Gives   how many lines there are in *count.
 * Fails   with ERROR_FAILED: memory. */
int lines_find(int *count, struct marks *marks, struct error *err);

#endif
