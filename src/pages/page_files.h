/* The page's own files, src/pages/page/, made into C by the Makefile. */
#ifndef LENET5_PAGES_PAGE_FILES_H
#define LENET5_PAGES_PAGE_FILES_H

#include <stddef.h>

struct page_file {
    const char *name; /* "index.html" */
    const unsigned char *bytes;
    size_t size;
};

extern const struct page_file page_files[];

#endif
