#!/usr/bin/python3
"""The parts of scripts/bench-peers that are no matter for a shell: data, JSON and statistics.

    scripts/bench_table.py prepare MNIST DIR   writes the digits as all peers read them: normalised, padded to 32x32,
                                               as floats in train-images.f32 (20,000) and test-images.f32 (10,000),
                                               their labels in train-labels.u8 and test-labels.u8
    scripts/bench_table.py ours KIND           the one number of that kind from `lenet5 bench --json` on stdin
    scripts/bench_table.py table KIND FILE N   a Markdown table from the measurements in FILE; we ran on N threads

A line of FILE is "peer TAB setting TAB our figure TAB the peer's", one a pair, or "peer TAB why it is left out".
"""
import gzip
import itertools
import json
import re
import statistics
import struct
import sys
from pathlib import Path

TRAINING_DIGITS = 20000 # enough for a peer that reads them again and again; floats of all would be 245 MB
DIGITS = {"training": ",.0f", "inference": ",.0f", "latency": ".1f"}
UNITS = {"training": "images/s", "inference": "images/s", "latency": "µs an image"}


def idx_bytes(folder, name):
    """The raw bytes of an IDX file under one of its usual names."""
    for base, suffix in itertools.product((name, name.replace("-idx", ".idx")), ("", ".gz")):
        path = Path(folder) / (base + suffix)
        if path.is_file():
            data = path.read_bytes()
            return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    sys.exit(f"bench_table.py: {folder} has no {name}: give the folder of the four MNIST files.")


def padded_floats(pixels):
    """Normalised floats of 32x32 from bytes of 28x28. Strided slices do in a moment what a loop would do in minutes."""
    count = len(pixels) // 784
    bordered = bytearray(count * 1024)
    for row, col in itertools.product(range(28), repeat=2):
        bordered[(row + 2) * 32 + col + 2::1024] = pixels[row * 28 + col::784]
    values = [struct.pack("<f", (byte / 255 - 0.1307) / 0.3081) for byte in range(256)]
    floats = bytearray(4 * len(bordered))
    for part in range(4):
        floats[part::4] = bordered.translate(bytes(value[part] for value in values))
    return floats


def prepare(mnist, folder):
    for stem, source, count in (("train", "train", TRAINING_DIGITS), ("test", "t10k", 10000)):
        pixels = idx_bytes(mnist, source + "-images-idx3-ubyte")[16:][:count * 784]
        (Path(folder) / f"{stem}-images.f32").write_bytes(padded_floats(pixels))
        labels = idx_bytes(mnist, source + "-labels-idx1-ubyte")[8:][:count]
        (Path(folder) / f"{stem}-labels.u8").write_bytes(labels)


def ours(kind):
    try:
        result = json.load(sys.stdin)[kind]
        if kind == "training":
            result = next(run for run in result if run["batch"] == 64)
        elif kind == "inference":
            result = result[0]
        print(result["median_us" if kind == "latency" else "images_per_second"])
    except (ValueError, LookupError, StopIteration):
        sys.exit(f"bench_table.py: what 'lenet5 bench' printed has no figure of {kind}.")


def described(setting, kind):
    """A setting in words that fit into a table."""
    values = dict(word.split("=") for word in setting.split())
    words = {
        "form": "{}", "batch": "batch {}", "threads": "{} threads", "layout": "{}", "relu": "ReLU {}", "sgd": "SGD {}",
        "pad": "padded to {}"}
    if kind == "latency":
        del words["batch"]
    if values.get("pad") == "1":
        del words["pad"]
    if values.get("form") == "eager":
        del words["form"]
    text = ", ".join(form.format(values[name]) for name, form in words.items() if name in values)
    return re.sub(r"\b1 threads", "1 thread", text)


def table(kind, file, threads):
    pairs, missing = {}, {}
    for line in Path(file).read_text().splitlines():
        name, *fields = line.split("\t")
        if len(fields) == 1:
            missing[name] = fields[0]
        else:
            pairs.setdefault(f"{name}, {described(fields[0], kind)}", []).append((float(fields[1]), float(fields[2])))

    def row(name, values, last):
        cells = (statistics.median(values), min(values), max(values))
        print("| " + " | ".join([name, *(f"{cell:{DIGITS[kind]}}" for cell in cells), last]) + " |")

    print(f"| {kind}, {UNITS[kind]} | median | lowest | highest | lenet5 is N times as fast |")
    print("|---|---:|---:|---:|---:|")
    if pairs:
        name = "lenet5" + {"training": ", batch 64", "inference": "", "latency": ""}[kind]
        name += "" if kind == "latency" else f", {threads} thread" + "s" * (threads != "1")
        row(name, [mine for runs in pairs.values() for mine, _ in runs], "")
    for name, runs in pairs.items():
        ratios = [theirs / mine if kind == "latency" else mine / theirs for mine, theirs in runs]
        ratio = f"{statistics.median(ratios):.2f} ({min(ratios):.2f}..{max(ratios):.2f})"
        row(name, [theirs for _, theirs in runs], ratio)
    for name, why in missing.items():
        print(f"| {name} | {why} | | | |")


def main():
    commands = {"prepare": (prepare, 2), "ours": (ours, 1), "table": (table, 3)}
    command, count = commands.get(sys.argv[1] if len(sys.argv) > 1 else "", (None, 0))
    if command is None or len(sys.argv) != 2 + count:
        sys.exit(__doc__.strip())
    command(*sys.argv[2:])


if __name__ == "__main__":
    main()
