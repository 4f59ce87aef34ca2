/* A table of text on stdout: columns as wide as their widest cell, two blanks between them. */
#ifndef LENET5_CLI_TABLE_H
#define LENET5_CLI_TABLE_H

#include <stdio.h>

enum { TABLE_ROWS = 100, TABLE_COLUMNS = 16, TABLE_CELL = 80 };

struct table {
    const char *alignment; /* one letter a column: l left, r right */
    int columns, cells;    /* cells so far, row by row */
    char text[TABLE_ROWS * TABLE_COLUMNS][TABLE_CELL];
};

/* Starts an empty table; at most TABLE_COLUMNS letters. */
void table_start(struct table *table, const char *alignment);

/* Fills the next cell, row by row; what is longer than TABLE_CELL is cut, what is beyond TABLE_ROWS left out. */
void table_cell(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints the rows begun; no blanks at the end of a line. */
void table_print(FILE *out, const struct table *table);

#endif
