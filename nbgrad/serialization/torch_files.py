"""Reading PyTorch's files: the zip of today, and the row of pickles that came before it.

Source: torch/serialization.py, and the files it writes. Nothing is taken from a file but numbers and plain values; the
names inside a zip are looked up in the zip and never touch the disk.
"""

import contextlib
import io
import os
import struct
import zipfile
from collections.abc import Callable, Iterator
from typing import IO, Any

import numpy as np

from nbgrad.placement import placed, usable
from nbgrad.serialization.files import FormatError
from nbgrad.serialization.pickling import find_tensors
from nbgrad.serialization.storages import GLOBALS, Storage, StorageType, check_result, numbers_of
from nbgrad.serialization.unpickle import Machine, Window

MAGIC = 0x1950A86A20F9469CFC6C
VERSION = 1001
CHUNK = 2**20
ORDERS = {"little": "<", "big": ">"}

Place = Callable[[str], bool]  # whether a storage that lived there goes to the GPU; raises where it cannot live here


@contextlib.contextmanager
def _zip_errors() -> Iterator[None]:
    """Whatever zipfile says about a damaged zip becomes one FormatError."""
    try:
        yield
    except FormatError:
        raise
    except (zipfile.BadZipFile, RuntimeError, EOFError, OverflowError, struct.error, ValueError, KeyError):
        raise FormatError("it is a damaged zip") from None


def read_zip(file: IO[bytes], place: Place) -> Any:
    """The object in a zip of PyTorch; raises FormatError."""
    with _zip_errors():
        archive = zipfile.ZipFile(file)
    with archive:
        return _ZipReader(archive, place).read()


class _ZipReader:
    def __init__(self, archive: zipfile.ZipFile, place: Place) -> None:
        self.archive, self.place = archive, place
        entries = archive.infolist()
        self.entries = {entry.filename: entry for entry in entries}
        size = archive.fp.seek(0, os.SEEK_END)  # type: ignore[union-attr]
        if len(self.entries) < len(entries):
            raise FormatError("it holds two entries of one name")
        if any(
            entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size for entry in entries
        ):
            raise FormatError("it is compressed, which files of PyTorch never are")
        if sum(entry.file_size for entry in entries) > size:
            raise FormatError("its entries claim more bytes than the file has")
        pickles = [name for name in self.entries if name == "data.pkl" or name.endswith("/data.pkl")]
        if len(pickles) != 1:
            raise FormatError("it is a zip without one data.pkl")
        self.root = pickles[0].removesuffix("data.pkl")
        self.storages: dict[tuple[str, str], Storage] = {}
        self.bytes: dict[str, np.ndarray] = {}

    def read(self) -> Any:
        self.order = self._byte_order()
        content = self._content(f"{self.root}data.pkl").tobytes()
        machine = Machine(Window(io.BytesIO(content), len(content)), GLOBALS, self._storage)
        return _settled(check_result(machine.run()), self.storages)

    def _byte_order(self) -> str:
        if f"{self.root}byteorder" not in self.entries:
            return "<"
        order = self._content(f"{self.root}byteorder").tobytes().decode("latin-1")
        if order not in ORDERS:
            raise FormatError("it has an unknown byte order")
        return ORDERS[order]

    def _content(self, name: str) -> np.ndarray:
        """The bytes of an entry, in memory that grows with what the file really has."""
        content = np.empty(self.entries[name].file_size, np.uint8)
        done = 0
        with _zip_errors(), self.archive.open(self.entries[name]) as file:
            while piece := file.read(CHUNK):
                content[done : done + len(piece)] = np.frombuffer(piece, np.uint8)
                done += len(piece)
            if done < len(content):
                raise FormatError("an entry of it has another size than it says")
        return content

    def _storage(self, reference: Any) -> Storage:
        kind, key, count, gpu = _checked(reference, self.place)
        if (key, kind.kind) not in self.storages:
            if key not in self.bytes:
                if f"{self.root}data/{key}" not in self.entries:
                    raise FormatError(f"it lacks the storage {key!r:.40}")
                self.bytes[key] = self._content(f"{self.root}data/{key}")
            if len(self.bytes[key]) != count * kind.itemsize:
                raise FormatError(
                    f"its storage {key!r:.40} has {len(self.bytes[key])} bytes, not {count} × {kind.itemsize}"
                )
            self.storages[key, kind.kind] = Storage(numbers_of(self.bytes[key], kind.kind, self.order), gpu)
        return self.storages[key, kind.kind]


def _checked(reference: Any, place: Place) -> tuple[StorageType, str, int, bool]:
    """Element type, key, count, whether it goes to the GPU: of ("storage", type, key, location, count)."""
    if type(reference) is not tuple or len(reference) not in (5, 6) or reference[0] != "storage":
        raise FormatError("its pickle refers to an unknown kind of storage")
    _, kind, key, location, count, *view = reference
    if type(kind) is not StorageType or type(key) is not str or type(location) is not str or any(view):
        raise FormatError("its pickle refers to an unknown kind of storage")
    if type(count) is not int or not 0 <= count < 2**60:
        raise FormatError("a storage has an impossible size")
    return kind, key, count, place(location)


def _settled(result: Any, storages: dict[Any, Storage]) -> Any:
    """What was read, with the tensors that belong on the GPU there."""
    going = {id(tensor.array) for storage in storages.values() for tensor in storage.for_gpu or ()}
    for tensor in find_tensors(result) if going else ():
        if id(tensor.array) in going:
            tensor.array = placed(tensor.array, "cuda")
    return result


def read_legacy(file: IO[bytes], size: int, place: Place) -> Any:
    """The object in a row of pickles, the numbers behind them; raises FormatError."""
    window = Window(file, size)
    if _plain(window) != MAGIC or _plain(window) != VERSION:
        raise FormatError("it does not begin as a file of PyTorch does")
    system = _plain(window)
    little = system.get("little_endian", True) if type(system) is dict else None
    if type(little) is not bool:
        raise FormatError("it does not say how its numbers are spelled")
    order = "<" if little else ">"
    kinds: dict[str, tuple[StorageType, int]] = {}
    storages: dict[str, Storage] = {}
    allowance = size

    def storage(reference: Any) -> Storage:
        nonlocal allowance
        kind, key, count, gpu = _checked(reference, place)
        if kinds.setdefault(key, (kind, count)) != (kind, count):
            raise FormatError(f"its storage {key!r:.40} has two sizes")
        if key not in storages:
            allowance -= count * kind.itemsize
            if allowance < 0:
                raise FormatError("its storages claim more bytes than the file has")
            storages[key] = Storage(numbers_of(np.zeros(count * kind.itemsize, np.uint8), kind.kind, "="), gpu)
        return storages[key]

    result = check_result(Machine(window, GLOBALS, storage).run())
    keys = _plain(window)
    if type(keys) is not list or sorted(map(repr, keys)) != sorted(map(repr, storages)):
        raise FormatError("it names other storages than its tensors need")
    for key in keys:
        kind, count = kinds[key]
        if int.from_bytes(window.read(8), "little" if little else "big") != count:
            raise FormatError(f"its storage {key!r:.40} has two sizes")
        content = np.frombuffer(window.read(count * kind.itemsize), np.uint8)
        if len(content) != count * kind.itemsize:
            raise FormatError("it ends early")
        storages[key].array[...] = numbers_of(content, kind.kind, order)
    return _settled(result, storages)


def _plain(window: Window) -> Any:
    return check_result(Machine(window, {}).run())


def placing(map_location: Any) -> Place:
    """What `map_location` says about where storages go; raises as PyTorch does where it names a missing device."""
    if not callable(map_location):
        for wanted in map_location.values() if isinstance(map_location, dict) else [map_location]:
            if wanted is not None:
                usable(wanted)

    def place(location: str) -> bool:
        if callable(map_location):
            chosen = map_location(Storage(np.empty(0)), location)
            wanted = location if chosen is None else "cpu" if isinstance(chosen, Storage) else chosen
        elif isinstance(map_location, dict):
            wanted = map_location.get(location, location)
        else:
            wanted = location if map_location is None else map_location
        try:
            return usable(wanted)
        except (AssertionError, RuntimeError):
            raise FormatError(
                f"its tensors lay on {location[:40]!r} and only the CPU is here, which map_location='cpu' names"
            ) from None

    return place
