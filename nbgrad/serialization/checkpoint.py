"""`save` and `load`: tensors and plain values in PyTorch's files, both ways."""

import os
import pickle
import sys
import zipfile
from pathlib import Path
from typing import IO, Any

import numpy as np

from nbgrad.serialization import safetensors
from nbgrad.serialization.files import FormatError, reading, replace
from nbgrad.serialization.pickling import Storages, dump, find_tensors
from nbgrad.serialization.torch_files import MAGIC, VERSION, placing, read_legacy, read_zip
from nbgrad.tensor import Tensor

ALIGNMENT = 64  # where the numbers of a storage begin in the zip
LOCAL_HEADER = 30
PADDING_FIELD = b"FB"


def save(obj: Any, f: Any, *, _use_new_zipfile_serialization: bool = True) -> None:
    """Write tensors and plain values, nested in containers, as PyTorch's `.pt`; a file is replaced whole or not at all.

    obj: what `state_dict()` gives, a tensor, numbers, texts, dicts, lists, tuples and sets of them. f: a path, or a
    file open for writing. _use_new_zipfile_serialization=False: the form before PyTorch 1.6. Tensors that share memory
    share it in the file too. Raises TypeError for other objects, SerializationError where the file cannot be written.

    >>> import nbgrad as torch, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     torch.save({"w": torch.ones(2), "epoch": 3}, f"{folder}/a.pt")
    ...     torch.load(f"{folder}/a.pt")
    {'w': tensor([1., 1.]), 'epoch': 3}
    """
    storages = Storages(find_tensors(obj))
    content = dump(obj, storages, old=not _use_new_zipfile_serialization)

    def write(file: IO[bytes]) -> None:
        if _use_new_zipfile_serialization:
            _write_zip(file, content, storages.arrays, _stem(f))
        else:
            _write_legacy(file, content, storages.arrays)

    if hasattr(f, "write"):
        write(f)
    else:
        replace(Path(f), write)


def load(f: Any, map_location: Any = None, *, weights_only: bool = True) -> Any:
    """What `save`, or PyTorch's, wrote to a file; a safetensors file is a dict of tensors.

    f: a path, or a file open for reading. map_location: a device, a dict of devices, or a function of a storage and its
    place. weights_only: False changes nothing, for nothing in a file is ever run. Half-precision numbers widen to
    float32. Raises SerializationError, one sentence that names the file, where it cannot be read or holds more than
    tensors and plain values.
    """
    place = placing(map_location)
    if hasattr(f, "read"):
        with reading(getattr(f, "name", "The file"), "PyTorch"):
            return _read(f, place)
    with reading(f, "PyTorch"), Path(f).open("rb") as file:
        return _read(file, place)


def _stem(f: Any) -> str:
    name = "" if hasattr(f, "write") else os.path.splitext(os.path.basename(os.fspath(f)))[0]
    return name or "archive"


def _read(file: IO[bytes], place: Any) -> Any:
    start = file.tell()
    size = file.seek(0, os.SEEK_END) - start
    file.seek(start)
    head = file.read(10)
    file.seek(start)
    if head[:4] == b"PK\x03\x04":
        return read_zip(file, place)
    if head[:1] == b"\x80":
        return read_legacy(file, size, place)
    if head[8:10] == b'{"' or head[8:10] == b"{}":
        return {name: _as_tensor(name, array) for name, array in safetensors.read(file)[0].items()}
    raise FormatError("it is neither a zip nor a pickle, nor safetensors")


def _as_tensor(name: str, array: np.ndarray) -> Tensor:
    array = array.astype(np.float32) if array.dtype == np.float16 else array
    if array.dtype.kind == "u" and array.itemsize > 1:
        raise FormatError(f"{name!r:.60} has the element type {array.dtype}, which tensors here do not have")
    return Tensor(array)


def _write_zip(file: IO[bytes], content: bytes, arrays: list[np.ndarray], stem: str) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        _add(archive, f"{stem}/data.pkl", content)
        _add(archive, f"{stem}/byteorder", sys.byteorder.encode())
        for number, array in enumerate(arrays):
            _add(archive, f"{stem}/data/{number}", _bytes_of(array))
        _add(archive, f"{stem}/version", b"3\n")


def _add(archive: zipfile.ZipFile, name: str, content: Any) -> None:
    """One entry, its bytes at a multiple of ALIGNMENT, at the date that zips begin with: equal weights, equal files."""
    entry = zipfile.ZipInfo(name)
    begin = archive.start_dir + LOCAL_HEADER + len(name.encode()) + 4
    padding = -begin % ALIGNMENT
    entry.extra = PADDING_FIELD + padding.to_bytes(2, "little") + b"Z" * padding
    archive.writestr(entry, content)


def _write_legacy(file: IO[bytes], content: bytes, arrays: list[np.ndarray]) -> None:
    sizes = {"short": 2, "int": 4, "long": 4}
    system = {"protocol_version": VERSION, "little_endian": sys.byteorder == "little", "type_sizes": sizes}
    for plain in (MAGIC, VERSION, system):
        file.write(pickle.dumps(plain, 2))
    file.write(content)
    file.write(pickle.dumps([str(number) for number in range(len(arrays))], 2))
    for array in arrays:
        file.write(array.size.to_bytes(8, sys.byteorder))
        file.write(_bytes_of(array))


def _bytes_of(array: np.ndarray) -> Any:
    return array.view(np.uint8).data if array.size else b""
