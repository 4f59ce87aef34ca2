#include "training/mcnemar.h"

#include "base/real.h"

/* In logarithms: 2^-n is no double from n = 1,075 on. */
double mcnemar_p(int a, int b)
{
    const int n = a + b, heads = a < b ? a : b;
    double term = -n * real_log(2), sum = 0; /* log of C(n, k) / 2^n */
    for (int k = 0; k <= heads; k++) {
        sum += real_exp(term);
        term += real_log((double)(n - k) / (k + 1));
    }
    return 2 * sum < 1 ? 2 * sum : 1;
}

struct mcnemar mcnemar_test(const unsigned char *first, const unsigned char *second, const unsigned char *labels,
                            int count)
{
    struct mcnemar test = {0};
    for (int i = 0; i < count; i++) {
        const int is_first = first[i] == labels[i], is_second = second[i] == labels[i];
        test.only_first += is_first && !is_second;
        test.only_second += is_second && !is_first;
    }
    test.p = mcnemar_p(test.only_first, test.only_second);
    return test;
}
