"""Records over a pipe: eight bytes of length, then a pickle. What comes from a child is read with an allow-list."""

import io
import pickle
import struct
from typing import Any, BinaryIO

HEADER = struct.Struct(">Q")
MOST_BYTES = 256 * 2**20
RECORDS = ("gui.lab.console.records", "gui.lab.steps", "gui.lab.snapshot", "gui.lab.wording")
ARRAYS = {
    ("numpy", "dtype"), ("numpy", "ndarray"),
    ("numpy._core.numeric", "_frombuffer"), ("numpy.core.numeric", "_frombuffer"),
    ("numpy._core.multiarray", "_reconstruct"), ("numpy.core.multiarray", "_reconstruct"),
}  # fmt: skip


class FrameError(Exception):
    """What came through the pipe is none of our records, or what should go does not fit."""


def pack(record: Any) -> bytes:
    """The bytes of one record; raises FrameError where it is too large."""
    data = pickle.dumps(record, 5)
    if len(data) > MOST_BYTES:
        raise FrameError(f"{len(data) / 2**20:,.0f} MiB are more than the lab takes at once")
    return HEADER.pack(len(data)) + data


def read(stream: BinaryIO, trusted: bool = False) -> Any:
    """The next record; EOFError at the end of the stream, FrameError where it holds anything else."""
    head = stream.read(HEADER.size)
    if not head:
        raise EOFError
    size = HEADER.unpack(head)[0] if len(head) == HEADER.size else MOST_BYTES + 1
    data = stream.read(size) if size <= MOST_BYTES else b""
    if not data or len(data) < size:
        raise FrameError("the session sent something that is no answer")
    if trusted:
        return pickle.loads(data)
    try:
        record = _Reader(io.BytesIO(data)).load()
    except Exception as error:
        raise FrameError("the session sent something that is no answer") from error
    if not type(record).__module__.startswith(RECORDS[0]):
        raise FrameError("the session sent something that is no answer")
    return record


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module in RECORDS and "." not in name) or (module, name) in ARRAYS:
            found = super().find_class(module, name)
            if (module, name) in ARRAYS or (isinstance(found, type) and found.__module__ == module):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no record")
