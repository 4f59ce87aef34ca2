/* What pictures show, from a file of lines parted by tabs; the first line names the columns:
 *
 *     file	label	kind
 *     a.png	7	photo
 *     b.jpg	12345/678	page        several digits in reading order, / between lines
 *     c.png	-	doodle      no digit at all
 *
 * `label` and `kind` may be missing, other columns are passed over. */
#ifndef LENET5_CLI_LABELS_H
#define LENET5_CLI_LABELS_H

#include "base/error.h"

struct label {
    char *path;       /* FOLDER/file */
    const char *file; /* as the line has it */
    const char *text; /* digits and slashes; "" for no digit */
    const char *kind; /* "" where it is not said */
};

struct labels {
    int count;
    struct label *all; /* [count], in the file's order */
    char *bytes;       /* what file, text and kind point into */
};

/* Gives   *out, released by labels_free(); empty lines are left out.
 * Fails   with ERROR_DATA, the path and the line: no file, no column "file", no line behind the first, a label that is
 *         neither digits and slashes nor "-", nor empty. */
int labels_read(struct labels *out, const char *path, const char *folder, struct error *err);
void labels_free(struct labels *labels);

#endif
