#define _POSIX_C_SOURCE 200809L
#include "pages/serve_guard.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

enum { NAME = 256 };

/* Whether `word` is in a list parted by commas; a list that is NULL is empty. */
static bool is_listed(const char *list, const char *word)
{
    const size_t length = strlen(word);
    for (const char *at = list; at != NULL; at = strchr(at, ',')) {
        at += strspn(at, ", ");
        size_t size = strcspn(at, ", ");
        if (size == length && length > 0 && strncasecmp(at, word, length) == 0)
            return true;
    }
    return false;
}

/* "[::1]:8080" gives "::1", "localhost:8080" gives "localhost". False on what is neither. */
static bool read_name(char name[NAME], const char *host)
{
    const bool is_bracketed = host[0] == '[';
    const char *start = host + is_bracketed;
    const size_t length = strcspn(start, is_bracketed ? "]" : ":");
    const char *rest = start + length;
    if (length == 0 || length >= NAME || (is_bracketed && *rest++ != ']'))
        return false;
    memcpy(name, start, length);
    name[length] = '\0';
    return *rest == '\0' || (*rest == ':' && rest[1 + strspn(rest + 1, "0123456789")] == '\0');
}

static bool is_address(const char *name)
{
    unsigned char address[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1;
}

bool serve_guard_host(const struct serve *serve, const char *host)
{
    char name[NAME];
    if (!read_name(name, host))
        return false;
    return is_listed("localhost,127.0.0.1,::1", name) || strcasecmp(name, serve->address) == 0 ||
           strcasecmp(name, serve->options.host) == 0 || (serve->is_any && is_address(name)) ||
           is_listed(serve->options.host_names, name);
}

bool serve_guard_shares(const struct serve *serve, const char *origin)
{
    return is_listed(serve->options.origins, origin);
}

bool serve_guard_origin(const struct serve *serve, const char *origin, const char *host)
{
    const char *rest = strncasecmp(origin, "http://", 7) == 0    ? origin + 7
                       : strncasecmp(origin, "https://", 8) == 0 ? origin + 8
                                                                 : NULL;
    return (rest != NULL && strcasecmp(rest, host) == 0) || serve_guard_shares(serve, origin);
}
