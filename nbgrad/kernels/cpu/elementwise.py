"""One scalar formula applied to every element, with PyTorch's broadcasting and type promotion."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba.extending import register_jitable
from numpy import empty as new_array
from numpy import ndarray

from nbgrad.device import SMALLEST_POOLED, empty
from nbgrad.dtypes import DefaultDtype, result_type
from nbgrad.kernels import formulas
from nbgrad.kernels.cpu import math
from nbgrad.kernels.cpu.launch import run_flat
from nbgrad.kernels.cpu.simd import MANY_REGISTERS, lanes, load_row, load_row_part, store_tile, store_tile_part
from nbgrad.kernels.registry import kernel
from nbgrad.shapes import broadcast_shapes

_BOOL, _INT64 = np.dtype(np.bool_), np.dtype(np.int64)
_FLOAT32, _FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
_OPERANDS = (np.ndarray, np.generic, int, float)
_UNARY = "void(float32[::1], float32[::1])"
_BINARY = "void(float32[::1], float32[::1], float32[::1])"
_WITH_NUMBER = "void(float32[::1], float64, float32[::1])"
SIDE_BY_SIDE = (0,) * (4 if MANY_REGISTERS else 2)  # registers, so that none waits for its own steps
_BROADCAST = "void(float32[::1], int64[::1], float32[::1], int64[::1], float32[::1], int64[::1])"

ArrayFunction = Callable[..., np.ndarray]


def _broadcast_strides(shape: tuple[int, ...], rank: int) -> np.ndarray:
    """Element strides of a C-contiguous array seen with `rank` axes; 0 where an axis repeats."""
    strides, step = np.zeros(rank, np.int64), 1
    for axis in range(1, len(shape) + 1):
        extent = shape[-axis]
        strides[rank - axis] = step if extent != 1 else 0
        step *= extent
    return strides


def _binary_kernels(
    formula: Callable[[Any, Any], Any], flat_signatures: tuple[str, ...], broadcast_signatures: tuple[str, ...]
) -> tuple[Any, Any, Any]:
    name = formula.__name__
    number_signatures = (_WITH_NUMBER,) if flat_signatures else ()
    formula = register_jitable(formula)

    @kernel(*broadcast_signatures, name=f"{name}_broadcast")
    def broadcast(a, a_strides, b, b_strides, out, shape):
        """out[i] = formula(a[i * a_strides], b[i * b_strides]) for every index i of `shape`; flat arrays."""
        rank = shape.size
        inner = shape[rank - 1]
        a_step, b_step = a_strides[rank - 1], b_strides[rank - 1]
        index = np.zeros(rank, np.int64)
        p = q = 0
        for start in range(0, out.size, max(inner, 1)):
            for i in range(inner):
                out[start + i] = formula(a[p + i * a_step], b[q + i * b_step])
            axis = rank - 2
            while axis >= 0:
                index[axis] += 1
                p += a_strides[axis]
                q += b_strides[axis]
                if index[axis] < shape[axis]:
                    break
                p -= a_strides[axis] * shape[axis]
                q -= b_strides[axis] * shape[axis]
                index[axis] = 0
                axis -= 1

    @kernel(*flat_signatures, name=name, twin=broadcast)
    def flat(a, b, out):
        """out[i] = formula(a[i], b[i]); a: (n,) or (1,), b: (n,) or (1,), out: (n,)."""
        n = out.size
        if a.size == n and b.size == n:
            for i in range(n):
                out[i] = formula(a[i], b[i])
        elif a.size == n:
            right = b[0]
            for i in range(n):
                out[i] = formula(a[i], right)
        else:
            left = a[0]
            for i in range(n):
                out[i] = formula(left, b[i])

    @kernel(*number_signatures, name=f"{name}_number", twin=broadcast)
    def with_number(a, number, out):
        """out[i] = formula(a[i], number); (n,)."""
        number = a.dtype.type(number)
        for i in range(out.size):
            out[i] = formula(a[i], number)

    return flat, broadcast, with_number


def _binary(
    formula: Callable[[Any, Any], Any],
    flat_signatures: tuple[str, ...] = (_BINARY,),
    result: np.dtype | None = None,
    floating: bool = False,
    broadcast_signatures: tuple[str, ...] = (),
) -> ArrayFunction:
    """Make `f(a, b) -> out` on arrays and numbers. result: dtype of `out` (None: the operands' common type);
    floating: integers are divided as floating-point numbers."""
    flat, broadcast, with_number = _binary_kernels(formula, flat_signatures, broadcast_signatures)

    def apply(a: Any, b: Any) -> np.ndarray:
        if type(a) is ndarray:  # the ways most calls go, without the search for a common type
            common = a.dtype
            if common is _FLOAT32 or common is _FLOAT64:
                kind = common if result is None else result
                if type(b) is float:
                    out = new_array(a.shape, kind) if a.nbytes < SMALLEST_POOLED else empty(a.shape, kind)
                    with_number(a.ravel(), b, out.ravel())
                    return out
                if type(b) is ndarray and b.dtype is common:
                    shape = a.shape
                    if shape == b.shape or not b.shape:
                        if a.nbytes < SMALLEST_POOLED:
                            out = new_array(shape, kind)
                            flat(a.ravel(), b.ravel(), out.ravel())
                        else:
                            out = empty(shape, kind)
                            run_flat(flat, a.ravel(), b.ravel(), out.ravel())
                        return out
                    return _launch(flat, broadcast, a, b, kind)
        common = _common_type(formula.__name__, a, b)
        if floating and common.kind != "f":
            common = DefaultDtype.floating.numpy
        try:
            a, b = np.asarray(a, common), np.asarray(b, common)
        except OverflowError:  # a number too large for small integers wraps
            a, b = (np.asarray(np.asarray(each), _INT64).astype(common) for each in (a, b))
        return _launch(flat, broadcast, a, b, result or common)

    return apply


def _common_type(function: str, a: Any, b: Any) -> np.dtype:
    """The operands' common type; raises TypeError with PyTorch's sentence where one is no tensor and no number."""
    try:
        return result_type(a, b)
    except TypeError as error:
        where = "'input' (position 1)" if not isinstance(a, _OPERANDS) else "'other' (position 2)"
        raise TypeError(f"{function}(): argument {where} {error}") from None


def _by_kind(floats: ArrayFunction, integers: ArrayFunction) -> ArrayFunction:
    """One function for floating-point numbers, another for integers."""

    def apply(a: Any, b: Any) -> np.ndarray:
        return (floats if result_type(a, b).kind == "f" else integers)(a, b)

    return apply


def _launch(flat: Any, broadcast: Any, a: np.ndarray, b: np.ndarray, dtype: np.dtype) -> np.ndarray:
    if a.shape == b.shape or (b.size == 1 and b.ndim <= a.ndim):
        shape = a.shape
    elif a.size == 1 and a.ndim <= b.ndim:
        shape = b.shape
    else:
        shape = broadcast_shapes(a.shape, b.shape)
        out = empty(shape, dtype)
        if out.size:
            rank = len(shape)
            broadcast(
                a.ravel(), _broadcast_strides(a.shape, rank), b.ravel(), _broadcast_strides(b.shape, rank),
                out.ravel(), np.array(shape, np.int64),
            )  # fmt: skip
        return out
    out = empty(shape, dtype)
    flat(a.ravel(), b.ravel(), out.ravel())
    return out


add = _binary(formulas.add)
sub = _binary(formulas.sub)
mul = _binary(formulas.mul, broadcast_signatures=(_BROADCAST,))
div = _binary(formulas.div, floating=True)
pow = _by_kind(_binary(formulas.pow, ()), _binary(formulas.integer_pow, ()))
floor_div = _by_kind(_binary(formulas.floor_div, ()), _binary(formulas.integer_floor_div, ()))
trunc_div = _by_kind(_binary(formulas.trunc_div, ()), _binary(formulas.integer_trunc_div, ()))
fmod = _by_kind(_binary(formulas.fmod, ()), _binary(formulas.integer_fmod, ()))
remainder = _binary(formulas.remainder, ())
atan2 = _binary(formulas.atan2, (), floating=True)
hypot = _binary(formulas.hypot, ())
maximum = _binary(formulas.maximum, ())
minimum = _binary(formulas.minimum, ())
eq = _binary(formulas.eq, (), _BOOL)
ne = _binary(formulas.ne, (), _BOOL)
lt = _binary(formulas.lt, (), _BOOL)
le = _binary(formulas.le, (), _BOOL)
gt = _binary(formulas.gt, (), _BOOL)
ge = _binary(formulas.ge, (), _BOOL)
bitwise_and = _binary(formulas.bitwise_and, ())
bitwise_or = _binary(formulas.bitwise_or, ())
bitwise_xor = _binary(formulas.bitwise_xor, ())
threshold_gradient = _binary(formulas.threshold_gradient)


def _unary(formula: Callable[[Any], Any], signatures: tuple[str, ...] = (), floating: bool = False) -> ArrayFunction:
    """Make `f(x) -> out` on arrays. floating: the result of integers is floating-point."""
    name, jitable = formula.__name__, register_jitable(formula)

    @kernel(*signatures, name=name)
    def flat(x, out):
        """out[i] = formula(x[i]); (n,)."""
        for i in range(out.size):
            out[i] = jitable(x[i])

    return _applied(flat, floating)


def _in_registers(function: Callable[[Any], Any], signatures: tuple[str, ...] = ()) -> ArrayFunction:
    """`_unary` of a function of `nbgrad.kernels.cpu.math`, float32 by whole registers."""
    name, jitable = function.__name__, register_jitable(getattr(formulas, function.__name__))

    @kernel(name=f"{name}_twin")
    def twin(x, out):
        """out[i] = formula(x[i]), straight from the formula; (n,)."""
        for i in range(out.size):
            out[i] = jitable(x[i])

    @kernel(*signatures, name=name, twin=twin, exact=True)
    def flat(x, out):
        """out[i] = formula(x[i]); (n,), float32."""
        width = len(SIDE_BY_SIDE) * lanes(x)
        whole = out.size - out.size % width
        for i in range(0, whole, width):
            store_tile(function(load_row(SIDE_BY_SIDE, x, i)), out, i, 0)
        if whole < out.size:
            rest = out.size - whole
            store_tile_part(function(load_row_part(SIDE_BY_SIDE, x, whole, rest)), out, whole, 0, 1, rest)

    return _applied(flat, True, twin)


def _applied(flat: Any, floating: bool, of_doubles: Any = None) -> ArrayFunction:
    """`f(x) -> out` on arrays from a loop over flat ones. of_doubles: another one for all that is not float32."""
    of_others = of_doubles or flat

    def apply(x: np.ndarray) -> np.ndarray:
        dtype = x.dtype
        if dtype is not _FLOAT32 and floating and dtype.kind != "f":
            dtype = DefaultDtype.floating.numpy
            x = x.astype(dtype)
        if x.nbytes < SMALLEST_POOLED:
            out = new_array(x.shape, dtype)
            (flat if dtype is _FLOAT32 else of_others)(x.ravel(), out.ravel())
        else:
            out = empty(x.shape, dtype)
            run_flat(flat if dtype is _FLOAT32 else of_others, x.ravel(), out.ravel())
        return out

    return apply


neg = _unary(formulas.neg, (_UNARY,))
absolute = _unary(formulas.absolute)
sign = _unary(formulas.sign)
relu = _unary(formulas.relu, (_UNARY,))
exp = _in_registers(math.exp, (_UNARY,))
log = _in_registers(math.log)
sqrt = _unary(formulas.sqrt, floating=True)
sin = _unary(formulas.sin, floating=True)
cos = _unary(formulas.cos, floating=True)
tanh = _in_registers(math.tanh)
sigmoid = _in_registers(math.sigmoid)
exp2 = _in_registers(math.exp2)
expm1 = _in_registers(math.expm1)
log2 = _unary(formulas.log2, floating=True)
log10 = _unary(formulas.log10, floating=True)
log1p = _in_registers(math.log1p)
rsqrt = _unary(formulas.rsqrt, floating=True)
tan = _unary(formulas.tan, floating=True)
asin = _unary(formulas.asin, floating=True)
acos = _unary(formulas.acos, floating=True)
atan = _unary(formulas.atan, floating=True)
sinh = _unary(formulas.sinh, floating=True)
cosh = _unary(formulas.cosh, floating=True)
erf = _in_registers(math.erf)
erfc = _in_registers(math.erfc)
gelu = _in_registers(math.gelu)
floor = _unary(formulas.floor)
ceil = _unary(formulas.ceil)
trunc = _unary(formulas.trunc)
rint = _unary(formulas.rint)


@kernel()
def _where(condition, a, b, out):
    """out[i] = a[i] if condition[i] else b[i]; (n,)."""
    for i in range(out.size):
        out[i] = a[i] if condition[i] else b[i]


def where(condition: np.ndarray, a: Any, b: Any) -> np.ndarray:
    """Choose from `a` where the condition holds, else from `b`; the three broadcast together."""
    dtype = result_type(a, b)
    a, b = np.asarray(a, dtype), np.asarray(b, dtype)
    shape = broadcast_shapes(condition.shape, broadcast_shapes(a.shape, b.shape))
    parts = [np.ascontiguousarray(np.broadcast_to(part, shape)).ravel() for part in (condition, a, b)]
    out = empty(shape, dtype)
    _where(parts[0], parts[1], parts[2], out.ravel())
    return out
