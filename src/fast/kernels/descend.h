/* The optimiser's step (nn/optimizer.h) for eight or sixteen parameters. */
#ifndef LENET5_FAST_KERNELS_DESCEND_H
#define LENET5_FAST_KERNELS_DESCEND_H

#include "fast/wide.h"
#include "nn/optimizer.h"

struct descent {
    lanes lr, momentum, kept; /* lr with a minus before it */
    lanes of_v, of_d_w; /* a step is so much of the velocity and so much of the gradient: 1 and 0, or Nesterov's */
};

LANES_INLINE struct descent descent_of(struct rates rates)
{
    return (struct descent){
        lanes_broadcast(-rates.lr), lanes_broadcast(rates.momentum), lanes_broadcast(1 - rates.lr * rates.decay),
        lanes_broadcast(rates.is_nesterov ? rates.momentum : 1), lanes_broadcast(rates.is_nesterov ? 1 : 0)};
}

/* The first `count` of w and v. */
LANES_INLINE void descend_lanes(float *w, float *v, lanes d_w, int count, const struct descent *descent)
{
    const lanes old_v = count == TILE ? lanes_load_unaligned(v) : lanes_load_first(v, count);
    const lanes old_w = count == TILE ? lanes_load_unaligned(w) : lanes_load_first(w, count);
    const lanes new_v = lanes_without_tiny(lanes_fma(descent->momentum, old_v, d_w), OPTIMIZER_LEAST);
    const lanes step = lanes_fma(descent->of_v, new_v, descent->of_d_w * d_w);
    const lanes new_w = lanes_fma(descent->lr, step, descent->kept * old_w);
    if (count == TILE) {
        lanes_store_unaligned(v, new_v);
        lanes_store_unaligned(w, new_w);
    } else {
        lanes_store_first(v, new_v, count);
        lanes_store_first(w, new_w, count);
    }
}

/* Sixteen, all of them there. */
LANES_INLINE void descend_wide(float *w, float *v, struct wide d_w, const struct descent *descent)
{
    const struct wide lr = wide_join(descent->lr, descent->lr), kept = wide_join(descent->kept, descent->kept);
    const struct wide momentum = wide_join(descent->momentum, descent->momentum);
    const struct wide of_v = wide_join(descent->of_v, descent->of_v);
    const struct wide of_d_w = wide_join(descent->of_d_w, descent->of_d_w);
    const struct wide new_v = wide_without_tiny(wide_fma(momentum, wide_load(v), d_w), OPTIMIZER_LEAST);
    const struct wide step = wide_fma(of_v, new_v, wide_times(of_d_w, d_w));
    wide_store(v, new_v);
    wide_store(w, wide_fma(lr, step, wide_times(kept, wide_load(w))));
}

#endif
