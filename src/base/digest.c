#include "base/digest.h"

#include <nettle/sha2.h>
#include <stdint.h>
#include <string.h>

static void finish(char text[DIGEST_TEXT], struct sha256_ctx *context)
{
    static const char hexadecimal[] = "0123456789abcdef";
    uint8_t sum[SHA256_DIGEST_SIZE];
    sha256_digest(context, sizeof sum, sum);
    for (int i = 0; i < SHA256_DIGEST_SIZE; i++) {
        text[2 * i] = hexadecimal[sum[i] >> 4];
        text[2 * i + 1] = hexadecimal[sum[i] & 15];
    }
    text[2 * SHA256_DIGEST_SIZE] = '\0';
}

void digest_two(char text[DIGEST_TEXT], const void *first, size_t first_size, const void *second, size_t second_size)
{
    struct sha256_ctx context;
    sha256_init(&context);
    sha256_update(&context, first_size, first);
    sha256_update(&context, second_size, second);
    finish(text, &context);
}

void digest_bytes(char text[DIGEST_TEXT], const void *bytes, size_t size)
{
    digest_two(text, bytes, size, "", 0);
}

void digest_floats(char text[DIGEST_TEXT], const float *numbers, size_t count)
{
    struct sha256_ctx context;
    sha256_init(&context);
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &numbers[i], sizeof bits);
        const uint8_t little[4] = {(uint8_t)bits, (uint8_t)(bits >> 8), (uint8_t)(bits >> 16), (uint8_t)(bits >> 24)};
        sha256_update(&context, sizeof little, little);
    }
    finish(text, &context);
}
