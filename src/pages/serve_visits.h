/* Connections, and how long each may take. */
#ifndef LENET5_PAGES_SERVE_VISITS_H
#define LENET5_PAGES_SERVE_VISITS_H

#include "pages/serve_inside.h"

/* For MHD_OPTION_NOTIFY_CONNECTION; `context` is the server. */
void serve_visits_notify(void *context, struct MHD_Connection *connection, void **visit,
                         enum MHD_ConnectionNotificationCode what);

/* The one that a connection belongs to; NULL where there was no memory for it. */
struct visit *serve_visits_of(struct MHD_Connection *connection);

/* A request begins, its answer is on its way, it is over. */
void serve_visits_ask(struct visit *visit);
void serve_visits_answer(struct visit *visit);
void serve_visits_finish(struct visit *visit);

/* Shuts those that have taken too long; whoever is in the middle of a request is told so by a 408. */
void serve_visits_tend(struct serve *serve);

/* Seconds of a clock that never jumps. */
double serve_visits_now(void);

#endif
