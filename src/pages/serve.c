#define _POSIX_C_SOURCE 200809L
#include "pages/serve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "pages/serve_request.h"
#include "pages/serve_visits.h"

enum {
    BACKLOG = 128,
    CONNECTION_MEMORY = 65536, /* from 32 KiB up it goes back to the system when a connection ends */
};

/* ---- Where it listens ---- */

static int listen_at(const struct addrinfo *at, struct serve *serve, struct error *err)
{
    const int listener = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    if (listener >= 0) {
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (bind(listener, at->ai_addr, at->ai_addrlen) == 0 && listen(listener, BACKLOG) == 0)
            return listener;
    }
    const int why = errno;
    if (listener >= 0)
        close(listener);
    return error_set(err, ERROR_FAILED,
                     "cannot listen at %s, port %d: %s: use another --port, or --port 0 for a free one",
                     serve->options.host, serve->options.port, strerror(why));
}

/* What the system made of it: the port, and whether others can reach it. */
static void learn_address(struct serve *serve, int listener)
{
    struct sockaddr_storage at = {0};
    socklen_t size = sizeof at;
    getsockname(listener, (struct sockaddr *)&at, &size);
    if (at.ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&at;
        inet_ntop(AF_INET6, &in6->sin6_addr, serve->address, sizeof serve->address);
        serve->port = ntohs(in6->sin6_port);
        serve->is_private = IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
        serve->is_any = IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr);
    } else {
        const struct sockaddr_in *in = (const struct sockaddr_in *)&at;
        const uint32_t address = ntohl(in->sin_addr.s_addr);
        inet_ntop(AF_INET, &in->sin_addr, serve->address, sizeof serve->address);
        serve->port = ntohs(in->sin_port);
        serve->is_private = address >> 24 == 127;
        serve->is_any = address == INADDR_ANY;
    }
}

static int open_listener(struct serve *serve, struct error *err)
{
    char port[16];
    const struct addrinfo wanted = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *found;
    snprintf(port, sizeof port, "%d", serve->options.port);
    const int why = getaddrinfo(serve->options.host, port, &wanted, &found);
    if (why != 0)
        return error_set(err, ERROR_USAGE,
                         "--host %s is no address of this machine (%s): use 127.0.0.1, ::1 or 0.0.0.0",
                         serve->options.host, gai_strerror(why));
    const int listener = listen_at(found, serve, err);
    freeaddrinfo(found);
    if (listener >= 0)
        learn_address(serve, listener);
    return listener;
}

/* ---- Desks ---- */

static void free_desks(struct serve *serve)
{
    for (int i = 0; i < serve->options.threads; i++) {
        walk_free(&serve->desks[i].walk);
        classifier_close(&serve->desks[i].classifier);
    }
    free(serve->desks);
}

static int make_desks(struct serve *serve, const struct classifier *classifier, struct error *err)
{
    const size_t count = (size_t)serve->options.threads;
    serve->desks = calloc(count, sizeof *serve->desks);
    if (serve->desks == NULL)
        return error_memory(err, count * sizeof *serve->desks, "what the threads work with");
    for (size_t i = 0; i < count; i++) {
        struct desk *desk = &serve->desks[i];
        if (classifier_share(&desk->classifier, classifier, err) != 0 ||
            walk_create(&desk->walk, &desk->classifier.model, err) != 0) {
            free_desks(serve);
            return -1;
        }
        desk->next = serve->free_desks;
        serve->free_desks = desk;
    }
    return 0;
}

/* ---- From start to end ---- */

static struct MHD_Daemon *start_daemon(struct serve *serve, int listener)
{
    const unsigned threads = (unsigned)serve->options.threads;
    return MHD_start_daemon(MHD_USE_AUTO_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, serve_request_handle, serve,
                            MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_THREAD_POOL_SIZE, threads,
                            MHD_OPTION_CONNECTION_LIMIT, (unsigned)SERVE_CONNECTIONS,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_STRICT_FOR_CLIENT,
                            1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_URI_LOG_CALLBACK, serve_request_begin,
                            serve, MHD_OPTION_NOTIFY_COMPLETED, serve_request_end, serve, MHD_OPTION_NOTIFY_CONNECTION,
                            serve_visits_notify, serve, MHD_OPTION_END);
}

static int start(struct serve *serve, const struct classifier *classifier, struct error *err)
{
    if (make_desks(serve, classifier, err) != 0)
        return -1;
    const int listener = open_listener(serve, err);
    if (listener >= 0) {
        pthread_mutex_init(&serve->lock, NULL);
        serve->daemon = start_daemon(serve, listener);
        if (serve->daemon != NULL)
            return 0;
        pthread_mutex_destroy(&serve->lock);
        close(listener);
        error_set(err, ERROR_FAILED, "%d threads for the server cannot be had: use fewer --threads, or free memory",
                  serve->options.threads);
    }
    free_desks(serve);
    return -1;
}

struct serve *serve_start(const struct classifier *classifier, const struct serve_options *options, struct error *err)
{
    struct serve *serve = malloc(sizeof *serve);
    if (serve == NULL) {
        error_memory(err, sizeof *serve, "the server");
        return NULL;
    }
    *serve = (struct serve){.options = *options};
    if (start(serve, classifier, err) != 0) {
        free(serve);
        return NULL;
    }
    return serve;
}

int serve_port(const struct serve *serve)
{
    return serve->port;
}

bool serve_is_private(const struct serve *serve)
{
    return serve->is_private;
}

void serve_tend(struct serve *serve)
{
    serve_visits_tend(serve);
}

static bool has_requests(struct serve *serve)
{
    pthread_mutex_lock(&serve->lock);
    const bool has = serve->requests > 0;
    serve->is_closing = true;
    pthread_mutex_unlock(&serve->lock);
    return has;
}

void serve_stop(struct serve *serve)
{
    const double start = serve_visits_now();
    const struct timespec moment = {.tv_nsec = 10000000};
    const MHD_socket listener = MHD_quiesce_daemon(serve->daemon);
    shutdown(listener, SHUT_RDWR); /* refuses whoever comes; its number stays taken while threads may look at it */
    while (has_requests(serve) && serve_visits_now() - start < SERVE_FINISH)
        nanosleep(&moment, NULL);
    MHD_stop_daemon(serve->daemon);
    close(listener);
    pthread_mutex_destroy(&serve->lock);
    free_desks(serve);
    free(serve);
}
