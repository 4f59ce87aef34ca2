#include "pages/serve_reply.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "pages/page_files.h"
#include "pages/serve_guard.h"
#include "pages/serve_routes.h"
#include "pages/serve_visits.h"

/* The page needs nothing from elsewhere, and nobody may frame it or load its parts. */
static const char *const always[][2] = {
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
                                "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
};

static enum MHD_Result send_response(struct request *request, unsigned status, struct MHD_Response *response)
{
    const char *origin = request->origin;
    const struct serve *serve = request->serve;
    if (response == NULL)
        return MHD_NO;
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        MHD_add_response_header(response, always[i][0], always[i][1]);
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED || status == MHD_HTTP_NO_CONTENT)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, serve_routes_methods(request->route));
    if (serve->options.origins != NULL)
        MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ORIGIN);
    if (origin != NULL && serve_guard_shares(serve, origin))
        MHD_add_response_header(response, "Access-Control-Allow-Origin", origin);
    if (status == MHD_HTTP_SERVICE_UNAVAILABLE)
        MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "1");
    if (serve->is_closing)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    serve_visits_answer(request->visit);
    const enum MHD_Result result = MHD_queue_response(request->connection, status, response);
    MHD_destroy_response(response);
    return result;
}

enum MHD_Result serve_reply_json(struct request *request, unsigned status, cJSON *document)
{
    char *text = document != NULL ? cJSON_PrintUnformatted(document) : NULL;
    cJSON_Delete(document);
    if (text == NULL)
        return MHD_NO;
    struct MHD_Response *response = MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        cJSON_free(text);
        return MHD_NO;
    }
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    return send_response(request, status, response);
}

enum MHD_Result serve_reply_error(struct request *request, unsigned status, const char *sentence)
{
    char text[sizeof((struct error *)0)->text];
    snprintf(text, sizeof text, "%s", sentence);
    const size_t length = strlen(text);
    /* It may quote what was sent, and that may be anything. */
    for (size_t valid; (valid = text_valid_utf8((unsigned char *)text, length)) < length;)
        text[valid] = '?';
    cJSON *document = cJSON_CreateObject();
    cJSON_AddStringToObject(document, "error", text);
    return serve_reply_json(request, status, document);
}

static const char *type_of(const char *name)
{
    static const char *const types[][2] = {{".html", "text/html; charset=utf-8"},
                                           {".css", "text/css; charset=utf-8"},
                                           {".js", "text/javascript; charset=utf-8"},
                                           {".svg", "image/svg+xml"}};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(strrchr(name, '.'), types[i][0]) == 0)
            return types[i][1];
    return "application/octet-stream";
}

enum MHD_Result serve_reply_file(struct request *request, const char *name)
{
    const struct page_file *file = page_files_find(name);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(file->size, (void *)file->bytes, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return MHD_NO;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type_of(file->name));
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
    return send_response(request, MHD_HTTP_OK, response);
}

enum MHD_Result serve_reply_options(struct request *request)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return MHD_NO;
    if (request->origin != NULL && serve_guard_shares(request->serve, request->origin)) {
        MHD_add_response_header(response, "Access-Control-Allow-Methods", serve_routes_methods(request->route));
        MHD_add_response_header(response, "Access-Control-Allow-Headers", MHD_HTTP_HEADER_CONTENT_TYPE);
        MHD_add_response_header(response, "Access-Control-Max-Age", "600");
    }
    return send_response(request, MHD_HTTP_NO_CONTENT, response);
}
