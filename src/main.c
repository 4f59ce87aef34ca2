/* The table of commands. Everything else is in the file of the command's name, src/cli/NAME.c. */
#include <stddef.h>

#include "cli/command.h"

const struct command main_commands[] = {
    {"train", "train a network on MNIST and save it as JSON", train_command, true},
    {"evaluate", "measure a model on the 10,000 test digits, or on pictures", evaluate_command, true},
    {"compare", "compare models on the same test images", compare_command, true},
    {"card", "write a model card: what a model can do, and where it fails", card_command, true},
    {"classify", "say which digit a picture shows", classify_command, false},
    {"read", "read the numbers in a picture, line by line", read_command, true},
    {"calibrate", "measure what a model's probabilities mean, and when not to answer", calibrate_command, true},
    {"explain", "show the walk of a picture through the network", explain_command, false},
    {"report", "write a page about a model: curves, confusion, mistakes", report_command, true},
    {"summary", "show a network layer by layer, with the arithmetic", summary_command, false},
    {"filter", "show what a convolution and a pooling do to a picture", filter_command, false},
    {"serve", "answer on a page in the browser, and over HTTP as JSON", serve_command, false},
    {"pack", "make a data set from folders of pictures", pack_command, true},
    {"synth", "draw digits as people write them: a data set or pictures", synth_command, true},
    {"augment", "show what augmentation makes of training images", augment_command, false},
    {"bench", "measure this program's speed on this machine, part by part", bench_command, true},
    {"help", "explain a command: lenet5 help train", help_command, false},
    {NULL, NULL, NULL, false},
};

int main(int argc, char **argv)
{
    return command_run(argc, argv);
}
