"""The safetensors format, which holds numbers and names and nothing that could run.

Layout: 8 bytes with the length of the header, the header as JSON, then the tensors end to end. Every claim of the
header is checked. Source: the format's description in huggingface/safetensors.
"""

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np

from nbgrad.serialization.files import FormatError, reading, replace

LONGEST_HEADER = 100_000_000

TYPES = {
    "BOOL": "|b1", "U8": "|u1", "I8": "|i1", "U16": "<u2", "I16": "<i2", "F16": "<f2",
    "U32": "<u4", "I32": "<i4", "F32": "<f4", "U64": "<u8", "I64": "<i8", "F64": "<f8",
}  # fmt: skip
NAMES = {np.dtype(spelling): name for name, spelling in TYPES.items()}


def save_safetensors(
    path: str | os.PathLike, tensors: Mapping[str, Any], metadata: Mapping[str, str] | None = None
) -> None:
    """Write named tensors or arrays to `path`, whole or not at all: a file that was there survives any failure.

    metadata: strings by name. Raises SerializationError where the folder cannot be written or the disk is full,
    TypeError for an element type the format has no name for.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_safetensors(f"{folder}/a.safetensors", {"w": np.ones(2, np.float32)}, {"step": "7"})
    ...     load_safetensors(f"{folder}/a.safetensors")
    ({'w': array([1., 1.], dtype=float32)}, {'step': '7'})
    """
    path = Path(path)
    arrays = {name: _little_endian(name, tensor) for name, tensor in tensors.items()}
    header = _header(arrays, dict(metadata or {}))
    replace(path, lambda file: file.writelines((header, *(array.data for array in arrays.values()))))


def load_safetensors(path: str | os.PathLike) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The arrays by name and the metadata of a file; every array owns its memory.

    Raises SerializationError, one sentence that names the file, where it cannot be read or is not safetensors.
    """
    with reading(path, "safetensors"), Path(path).open("rb") as file:
        return read(file)


def read(file: IO[bytes]) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The arrays by name and the metadata of an open file; raises FormatError."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    entries, metadata = _read_header(file, size)
    return {name: _read_array(file, *entry) for name, entry in entries.items()}, metadata


def _little_endian(name: str, tensor: Any) -> np.ndarray:
    array = np.asarray(tensor.numpy(force=True) if hasattr(tensor, "detach") else tensor)
    kind = array.dtype.newbyteorder("<") if array.dtype.byteorder == ">" else array.dtype
    if kind not in NAMES:
        raise TypeError(f"safetensors has no name for the element type {array.dtype} of {name!r}")
    return array.astype(kind, order="C", copy=False).reshape(array.shape)


def _header(arrays: dict[str, np.ndarray], metadata: dict[str, str]) -> bytes:
    if not all(isinstance(text, str) for pair in metadata.items() for text in pair):
        raise TypeError("metadata of safetensors must be strings by name")
    entries: dict[str, Any] = {"__metadata__": metadata} if metadata else {}
    end = 0
    for name, array in arrays.items():
        if not isinstance(name, str) or name == "__metadata__":
            raise TypeError(f"a tensor cannot be called {name!r}")
        start, end = end, end + array.nbytes
        entries[name] = {"dtype": NAMES[array.dtype], "shape": list(array.shape), "data_offsets": [start, end]}
    text = json.dumps(entries, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # tensors begin at a multiple of 8
    return len(text).to_bytes(8, "little") + text


def _read_header(file: Any, size: int) -> tuple[dict[str, tuple[np.dtype, tuple[int, ...]]], dict[str, str]]:
    """The tensors in the order of their bytes, as name -> (element type, shape); the file then stands at the first."""
    length = int.from_bytes(file.read(8), "little")
    if size < 8 or length > min(size - 8, LONGEST_HEADER):
        raise FormatError("it is too short for its header")
    try:
        header = json.loads(file.read(length).decode())
    except (ValueError, RecursionError):
        raise FormatError("its header is not JSON") from None
    if not isinstance(header, dict):
        raise FormatError("its header is not a table")
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
        raise FormatError("its metadata are not strings")
    entries, end = {}, 0
    checked = {name: _check_entry(name, entry) for name, entry in header.items()}
    for name, (kind, shape, start, stop) in sorted(checked.items(), key=lambda item: item[1][2:]):
        if start != end:
            raise FormatError(f"the bytes of {name!r} do not follow those before them")
        entries[name], end = (kind, shape), stop
    if 8 + length + end != size:
        raise FormatError(f"it holds {size - 8 - length} bytes of numbers where its header says {end}")
    return entries, metadata


def _check_entry(name: str, entry: Any) -> tuple[np.dtype, tuple[int, ...], int, int]:
    if not isinstance(entry, dict) or {"dtype", "shape", "data_offsets"} - entry.keys():
        raise FormatError(f"the entry of {name!r} lacks its type, shape or place")
    if not isinstance(entry["dtype"], str) or entry["dtype"] not in TYPES:
        raise FormatError(f"{name!r} has the unknown element type {entry['dtype']!r}")
    kind, shape, offsets = np.dtype(TYPES[entry["dtype"]]), entry["shape"], entry["data_offsets"]
    if not _counts(shape) or not _counts(offsets) or len(offsets) != 2 or len(shape) > 32:
        raise FormatError(f"the shape or place of {name!r} is not made of whole numbers")
    if offsets[1] - offsets[0] != math.prod(shape) * kind.itemsize:
        raise FormatError(f"the shape of {name!r} does not fit its {offsets[1] - offsets[0]} bytes")
    return kind, tuple(shape), offsets[0], offsets[1]


def _counts(numbers: Any) -> bool:
    return isinstance(numbers, list) and all(type(number) is int and 0 <= number < 2**62 for number in numbers)


def _read_array(file: Any, kind: np.dtype, shape: tuple[int, ...]) -> np.ndarray:
    content = bytearray(file.read(math.prod(shape) * kind.itemsize))
    if len(content) != math.prod(shape) * kind.itemsize:
        raise FormatError("it became shorter while it was read")
    return np.frombuffer(content, kind).reshape(shape).astype(kind.newbyteorder("="), copy=False)
