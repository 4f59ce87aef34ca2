/* Who may ask. A page that somebody visits can send requests to this machine too: by a name of its own that it lets
 * point here (DNS rebinding), or from its own origin. Neither may get through. */
#ifndef LENET5_PAGES_SERVE_GUARD_H
#define LENET5_PAGES_SERVE_GUARD_H

#include "pages/serve_inside.h"

/* Whether Host names this server: localhost, a loopback address, the address that it listens on (any address where it
 * listens on all), or one of options.host_names; with any port, since it may be forwarded. */
bool serve_guard_host(const struct serve *serve, const char *host);

/* Whether a page of that origin may ask: the server's own, by the name in Host, or one of options.origins. */
bool serve_guard_origin(const struct serve *serve, const char *origin, const char *host);

/* Whether it is one of options.origins: then it may read the answer. */
bool serve_guard_shares(const struct serve *serve, const char *origin);

#endif
