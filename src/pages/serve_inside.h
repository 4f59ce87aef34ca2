/* What the files of the server share. */
#ifndef LENET5_PAGES_SERVE_INSIDE_H
#define LENET5_PAGES_SERVE_INSIDE_H

#include <microhttpd.h>
#include <pthread.h>

#include "pages/serve.h"
#include "reader/walk.h"

/* What answering one picture needs; at work for one thread at a time. */
struct desk {
    struct classifier classifier;
    struct walk walk;
    struct desk *next; /* of those that are free */
};

/* A connection. */
struct visit {
    struct serve *serve;
    int socket;
    double since;      /* when it was opened, or its last answer left; in seconds of a clock that never jumps */
    bool is_asking;    /* a request has begun */
    bool is_answering; /* and its answer is on its way */
    struct visit *before, *next;
};

struct serve {
    struct serve_options options;
    char address[64]; /* that it listens on, as text */
    int port;
    bool is_private, is_any; /* reached from this machine only; listens on every address */
    struct MHD_Daemon *daemon;
    struct desk *desks;   /* [options.threads] */
    pthread_mutex_t lock; /* of all that follows */
    struct desk *free_desks;
    struct visit *visits;
    int visit_count, requests; /* connections, and requests that are not finished */
    size_t body_bytes;         /* of all bodies in memory */
    _Atomic bool is_closing;
};

/* One request on its way. */
struct request {
    struct serve *serve;
    struct visit *visit;
    struct MHD_Connection *connection;
    const char *host, *origin; /* the headers; NULL where they are missing */
    const struct serve_route *route;
    bool has_begun;       /* its headers were looked at */
    unsigned refusal;     /* the status to refuse it with once its body has passed by, or 0 */
    struct error refused; /* and why */
    unsigned char *body;
    size_t size, room;
};

#endif
