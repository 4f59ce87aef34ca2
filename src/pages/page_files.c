#include "pages/page_files.h"

#include <string.h>

const struct page_file *page_files_find(const char *name)
{
    for (const struct page_file *file = page_files; file->name != NULL; file++)
        if (strcmp(file->name, name) == 0)
            return file;
    return NULL;
}
