"""Writing pickles that PyTorch opens with `weights_only=True`: protocol 2, with the globals it allows.

The tensors of one object that overlap in memory share a storage in the file, which spans just the memory they cover.
"""

import pickle
import struct
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np

from nbgrad.device import device
from nbgrad.dtypes import dtype
from nbgrad.nn.module import Module
from nbgrad.nn.parameter import Parameter
from nbgrad.serialization.storages import STORAGE_NAMES
from nbgrad.shapes import Size
from nbgrad.tensor import Tensor

CONTAINERS = (dict, OrderedDict, list, tuple, set, Size)


def find_tensors(obj: Any) -> list[Tensor]:
    """Every tensor inside nested containers, each once, in the order of their appearance."""
    seen: set[int] = set()
    found: list[Tensor] = []
    waiting = [obj]
    while waiting:
        value = waiting.pop()
        if id(value) in seen:
            continue
        if isinstance(value, Tensor):
            seen.add(id(value))
            found.append(value)
        elif type(value) in CONTAINERS:
            seen.add(id(value))
            waiting += reversed(list(value.values() if isinstance(value, dict) else value))
    return found


class Storages:
    """The stretches of memory that tensors cover, numbered as they appear; overlapping ones of a dtype are one."""

    def __init__(self, tensors: list[Tensor]) -> None:
        self.arrays: list[np.ndarray] = []  # flat and contiguous
        self.places: dict[int, tuple[int, int]] = {}  # id of a tensor -> number of its storage, offset
        # Those of the GPU are copied, each to a storage of its own.
        self.hosts = {id(tensor): tensor.detach().cpu() if tensor.is_cuda else tensor for tensor in tensors}
        owners = {id(host): owner for owner, host in self.hosts.items()}
        rank = {id(host): i for i, host in enumerate(self.hosts.values())}
        stretches = _stretches(list(self.hosts.values()))
        for members, end in sorted(stretches, key=lambda stretch: min(rank[id(tensor)] for tensor, _ in stretch[0])):
            first, start = members[0]
            size = first.array.itemsize
            if first.array.flags.c_contiguous and start + first.array.nbytes >= end:
                flat = first.array.reshape(-1)
            else:
                flat = np.lib.stride_tricks.as_strided(first.array, ((end - start) // size,), (size,))
            for tensor, begin in members:
                self.places[owners[id(tensor)]] = len(self.arrays), (begin - start) // size
            self.arrays.append(flat)


def _stretches(tensors: list[Tensor]) -> list[tuple[list[tuple[Tensor, int]], int]]:
    """Tensors (each with its address) that overlap, and the address where the last of them ends."""
    bounds = [(tensor, *_bounds(tensor.array)) for tensor in tensors]
    bounds.sort(key=lambda bound: (bound[0].array.dtype.str, bound[1]))
    found: list[tuple[list[tuple[Tensor, int]], int]] = []
    for tensor, start, end in bounds:
        if found:
            members, last = found[-1]
            other, first = members[0]
            if (
                other.array.dtype == tensor.array.dtype
                and start < last
                and (start - first) % tensor.array.itemsize == 0
            ):
                members.append((tensor, start))
                found[-1] = members, max(last, end)
                continue
        found.append(([(tensor, start)], end))
    return found


def _bounds(array: np.ndarray) -> tuple[int, int]:
    """The addresses of an array's first byte and of the byte after its last."""
    start = array.__array_interface__["data"][0]
    span = sum((extent - 1) * step for extent, step in zip(array.shape, array.strides, strict=True)) + array.itemsize
    return start, start + span if array.size else start


def dump(obj: Any, storages: Storages, old: bool = False) -> bytes:
    """The pickle of plain containers with tensors; raises TypeError for a value that is neither.

    old: refer to storages as files before the zip did.
    """
    return _Writer(storages, old).dump(obj)


class _Writer:
    def __init__(self, storages: Storages, old: bool) -> None:
        self.storages, self.old = storages, old
        self.out = bytearray(b"\x80\x02")
        self.memo: dict[Any, int] = {}
        self.alive: list[Any] = []  # an id is a name only while its object lives
        self.open: set[int] = set()

    def dump(self, obj: Any) -> bytes:
        try:
            self.write(obj)
        except RecursionError:
            raise TypeError("nbgrad.save cannot write containers nested this deeply") from None
        return bytes(self.out + b".")

    def write(self, obj: Any) -> None:
        if self._recall(id(obj)):
            return None
        if isinstance(obj, Tensor):
            return self._write_tensor(obj)
        write = WRITERS.get(type(obj))
        if write is None:
            hint = ": save its state_dict()" if isinstance(obj, Module) else ""
            raise TypeError(f"nbgrad.save writes tensors and plain values, not {type(obj).__name__}{hint}")
        return write(self, obj)

    def _recall(self, key: Any) -> bool:
        place = self.memo.get(key)
        if place is not None:
            self.out += b"h" + bytes([place]) if place < 256 else b"j" + place.to_bytes(4, "little")
        return place is not None

    def _remember(self, key: Any, obj: Any = None) -> None:
        place = self.memo[key] = len(self.memo)
        self.alive.append(obj)
        self.out += b"q" + bytes([place]) if place < 256 else b"r" + place.to_bytes(4, "little")

    def _global(self, module: str, name: str) -> None:
        if not self._recall((module, name)):
            self.out += f"c{module}\n{name}\n".encode()
            self._remember((module, name))

    def _int(self, value: int) -> None:
        if -(2**31) <= value < 2**31:
            self.out += b"J" + value.to_bytes(4, "little", signed=True)
        else:
            content = pickle.encode_long(value)
            if len(content) > 255:
                raise TypeError("nbgrad.save cannot write an integer this large")
            self.out += b"\x8a" + bytes([len(content)]) + content

    def _str(self, value: str) -> None:
        if not self._recall(("text", value)):
            content = value.encode("utf-8", "surrogatepass")
            self.out += b"X" + len(content).to_bytes(4, "little") + content
            self._remember(("text", value))

    def _bytes(self, value: bytes) -> None:
        self._call("_codecs", "encode", value.decode("latin1"), "latin1")

    def _call(self, module: str, name: str, *arguments: Any) -> None:
        self._global(module, name)
        self._items(arguments)
        self.out += b"R"

    def _items(self, items: Any) -> None:
        self.out += b"("
        for item in items:
            self.write(item)
        self.out += b"t"

    def _tuple(self, value: tuple) -> None:
        if id(value) in self.open:
            raise TypeError("nbgrad.save cannot write a tuple that contains itself")
        self.open.add(id(value))
        self._items(value)
        self._remember(id(value), value)
        self.open.discard(id(value))

    def _list(self, value: list) -> None:
        self.out += b"]"
        self._remember(id(value), value)
        self.out += b"("
        for item in value:
            self.write(item)
        self.out += b"e"

    def _dict(self, value: dict) -> None:
        if type(value) is OrderedDict:
            self._call("collections", "OrderedDict")
        else:
            self.out += b"}"
        self._remember(id(value), value)
        self.out += b"("
        for key, item in value.items():
            self.write(key)
            self.write(item)
        self.out += b"u"

    def _set(self, value: set) -> None:
        self._call("__builtin__", "set", list(value))
        self._remember(id(value), value)

    def _size(self, value: Size) -> None:
        self._call("torch", "Size", tuple(value))

    def _write_tensor(self, tensor: Tensor) -> None:
        if type(tensor) is Parameter:
            self._global("torch._utils", "_rebuild_parameter")
            self.out += b"("
            self._rebuild(tensor, False)
            self.write(tensor.requires_grad)
            self.write(OrderedDict())
            self.out += b"tR"
        else:
            self._rebuild(tensor, tensor.requires_grad)
        self._remember(id(tensor), tensor)

    def _rebuild(self, tensor: Tensor, requires_grad: bool) -> None:
        number, offset = self.storages.places[id(tensor)]
        flat = self.storages.arrays[number]
        self._global("torch._utils", "_rebuild_tensor_v2")
        self.out += b"(("
        self._str("storage")
        self._global("torch", STORAGE_NAMES[flat.dtype])
        self._str(str(number))
        self._str(str(tensor.device))
        self._int(flat.size)
        if self.old:
            self.out += b"N"
        self.out += b"tQ"
        for value in (
            offset,
            tuple(tensor.shape),
            self.storages.hosts[id(tensor)].stride(),
            requires_grad,
            OrderedDict(),
        ):
            self.write(value)
        self.out += b"tR"


WRITERS: dict[type, Callable[[_Writer, Any], None]] = {
    type(None): lambda writer, _: writer.out.extend(b"N"),
    bool: lambda writer, value: writer.out.extend(b"\x88" if value else b"\x89"),
    int: _Writer._int,
    float: lambda writer, value: writer.out.extend(b"G" + struct.pack(">d", value)),
    np.float64: lambda writer, value: writer.out.extend(b"G" + struct.pack(">d", value)),
    str: _Writer._str, bytes: _Writer._bytes, tuple: _Writer._tuple, list: _Writer._list, dict: _Writer._dict,
    OrderedDict: _Writer._dict, set: _Writer._set, Size: _Writer._size,
    dtype: lambda writer, value: writer._global("torch", value.name),
    device: lambda writer, value: writer._call("torch", "device", str(value)),
}  # fmt: skip
