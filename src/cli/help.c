#include <stdio.h>

#include "cli/command.h"
#include "cli/output.h"

void help_print(void)
{
    puts("lenet5 reads handwritten digits: it trains LeNet-5 on MNIST, measures it and uses it.\n"
         "\n"
         "Usage: lenet5 COMMAND [options] [files]\n"
         "\n"
         "Commands:");
    for (const struct command *command = main_commands; command->name != NULL; command++)
        printf("  %-10s  %s\n", command->name, command->summary);
    puts("\n"
         "Examples:\n"
         "  lenet5 train --epochs 5 --out lenet5.json\n"
         "  lenet5 classify --model lenet5.json digit.png\n"
         "  lenet5 read page.jpg\n"
         "\n"
         "Next: lenet5 help train");
}

int help_command(int argc, char **argv)
{
    struct options options = {.command = "help",
                              .purpose = "Explains a command and its options; alone, lists the commands.",
                              .operand = "COMMAND",
                              .operands_max = 1};
    int status;
    if (!command_begin(&status, &options, argc, argv))
        return status;
    if (options.operand_count == 0) {
        help_print();
        return STATUS_DONE;
    }
    struct error err;
    const struct command *command = command_find(options.operands[0], &err);
    if (command == NULL)
        return output_error(&err);
    char name[] = "", help[] = "--help";
    char *asked[] = {name, help, NULL};
    return command->run(2, asked);
}
