/* A request from its first line to its answer, as libmicrohttpd's callbacks tell of it. */
#ifndef LENET5_PAGES_SERVE_REQUEST_H
#define LENET5_PAGES_SERVE_REQUEST_H

#include "pages/serve_inside.h"

/* For MHD_OPTION_URI_LOG_CALLBACK: gives the request that the other two are handed; NULL without memory. */
void *serve_request_begin(void *context, const char *uri, struct MHD_Connection *connection);

/* The access handler: called once for the headers, for each part of the body, and at its end. */
enum MHD_Result serve_request_handle(void *context, struct MHD_Connection *connection, const char *path,
                                     const char *method, const char *version, const char *part, size_t *part_size,
                                     void **request);

/* For MHD_OPTION_NOTIFY_COMPLETED. */
void serve_request_end(void *context, struct MHD_Connection *connection, void **request,
                       enum MHD_RequestTerminationCode why);

#endif
