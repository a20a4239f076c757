"""Damaged checkpoints by the thousand: each loads, or is refused with our own error, within a bound of memory."""

import io
import tracemalloc
import zipfile
from random import Random

import numpy as np
import pytest

import nbgrad
from nbgrad.serialization import SerializationError, load, save, save_safetensors

MUTATIONS = 20_000
MULTIPLE = 64  # of the file, plus what any load of a tiny file takes
AROUND = 2**16


def sources(folder):
    """Small checkpoints of each form."""
    network = nbgrad.nn.Linear(3, 2)
    optimizer = nbgrad.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)
    network(nbgrad.ones(1, 3)).sum().backward()
    optimizer.step()
    state = {"model": network.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3, "row": nbgrad.eye(4)[1]}
    files = []
    for zipped in (True, False):
        files.append(io.BytesIO())
        save(state, files[-1], _use_new_zipfile_serialization=zipped)
    save_safetensors(folder / "w", {"w": np.eye(3, dtype=np.float32), "n": np.arange(4)}, {"step": "1"})
    return [file.getvalue() for file in files] + [(folder / "w").read_bytes()]


def damaged(content, random):
    """A few bytes changed, cut, doubled or moved."""
    content = bytearray(content)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        place = random.randrange(len(content) + 1)
        what = random.randrange(6)
        if what == 0:
            content[place : place + 1] = bytes([random.randrange(256)])
        elif what == 1:
            content[place : place + 1] = (
                bytes([content[place] ^ 1 << random.randrange(8)]) if place < len(content) else b""
            )
        elif what == 2:
            del content[place : place + random.choice((1, 4, 40))]
        elif what == 3:
            content[place:place] = content[place : place + random.choice((1, 8, 60))]
        elif what == 4:
            content[place : place + 4] = random.choice((b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff", b"h\0h\1"))
        elif random.random() < 0.2:
            del content[place:]
    return bytes(content)


def mutation(files, random):
    """Of a file as it is, or of the pickle or header inside, with sizes and checksums set right again."""
    number = random.randrange(3)
    content = files[number]
    if random.random() < 0.3:
        return damaged(content, random)
    if number == 0:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
            for name in old.namelist():
                inner = old.read(name)
                hit = name.endswith("data.pkl") or random.random() < 0.05
                new.writestr(name, damaged(inner, random) if hit else inner)
        return out.getvalue()
    if number == 2:
        length = int.from_bytes(content[:8], "little")
        header = damaged(content[8 : 8 + length], random)
        return len(header).to_bytes(8, "little") + header + content[8 + length :]
    return damaged(content, random)


@pytest.mark.parametrize("count", [300, pytest.param(MUTATIONS, marks=pytest.mark.slow)])
def test_only_our_error_and_bounded_memory(tmp_path, count):
    files, random = sources(tmp_path), Random(count)
    for content in files:
        assert load(io.BytesIO(content))
    refused, worst = 0, 0.0
    tracemalloc.start()
    try:
        for _ in range(count):
            content = mutation(files, random)
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            try:
                load(io.BytesIO(content))
            except SerializationError as error:
                refused += 1
                assert len(str(error).splitlines()) == 1
            worst = max(worst, tracemalloc.get_traced_memory()[1] - before - MULTIPLE * len(content))
    finally:
        tracemalloc.stop()
    print(f"{count} mutations, {refused} refused, peak {worst:.0f} bytes beyond {MULTIPLE} times the file")
    assert worst < AROUND
    assert refused > count / 4


def test_checksums_are_what_guards_the_numbers(tmp_path):
    """A flipped bit inside a tensor is found where the form has a checksum: in the zip."""
    content = bytearray(sources(tmp_path)[0])
    place = content.index(nbgrad.eye(4)[1].numpy().tobytes())
    content[place] ^= 1
    with pytest.raises(SerializationError, match="damaged zip"):
        load(io.BytesIO(bytes(content)))
