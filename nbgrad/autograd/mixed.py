"""What PyTorch says where tensors of the host and of the GPU meet in one operation."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nbgrad.strided import ARRAYS, DIFFERENT_DEVICES, DeviceArray, DifferentDevices

# op: PyTorch's method for the GPU; the arguments it looks at, in its order and words: their places among the op's
_METHODS: dict[str, tuple[str, dict[str, int]]] = {
    "_mm": ("mm", {"self": 0, "mat2": 1}),
    "_bmm": ("bmm", {"self": 0, "mat2": 1}),
    "_dot": ("_dot", {"self": 0, "tensor": 1}),
    "_addmm": ("addmm", {"self": 0, "mat1": 1, "mat2": 2}),
    "_addmm_scaled": ("addmm", {"self": 0, "mat1": 1, "mat2": 2}),
    "_baddbmm": ("baddbmm", {"self": 0, "batch1": 1, "batch2": 2}),
    "_gather": ("gather", {"self": 0, "index": 2}),
    "_scatter": ("scatter_src", {"self": 0, "index": 3, "src": 1}),
    "_scatter_number": ("scatter_value", {"self": 0, "index": 2}),
    "_scatter_add": ("scatter_add", {"self": 0, "index": 3, "src": 1}),
    "_index_select": ("_index_select", {"self": 0, "index": 2}),
    "_embedding": ("_index_select", {"self": 0, "index": 1}),
    "_nll_loss": ("nll_loss_forward", {"self": 0, "target": 1, "weight": 2}),
    "_nll_loss2d": ("_nll_loss2d_forward", {"self": 0, "target": 1, "weight": 2}),
    "_layer_norm": ("_native_layer_norm", {"input": 0, "weight": 1, "bias": 2}),
}
_POINTERS = {"_index": 1, "_index_put": 3}  # op: where its indices begin
_MASKS = {"_masked_fill": 2, "_masked_fill_number": 1}


def different_devices(op: str, arrays: Sequence[Any]) -> DifferentDevices:
    """The error that PyTorch raises where an op gets these arrays, which are on two devices."""
    x = arrays[0]
    if op in ("_conv1d", "_conv2d"):
        return DifferentDevices(_of_convolution(*arrays[:3]))
    if op in _POINTERS and type(x) is np.ndarray and DeviceArray in map(type, arrays[_POINTERS[op] :]):
        return DifferentDevices("indices should be either on cpu or on the same device as the indexed tensor (cpu)")
    if op in _MASKS:
        found = f"got mask on {_place(arrays[_MASKS[op]])} and self on {_place(x)}"
        return DifferentDevices(f"expected self and mask to be on the same device, but {found}")
    if op in ("_cat", "_stack"):
        method, named = "cat", [("tensors", each) for each in arrays]
    else:
        method, places = _METHODS.get(op, ("", {}))
        named = [(name, arrays[place]) for name, place in places.items() if place < len(arrays)]
    given = [(name, each) for name, each in named if type(each) in ARRAYS]
    for name, each in given:
        first = given[0][1]
        if type(each) is not type(first):
            return DifferentDevices(
                f"Expected all tensors to be on the same device, but got {name} is on {_place(each)}, different from "
                f"other tensors on {_place(first)} (when checking argument in method wrapper_CUDA_{method})"
            )
    return DifferentDevices(DIFFERENT_DEVICES)


def _of_convolution(x: Any, weight: Any, bias: Any) -> str:
    name, other = ("weight", weight) if type(weight) is not type(x) else ("bias", bias)
    said = f"Input type ({_class_of(x)}) and {name} type ({_class_of(other)}) should be the same"
    if type(x) is np.ndarray and x.dtype == np.float32:  # PyTorch's library for the CPU has a format of its own
        said += f" or input should be a MKLDNN tensor and {name} is a dense tensor"
    return said


def _place(array: Any) -> str:
    return "cuda:0" if type(array) is DeviceArray else "cpu"


def _class_of(array: Any) -> str:
    kind = "Double" if array.dtype == np.float64 else "Float"
    return f"torch.{'cuda.' if type(array) is DeviceArray else ''}{kind}Tensor"
