#define _POSIX_C_SOURCE 200809L
#include "cli/default_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The folder of the running program, whatever it was called by; "" where the system does not say. */
static void program_folder(char folder[DEFAULT_MODEL_PATH])
{
    const ssize_t length = readlink("/proc/self/exe", folder, DEFAULT_MODEL_PATH - 1);
    folder[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(folder, '/');
    if (slash != NULL)
        *slash = '\0';
}

struct option_spec default_model_option(const char **model)
{
    return (struct option_spec){.name = "model",
                                .letter = 'm',
                                .kind = OPTION_TEXT,
                                .to.text = model,
                                .argument = "FILE",
                                .fallback = "$LENET5_MODEL, then the shipped one",
                                .help = "the trained network"};
}

const char *default_model(char buffer[DEFAULT_MODEL_PATH], const char *asked, struct error *err)
{
    /* build/lenet5, bin/lenet5 of an installation, build/clang/lenet5 */
    static const char *const places[] = {"../models/lenet5.json", "../share/lenet5/lenet5.json",
                                         "../../models/lenet5.json"};
    char folder[DEFAULT_MODEL_PATH];
    const char *set = getenv("LENET5_MODEL");
    if (asked != NULL)
        return asked;
    if (set != NULL && set[0] != '\0')
        return set;
    program_folder(folder);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const int length = snprintf(buffer, DEFAULT_MODEL_PATH, "%s/%s", folder, places[i]);
        if (length > 0 && length < DEFAULT_MODEL_PATH && access(buffer, R_OK) == 0)
            return buffer;
    }
    error_set(err, ERROR_MODEL,
              "there is no model: neither --model nor LENET5_MODEL names one, and %s/ has no ../models/lenet5.json and "
              "no ../share/lenet5/lenet5.json: train one with lenet5 train --out lenet5.json",
              folder);
    return NULL;
}
