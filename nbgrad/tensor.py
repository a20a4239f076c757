"""Tensor: an array, its gradient, and the operation that made it. Its methods are the functions of `nbgrad.ops`."""

from __future__ import annotations

import math
import warnings
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from nbgrad import printing
from nbgrad.autograd import engine, modes
from nbgrad.autograd.node import NO_EDGE, gradient_edge
from nbgrad.autograd.record import register_tensor
from nbgrad.autograd.value import is_stale, mark_changed, shared_version
from nbgrad.device import device
from nbgrad.dtypes import DefaultDtype, bool_, dtype, float32, float64, from_numpy_dtype, int32, int64
from nbgrad.formats import channels_last, contiguous_format, memory_format, preserve_format
from nbgrad.methods import Methods
from nbgrad.ops import arithmetic, cast, comparison, index, inplace, logic, matmul, pointwise, views
from nbgrad.ops import shape as shaping
from nbgrad.placement import device_of, placed, usable
from nbgrad.shapes import Size
from nbgrad.strided import DeviceArray

NOT_A_LEAF = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
    "populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf Tensor, "
    "use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you access the "
    "leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more information."
)

_bool = bool
_NUMBERS = (bool, int, float)  # within the class these names are methods


def _without_leading_ones(source: Tensor, ndim: int) -> Tensor:
    while source.ndim > ndim and source.array.shape[0] == 1:
        source = shaping.squeeze(source, 0)
    return source


class Tensor(Methods):
    """A multi-dimensional array that remembers how it was computed.

    >>> import nbgrad as torch
    >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([2., 4.])
    """

    __slots__ = ()
    __array_priority__ = 1000  # numpy's operators leave the work to ours
    __hash__ = object.__hash__

    # ---- what it is

    @property
    def data(self) -> Tensor:
        """The same numbers without history; changing them is not recorded."""
        return self.detach()

    @data.setter
    def data(self, other: Tensor) -> None:
        self.array = other.array

    @property
    def shape(self) -> Size:
        return Size(self.array.shape)

    @property
    def dtype(self) -> dtype:
        return from_numpy_dtype(self.array.dtype)

    @property
    def device(self) -> device:
        return device_of(self.array)

    @property
    def is_cuda(self) -> bool:
        return type(self.array) is DeviceArray

    @property
    def ndim(self) -> int:
        return self.array.ndim

    @property
    def grad(self) -> Any:
        """The gradient that backward passes have added up, None before the first; warns where none will come."""
        gradient = self._grad
        if gradient is None and self.node is not None and not self.retains_grad:
            warnings.warn(NOT_A_LEAF, stacklevel=2)
        return gradient

    @grad.setter
    def grad(self, gradient: Any) -> None:
        self._grad = gradient

    @property
    def grad_fn(self) -> Any:
        """The recorded operation that made it, None for a leaf."""
        if is_stale(self):
            gradient_edge(self)  # a view whose storage was changed gets its new node
        return self.node

    @property
    def is_leaf(self) -> bool:
        """Whether no recorded operation made it; only leaves collect `.grad` by themselves."""
        return self.grad_fn is None

    @property
    def retains_grad(self) -> bool:
        """Whether `retain_grad` was asked of a tensor that is no leaf."""
        return self.node is not None and any(isinstance(hook, _Keep) for _, hook in self.node.pre_hooks or ())

    @property
    def _version(self) -> int:
        return self.version[0]

    @property
    def T(self) -> Tensor:
        return shaping.permute(self, tuple(reversed(range(self.ndim))))

    @property
    def mT(self) -> Tensor:
        if self.ndim < 2:
            raise RuntimeError(
                f"tensor.mT is only supported on matrices or batches of matrices. Got {self.ndim}-D tensor."
            )
        return shaping.transpose(self, -2, -1)

    @property
    def requires_grad(self) -> bool:
        return self._requires_grad or is_stale(self)

    @requires_grad.setter
    def requires_grad(self, wanted: bool) -> None:
        if wanted and not self.dtype.is_floating_point:
            raise RuntimeError("only Tensors of floating point and complex dtype can require gradients")
        if not wanted and self.node is not None:
            raise RuntimeError(
                "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in "
                "a subgraph that doesn't require differentiation use var_no_grad = var.detach()."
            )
        self._requires_grad = wanted

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        self.requires_grad = requires_grad
        return self

    def size(self, dim: int | None = None) -> Any:
        return self.shape if dim is None else self.shape[dim]

    def dim(self) -> int:
        return self.array.ndim

    def numel(self) -> int:
        return self.array.size

    def element_size(self) -> int:
        return self.array.itemsize

    def stride(self, dim: int | None = None) -> Any:
        if self.array.size:
            strides = tuple(step // self.array.itemsize for step in self.array.strides)
        else:  # nothing to step over: as if each axis held something
            strides = tuple(math.prod(max(n, 1) for n in self.array.shape[i + 1 :]) for i in range(self.ndim))
        return strides if dim is None else strides[dim]

    def is_contiguous(self, *, memory_format: memory_format = contiguous_format) -> bool:
        if memory_format is channels_last:
            return self.ndim == 4 and np.moveaxis(self.array, 1, -1).flags.c_contiguous
        return self.array.flags.c_contiguous

    def is_floating_point(self) -> bool:
        return self.dtype.is_floating_point

    # ---- out of and into other forms

    def item(self) -> Any:
        if self.array.size != 1:
            raise RuntimeError(f"a Tensor with {self.array.size} elements cannot be converted to Scalar")
        return self.array.item()

    def tolist(self) -> Any:
        return self.array.tolist()

    def numpy(self, *, force: bool = False) -> np.ndarray:
        """The numbers as a numpy array that shares their memory."""
        if self._requires_grad and not force:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
        if type(self.array) is DeviceArray:
            if not force:
                raise TypeError(
                    f"can't convert {self.device} device type tensor to numpy. Use Tensor.cpu() to copy the tensor to "
                    "host memory first."
                )
            return self.array.get()
        return self.array

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.numpy(), dtype=dtype) if copy else np.asarray(self.numpy(), dtype=dtype)

    def detach(self) -> Tensor:
        """The same numbers, sharing memory, without history."""
        out = Tensor(self.array)
        out.version = shared_version(self)
        return out

    def detach_(self) -> Tensor:
        self.node, self.output_nr, self._requires_grad = None, 0, False
        return self

    def contiguous(self, memory_format: memory_format = contiguous_format) -> Tensor:
        return self if self.is_contiguous(memory_format=memory_format) else self.clone(memory_format=memory_format)

    def cpu(self) -> Tensor:
        return self.to("cpu")

    def cuda(self, device: Any = None) -> Tensor:
        """The tensor on the GPU; raises AssertionError or RuntimeError where there is none."""
        return self.to("cuda" if device is None else device)

    def to(
        self, *target: Any, dtype: dtype | None = None, device: Any = None, non_blocking: Any = False,
        copy: Any = False, memory_format: memory_format = preserve_format,
    ) -> Tensor:  # fmt: skip
        """To another dtype or device, or to those of another tensor; itself where nothing changes."""
        flags = [each for each in target if isinstance(each, bool)]
        for each in target[: len(target) - len(flags)]:
            if isinstance(each, Tensor):
                dtype, device = each.dtype, each.device
            elif isinstance(each, type(float32)):
                dtype = each
            else:
                device = each
        copy = flags[1] if len(flags) > 1 else copy
        if device is not None and usable(device) != (type(self.array) is DeviceArray):
            return cast.moved(self, device).to(dtype=dtype, memory_format=memory_format)
        same = dtype is None or dtype is self.dtype
        arranged = memory_format is preserve_format or self.is_contiguous(memory_format=memory_format)
        if same and arranged and not copy:
            return self
        kind = self.array.dtype if dtype is None else dtype.numpy
        return cast.to_dtype(self, kind, cast.order_of(self, memory_format))

    def type(self, dtype: Any = None) -> Any:
        if dtype is None:
            names = {"float32": "Float", "float64": "Double", "int64": "Long", "int32": "Int", "int16": "Short"}
            names |= {"int8": "Char", "uint8": "Byte", "bool": "Bool"}
            return f"torch.{names[self.dtype.name]}Tensor"
        return self.to(dtype)

    def type_as(self, other: Tensor) -> Tensor:
        return self.to(other.dtype)

    def float(self, memory_format: memory_format = preserve_format) -> Tensor:
        return self.to(float32, memory_format=memory_format)

    def double(self, memory_format: memory_format = preserve_format) -> Tensor:
        return self.to(float64, memory_format=memory_format)

    def long(self, memory_format: memory_format = preserve_format) -> Tensor:
        return self.to(int64, memory_format=memory_format)

    def int(self, memory_format: memory_format = preserve_format) -> Tensor:
        return self.to(int32, memory_format=memory_format)

    def bool(self, memory_format: memory_format = preserve_format) -> Tensor:
        return self.to(bool_, memory_format=memory_format)

    def __repr__(self) -> str:
        return printing.tensor_text(self, (DefaultDtype.floating, int64, bool_))

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if self.ndim == 0 else object.__format__(self, spec)

    def __len__(self) -> Any:
        if self.ndim == 0:
            raise TypeError("len() of a 0-d tensor")
        return self.array.shape[0]

    def __bool__(self) -> Any:
        if self.array.size != 1:
            reason = "more than one value" if self.array.size else "no values"
            raise RuntimeError(f"Boolean value of Tensor with {reason} is ambiguous")
        return bool(self.array.item())

    def __float__(self) -> Any:
        return float(self.item())

    def __int__(self) -> Any:
        return int(self.item())

    def __index__(self) -> Any:
        if self.array.dtype.kind == "f":
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.item())

    def __iter__(self) -> Any:
        if self.ndim == 0:
            raise TypeError("iteration over a 0-d tensor")
        return iter(views.unbind(self))

    def __deepcopy__(self, memo: dict) -> Tensor:
        if not self.is_leaf:
            raise RuntimeError(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the "
                "moment."
            )
        copied = type(self)(self.array.copy(), self._requires_grad)
        copied.grad = None if self.grad is None else Tensor(self.grad.array.copy())
        memo[id(self)] = copied
        return copied

    def __reduce__(self) -> Any:
        if type(self.array) is DeviceArray:
            return _on_device, (type(self), self.array.get(), self._requires_grad, str(self.device))
        return type(self), (self.array, self._requires_grad)

    # ---- gradients

    def backward(self, gradient: Tensor | None = None, retain_graph: Any = None, create_graph: Any = False) -> None:
        """Compute d(self)/d(leaf) for every leaf it was made of, and add it to `leaf.grad`.

        gradient: d(something)/d(self), of the same shape; not needed for a scalar. Raises RuntimeError where no
        gradient is required, where a non-scalar has none given, and on a second pass without `retain_graph`.
        """
        engine.backward((self,), (gradient,), retain_graph, create_graph)

    def retain_grad(self) -> None:
        """Keep the gradient that reaches a tensor that is no leaf, in `.grad`."""
        if not self._requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if self.grad_fn is not None and not self.retains_grad:
            _add_hook(self, _Keep(self))

    def register_hook(self, hook: Callable[[Tensor], Any]) -> HookHandle:
        """Call `hook(gradient)` when the gradient of this tensor is known; what it returns replaces the gradient."""
        if not self._requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        return _add_hook(self, hook)

    def register_post_accumulate_grad_hook(self, hook: Callable[[Tensor], Any]) -> HookHandle:
        """Call `hook(tensor)` after a gradient was added to `.grad` of this leaf."""
        if not self._requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        if self.grad_fn is not None:
            raise RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")
        hooks = _leaf_hooks(self).after
        hooks.append(hook)
        return HookHandle(hooks, hook)

    # ---- in place

    def _require_changeable(self) -> None:
        if not (self._requires_grad and modes.mode.enabled):
            return
        if self.view_of is not None and self.view_of.siblings > 1:
            raise RuntimeError(
                f"Output {self.output_nr} of {self.node.name()} is a view and is being modified inplace. This view is "
                "the output of a function that returns multiple views. Such functions do not allow the output views to "
                "be modified inplace. You should replace the inplace operation by an out-of-place one."
            )
        if self.node is None:
            raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")
        if self.view_of is not None and self.view_of.base.node is None and self.view_of.base._requires_grad:
            raise RuntimeError("a view of a leaf Variable that requires grad is being used in an in-place operation.")

    def _change(self, result: Tensor) -> Tensor:
        """Take the result of an operation into this tensor's own memory, and its place in the graph."""
        if result.array.shape != self.array.shape:
            raise RuntimeError(
                f"output with shape {list(self.array.shape)} doesn't match the broadcast shape "
                f"{list(result.array.shape)}"
            )
        if result.dtype is not self.dtype:
            if result.dtype.is_floating_point and not self.dtype.is_floating_point:
                names = [each.type().removeprefix("torch.").removesuffix("Tensor") for each in (result, self)]
                raise RuntimeError(f"result type {names[0]} can't be cast to the desired output type {names[1]}")
            result = result.to(self.dtype)
        recorded = result._requires_grad or (self._requires_grad and modes.mode.enabled)
        edge = gradient_edge(self) if recorded and self.view_of is not None and self._requires_grad else NO_EDGE
        self.array[...] = result.array
        mark_changed(self)
        if recorded:
            inplace.record_change(self, result, edge)
        return self

    def zero_(self) -> Tensor:
        self._require_changeable()
        return self._change(inplace.zero(self))

    def __iadd__(self, other: Any) -> Tensor:
        return self.add_(other)

    def __isub__(self, other: Any) -> Tensor:
        return self.sub_(other)

    def __imul__(self, other: Any) -> Tensor:
        return self.mul_(other)

    def __itruediv__(self, other: Any) -> Tensor:
        return self.div_(other)

    def __setitem__(self, key: Any, value: Any) -> None:
        """Write numbers, or a tensor that broadcasts, into chosen places."""
        if isinstance(value, _NUMBERS):
            source = Tensor(inplace.element(value, self.array.dtype))
        else:
            source = value if isinstance(value, Tensor) else Tensor(np.asarray(value, self.array.dtype))
            if source.array.ndim and source.device != self.device:
                source = source.to(self.device)
        place, indices = index.located(self, key)
        if indices is not None:
            place._require_changeable()
            place._change(index.put(place, indices, source.to(self.dtype), False))
        elif isinstance(value, _NUMBERS):
            place.fill_(source)
        elif source.array.shape == place.array.shape:
            place.copy_(source)
        else:
            place.copy_(shaping.broadcast(_without_leading_ones(source, place.ndim), place.shape))

    def where(self, condition: Tensor, other: Any) -> Tensor:
        """The number itself where the condition holds, else `other`."""
        return comparison.where(condition, self, other)

    def __getitem__(self, key: Any) -> Tensor:
        return index.getitem(self, key)

    # ---- operators

    __add__ = __radd__ = arithmetic._add  # without alpha: a frame less
    __sub__, __rsub__ = arithmetic._sub, arithmetic.rsub
    __mul__ = __rmul__ = arithmetic.mul
    __truediv__ = arithmetic._div
    __neg__ = arithmetic.neg

    def __rtruediv__(self, other: Any) -> Tensor:
        return arithmetic.mul(arithmetic.reciprocal(self), other)

    def __pow__(self, other: Any) -> Tensor:
        return pointwise.pow(self, other)

    def __rpow__(self, other: Any) -> Tensor:
        try:
            return pointwise.pow(other, self)
        except TypeError:
            return NotImplemented

    def __mod__(self, other: Any) -> Tensor:
        return arithmetic.remainder(self, other)

    def __rmod__(self, other: Any) -> Tensor:
        return arithmetic.remainder(other, self)

    def __floordiv__(self, other: Any) -> Tensor:
        return arithmetic.floor_divide(self, other)

    def __rfloordiv__(self, other: Any) -> Tensor:
        return arithmetic.floor_divide(other, self)

    def __pos__(self) -> Tensor:
        return arithmetic.positive(self)

    def __and__(self, other: Any) -> Tensor:
        return logic.bitwise_and(self, other)

    def __rand__(self, other: Any) -> Tensor:
        return logic.bitwise_and(self, other)

    def __or__(self, other: Any) -> Tensor:
        return logic.bitwise_or(self, other)

    def __ror__(self, other: Any) -> Tensor:
        return logic.bitwise_or(self, other)

    def __xor__(self, other: Any) -> Tensor:
        return logic.bitwise_xor(self, other)

    def __rxor__(self, other: Any) -> Tensor:
        return logic.bitwise_xor(self, other)

    def __invert__(self) -> Tensor:
        return logic.bitwise_not(self)

    def __abs__(self) -> Tensor:
        return pointwise.abs(self)

    def __matmul__(self, other: Tensor) -> Tensor:
        return matmul.matmul(self, other)

    def __eq__(self, other: Any) -> Any:
        try:
            return comparison.eq(self, other)
        except TypeError:  # not comparable: Python falls back to identity
            return NotImplemented

    def __ne__(self, other: Any) -> Any:
        try:
            return comparison.ne(self, other)
        except TypeError:  # not comparable: Python falls back to identity
            return NotImplemented

    def __lt__(self, other: Any) -> Tensor:
        return comparison.lt(self, other)

    def __le__(self, other: Any) -> Tensor:
        return comparison.le(self, other)

    def __gt__(self, other: Any) -> Tensor:
        return comparison.gt(self, other)

    def __ge__(self, other: Any) -> Tensor:
        return comparison.ge(self, other)


register_tensor(Tensor)


def _on_device(kind: type[Tensor], array: np.ndarray, requires_grad: _bool, device: str) -> Tensor:
    """A tensor that was pickled on a GPU, there again."""
    return kind(placed(array, device), requires_grad)


class _Keep:
    """The hook behind `retain_grad`; it must not hold the tensor, which holds the node that holds the hook."""

    def __init__(self, tensor: Tensor) -> None:
        self._tensor = weakref.ref(tensor)

    def __call__(self, gradient: Tensor) -> None:
        tensor = self._tensor()
        if tensor is not None:
            tensor.grad = gradient


class _LeafHooks:
    """Functions called before a leaf's gradient is added to `.grad`, and after."""

    def __init__(self) -> None:
        self.before: list[Callable[[Tensor], Any]] = []
        self.after: list[Callable[[Tensor], Any]] = []


class HookHandle:
    """Takes a hook away again: `handle.remove()`."""

    def __init__(self, hooks: list, entry: Any) -> None:
        self._hooks, self._entry = hooks, entry

    def remove(self) -> None:
        if self._entry in self._hooks:
            self._hooks.remove(self._entry)


def _leaf_hooks(tensor: Tensor) -> _LeafHooks:
    if tensor.hooks is None:
        tensor.hooks = _LeafHooks()
    return tensor.hooks


def _add_hook(tensor: Tensor, hook: Callable[[Tensor], Any]) -> HookHandle:
    entry: Any = hook
    node = tensor.grad_fn
    if node is None:
        hooks = _leaf_hooks(tensor).before
    else:
        node.pre_hooks = hooks = node.pre_hooks if node.pre_hooks is not None else []
        entry = (tensor.output_nr, hook)
    hooks.append(entry)
    return HookHandle(hooks, entry)
