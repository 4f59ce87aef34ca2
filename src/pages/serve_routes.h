/* What can be asked for, and how. */
#ifndef LENET5_PAGES_SERVE_ROUTES_H
#define LENET5_PAGES_SERVE_ROUTES_H

#include <cjson/cJSON.h>

#include "image/picture.h"
#include "pages/serve_inside.h"

struct serve_route {
    const char *path;
    /* One of three: from the picture in the body, at a desk; about the server; or a file of the page.
     * The first two fill *out; the first fails with ERROR_USAGE on a wrong query, else because of the picture. */
    int (*of_picture)(cJSON **out, const struct request *request, struct desk *desk, const struct picture *picture,
                      struct error *err);
    cJSON *(*of_server)(const struct serve *serve);
    const char *file; /* its name */
};

/* NULL where there is no such path. */
const struct serve_route *serve_routes_find(const char *path);

/* The methods that it answers, as Allow lists them. */
const char *serve_routes_methods(const struct serve_route *route);
bool serve_routes_allow(const struct serve_route *route, const char *method);

#endif
