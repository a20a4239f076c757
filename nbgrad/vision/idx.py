"""The IDX files in which MNIST is published: read with every claim of the header checked against the bytes that follow.

Source: Y. LeCun, C. Cortes, C. Burges, «The MNIST database of handwritten digits», section «File formats».
"""

import gzip
import math
import zlib
from io import BufferedIOBase
from pathlib import Path

import numpy as np

UNSIGNED_BYTE = 0x08
MOST_BYTES = 2**30  # MNIST's largest file holds 47 million
CHUNK = 2**20


class DatasetError(RuntimeError):
    """A data set cannot be used; the one sentence says which file is at fault and what to do."""


def read_idx(path: Path, dimensions: int) -> np.ndarray:
    """The array of an IDX file of unsigned bytes, plain or gzip: uint8 of rank `dimensions`.

    Raises DatasetError, one sentence naming the file, where it is missing, unreadable, truncated, corrupt, longer or
    shorter than its header says, or of another format.
    """
    try:
        with path.open("rb") as raw:
            zipped = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            if not zipped:
                return _parse(raw, path, dimensions)
            with gzip.GzipFile(fileobj=raw) as unzipped:
                return _parse(unzipped, path, dimensions)
    except EOFError:
        raise DatasetError(f"{path} is cut short: download it again.") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DatasetError(f"{path} is corrupt ({error}): download it again.") from None
    except OSError as error:
        raise DatasetError(f"{path} cannot be read ({error.strerror or error}): check the path.") from None


def _parse(file: BufferedIOBase, path: Path, dimensions: int) -> np.ndarray:
    kind = "pictures" if dimensions == 3 else "labels"
    magic = file.read(4)
    if len(magic) < 4:
        raise EOFError
    if magic[:2] != b"\0\0" or magic[3] != dimensions:
        raise DatasetError(
            f"{path} is not an IDX file of {kind} (it begins with {magic.hex()}, not {2048 + dimensions:08x}): "
            "put MNIST's own file there."
        )
    if magic[2] != UNSIGNED_BYTE:
        raise DatasetError(
            f"{path} holds elements of type 0x{magic[2]:02x}, not unsigned bytes (0x08): put MNIST's own file there."
        )
    header = file.read(4 * dimensions)
    if len(header) < 4 * dimensions:
        raise EOFError
    shape = tuple(int.from_bytes(header[i : i + 4], "big") for i in range(0, 4 * dimensions, 4))
    size = math.prod(shape)
    if size > MOST_BYTES:
        raise DatasetError(f"{path} claims a shape of {shape}, which no set of digits has: put MNIST's own file there.")
    content = _read_up_to(file, size + 1)
    if len(content) != size:
        found = f"only {len(content)}" if len(content) < size else "more"
        raise DatasetError(f"{path} says it holds {size} bytes of {kind} but holds {found}: download it again.")
    return np.frombuffer(content, np.uint8).reshape(shape)


def _read_up_to(file: BufferedIOBase, size: int) -> bytearray:
    """Piece by piece, so that a header that lies costs no more memory than the file has bytes."""
    content = bytearray()
    while len(content) < size and (piece := file.read(min(CHUNK, size - len(content)))):
        content += piece
    return content
