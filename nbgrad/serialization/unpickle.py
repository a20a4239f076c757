"""A machine for pickles that knows what weights are made of, and nothing else: no name in a file is ever looked up.

Each opcode on the list makes a plain value, or asks one of the caller's makers for the global it names. Every step
costs memory in proportion to the bytes that ask for it: what could multiply (copies of a shared list, of a shared text)
is paid for from an allowance as large as the pickle. Source: the opcodes' descriptions in Python's pickletools.
"""

import pickletools
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from nbgrad.serialization.files import FormatError

OPCODES: dict[bytes, Any] = {opcode.code.encode("latin-1"): opcode for opcode in pickletools.opcodes}
LONGEST_KEY = 2**61 - 1  # larger integers can share one hash value


class Maker:
    """A global that a pickle may name: `make(machine, *arguments)` stands for calling it."""

    __slots__ = ("make",)

    def __init__(self, make: Callable[..., Any]) -> None:
        self.make = make


class Window:
    """At most `size` bytes of a file; asking for more costs no memory."""

    def __init__(self, file: Any, size: int) -> None:
        self.file, self.left = file, size

    def read(self, count: int) -> bytes:
        content = self.file.read(min(count, self.left))
        self.left -= len(content)
        return content

    def readline(self) -> bytes:
        content = self.file.readline(self.left)
        self.left -= len(content)
        return content


def _push_value(machine: "Machine", value: Any) -> None:
    machine.stack.append(value)


def _push(make: Callable[[], Any]) -> Callable[["Machine", Any], None]:
    return lambda machine, _: machine.stack.append(make())


def _tuple_of(count: int) -> Callable[["Machine", Any], None]:
    def build(machine: "Machine", _: Any) -> None:
        if len(machine.stack) < count:
            raise IndexError
        machine.stack[-count:] = [tuple(machine.stack[-count:])]

    return build


class Machine:
    """Runs one pickle. globals: what "module name" stands for; load_persistent: what a persistent id stands for."""

    def __init__(
        self, content: Window, globals: Mapping[str, Any], load_persistent: Callable[[Any], Any] | None = None
    ) -> None:
        self.content, self.globals, self.load_persistent = content, globals, load_persistent
        self.stack: list[Any] = []
        self.marked: list[list[Any]] = []
        self.memo: dict[int, Any] = {}
        self.allowance = content.left

    def run(self) -> Any:
        """The value of the pickle; raises FormatError where it is not one, or asks for what is not on the list."""
        try:
            while True:
                code = self.content.read(1)
                opcode = OPCODES.get(code)
                if opcode is None:
                    raise FormatError("its pickle ends early" if not code else "its pickle holds an unknown opcode")
                if opcode.name == "STOP":
                    return self.stack.pop()
                if opcode.name not in STEPS:
                    raise FormatError(f"its pickle holds the opcode {opcode.name}, which weights do not need")
                read = READERS.get(opcode.name, opcode.arg and opcode.arg.reader)
                STEPS[opcode.name](self, read(self.content) if read else None)
        except FormatError:
            raise
        except (IndexError, KeyError, TypeError, ValueError, OverflowError, AttributeError):
            raise FormatError("its pickle is damaged") from None

    def spend(self, amount: int) -> None:
        """Pay for a copy of something that may be shared."""
        self.allowance -= amount
        if self.allowance < 0:
            raise FormatError("its pickle would unpack to many times its size")

    def _since_mark(self) -> list[Any]:
        items, self.stack = self.stack, self.marked.pop()
        return items

    def _mark(self, _: Any) -> None:
        self.marked.append(self.stack)
        self.stack = []

    def _proto(self, version: int) -> None:
        if not 2 <= version <= 5:
            raise FormatError(f"its pickle has the protocol {version}")

    def _tuple(self, _: Any) -> None:
        items = self._since_mark()
        self.stack.append(tuple(items))

    def _append(self, _: Any) -> None:
        item = self.stack.pop()
        _require(self.stack[-1], list).append(item)

    def _appends(self, _: Any) -> None:
        items = self._since_mark()
        _require(self.stack[-1], list).extend(items)

    def _set_item(self, _: Any) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        _require(self.stack[-1], dict, OrderedDict)[key_of(key)] = value

    def _set_items(self, _: Any) -> None:
        items = self._since_mark()
        table = _require(self.stack[-1], dict, OrderedDict)
        for key, value in zip(items[::2], items[1::2], strict=True):
            table[key_of(key)] = value

    def _add_items(self, _: Any) -> None:
        items = self._since_mark()
        _require(self.stack[-1], set).update(map(key_of, items))

    def _get(self, place: int) -> None:
        self.stack.append(self.memo[place])

    def _put(self, place: int) -> None:
        self.memo[place] = self.stack[-1]

    def _memoize(self, _: Any) -> None:
        self.memo[len(self.memo)] = self.stack[-1]

    def _global(self, name: str) -> None:
        if name not in self.globals:
            spelling = "".join(each if each.isprintable() else "?" for each in name.replace(" ", ".")[:80])
            raise FormatError(
                f"it refers to {spelling}, and weights are made of tensors and plain values alone (a module is saved "
                "as its state_dict)"
            )
        self.stack.append(self.globals[name])

    def _stack_global(self, _: Any) -> None:
        name, module = self.stack.pop(), self.stack.pop()
        self.spend(len(name) + len(module))
        self._global(f"{module} {name}")

    def _reduce(self, _: Any) -> None:
        arguments, maker = self.stack.pop(), self.stack.pop()
        self.stack.append(_require(maker, Maker).make(self, *_require(arguments, tuple)))

    def _build(self, _: Any) -> None:
        state, owner = self.stack.pop(), self.stack[-1]
        if type(owner) is not OrderedDict or type(state) is not dict:
            raise FormatError("its pickle gives attributes to a value that has none")
        if "_metadata" in state:  # the versions of a module's parts
            owner._metadata = state["_metadata"]  # type: ignore[attr-defined]

    def _persistent(self, _: Any) -> None:
        if self.load_persistent is None:
            raise FormatError("its pickle refers to a storage where none can be")
        self.stack.append(self.load_persistent(self.stack.pop()))


def _require(value: Any, *types: type) -> Any:
    if type(value) not in types:
        raise TypeError
    return value


def key_of(value: Any) -> Any:
    if type(value) not in (str, int, float, bool, type(None)) or (type(value) is int and abs(value) >= LONGEST_KEY):
        raise FormatError("its pickle names values by something else than texts and numbers")
    return value


def _read_two_lines(content: Window) -> str:
    lines = content.readline(), content.readline()
    if not all(line.endswith(b"\n") for line in lines):
        raise FormatError("its pickle ends early")
    return " ".join(line[:-1].decode() for line in lines)


READERS: dict[str, Callable[[Window], Any]] = {"GLOBAL": _read_two_lines}  # Python's own would interpret escapes
STEPS: dict[str, Callable[[Machine, Any], None]] = {
    "PROTO": Machine._proto, "FRAME": lambda machine, _: None, "STOP": lambda machine, _: None,
    "NONE": _push(lambda: None), "NEWTRUE": _push(lambda: True), "NEWFALSE": _push(lambda: False),
    "BININT": _push_value, "BININT1": _push_value, "BININT2": _push_value, "LONG1": _push_value,
    "BINFLOAT": _push_value, "BINUNICODE": _push_value, "SHORT_BINUNICODE": _push_value, "BINUNICODE8": _push_value,
    "SHORT_BINSTRING": _push_value, "BINSTRING": _push_value,
    "SHORT_BINBYTES": _push_value, "BINBYTES": _push_value, "BINBYTES8": _push_value,
    "EMPTY_LIST": _push(list), "EMPTY_DICT": _push(dict), "EMPTY_SET": _push(set), "EMPTY_TUPLE": _push(tuple),
    "MARK": Machine._mark, "TUPLE": Machine._tuple,
    "TUPLE1": _tuple_of(1), "TUPLE2": _tuple_of(2), "TUPLE3": _tuple_of(3),
    "APPEND": Machine._append, "APPENDS": Machine._appends, "SETITEM": Machine._set_item,
    "SETITEMS": Machine._set_items, "ADDITEMS": Machine._add_items,
    "BINGET": Machine._get, "LONG_BINGET": Machine._get, "BINPUT": Machine._put, "LONG_BINPUT": Machine._put,
    "MEMOIZE": Machine._memoize, "GLOBAL": Machine._global, "STACK_GLOBAL": Machine._stack_global,
    "REDUCE": Machine._reduce, "BUILD": Machine._build, "BINPERSID": Machine._persistent,
}  # fmt: skip
