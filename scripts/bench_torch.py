#!/usr/bin/python3
"""PyTorch's side of scripts/bench-peers: trains the preset lenet5 on MNIST's training digits, batch 64, SGD with
momentum 0.9, and prints the images a second of the training loop alone.

    scripts/bench_torch.py --data DIR         tries thread counts, memory layouts, both orders of ReLU and pooling and
                                              both forms of SGD; prints the fastest, as options for this script
    scripts/bench_torch.py --data DIR --threads N --layout NAME --relu WHERE --sgd FORM [--images N]
                                              measures that one and prints its images a second

What helps PyTorch is done before its clock starts: the digits are normalised, padded and in memory as floats, and the
loop has run a while.
"""
import argparse
import gzip
import itertools
import os
import sys
import time
from pathlib import Path

try:
    import torch
    from torch import nn
except ImportError:
    sys.exit("bench_torch.py: PyTorch is missing: run 'scripts/setup --torch', which installs it.")

BATCH = 64
WARM_UP = 60 * BATCH
LAYOUTS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}
RELU = ("before-pool", "after-pool")
SGD = ("for-loop", "foreach")


def idx_bytes(folder, name):
    """The raw bytes of an IDX file under one of its usual names."""
    for base, suffix in itertools.product((name, name.replace("-idx", ".idx")), ("", ".gz")):
        path = Path(folder) / (base + suffix)
        if path.is_file():
            data = path.read_bytes()
            return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    sys.exit(f"bench_torch.py: {folder} has no {name}: give the folder of the four MNIST files with --data.")


def load(folder, count):
    """count training digits as floats [count][1][32][32], and their labels."""
    pixels = torch.frombuffer(bytearray(idx_bytes(folder, "train-images-idx3-ubyte")[16:]), dtype=torch.uint8)
    labels = torch.frombuffer(bytearray(idx_bytes(folder, "train-labels-idx1-ubyte")[8:]), dtype=torch.uint8)
    images = pixels[:count * 784].reshape(-1, 1, 28, 28).float() / 255
    images = nn.functional.pad(images, (2, 2, 2, 2))
    return (images - 0.1307) / 0.3081, labels[:count].long()


def lenet5(relu):
    def stage(*conv):
        layers = [nn.Conv2d(*conv), nn.ReLU(), nn.MaxPool2d(2)]
        if relu == "after-pool":
            layers[1:] = reversed(layers[1:])
        return layers

    return nn.Sequential(
        *stage(1, 6, 5), *stage(6, 16, 5), nn.Flatten(),
        nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


def images_per_second(images, labels, count, threads, layout, relu, sgd):
    torch.manual_seed(1)
    torch.set_num_threads(threads)
    model = lenet5(relu).to(memory_format=LAYOUTS[layout])
    images = images.contiguous(memory_format=LAYOUTS[layout])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9, foreach=sgd == "foreach")
    criterion = nn.CrossEntropyLoss()

    def train(total):
        done = 0
        while done < total:  # epochs over the digits at hand
            order = torch.randperm(len(images))
            for batch in order.split(BATCH)[:(total - done) // BATCH]:
                optimizer.zero_grad(set_to_none=True)
                criterion(model(images[batch]), labels[batch]).backward()
                optimizer.step()
                done += len(batch)

    train(WARM_UP)
    start = time.perf_counter()
    train(count)
    return count / (time.perf_counter() - start)


def sweep(images, labels, count):
    """The fastest setting, each tried twice. Threads: 1, 2, 4 ... and every core this process may use."""
    cores = len(os.sched_getaffinity(0))
    threads = sorted({2**i for i in range(cores.bit_length())} | {cores})
    best = {}
    for setting in list(itertools.product(threads, LAYOUTS, RELU, SGD)) * 2:
        best[setting] = max(best.get(setting, 0), images_per_second(images, labels, count, *setting))
    for setting, speed in best.items():
        print("PyTorch, %d thread(s), %s, ReLU %s, SGD %s: %.0f images/s" % (*setting, speed), file=sys.stderr)
    return max(best, key=best.get)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--layout", choices=LAYOUTS)
    parser.add_argument("--relu", choices=RELU)
    parser.add_argument("--sgd", choices=SGD)
    parser.add_argument("--images", type=int, default=20000)
    options = parser.parse_args()

    count = options.images // BATCH * BATCH
    images, labels = load(options.data, count)
    if options.threads is None:
        setting = sweep(images, labels, count // 4 // BATCH * BATCH)
        print("--threads %d --layout %s --relu %s --sgd %s" % setting)
    else:
        setting = (options.threads, options.layout, options.relu, options.sgd)
        if None in setting:
            parser.error("--threads needs --layout, --relu and --sgd beside it")
        print("%.0f" % images_per_second(images, labels, count, *setting))


if __name__ == "__main__":
    main()
