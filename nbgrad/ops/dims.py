"""Axes as callers name them: negative ones count from the end, none at all means every one."""

from collections.abc import Sequence


def canonical_dim(dim: int, rank: int) -> int:
    """The axis as 0 .. rank - 1; raises IndexError with PyTorch's sentence."""
    extent = rank or 1
    if not -extent <= dim < extent:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-extent}, {extent - 1}], but got {dim})"
        )
    return dim % extent


def canonical_dims(dim: "int | Sequence[int] | None", rank: int) -> tuple[int, ...]:
    """The axes sorted, without repeats; None means all of them."""
    if dim is None or (not isinstance(dim, int) and len(dim) == 0):
        return tuple(range(rank))
    if isinstance(dim, int):
        dim = (dim,)
    axes = [canonical_dim(each, rank) for each in dim]
    if len(set(axes)) != len(axes):
        raise RuntimeError(
            f"dim {next(a for a in axes if axes.count(a) > 1)} appears multiple times in the list of dims"
        )
    return tuple(sorted(axes)) if rank else ()


def spread(*sizes: "int | Sequence[int]") -> tuple[int, ...]:
    """`f(2, 3)` and `f((2, 3))` mean the same shape."""
    if len(sizes) == 1 and not isinstance(sizes[0], int):
        return tuple(sizes[0])
    return sizes  # type: ignore[return-value]


def pair(value: "int | Sequence[int]") -> tuple[int, int]:
    """One number for both axes, or one for each."""
    if isinstance(value, int):
        return value, value
    first, second = value if len(value) == 2 else (value[0], value[0])
    return first, second
