#include "training/schedule.h"

#include "base/real.h"

static const double PI = 0x1.921fb54442d18p1;

double schedule_rate(const struct settings *settings, long step, long steps)
{
    const double rise = settings->warmup * (double)steps;
    if ((double)step + 1 < rise)
        return settings->lr * ((double)step + 1) / rise;
    const double done = (double)step > rise ? ((double)step - rise) / ((double)steps - rise) : 0;
    switch (settings->schedule) {
    case SCHEDULE_STEP:
        return done < 0.5 ? settings->lr : done < 0.75 ? settings->lr / 10 : settings->lr / 100;
    case SCHEDULE_COSINE:
        return settings->lr * 0.5 * (1 + real_cos(PI * done));
    case SCHEDULE_ONE_CYCLE:
        return settings->lr * (1 - done);
    default:
        return settings->lr;
    }
}
