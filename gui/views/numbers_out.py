"""Taking a tensor's numbers elsewhere: as CSV, or as a line of Python that makes the same array again."""

import numpy as np


def as_csv(tensor: np.ndarray) -> str:
    """Rows of the last axis in the shortest digits that read back the same; an empty line between maps.

    >>> as_csv(np.float32([[0.5, -2.0], [0.1, 3.0]]))
    '0.5,-2.0\\n0.1,3.0\\n'
    """
    maps = tensor.reshape(-1, *tensor.shape[-2:]) if tensor.ndim >= 2 else tensor.reshape(1, 1, -1)
    return "\n".join("".join(",".join(map(str, row)) + "\n" for row in matrix) for matrix in maps)


def as_python(tensor: np.ndarray) -> str:
    """
    >>> as_python(np.float32([[0.1, 2.0]]))
    "np.array([[0.1, 2.0]], dtype='float32')"
    """
    text = _nested(tensor).replace("nan", "np.nan").replace("inf", "np.inf")
    return f"np.array({text}, dtype='{tensor.dtype}')"


def _nested(tensor: np.ndarray) -> str:
    return f"[{', '.join(map(_nested, tensor))}]" if tensor.ndim else str(tensor[()])
