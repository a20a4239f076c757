"""Convolutions: the same small filters at every place."""

from collections.abc import Callable
from typing import Any

from nbgrad.creation import empty
from nbgrad.nn import functional as F
from nbgrad.nn.linear import reset
from nbgrad.nn.module import Module
from nbgrad.nn.parameter import Parameter
from nbgrad.ops.dims import pair
from nbgrad.tensor import Tensor

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


class _Conv(Module):
    """What convolutions of rows and of images share; sizes are tuples with one entry for each axis."""

    _slide: Callable[..., Tensor]

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: tuple[int, ...], stride: tuple[int, ...], padding: Any,
        dilation: tuple[int, ...], groups: int, bias: bool, padding_mode: str, device: Any, dtype: Any,
    ) -> None:  # fmt: skip
        super().__init__()
        _check(in_channels, out_channels, groups, stride, padding, padding_mode)
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size, self.stride, self.padding, self.dilation = kernel_size, stride, padding, dilation
        self.transposed, self.output_padding, self.padding_mode = False, (0,) * len(kernel_size), padding_mode
        self._around = _around(kernel_size, padding, dilation)
        shape = (out_channels, in_channels // groups, *kernel_size)
        self.weight = Parameter(empty(*shape, dtype=dtype, device=device))
        self.register_parameter("bias", Parameter(empty(out_channels, dtype=dtype, device=device)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        reset(self.weight, self.bias)

    def forward(self, input: Tensor) -> Tensor:
        padding = self.padding
        if self.padding_mode != "zeros":
            input, padding = F.pad(input, self._around, self.padding_mode), 0
        weight, bias = self._own("weight"), self._own("bias")
        return type(self)._slide(input, weight, bias, self.stride, padding, self.dilation, self.groups)

    def extra_repr(self) -> str:
        none, ones = (0,) * len(self.kernel_size), (1,) * len(self.kernel_size)
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        text += f", padding={self.padding}" if self.padding != none else ""
        text += f", dilation={self.dilation}" if self.dilation != ones else ""
        text += f", groups={self.groups}" if self.groups != 1 else ""
        text += ", bias=False" if self.bias is None else ""
        return text + (f", padding_mode={self.padding_mode}" if self.padding_mode != "zeros" else "")


def _check(inputs: int, outputs: int, groups: int, stride: tuple[int, ...], padding: Any, padding_mode: str) -> None:
    if groups <= 0:
        raise ValueError("groups must be a positive integer")
    if inputs % groups:
        raise ValueError("in_channels must be divisible by groups")
    if outputs % groups:
        raise ValueError("out_channels must be divisible by groups")
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise ValueError(f"Invalid padding string '{padding}', should be one of {{'same', 'valid'}}")
        if padding == "same" and any(step != 1 for step in stride):
            raise ValueError("padding='same' is not supported for strided convolutions")
    if padding_mode not in PADDING_MODES:
        raise ValueError(f"padding_mode must be one of {set(PADDING_MODES)}, but got padding_mode='{padding_mode}'")


def _around(kernel_size: tuple[int, ...], padding: Any, dilation: tuple[int, ...]) -> list[int]:
    """The padding as `F.pad` takes it, last axis first."""
    around: list[int] = []
    for axis in reversed(range(len(kernel_size))):
        if padding == "same":
            total = dilation[axis] * (kernel_size[axis] - 1)
            around += [total // 2, total - total // 2]
        else:
            around += [0, 0] if padding == "valid" else [padding[axis], padding[axis]]
    return around


def _single(value: Any) -> tuple[int]:
    return (value,) if isinstance(value, int) else tuple(value)


class Conv1d(_Conv):
    """Slide `out_channels` filters over rows; input: (N, in_channels, L).

    >>> Conv1d(2, 4, 3)
    Conv1d(2, 4, kernel_size=(3,), stride=(1,))
    """

    _slide = staticmethod(F.conv1d)

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0,
        dilation: Any = 1, groups: int = 1, bias: bool = True, padding_mode: str = "zeros", device: Any = None,
        dtype: Any = None,
    ) -> None:  # fmt: skip
        padding = padding if isinstance(padding, str) else _single(padding)
        super().__init__(
            in_channels, out_channels, _single(kernel_size), _single(stride), padding, _single(dilation), groups, bias,
            padding_mode, device, dtype,
        )  # fmt: skip


class Conv2d(_Conv):
    """Slide `out_channels` filters over images; input: (N, in_channels, H, W).

    >>> Conv2d(1, 6, 5)
    Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1))
    """

    _slide = staticmethod(F.conv2d)

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0,
        dilation: Any = 1, groups: int = 1, bias: bool = True, padding_mode: str = "zeros", device: Any = None,
        dtype: Any = None,
    ) -> None:  # fmt: skip
        padding = padding if isinstance(padding, str) else pair(padding)
        super().__init__(
            in_channels, out_channels, pair(kernel_size), pair(stride), padding, pair(dilation), groups, bias,
            padding_mode, device, dtype,
        )  # fmt: skip
