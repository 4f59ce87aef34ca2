#include "cli/classifiers.h"

#include <stdlib.h>

#include "cli/default_model.h"
#include "cli/kernel.h"

int classifiers_open(struct classifiers *out, const char *model, int kernel, int views, int count, struct error *err)
{
    char buffer[DEFAULT_MODEL_PATH];
    const struct kernels *kernels = kernel_chosen(kernel, err);
    const char *path = kernels != NULL ? default_model(buffer, model, err) : NULL;
    if (path == NULL)
        return -1;
    struct classifiers opened = {.all = calloc((size_t)count, sizeof *opened.all)};
    if (opened.all == NULL)
        return error_memory(err, (size_t)count * sizeof *opened.all, "the classifiers");
    int failed = classifier_open(&opened.all[0], path, kernels, err);
    if (failed == 0)
        failed = classifier_look(&opened.all[0], views, err);
    for (opened.count = 1; opened.count < count && failed == 0; opened.count++)
        failed = classifier_share(&opened.all[opened.count], &opened.all[0], err);
    if (failed != 0) {
        classifiers_close(&opened);
        return -1;
    }
    *out = opened;
    return 0;
}

void classifiers_close(struct classifiers *classifiers)
{
    for (int i = classifiers->count - 1; i >= 0; i--)
        classifier_close(&classifiers->all[i]);
    free(classifiers->all);
    *classifiers = (struct classifiers){0};
}
