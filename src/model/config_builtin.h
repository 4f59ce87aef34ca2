/* The files of models/configs as they were when the program was built; the Makefile makes the definitions. */
#ifndef LENET5_MODEL_CONFIG_BUILTIN_H
#define LENET5_MODEL_CONFIG_BUILTIN_H

#include <stddef.h>

struct config_builtin {
    const unsigned char *bytes;
    size_t size;
};

extern const int config_builtin_count;
extern const char *const config_builtin_names[];     /* without .json, sorted; NULL ends them */
extern const struct config_builtin config_builtin[]; /* in that order */

#endif
