#include "training/patience.h"

#include <stdlib.h>
#include <string.h>

int patience_create(struct patience *out, int epochs, size_t count, struct error *err)
{
    struct patience patience = {.epochs = epochs, .count = count};
    if (epochs > 0) {
        patience.weights = calloc(count, sizeof(float));
        if (patience.weights == NULL)
            return error_memory(err, count * sizeof(float), "the best weights");
    }
    *out = patience;
    return 0;
}

void patience_free(struct patience *patience)
{
    free(patience->weights);
    *patience = (struct patience){0};
}

static int is_better(const struct epoch_log *log, const struct epoch_log *best)
{
    if (best->epoch == 0 || log->validation_accuracy > best->validation_accuracy)
        return 1;
    return log->validation_accuracy >= best->validation_accuracy && log->validation_loss < best->validation_loss;
}

void patience_see(struct patience *patience, const struct epoch_log *log, const float *weights)
{
    if (patience->epochs == 0 || !is_better(log, &patience->best))
        return;
    patience->best = *log;
    memcpy(patience->weights, weights, patience->count * sizeof(float));
}

int patience_is_over(const struct patience *patience, int epoch)
{
    return patience->epochs > 0 && epoch - patience->best.epoch >= patience->epochs;
}
