"""The run so far: append-only columns, handed out as read-only views that later appends do not disturb."""

from collections.abc import Sequence

import numpy as np

from gui.lab.snapshot import Curves


class Column:
    """A growing array. Views share its memory: appending writes behind their end, or moves to a larger block.

    >>> column = Column(np.int64)
    >>> column.append(3)
    >>> seen = column.view()
    >>> column.append(4)
    >>> seen.tolist(), column.view().tolist()
    ([3], [3, 4])
    """

    def __init__(self, dtype: type, values: Sequence[float] | np.ndarray = ()) -> None:
        self._length = len(values)
        self._block = np.empty(max(1024, 2 * self._length), dtype)
        self._block[: self._length] = values

    def __len__(self) -> int:
        return self._length

    def append(self, value: float) -> None:
        if self._length == len(self._block):
            larger = np.empty(2 * self._length, self._block.dtype)
            larger[: self._length] = self._block
            self._block = larger
        self._block[self._length] = value
        self._length += 1

    def view(self) -> np.ndarray:
        seen = self._block[: self._length]
        seen.flags.writeable = False
        return seen


class Timeline:
    """Losses by training step and accuracies by test."""

    def __init__(self, curves: Curves | None = None) -> None:
        self._steps = Column(np.int64, curves.steps if curves else ())
        self._losses = Column(np.float64, curves.losses if curves else ())
        self._test_steps = Column(np.int64, curves.test_steps if curves else ())
        self._test_accuracies = Column(np.float64, curves.test_accuracies if curves else ())

    def add_loss(self, step: int, loss: float) -> None:
        self._steps.append(step)
        self._losses.append(loss)

    def add_test(self, step: int, accuracy: float) -> None:
        self._test_steps.append(step)
        self._test_accuracies.append(accuracy)

    def curves(self) -> Curves:
        return Curves(self._steps.view(), self._losses.view(), self._test_steps.view(), self._test_accuracies.view())
