/* The network over HTTP, by libmicrohttpd: a page to draw on, and JSON for other programs.
 *
 * A few threads wait for connections and answer them; each has a desk of its own (a classifier and a walk), so that
 * none waits for another. A connection has options.patience seconds from being opened, or from its last answer, until
 * the next answer has left: that one rule bounds slow headers, slow bodies, slow readers and idle connections. When
 * places for connections become scarce the patience is SERVE_SCARCE seconds at most. */
#ifndef LENET5_PAGES_SERVE_H
#define LENET5_PAGES_SERVE_H

#include <stdbool.h>

#include "base/error.h"
#include "reader/classifier.h"

enum {
    SERVE_CONNECTIONS = 512,
    SERVE_PATIENCE = 3600,    /* the largest, in seconds */
    SERVE_SCARCE = 2,         /* seconds, where more than three quarters of the connections are taken */
    SERVE_FINISH = 10,        /* seconds that serve_stop() waits for answers under way */
    SERVE_BODY = 16777216,    /* bytes of one request's body: 16 MiB */
    SERVE_BODIES = 134217728, /* of all bodies at a time: 128 MiB */
};

struct serve_options {
    const char *host; /* an address or a name of this machine: "127.0.0.1", "::1", "0.0.0.0" */
    int port;         /* 0 picks a free one */
    int threads;      /* 1 or more */
    int patience;     /* seconds, 1 to SERVE_PATIENCE */
    /* Lists parted by commas, or NULL: */
    const char *host_names; /* more names that requests may ask for in Host */
    const char *origins;    /* pages that may ask from elsewhere: "https://example.org" */
    const char *program;    /* "lenet5 0.1.0" */
};

struct serve;

/* Listens and answers until serve_stop(). What `options` and `classifier` point to outlives it. SIGPIPE has to be
 * ignored.
 * Fails   (NULL) with ERROR_USAGE on a host that is no address of this machine, with ERROR_FAILED on a port that is
 *         taken or not allowed, without memory or without threads. */
struct serve *serve_start(const struct classifier *classifier, const struct serve_options *options, struct error *err);

/* The port that it listens on. */
int serve_port(const struct serve *serve);

/* Whether it can be reached from this machine only. */
bool serve_is_private(const struct serve *serve);

/* Ends connections that have taken too long: to be called once or twice a second. */
void serve_tend(struct serve *serve);

/* Takes no new connections, finishes the answers under way, ends the threads and releases everything. */
void serve_stop(struct serve *serve);

#endif
