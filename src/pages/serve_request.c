#define _POSIX_C_SOURCE 200809L
#include "pages/serve_request.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "image/decode.h"
#include "pages/serve_guard.h"
#include "pages/serve_reply.h"
#include "pages/serve_routes.h"
#include "pages/serve_visits.h"

enum {
    FIRST_ROOM = 16384, /* bytes of a body, then twice as many and so on */
    PASSING = 65536,    /* bytes of a refused request that are read all the same */
};

void *serve_request_begin(void *context, const char *uri, struct MHD_Connection *connection)
{
    (void)uri;
    struct visit *visit = serve_visits_of(connection);
    struct request *request = visit != NULL ? malloc(sizeof *request) : NULL;
    if (request == NULL)
        return NULL;
    *request = (struct request){.serve = context, .visit = visit, .connection = connection};
    serve_visits_ask(visit);
    return request;
}

static void drop_body(struct request *request)
{
    pthread_mutex_lock(&request->serve->lock);
    request->serve->body_bytes -= request->room;
    pthread_mutex_unlock(&request->serve->lock);
    free(request->body);
    request->body = NULL;
    request->size = request->room = 0;
}

void serve_request_end(void *context, struct MHD_Connection *connection, void **held,
                       enum MHD_RequestTerminationCode why)
{
    (void)context;
    (void)connection;
    (void)why;
    struct request *request = *held;
    if (request == NULL)
        return;
    drop_body(request);
    serve_visits_finish(request->visit);
    free(request);
    *held = NULL;
}

/* Whether there may be `more` bytes of bodies in memory; they are counted then. */
static bool take_memory(struct serve *serve, size_t more)
{
    pthread_mutex_lock(&serve->lock);
    const bool is_free = serve->body_bytes + more <= SERVE_BODIES;
    if (is_free)
        serve->body_bytes += more;
    pthread_mutex_unlock(&serve->lock);
    return is_free;
}

/* ---- Refusals: the first that applies is answered ---- */

/* Gives the status, for `return refuse(...)`. */
__attribute__((format(printf, 3, 4))) static unsigned refuse(struct request *request, unsigned status,
                                                             const char *format, ...)
{
    char text[sizeof request->refused.text];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    error_set(&request->refused, ERROR_USAGE, "%s", text);
    return request->refusal = status;
}

static const char *header(const struct request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

static enum MHD_Result count_host(void *count, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    (void)value;
    *(int *)count += strcasecmp(name, MHD_HTTP_HEADER_HOST) == 0;
    return MHD_YES;
}

static unsigned check_sender(struct request *request)
{
    int hosts = 0;
    MHD_get_connection_values(request->connection, MHD_HEADER_KIND, count_host, &hosts);
    request->host = header(request, MHD_HTTP_HEADER_HOST);
    const char *origin = header(request, MHD_HTTP_HEADER_ORIGIN);
    if (hosts != 1 || request->host == NULL)
        return refuse(request, MHD_HTTP_BAD_REQUEST, "there are %d Host headers: one was expected", hosts);
    if (!serve_guard_host(request->serve, request->host))
        return refuse(request, MHD_HTTP_MISDIRECTED_REQUEST,
                      "this server does not answer for the host \"%.100s\": ask for localhost or for the address that "
                      "it listens on, or start it with --allow-host",
                      request->host);
    if (origin != NULL && !serve_guard_origin(request->serve, origin, request->host))
        return refuse(request, MHD_HTTP_FORBIDDEN,
                      "pages of \"%.100s\" may not ask this server: start it with --allow-origin to let them", origin);
    request->origin = origin;
    return 0;
}

/* A form on somebody's page can send text and forms without asking first; pictures it cannot. */
static bool is_picture_type(const char *type)
{
    const size_t length = strcspn(type, "; ");
    return length == 0 || strncasecmp(type, "image/", 6) == 0 ||
           (length == 24 && strncasecmp(type, "application/octet-stream", length) == 0);
}

/* 0 where it comes in chunks. */
static unsigned long long announced_size(const struct request *request)
{
    const char *length = header(request, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return length != NULL ? strtoull(length, NULL, 10) : 0;
}

static unsigned check_body(struct request *request)
{
    const char *type = header(request, MHD_HTTP_HEADER_CONTENT_TYPE);
    const unsigned long long size = announced_size(request);
    if (size > SERVE_BODY)
        return refuse(request, MHD_HTTP_CONTENT_TOO_LARGE, "the body has %llu bytes: %d at most are taken", size,
                      SERVE_BODY);
    if (request->route->of_picture != NULL && type != NULL && !is_picture_type(type))
        return refuse(request, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE,
                      "the body is \"%.100s\": a picture was expected, with Content-Type: image/png (or image/jpeg, or "
                      "application/octet-stream; its bytes decide)",
                      type);
    return 0;
}

static unsigned check_path(struct request *request, const char *path, const char *method)
{
    request->route = serve_routes_find(path);
    if (request->route == NULL)
        return refuse(request, MHD_HTTP_NOT_FOUND, "there is nothing at \"%.100s\"", path);
    if (!serve_routes_allow(request->route, method))
        return refuse(request, MHD_HTTP_METHOD_NOT_ALLOWED, "%.20s is not for %s: use %s", method, path,
                      serve_routes_methods(request->route));
    return 0;
}

/* ---- The body ---- */

/* What comes after a refusal passes by. */
static void keep_part(struct request *request, const char *part, size_t size)
{
    size_t room = request->room > 0 ? request->room : FIRST_ROOM;
    if (request->refusal != 0 || request->route->of_picture == NULL)
        return;
    if (size > SERVE_BODY - request->size) {
        drop_body(request);
        refuse(request, MHD_HTTP_CONTENT_TOO_LARGE, "the body is longer than the %d bytes that are taken at most",
               SERVE_BODY);
        return;
    }
    while (room < request->size + size)
        room *= 2;
    if (room > request->room) {
        const bool is_free = take_memory(request->serve, room - request->room);
        unsigned char *body = is_free ? realloc(request->body, room) : NULL;
        if (is_free)
            request->room = room; /* drop_body() counts it back */
        if (body == NULL) {
            drop_body(request);
            refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE, "too many pictures are on their way: try again in a second");
            return;
        }
        request->body = body;
    }
    memcpy(request->body + request->size, part, size);
    request->size += size;
}

/* ---- The answer ---- */

static struct desk *take_desk(struct serve *serve)
{
    pthread_mutex_lock(&serve->lock);
    struct desk *desk = serve->free_desks; /* there are as many as threads */
    serve->free_desks = desk->next;
    pthread_mutex_unlock(&serve->lock);
    return desk;
}

static void give_desk(struct serve *serve, struct desk *desk)
{
    pthread_mutex_lock(&serve->lock);
    desk->next = serve->free_desks;
    serve->free_desks = desk;
    pthread_mutex_unlock(&serve->lock);
}

static int answer_picture(cJSON **out, const struct request *request, struct error *err)
{
    struct picture picture;
    if (request->size == 0)
        return error_set(err, ERROR_USAGE, "the body is empty: a picture was expected");
    if (decode_picture(&picture, request->body, request->size, err) != 0)
        return error_where(err, "the body");
    struct desk *desk = take_desk(request->serve);
    const int result = request->route->of_picture(out, request, desk, &picture, err);
    give_desk(request->serve, desk);
    picture_free(&picture);
    return result;
}

static enum MHD_Result answer(struct request *request, const char *method)
{
    const struct serve_route *route = request->route;
    struct error err = {0};
    cJSON *document = NULL;
    if (request->refusal != 0)
        return serve_reply_error(request, request->refusal, request->refused.text);
    if (strcmp(method, MHD_HTTP_METHOD_OPTIONS) == 0)
        return serve_reply_options(request);
    if (route->file != NULL)
        return serve_reply_file(request, route->file);
    if (route->of_server != NULL)
        return serve_reply_json(request, MHD_HTTP_OK, route->of_server(request->serve));
    if (answer_picture(&document, request, &err) == 0)
        return serve_reply_json(request, MHD_HTTP_OK, document);
    return serve_reply_error(request, err.kind == ERROR_USAGE ? MHD_HTTP_BAD_REQUEST : MHD_HTTP_UNPROCESSABLE_CONTENT,
                             err.text);
}

enum MHD_Result serve_request_handle(void *context, struct MHD_Connection *connection, const char *path,
                                     const char *method, const char *version, const char *part, size_t *part_size,
                                     void **held)
{
    (void)context;
    (void)connection;
    (void)version;
    struct request *request = *held;
    if (request == NULL)
        return MHD_NO;
    if (!request->has_begun) {
        request->has_begun = true;
        if (check_sender(request) == 0 && check_path(request, path, method) == 0)
            check_body(request);
        /* A short body passes by, so that the connection can go on; for a long one nobody waits. */
        return request->refusal != 0 && announced_size(request) > PASSING ? answer(request, method) : MHD_YES;
    }
    if (*part_size == 0)
        return answer(request, method);
    keep_part(request, part, *part_size);
    *part_size = 0;
    return MHD_YES;
}
