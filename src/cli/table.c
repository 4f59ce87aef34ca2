#include "cli/table.h"

#include <stdarg.h>
#include <string.h>

void table_start(struct table *table, const char *alignment)
{
    table->alignment = alignment;
    table->columns = (int)strlen(alignment);
    table->cells = 0;
}

void table_cell(struct table *table, const char *format, ...)
{
    if (table->cells >= TABLE_ROWS * table->columns)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(table->text[table->cells++], TABLE_CELL, format, arguments);
    va_end(arguments);
}

static int width_of_column(const struct table *table, int column)
{
    size_t widest = 0;
    for (int cell = column; cell < table->cells; cell += table->columns) {
        size_t width = strlen(table->text[cell]);
        widest = width > widest ? width : widest;
    }
    return (int)widest;
}

/* Blanks are held back until a text follows them. */
static void print_row(FILE *out, const struct table *table, const int *widths, int first)
{
    int blanks = 0;
    for (int column = 0; column < table->columns && first + column < table->cells; column++) {
        const char *text = table->text[first + column];
        int length = (int)strlen(text), missing = widths[column] - length;
        int before = table->alignment[column] == 'r' ? missing : 0;
        if (length > 0)
            fprintf(out, "%*s%s", blanks + before, "", text);
        blanks = length > 0 ? missing - before + 2 : blanks + widths[column] + 2;
    }
    fputc('\n', out);
}

void table_print(FILE *out, const struct table *table)
{
    int widths[TABLE_COLUMNS];
    for (int column = 0; column < table->columns; column++)
        widths[column] = width_of_column(table, column);
    for (int first = 0; first < table->cells; first += table->columns)
        print_row(out, table, widths, first);
}
