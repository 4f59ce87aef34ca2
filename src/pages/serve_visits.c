#define _POSIX_C_SOURCE 200809L
#include "pages/serve_visits.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

double serve_visits_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct visit *open_visit(struct serve *serve, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct visit *visit = info != NULL ? malloc(sizeof *visit) : NULL;
    if (visit == NULL)
        return NULL;
    *visit = (struct visit){.serve = serve, .socket = info->connect_fd, .since = serve_visits_now()};
    pthread_mutex_lock(&serve->lock);
    visit->next = serve->visits;
    if (visit->next != NULL)
        visit->next->before = visit;
    serve->visits = visit;
    serve->visit_count++;
    pthread_mutex_unlock(&serve->lock);
    return visit;
}

/* Called before the socket is closed: whoever finds a visit in the list may use its socket. */
static void close_visit(struct visit *visit)
{
    struct serve *serve = visit->serve;
    pthread_mutex_lock(&serve->lock);
    if (visit->before != NULL)
        visit->before->next = visit->next;
    else
        serve->visits = visit->next;
    if (visit->next != NULL)
        visit->next->before = visit->before;
    serve->visit_count--;
    pthread_mutex_unlock(&serve->lock);
    free(visit);
}

void serve_visits_notify(void *context, struct MHD_Connection *connection, void **visit,
                         enum MHD_ConnectionNotificationCode what)
{
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        *visit = open_visit(context, connection);
    else if (*visit != NULL)
        close_visit(*visit);
}

struct visit *serve_visits_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info != NULL ? info->socket_context : NULL;
}

void serve_visits_ask(struct visit *visit)
{
    pthread_mutex_lock(&visit->serve->lock);
    visit->is_asking = true;
    visit->serve->requests++;
    pthread_mutex_unlock(&visit->serve->lock);
}

void serve_visits_answer(struct visit *visit)
{
    pthread_mutex_lock(&visit->serve->lock);
    visit->is_answering = true;
    pthread_mutex_unlock(&visit->serve->lock);
}

void serve_visits_finish(struct visit *visit)
{
    pthread_mutex_lock(&visit->serve->lock);
    visit->is_asking = visit->is_answering = false;
    visit->since = serve_visits_now();
    visit->serve->requests--;
    pthread_mutex_unlock(&visit->serve->lock);
}

/* libmicrohttpd answers whole requests only, so this is said past it; of this request it has sent nothing yet. */
static void say_too_slow(int socket)
{
    static const char body[] = "{\"error\":\"the request took too long to arrive\"}";
    char answer[256];
    const int length = snprintf(answer, sizeof answer,
                                "HTTP/1.1 408 Request Timeout\r\nContent-Type: application/json\r\n"
                                "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                                sizeof body - 1, body);
    (void)!send(socket, answer, (size_t)length, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void serve_visits_tend(struct serve *serve)
{
    pthread_mutex_lock(&serve->lock);
    const double now = serve_visits_now();
    const bool is_full = serve->visit_count > SERVE_CONNECTIONS * 3 / 4;
    const int patience = is_full && serve->options.patience > SERVE_SCARCE ? SERVE_SCARCE : serve->options.patience;
    for (struct visit *visit = serve->visits; visit != NULL; visit = visit->next) {
        if (now - visit->since < patience)
            continue;
        if (visit->is_asking && !visit->is_answering)
            say_too_slow(visit->socket);
        shutdown(visit->socket, SHUT_RDWR);
    }
    pthread_mutex_unlock(&serve->lock);
}
