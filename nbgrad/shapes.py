"""Shapes: how they print, and how two of them become one."""

from typing import Any


class layout:
    """How numbers lie in memory: at regular distances, `strided`, is the only way here."""

    def __repr__(self) -> str:
        return "torch.strided"


strided = layout()


class Size(tuple):
    """The shape of a tensor: a tuple that prints as PyTorch's.

    >>> Size((2, 3)), Size((2, 3)).numel()
    (torch.Size([2, 3]), 6)
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"torch.Size([{', '.join(map(str, self))}])"

    def numel(self) -> int:
        count = 1
        for extent in self:
            count *= extent
        return count

    def __getitem__(self, key: Any) -> Any:
        found = tuple.__getitem__(self, key)
        return Size(found) if isinstance(key, slice) else found

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, tuple):
            raise TypeError(f"can only concatenate tuple (not {type(other).__name__}) to torch.Size")
        return Size(tuple.__add__(self, other))

    def __radd__(self, other: tuple) -> Any:
        return Size(tuple(other) + tuple(self))

    def __mul__(self, count: Any) -> Any:
        return Size(tuple.__mul__(self, count))

    __rmul__ = __mul__


def broadcast_shapes(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    """The shape two shapes broadcast to; raises RuntimeError with PyTorch's sentence where they do not."""
    rank = max(len(a), len(b))
    padded_a, padded_b = (1,) * (rank - len(a)) + a, (1,) * (rank - len(b)) + b
    for axis in reversed(range(rank)):
        m, n = padded_a[axis], padded_b[axis]
        if m != n and m != 1 and n != 1:
            raise RuntimeError(
                f"The size of tensor a ({m}) must match the size of tensor b ({n}) at non-singleton dimension {axis}"
            )
    return tuple(n if m == 1 else m for m, n in zip(padded_a, padded_b, strict=True))
