/* A tile: 8 images that go through the network together, one in each lane of a vector. */
#ifndef LENET5_FAST_TILE_H
#define LENET5_FAST_TILE_H

enum {
    TILE = 8,       /* images */
    TILE_ALIGN = 64 /* bytes: a cache line, two tiles' worth of one pixel */
};

#endif
