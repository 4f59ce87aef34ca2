#include "image/blocks.h"

#include <string.h>

char *blocks_line(char *out, const unsigned char *pixels, int rows, int cols, int line)
{
    static const char *const blocks[2][2] = {{" ", "\xe2\x96\x84"},
                                             {"\xe2\x96\x80", "\xe2\x96\x88"}}; /* [upper][lower] */
    const unsigned char *upper = pixels + 2 * line * cols, *lower = 2 * line + 1 < rows ? upper + cols : NULL;
    for (int k = 0; k < cols; k++) {
        const char *block = blocks[upper[k] >= BLOCKS_INK][lower != NULL && lower[k] >= BLOCKS_INK];
        strcpy(out, block);
        out += strlen(block);
    }
    *out = '\0';
    return out;
}
