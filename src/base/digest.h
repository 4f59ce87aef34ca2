/* SHA-256 (nettle) as text: of data sets, of weights, of files. */
#ifndef LENET5_BASE_DIGEST_H
#define LENET5_BASE_DIGEST_H

#include <stddef.h>

enum { DIGEST_TEXT = 65 }; /* 64 lower-case hexadecimal digits and the NUL */

void digest_bytes(char text[DIGEST_TEXT], const void *bytes, size_t size);

/* Over two byte strings as if they were one, e.g. the images and then the labels of a data set. */
void digest_two(char text[DIGEST_TEXT], const void *first, size_t first_size, const void *second, size_t second_size);

/* Over numbers as little-endian float32, whatever the byte order of this machine. */
void digest_floats(char text[DIGEST_TEXT], const float *numbers, size_t count);

#endif
