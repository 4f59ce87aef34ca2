/* Answers, with the headers that all of them carry. Each gives what libmicrohttpd's handler has to return. */
#ifndef LENET5_PAGES_SERVE_REPLY_H
#define LENET5_PAGES_SERVE_REPLY_H

#include <cjson/cJSON.h>

#include "pages/serve_inside.h"

/* Deletes the document; NULL means that memory ran out. */
enum MHD_Result serve_reply_json(struct request *request, unsigned status, cJSON *document);

/* {"error": "SENTENCE"} */
enum MHD_Result serve_reply_error(struct request *request, unsigned status, const char *sentence);

/* The page's file of that name, which exists. */
enum MHD_Result serve_reply_file(struct request *request, const char *name);

/* To OPTIONS: nothing but what may be asked. */
enum MHD_Result serve_reply_options(struct request *request);

#endif
