"""Named results of ops that return several tensors, printed as PyTorch's `torch.return_types`."""

from typing import Any, NamedTuple


def _text(self: Any) -> str:
    fields = ",\n".join(f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
    return f"torch.return_types.{type(self).__name__}(\n{fields})"


class _Pair(NamedTuple):
    values: Any
    indices: Any


class max(_Pair):
    """(values, indices) of `max` along an axis."""

    __slots__ = ()
    __repr__ = _text


class min(_Pair):
    """(values, indices) of `min` along an axis."""

    __slots__ = ()
    __repr__ = _text


class sort(_Pair):
    """(values, indices) of `sort`."""

    __slots__ = ()
    __repr__ = _text


class topk(_Pair):
    """(values, indices) of `topk`."""

    __slots__ = ()
    __repr__ = _text
