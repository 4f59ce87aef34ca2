/* lenet5 serve: the network on a page and as JSON over HTTP. */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/command.h"
#include "cli/default_model.h"
#include "cli/kernel.h"
#include "cli/output.h"
#include "cli/threads.h"
#include "pages/serve.h"

enum { PORTS = 65535 };

struct asked {
    struct serve_options serve;
    const char *model;
    int kernel;
};

static bool parse(struct asked *asked, int *status, int argc, char **argv)
{
    static const char closing[] =
        "The page draws, shows every layer's output and answers at each stroke. Other programs send a picture\n"
        "(PNG, JPEG, BMP, PBM, PGM, PPM) as the body of POST /classify, /read, /explain or /filter, with\n"
        "Content-Type: image/png or the like, and get JSON; GET /model and /healthz take no body.\n"
        "\n"
        "Requests have to name localhost, a loopback address or the address of --host; requests from other\n"
        "sites' pages are refused. SIGTERM or ^C finish the answers under way and end it with status 0.\n"
        "\n"
        "Example: lenet5 serve --port 8080\n"
        "         curl --data-binary @digit.png -H 'Content-Type: image/png' localhost:8080/classify\n"
        "Exit status: 1 the port is taken; 4 the model is missing or wrong.\n";
    struct option_spec specs[] = {
        {.name = "port",
         .letter = 'p',
         .kind = OPTION_WHOLE,
         .to.whole = &asked->serve.port,
         .min = 0,
         .max = PORTS,
         .argument = "N",
         .help = "where it listens; 0 picks a free port"},
        {.name = "host",
         .kind = OPTION_TEXT,
         .to.text = &asked->serve.host,
         .argument = "ADDRESS",
         .help = "what it listens on: ::1, 0.0.0.0 for all; the default cannot be reached from other machines"},
        default_model_option(&asked->model),
        threads_option(&asked->serve.threads),
        {.name = "patience",
         .kind = OPTION_WHOLE,
         .to.whole = &asked->serve.patience,
         .min = 1,
         .max = SERVE_PATIENCE,
         .argument = "SECONDS",
         .help = "a connection that brings no whole request for so long is closed"},
        {.name = "allow-host",
         .kind = OPTION_TEXT,
         .to.text = &asked->serve.host_names,
         .argument = "NAME,...",
         .help = "further names by which requests may call this server"},
        {.name = "allow-origin",
         .kind = OPTION_TEXT,
         .to.text = &asked->serve.origins,
         .argument = "ORIGIN,...",
         .help = "sites whose pages may ask it too: https://example.org"},
        kernel_option(&asked->kernel),
    };
    struct options options = {.command = "serve",
                              .purpose = "Lets a network be drawn for and looked into on a page in the browser, and "
                                         "answers pictures over HTTP.",
                              .closing = closing,
                              .specs = specs,
                              .count = sizeof specs / sizeof specs[0]};
    return command_begin(status, &options, argc, argv);
}

/* Blocked, so that they wait for sigtimedwait(); threads that are started later block them too. */
static void hold_signals(sigset_t *ends)
{
    const struct sigaction ignored = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignored, NULL);
    sigemptyset(ends);
    sigaddset(ends, SIGINT);
    sigaddset(ends, SIGTERM);
    sigprocmask(SIG_BLOCK, ends, NULL);
}

static int serve_until_signal(const struct classifier *classifier, const struct asked *asked)
{
    const struct timespec tick = {.tv_nsec = 500000000};
    const char *host = asked->serve.host;
    struct error err = {0};
    sigset_t ends;
    hold_signals(&ends);
    struct serve *serve = serve_start(classifier, &asked->serve, &err);
    if (serve == NULL)
        return output_error(&err);
    const bool is_ipv6 = strchr(host, ':') != NULL;
    printf("http://%s%s%s:%d/\n", is_ipv6 ? "[" : "", host, is_ipv6 ? "]" : "", serve_port(serve));
    fflush(stdout);
    if (!serve_is_private(serve))
        output_note("everybody who reaches this machine at %s can use it, unencrypted and without a password", host);
    while (sigtimedwait(&ends, NULL, &tick) < 0)
        serve_tend(serve);
    serve_stop(serve);
    return STATUS_DONE;
}

int serve_command(int argc, char **argv)
{
    struct asked asked = {.serve = {.host = "127.0.0.1", .port = 8080, .patience = 30, .program = version_program()},
                          .kernel = KERNEL_UNASKED};
    struct error err = {0};
    struct classifier classifier;
    char buffer[DEFAULT_MODEL_PATH];
    int status;
    if (!parse(&asked, &status, argc, argv))
        return status;
    asked.serve.threads = threads_resolve(asked.serve.threads);
    const struct kernels *kernels = kernel_chosen(asked.kernel, &err);
    const char *path = kernels != NULL ? default_model(buffer, asked.model, &err) : NULL;
    if (path == NULL || classifier_open(&classifier, path, kernels, &err) != 0)
        return output_error(&err);
    status = serve_until_signal(&classifier, &asked);
    classifier_close(&classifier);
    return status;
}
