#include "pages/serve_routes.h"

#include <string.h>

#include "pages/serve_answers.h"

static const struct serve_route routes[] = {
    {.path = "/", .file = "index.html"},
    {.path = "/style.css", .file = "style.css"},
    {.path = "/main.js", .file = "main.js"},
    {.path = "/ask.js", .file = "ask.js"},
    {.path = "/pen.js", .file = "pen.js"},
    {.path = "/maps.js", .file = "maps.js"},
    {.path = "/network.js", .file = "network.js"},
    {.path = "/filter.js", .file = "filter.js"},
    {.path = "/icon.svg", .file = "icon.svg"},
    {.path = "/classify", .of_picture = serve_answers_classify},
    {.path = "/read", .of_picture = serve_answers_read},
    {.path = "/explain", .of_picture = serve_answers_explain},
    {.path = "/filter", .of_picture = serve_answers_filter},
    {.path = "/model", .of_server = serve_answers_model},
    {.path = "/healthz", .of_server = serve_answers_health},
};

const struct serve_route *serve_routes_find(const char *path)
{
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++)
        if (strcmp(routes[i].path, path) == 0)
            return &routes[i];
    return NULL;
}

const char *serve_routes_methods(const struct serve_route *route)
{
    return route->of_picture != NULL ? "POST, OPTIONS" : "GET, HEAD, OPTIONS";
}

bool serve_routes_allow(const struct serve_route *route, const char *method)
{
    if (strcmp(method, MHD_HTTP_METHOD_OPTIONS) == 0)
        return true;
    if (route->of_picture != NULL)
        return strcmp(method, MHD_HTTP_METHOD_POST) == 0;
    return strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
}
