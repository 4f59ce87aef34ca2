/* lenet5 --version: what a report about a wrong or slow run has to say. */
#include <microhttpd.h>
#include <nettle/version.h>
#include <omp.h>
#include <png.h>
#include <stdbool.h>
#include <stdio.h>
/* jpeglib.h needs stdio.h before it. */
#include <jpeglib.h>
#include <zlib.h>

#include "cli/command.h"
#include "cli/output.h"
#include "fast/kernels.h"

#define TEXT_OF(x) TEXT(x)
#define TEXT(x) #x

/* libjpeg-turbo does not tell its version at run time. */
#ifdef LIBJPEG_TURBO_VERSION
#define JPEG_VERSION "libjpeg-turbo " TEXT_OF(LIBJPEG_TURBO_VERSION) " (as compiled)"
#else
#define JPEG_VERSION "libjpeg " TEXT_OF(JPEG_LIB_VERSION) " (as compiled)"
#endif

#ifdef __clang__
#define COMPILER "clang " TEXT_OF(__clang_major__) "." TEXT_OF(__clang_minor__) "." TEXT_OF(__clang_patchlevel__)
#else
#define COMPILER "gcc " __VERSION__
#endif

const char *version_program(void)
{
    return "lenet5 " LENET5_VERSION;
}

/* The kernel sets of this build that this processor runs, or those that it does not; nothing where there are none. */
static void print_kernels(const char *label, bool run_here)
{
    bool found = false;
    for (const char *const *name = kernels_names(); *name != NULL; name++) {
        if ((kernels_find(*name, NULL) != NULL) != run_here)
            continue;
        printf("%s%s", found ? ", " : label, *name);
        found = true;
    }
    if (found)
        printf("\n");
}

int version_print(void)
{
    struct error err;
    const struct kernels *kernels = kernels_pick(&err);
    if (kernels == NULL)
        return output_error(&err);
    printf("%s\n", version_program());
    printf("compiler   %s\n", COMPILER);
    printf("kernels    %s\n", kernels->name);
    print_kernels("runs here  ", true);
    print_kernels("not here   ", false);
    printf("threads    %d (processors that this process may use)\n", omp_get_num_procs());
    printf("libraries  zlib %s, cJSON %s, libpng %s, %s, nettle %d.%d, libmicrohttpd %s\n", zlibVersion(),
           cJSON_Version(), png_get_libpng_ver(NULL), JPEG_VERSION, nettle_version_major(), nettle_version_minor(),
           MHD_get_version());
    return STATUS_DONE;
}
