#include "base/digest.h"

#include <sha2.h>
#include <stdint.h>
#include <string.h>

static void finish(char text[DIGEST_TEXT], SHA2_CTX *context)
{
    static const char hexadecimal[] = "0123456789abcdef";
    uint8_t sum[SHA256_DIGEST_LENGTH];
    SHA256Final(sum, context);
    for (int i = 0; i < SHA256_DIGEST_LENGTH; i++) {
        text[2 * i] = hexadecimal[sum[i] >> 4];
        text[2 * i + 1] = hexadecimal[sum[i] & 15];
    }
    text[2 * SHA256_DIGEST_LENGTH] = '\0';
}

void digest_two(char text[DIGEST_TEXT], const void *first, size_t first_size, const void *second, size_t second_size)
{
    SHA2_CTX context;
    SHA256Init(&context);
    SHA256Update(&context, first, first_size);
    SHA256Update(&context, second, second_size);
    finish(text, &context);
}

void digest_bytes(char text[DIGEST_TEXT], const void *bytes, size_t size)
{
    digest_two(text, bytes, size, "", 0);
}

void digest_floats(char text[DIGEST_TEXT], const float *numbers, size_t count)
{
    SHA2_CTX context;
    SHA256Init(&context);
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &numbers[i], sizeof bits);
        const uint8_t little[4] = {(uint8_t)bits, (uint8_t)(bits >> 8), (uint8_t)(bits >> 16), (uint8_t)(bits >> 24)};
        SHA256Update(&context, little, sizeof little);
    }
    finish(text, &context);
}
