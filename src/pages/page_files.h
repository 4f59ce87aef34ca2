/* The files of src/pages/page/, made into C by the Makefile: those of the page that is served, and what pages that are
 * written look like. */
#ifndef LENET5_PAGES_PAGE_FILES_H
#define LENET5_PAGES_PAGE_FILES_H

#include <stddef.h>

struct page_file {
    const char *name; /* "index.html" */
    const unsigned char *bytes;
    size_t size;
};

extern const struct page_file page_files[]; /* the last has no name */

/* NULL where there is none of that name. */
const struct page_file *page_files_find(const char *name);

#endif
