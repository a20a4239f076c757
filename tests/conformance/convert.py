"""PyTorch's samples as ours: the same numbers, strides, shared memory and flags, in memory of their own."""

from typing import Any

import numpy as np

import nbgrad


class Unsupported(Exception):
    """The sample holds something nbgrad has no counterpart for, such as a complex number."""


class Conversion:
    """Converts values of one sample; a tensor met twice stays one tensor, views of one storage keep sharing it.

    leaves: pairs (PyTorch's tensor, ours) that require a gradient, in the order they were met.
    """

    def __init__(self, torch: Any) -> None:
        self._torch = torch
        self._tensors: dict[int, Any] = {}
        self._storages: dict[int, Any] = {}
        self.leaves: list[tuple[Any, Any]] = []

    def __call__(self, value: Any) -> Any:
        torch = self._torch
        if isinstance(value, torch.Tensor):
            if id(value) not in self._tensors:
                self._tensors[id(value)] = self._tensor(value)
            return self._tensors[id(value)]
        if isinstance(value, torch.dtype | torch.memory_format | torch.layout):
            name = str(value).removeprefix("torch.")
            if not hasattr(nbgrad, name):
                raise Unsupported(str(value))
            return getattr(nbgrad, name)
        if isinstance(value, torch.Size):
            return nbgrad.Size(value)
        if isinstance(value, torch.device):
            return nbgrad.device(str(value))
        if isinstance(value, tuple | list):
            return type(value)(self(each) for each in value)
        if isinstance(value, dict):
            return {key: self(each) for key, each in value.items()}
        return value

    def _tensor(self, tensor: Any) -> Any:
        if tensor.is_complex() or tensor.layout != self._torch.strided:
            raise Unsupported(f"{tensor.dtype}, {tensor.layout}")
        name = str(tensor.dtype).removeprefix("torch.")
        if not hasattr(nbgrad, name):
            raise Unsupported(str(tensor.dtype))
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in self._storages:
            self._storages[storage.data_ptr()] = np.array(storage.tolist(), np.uint8)
        size = tensor.element_size()
        array = np.ndarray(
            tuple(tensor.shape), getattr(nbgrad, name).numpy, self._storages[storage.data_ptr()],
            tensor.storage_offset() * size, tuple(step * size for step in tensor.stride()),
        )  # fmt: skip
        ours = nbgrad.from_numpy(array)
        if tensor.requires_grad:
            ours.requires_grad_()
            self.leaves.append((tensor, ours))
        return ours
