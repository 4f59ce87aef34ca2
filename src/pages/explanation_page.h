/* The walk of one picture through a network as a page: all feature maps, and the numbers worked out. */
#ifndef LENET5_PAGES_EXPLANATION_PAGE_H
#define LENET5_PAGES_EXPLANATION_PAGE_H

#include "pages/html.h"
#include "reader/explain.h"

/* Adds a whole page to an empty one. `name` is what the picture is called. */
void explanation_page(struct html *html, const struct explanation *explanation, const struct walk *walk,
                      const unsigned char *pixels, const char *name);

#endif
