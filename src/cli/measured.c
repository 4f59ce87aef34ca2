#include "cli/measured.h"

#include <string.h>

#include "cli/command.h"
#include "cli/default_model.h"
#include "cli/kernel.h"
#include "cli/threads.h"

static int load_and_run(struct measured *out, const char *path, const char *directory, const struct kernels *kernels,
                        int threads, struct error *err)
{
    if (model_file_load(&out->model, path, err) != 0 ||
        dataset_load(&out->set, directory, DATASET_TEST, out->model.architecture.classes, err) != 0)
        return -1;
    return evaluator_run(&out->evaluation, &out->model, &out->set, 1, kernels, threads, err);
}

int measured_make(struct measured *out, const struct measured_asked *asked, struct error *err)
{
    char buffer[DEFAULT_MODEL_PATH];
    const char *directory = dataset_directory(asked->data);
    const struct kernels *kernels = kernel_chosen(asked->kernel, err);
    const char *path = kernels != NULL ? default_model(buffer, asked->model, err) : NULL;
    *out = (struct measured){0};
    if (path == NULL || load_and_run(out, path, directory, kernels, threads_resolve(asked->threads), err) != 0) {
        measured_free(out);
        return -1;
    }
    const char *slash = strrchr(path, '/'), *source = out->set.source;
    out->card = (struct card){.program = version_program(),
                              .path = output_printable(out->path, path, true),
                              .name = output_printable(out->name, slash != NULL ? slash + 1 : path, true),
                              .model = &out->model,
                              .set = &out->set,
                              .data = output_printable(out->data, source != NULL ? source : directory, true),
                              .evaluation = &out->evaluation};
    return 0;
}

void measured_free(struct measured *measured)
{
    evaluation_free(&measured->evaluation);
    dataset_free(&measured->set);
    model_free(&measured->model);
    *measured = (struct measured){0};
}
