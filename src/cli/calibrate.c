/* lenet5 calibrate: what a model's scores mean, measured on the images that a run of its recipe held out. */
#include <stdio.h>

#include "base/files.h"
#include "cli/command.h"
#include "cli/kernel.h"
#include "cli/output.h"
#include "cli/recipe.h"
#include "cli/threads.h"
#include "dataset/dataset.h"
#include "training/calibrator.h"

#define ACCEPT 0.997

struct asked {
    const char *model, *run, *data, *out;
    double accept;
    int threads, kernel;
    bool json;
};

static bool parse(struct asked *asked, int *status, int argc, char **argv)
{
    static const char closing[] =
        "A model that was trained on all images has none left to be measured on. So RUN.json is trained by\n"
        "the same recipe with some held out, and what is measured on those is written into the model, which\n"
        "says so. Without --from the model is measured on what its own training held out. The weights stay\n"
        "as they are, and so does their digest.\n"
        "Measured are the temperature, the error of the probabilities that is left, and the probability\n"
        "below which an answer is refused (`?`): the highest that keeps the share --accept of the images.\n"
        "\nExample: lenet5 train --out run.json; lenet5 train --validation 0 --out m.json\n"
        "         lenet5 calibrate --from run.json --model m.json\n"
        "Exit status: 3 data missing, wrong or other data, 4 a model is missing, wrong or of another recipe.\n";
    struct option_spec specs[] = {
        {.name = "model",
         .letter = 'm',
         .kind = OPTION_TEXT,
         .to.text = &asked->model,
         .argument = "FILE",
         .help = "the trained network that is to be calibrated",
         .required = true},
        {.name = "from",
         .kind = OPTION_TEXT,
         .to.text = &asked->run,
         .argument = "RUN.json",
         .fallback = "the model itself",
         .help = "a model of the same recipe whose training held images out"},
        {.name = "accept",
         .kind = OPTION_NUMBER,
         .to.number = &asked->accept,
         .min = 0.5,
         .max = 1,
         .argument = "X",
         .help = "the share of held-out images whose answer is to be given"},
        {.name = "data",
         .kind = OPTION_TEXT,
         .to.text = &asked->data,
         .argument = "DIR",
         .fallback = "$MNIST_DIR, then data/mnist",
         .help = "folder with the IDX files that RUN.json was trained on"},
        {.name = "out",
         .letter = 'o',
         .kind = OPTION_TEXT,
         .to.text = &asked->out,
         .argument = "FILE.json",
         .fallback = "the model's own file",
         .help = "where the calibrated model goes"},
        threads_option(&asked->threads),
        kernel_option(&asked->kernel),
        {.name = "json", .kind = OPTION_FLAG, .to.flag = &asked->json, .help = "print one JSON document"},
    };
    struct options options = {.command = "calibrate",
                              .purpose = "Measures what a model's probabilities mean and below which one it had better "
                                         "not answer, and writes both into the model.",
                              .closing = closing,
                              .specs = specs,
                              .count = sizeof specs / sizeof specs[0]};
    return command_begin(status, &options, argc, argv);
}

static int report(const struct calibrated *calibrated, const char *out, bool json)
{
    const struct calibration *calibration = &calibrated->calibration;
    const double accepted = (double)calibrated->accepted / calibration->images;
    if (json) {
        cJSON *document = calibration_to_json(calibration);
        cJSON_AddItemToObject(document, "accepted", output_number(accepted, 6));
        cJSON_AddItemToObject(document, "loss", output_number(calibrated->loss, 6));
        cJSON_AddItemToObject(document, "loss_before", output_number(calibrated->loss_before, 6));
        cJSON_AddItemToObject(document, "ece_before", output_number(calibrated->ece_before, 6));
        return output_json(document);
    }
    char name[OUTPUT_NAME];
    printf("measured on     %d held-out images\n", calibration->images);
    printf("temperature     %.3f      cross-entropy %.5f, at temperature 1 %.5f\n", calibration->temperature,
           calibrated->loss, calibrated->loss_before);
    printf("calibration     %.3f %%    expected error of a probability, before %.3f %%\n", 100 * calibration->ece,
           100 * calibrated->ece_before);
    printf("refused below   %.4f     keeps %.2f %% (%d of %d)\n", calibration->reject, 100 * accepted,
           calibrated->accepted, calibration->images);
    printf("saved as %s\n", output_printable(name, out, false));
    return STATUS_DONE;
}

/* Measures `run` and writes what is found into `model`. */
static int calibrate(struct model *model, const struct model *run, const struct asked *asked, const char *out)
{
    const struct kernels *kernels;
    struct error err = {0};
    struct dataset set, held_out;
    struct calibrated calibrated;
    if ((kernels = kernel_chosen(asked->kernel, &err)) == NULL || files_check_writable(out, &err) != 0 ||
        dataset_load(&set, dataset_directory(asked->data), DATASET_TRAIN, run->architecture.classes, &err) != 0)
        return output_error(&err);
    int result = recipe_held_out(&held_out, run, &set, &err);
    if (result == 0)
        result = calibrator_measure(&calibrated, run, &held_out, asked->accept, kernels,
                                    threads_resolve(asked->threads), &err);
    dataset_free(&set);
    if (result == 0) {
        model->calibration = calibrated.calibration;
        result = model_file_save(model, out, &err);
    }
    return result != 0 ? output_error(&err) : report(&calibrated, out, asked->json);
}

int calibrate_command(int argc, char **argv)
{
    struct asked asked = {.accept = ACCEPT, .kernel = KERNEL_UNASKED};
    struct error err = {0};
    struct model model, run;
    int status;
    if (!parse(&asked, &status, argc, argv))
        return status;
    const char *path = asked.model, *run_path = asked.run != NULL ? asked.run : path;
    if (model_file_load(&model, path, &err) != 0)
        return output_error(&err);
    if (model_file_load(&run, run_path, &err) != 0) {
        model_free(&model);
        return output_error(&err);
    }
    status = recipe_check_same(&run, run_path, &model, path, &err) != 0
                 ? output_error(&err)
                 : calibrate(&model, &run, &asked, asked.out != NULL ? asked.out : path);
    model_free(&run);
    model_free(&model);
    return status;
}
