#include "shipped.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support.h"

struct classifier shipped;

int shipped_open(void **state)
{
    (void)state;
    const char *root = getenv("LENET5_ROOT");
    struct error err = {0};
    char *path = support_path(root != NULL ? root : ".", "models/lenet5.json");
    if (classifier_open(&shipped, path, kernels_pick(NULL), &err) != 0)
        fail_msg("%s", err.text);
    free(path);
    return 0;
}

int shipped_close(void **state)
{
    (void)state;
    classifier_close(&shipped);
    return 0;
}
