"""One scalar formula applied to every element, with PyTorch's broadcasting and type promotion."""

from collections.abc import Callable
from typing import Any

import numpy as np

from nbgrad.dtypes import DefaultDtype, result_type
from nbgrad.kernels import formulas
from nbgrad.kernels.cuda import functions
from nbgrad.kernels.cuda.copy import cast, flat, full, merged, number, steps_of, whole
from nbgrad.kernels.cuda.driver import cuda, device_function
from nbgrad.kernels.cuda.memory import empty
from nbgrad.kernels.cuda.registry import kernel, launch
from nbgrad.shapes import broadcast_shapes
from nbgrad.strided import DeviceArray, DifferentDevices

_BOOL = np.dtype(np.bool_)
_SPREAD = "void({0}[::1], {0}[::1], {1}[::1], UniTuple(int64, 2), UniTuple(int64, 2), int64, UniTuple(int64, 2), int64)"

ArrayFunction = Callable[..., DeviceArray]

# ---- formulas that numpy has for the CPU's kernels and CUDA's library for these


def _fmod(a, b):
    """What is left of a / b, with the sign of a."""
    return functions.fmod(a, b)


def _floor_div(a, b):
    """⌊a / b⌋ of floating-point numbers, exact where the division itself would round."""
    if b == 0:
        return a / b
    rest = functions.fmod(a, b)
    quotient = (a - rest) / b
    if rest != 0 and (b < 0) != (rest < 0):
        quotient -= 1
    whole = functions.floor(quotient)
    return whole + 1 if quotient - whole > 0.5 else whole


def _trunc_div(a, b):
    """a / b without its fraction."""
    return functions.trunc(a / b)


def _floor(x):
    return functions.floor(x)


def _ceil(x):
    return functions.ceil(x)


def _trunc(x):
    return functions.trunc(x)


def _rint(x):
    return functions.rint(x)


def _signatures(pattern: str, kinds: tuple[str, ...], result: str | None) -> tuple[str, ...]:
    return tuple(pattern.format(kind, result or kind) for kind in kinds)


def _binary_kernels(formula: Callable[[Any, Any], Any], kinds: tuple[str, ...], result: str | None) -> tuple:
    name, formula = formula.__name__.lstrip("_"), device_function(formula)

    @kernel(*_signatures(_SPREAD, kinds, result), name=f"{name}_spread")
    def spread(a, b, out, shape, a_steps, a_start, b_steps, b_start):
        """out[i] = formula(a[a_start + i · a_steps], b[b_start + i · b_steps]) for every index i of `shape`.

        a, b: whole storages, flat; out: contiguous; steps and starts in elements.
        """
        for i in range(cuda.grid(1), out.size, cuda.gridsize(1)):
            rest, p, q = i, a_start, b_start
            for axis in range(len(shape) - 1, -1, -1):
                place = rest % shape[axis]
                rest //= shape[axis]
                p += place * a_steps[axis]
                q += place * b_steps[axis]
            out[i] = formula(a[p], b[q])

    @kernel(*_signatures("void({0}[::1], {0}[::1], {1}[::1])", kinds, result), name=name, twin=spread)
    def same(a, b, out):
        """out[i] = formula(a[i], b[i]); (n,)."""
        for i in range(cuda.grid(1), out.size, cuda.gridsize(1)):
            out[i] = formula(a[i], b[i])

    @kernel(*_signatures("void({0}[::1], {0}, {1}[::1])", kinds, result), name=f"{name}_number", twin=spread)
    def with_number(a, number, out):
        """out[i] = formula(a[i], number); (n,)."""
        for i in range(cuda.grid(1), out.size, cuda.gridsize(1)):
            out[i] = formula(a[i], number)

    @kernel(*_signatures("void({0}, {0}[::1], {1}[::1])", kinds, result), name=f"number_{name}", twin=spread)
    def of_number(number, b, out):
        """out[i] = formula(number, b[i]); (n,)."""
        for i in range(cuda.grid(1), out.size, cuda.gridsize(1)):
            out[i] = formula(number, b[i])

    return spread, same, with_number, of_number


_FLOAT, _FLOATS, _INTEGER = ("float32",), ("float32", "float64"), ("int64",)


def _binary(
    formula: Callable[[Any, Any], Any], kinds: tuple[str, ...] = _FLOAT, result: np.dtype | None = None,
    floating: bool = False,
) -> ArrayFunction:  # fmt: skip
    """Make `f(a, b) -> out` on arrays and numbers. result: dtype of `out` (None: the operands' common type);
    floating: integers are divided as floating-point numbers."""
    spread, same, with_number, of_number = _binary_kernels(formula, kinds, None if result is None else "boolean")

    def apply(a: Any, b: Any) -> DeviceArray:
        common = common_type(formula.__name__.lstrip("_"), a, b)
        if floating and common.kind != "f":
            common = DefaultDtype.floating.numpy
        kind = common if result is None else result
        a, b = operand(a, common), operand(b, common)
        if type(b) is not DeviceArray:
            if type(a) is not DeviceArray:
                raise DifferentDevices
            out = empty(a.shape, kind)
            launch(with_number, out.size, flat(a), b, out)
        elif type(a) is not DeviceArray:
            out = empty(b.shape, kind)
            launch(of_number, out.size, a, flat(b), out)
        elif a.shape == b.shape and a.flags.c_contiguous and b.flags.c_contiguous:
            out = empty(a.shape, kind)
            launch(same, out.size, a, b, out)
        else:
            shape = broadcast_shapes(a.shape, b.shape)
            out = empty(shape, kind)
            a, b = repeated(a, shape), repeated(b, shape)
            extents, (a_steps, b_steps) = merged(shape, steps_of(a), steps_of(b))
            starts = a.offset // a.itemsize, b.offset // b.itemsize
            launch(spread, out.size, whole(a), whole(b), out, extents, a_steps, starts[0], b_steps, starts[1])
        return out

    return apply


def common_type(function: str, a: Any, b: Any) -> np.dtype:
    """The operands' common type; raises TypeError with PyTorch's sentence where one is no tensor and no number."""
    try:
        return result_type(a, b)
    except TypeError as error:
        where = "'other' (position 2)" if type(a) is DeviceArray else "'input' (position 1)"
        raise TypeError(f"{function}(): argument {where} {error}") from None


def operand(x: Any, dtype: np.dtype) -> Any:
    """An array of this type, or a number of it; arrays of the host must be without axes."""
    if type(x) is DeviceArray:
        return x if x.dtype == dtype else cast(x, dtype)
    return number(x, dtype)


def repeated(x: DeviceArray, shape: tuple[int, ...]) -> DeviceArray:
    """The array broadcast to a shape, without a copy."""
    return x if x.shape == shape else x.seen(np.broadcast_to(x.ghost(), shape))


def _by_kind(floats: ArrayFunction, integers: ArrayFunction) -> ArrayFunction:
    """One function for floating-point numbers, another for integers."""

    def apply(a: Any, b: Any) -> DeviceArray:
        return (floats if result_type(a, b).kind == "f" else integers)(a, b)

    return apply


add = _binary(formulas.add, _FLOATS)
sub = _binary(formulas.sub, _FLOATS)
mul = _binary(formulas.mul, _FLOATS)
div = _binary(formulas.div, _FLOATS, floating=True)
pow = _by_kind(_binary(formulas.pow), _binary(formulas.integer_pow, _INTEGER))
floor_div = _by_kind(_binary(_floor_div), _binary(formulas.integer_floor_div, _INTEGER))
trunc_div = _by_kind(_binary(_trunc_div), _binary(formulas.integer_trunc_div, _INTEGER))
fmod = _by_kind(_binary(_fmod), _binary(formulas.integer_fmod, _INTEGER))
remainder = _binary(formulas.remainder, ("float32", "int64"))
atan2 = _binary(formulas.atan2, floating=True)
hypot = _binary(formulas.hypot)
maximum = _binary(formulas.maximum)
minimum = _binary(formulas.minimum)
eq = _binary(formulas.eq, ("float32", "int64"), _BOOL)
ne = _binary(formulas.ne, ("float32", "int64"), _BOOL)
lt = _binary(formulas.lt, ("float32", "int64"), _BOOL)
le = _binary(formulas.le, ("float32", "int64"), _BOOL)
gt = _binary(formulas.gt, ("float32", "int64"), _BOOL)
ge = _binary(formulas.ge, ("float32", "int64"), _BOOL)
bitwise_and = _binary(formulas.bitwise_and, ("boolean", "int64"))
bitwise_or = _binary(formulas.bitwise_or, ("boolean", "int64"))
bitwise_xor = _binary(formulas.bitwise_xor, ("boolean", "int64"))
threshold_gradient = _binary(formulas.threshold_gradient)


def _unary(formula: Callable[[Any], Any], floating: bool = False) -> ArrayFunction:
    """Make `f(x) -> out` on arrays. floating: the result of integers is floating-point."""
    name, formula = formula.__name__.lstrip("_"), device_function(formula)

    @kernel("void(float32[::1], float32[::1])", name=name, twin=name)
    def loop(x, out):
        """out[i] = formula(x[i]); (n,)."""
        for i in range(cuda.grid(1), out.size, cuda.gridsize(1)):
            out[i] = formula(x[i])

    def apply(x: DeviceArray) -> DeviceArray:
        dtype = DefaultDtype.floating.numpy if floating and x.dtype.kind != "f" else x.dtype
        out = empty(x.shape, dtype)
        launch(loop, out.size, flat(operand(x, dtype)), out)
        return out

    return apply


neg = _unary(formulas.neg)
absolute = _unary(formulas.absolute)
sign = _unary(formulas.sign)
relu = _unary(formulas.relu)
floor = _unary(_floor)
ceil = _unary(_ceil)
trunc = _unary(_trunc)
rint = _unary(_rint)
exp = _unary(formulas.exp, floating=True)
log = _unary(formulas.log, floating=True)
sqrt = _unary(formulas.sqrt, floating=True)
sin = _unary(formulas.sin, floating=True)
cos = _unary(formulas.cos, floating=True)
tanh = _unary(formulas.tanh, floating=True)
sigmoid = _unary(formulas.sigmoid, floating=True)
exp2 = _unary(formulas.exp2, floating=True)
expm1 = _unary(formulas.expm1, floating=True)
log2 = _unary(formulas.log2, floating=True)
log10 = _unary(formulas.log10, floating=True)
log1p = _unary(formulas.log1p, floating=True)
rsqrt = _unary(formulas.rsqrt, floating=True)
tan = _unary(formulas.tan, floating=True)
asin = _unary(formulas.asin, floating=True)
acos = _unary(formulas.acos, floating=True)
atan = _unary(formulas.atan, floating=True)
sinh = _unary(formulas.sinh, floating=True)
cosh = _unary(formulas.cosh, floating=True)
erf = _unary(formulas.erf, floating=True)
erfc = _unary(formulas.erfc, floating=True)
gelu = _unary(formulas.gelu, floating=True)

_RANK = "UniTuple(int64, 2)"


@kernel(
    "void(boolean[::1], float32[::1], float32[::1], float32[::1], "
    f"{_RANK}, {_RANK}, int64, {_RANK}, int64, {_RANK}, int64)",
    twin="where",
)
def _where(condition, a, b, out, shape, c_steps, c_start, a_steps, a_start, b_steps, b_start):
    """out[i] = a[i] if condition[i] else b[i] for every index i of `shape`; operands as `copy` sees its source."""
    for i in range(cuda.grid(1), out.size, cuda.gridsize(1)):
        rest, c, p, q = i, c_start, a_start, b_start
        for axis in range(len(shape) - 1, -1, -1):
            place = rest % shape[axis]
            rest //= shape[axis]
            c += place * c_steps[axis]
            p += place * a_steps[axis]
            q += place * b_steps[axis]
        out[i] = a[p] if condition[c] else b[q]


def where(condition: Any, a: Any, b: Any) -> DeviceArray:
    """Choose from `a` where the condition holds, else from `b`; the three broadcast together."""
    dtype = result_type(a, b)
    kinds = _BOOL, dtype, dtype
    given = zip(map(operand, (condition, a, b), kinds), kinds, strict=True)
    parts = [x if type(x) is DeviceArray else full((), x, kind) for x, kind in given]
    shape = broadcast_shapes(parts[0].shape, broadcast_shapes(parts[1].shape, parts[2].shape))
    seen = [repeated(each, shape) for each in parts]
    extents, steps = merged(shape, *map(steps_of, seen))
    places = [part for each, step in zip(seen, steps, strict=True) for part in (step, each.offset // each.itemsize)]
    out = empty(shape, dtype)
    launch(_where, out.size, *map(whole, seen), out, extents, *places)
    return out
