#include "cli/labels.h"

#include <stdlib.h>
#include <string.h>

#include "base/files.h"

#define LIST_BYTES ((size_t)64 << 20)
#define DIGITS "0123456789"

enum { FILE_COLUMN, LABEL_COLUMN, KIND_COLUMN, COLUMNS };

static const char *const names[COLUMNS] = {"file", "label", "kind"};

/* Cuts the line behind `*rest` off at its end; NULL where there is none. */
static char *next_line(char **rest)
{
    char *line = *rest;
    if (*line == '\0')
        return NULL;
    *rest += strcspn(line, "\n");
    if (**rest == '\n')
        *(*rest)++ = '\0';
    line[strcspn(line, "\r")] = '\0';
    return line;
}

/* Cuts the first cell off a line; *line is then the next one, or NULL. */
static char *next_cell(char **line)
{
    char *cell = *line, *tab = strchr(cell, '\t');
    if (tab != NULL)
        *tab++ = '\0';
    *line = tab;
    return cell;
}

/* Points fields[c] to the cell at[c] of the line, or to "". */
static void cut_line(const char *fields[COLUMNS], char *line, const int at[COLUMNS])
{
    for (int c = 0; c < COLUMNS; c++)
        fields[c] = "";
    for (int number = 0; line != NULL; number++) {
        const char *cell = next_cell(&line);
        for (int c = 0; c < COLUMNS; c++)
            if (at[c] == number)
                fields[c] = cell;
    }
}

/* Which cell of a line each column is; -1 for none. */
static int find_columns(int at[COLUMNS], char *line, struct error *err)
{
    for (int c = 0; c < COLUMNS; c++)
        at[c] = -1;
    for (int number = 0; line != NULL; number++) {
        const char *cell = next_cell(&line);
        for (int c = 0; c < COLUMNS; c++)
            if (strcmp(cell, names[c]) == 0)
                at[c] = number;
    }
    return at[FILE_COLUMN] >= 0 ? 0
                                : error_set(err, ERROR_DATA,
                                            "its first line names no column \"file\": columns parted by tabs were "
                                            "expected, file, label and kind among them");
}

static int is_label(const char *text)
{
    return text[strspn(text, DIGITS "/")] == '\0' && text[0] != '/' && strstr(text, "//") == NULL &&
           (text[0] == '\0' || text[strlen(text) - 1] != '/');
}

static int add(struct labels *labels, const char *fields[COLUMNS], const char *folder, int line, struct error *err)
{
    const char *text = strcmp(fields[LABEL_COLUMN], "-") == 0 ? "" : fields[LABEL_COLUMN], *file = fields[FILE_COLUMN];
    const size_t size = strlen(folder) + strlen(file) + 2;
    if (file[0] == '\0' || !is_label(text))
        return error_set(
            err, ERROR_DATA,
            "line %d: label \"%.40s\" of \"%.200s\": a file, and digits, / between lines of them, or - for "
            "none were expected",
            line, text, file);
    char *path = malloc(size);
    if (path == NULL)
        return error_memory(err, size, "the name of a picture");
    strcpy(path, folder);
    if (folder[0] != '\0' && folder[strlen(folder) - 1] != '/')
        strcat(path, "/");
    strcat(path, file);
    labels->all[labels->count++] = (struct label){path, file, text, fields[KIND_COLUMN]};
    return 0;
}

static int count_lines(const char *bytes)
{
    int lines = 1;
    for (const char *c = bytes; (c = strchr(c, '\n')) != NULL; c++)
        lines++;
    return lines;
}

static int read_lines(struct labels *labels, const char *folder, struct error *err)
{
    int at[COLUMNS], number = 1;
    char *rest = labels->bytes, *line = next_line(&rest);
    if (line == NULL)
        return error_set(err, ERROR_DATA, "is empty: a line of column names was expected, file, label and kind");
    if (find_columns(at, line, err) != 0)
        return -1;
    while ((line = next_line(&rest)) != NULL) {
        const char *fields[COLUMNS];
        number++;
        if (*line == '\0')
            continue;
        cut_line(fields, line, at);
        if (add(labels, fields, folder, number, err) != 0)
            return -1;
    }
    return labels->count > 0 ? 0 : error_set(err, ERROR_DATA, "names no picture");
}

int labels_read(struct labels *out, const char *path, const char *folder, struct error *err)
{
    struct labels labels = {0};
    unsigned char *bytes;
    size_t size;
    if (files_read(&bytes, &size, path, LIST_BYTES, ERROR_DATA, err) != 0)
        return -1;
    labels.bytes = (char *)bytes;
    const size_t room = (size_t)count_lines(labels.bytes) * sizeof *labels.all;
    labels.all = malloc(room);
    const int result = labels.all == NULL ? error_memory(err, room, "the labels") : read_lines(&labels, folder, err);
    if (result != 0) {
        labels_free(&labels);
        return error_where(err, path);
    }
    *out = labels;
    return 0;
}

void labels_free(struct labels *labels)
{
    for (int i = 0; i < labels->count; i++)
        free(labels->all[i].path);
    free(labels->all);
    free(labels->bytes);
    *labels = (struct labels){0};
}
