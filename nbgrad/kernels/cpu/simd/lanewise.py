"""Steps that each number of a tile takes alike: `Tile`s have +, -, * and the functions below.

Where a tile meets a number, the number stands for a tile full of it. All of it works on numbers alone, too.
"""

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import lower_builtin

from nbgrad.kernels.cpu.simd.tile import Tile, Writer, tile_function
from nbgrad.kernels.cpu.simd.width import intrinsic

TO_INTEGER = 12582912.0 + 254  # 1.5 * 2**23: adding it rounds, and leaves the integer + 254 in the lowest bits
TO_POWER = 12582912.0 + 127  # the same, so that the lowest bits, moved to the exponent's place, are a power of two
_INT32 = ir.IntType(32)
_TINY, _SMALLEST_BITS, _MANTISSA = 1.1754943508222875e-38, 0x3F400000, 0x7FFFFF


class Steps:
    """The LLVM instructions on one kind of operand, a register or a number; constants of either."""

    def __init__(self, builder: ir.IRBuilder, kind: Any) -> None:
        self.builder, self.kind = builder, kind
        self.lanes = kind.count if isinstance(kind, ir.VectorType) else 0
        scalar = kind.element if self.lanes else kind
        self.suffix = f"{f'v{self.lanes}' if self.lanes else ''}f{32 if scalar == ir.FloatType() else 64}"
        self.avx512 = self.suffix == "v16f32"

    def number(self, value: float) -> ir.Constant:
        return ir.Constant(self.kind, [value] * self.lanes if self.lanes else value)

    def integer(self, value: int) -> ir.Constant:
        return ir.Constant(self.integers, [value] * self.lanes if self.lanes else value)

    @property
    def integers(self) -> Any:
        return ir.VectorType(_INT32, self.lanes) if self.lanes else _INT32

    def bits(self, value: Any) -> Any:
        return self.builder.bitcast(value, self.integers)

    def from_bits(self, bits: Any) -> Any:
        return self.builder.bitcast(bits, self.kind)

    def call(self, name: str, *values: Any) -> Any:
        """LLVM's function of this name, with the kind of operand for {}."""
        kind = ir.FunctionType(self.kind, [value.type for value in values])
        name = name.format(self.suffix)
        return self.builder.call(cgutils.get_or_insert_function(self.builder.module, kind, name), values)

    def avx512_step(self, name: str, *values: Any) -> Any:
        """A masked instruction of AVX-512 in every lane, rounding as it is set."""
        every, as_set = ir.Constant(ir.IntType(16), -1), ir.Constant(_INT32, 4)
        return self.call(f"llvm.x86.avx512.mask.{name}.ps.512", *values, self.number(0.0), every, as_set)

    def choose(self, comparison: str, a: Any, b: Any, yes: Any, no: Any) -> Any:
        return self.builder.select(self.builder.fcmp_ordered(comparison, a, b), yes, no)


def _joint(kinds: tuple[Any, ...]) -> Any:
    """The kind that comes out of these operands: a register if there is one among them."""
    return next((kind for kind in kinds if isinstance(kind, Tile)), types.unliteral(kinds[0]))


def _written(write: Callable[..., Any], joint: Any, context: Any, builder: Any, kinds: Any, values: Any) -> list[Any]:
    """The results of write(steps, *operands), numbers among registers spread over all lanes."""
    if not isinstance(joint, Tile):
        return write(Steps(builder, context.get_value_type(joint)), *values)
    steps, operands, zero = Steps(builder, joint.register), [], ir.Constant(_INT32, 0)
    for kind, value in zip(kinds, values, strict=True):
        if isinstance(kind, Tile):
            operands.append([builder.extract_value(value, place) for place, _, _ in joint.cells()])
        else:
            first = builder.insert_element(ir.Constant(joint.register, ir.Undefined), value, zero)
            operands.append([builder.shuffle_vector(first, first, steps.integer(0))] * (joint.rows * joint.vectors))
    written = [write(steps, *registers) for registers in zip(*operands, strict=True)]
    results = []
    for registers in zip(*written, strict=True):
        result = ir.Constant(context.get_value_type(joint), ir.Undefined)
        for place, register in enumerate(registers):
            result = builder.insert_value(result, register, place)
        results.append(result)
    return results


def _lanewise(write: Callable[..., Any], *kinds: Any) -> Any:
    """What an intrinsic returns, its signature and its code: `write(steps, *operands)` makes a list of one result."""
    joint = _joint(kinds)

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return _written(write, joint, context, builder, signature.args, values)[0]

    return joint(*kinds), codegen


def _operator(function: Any, instruction: str) -> None:
    """Give registers this operator of two operands."""

    class Template(AbstractTemplate):
        def generic(self, args: Any, kws: Any) -> Any:
            joint = _joint(args)
            if isinstance(joint, Tile) and all(kind in (joint, joint.dtype) for kind in args):
                return signature(joint, *args)
            return None

    infer_global(function)(Template)

    def lower(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        def write(steps, a, b):
            return [getattr(builder, instruction)(a, b)]

        return _written(write, signature.return_type, context, builder, signature.args, values)[0]

    for kinds in ((Tile, Tile), (Tile, types.Float), (types.Float, Tile)):
        lower_builtin(function, *kinds)(lower)


for _function, _instruction in ((operator.add, "fadd"), (operator.sub, "fsub"), (operator.mul, "fmul")):
    _operator(_function, _instruction)


@intrinsic
def multiply_add(typing_context, a, b, c):
    """a * b + c, rounded once where the machine can."""
    return _lanewise(lambda steps, *each: [steps.call("llvm.fmuladd.{}", *each)], a, b, c)


@intrinsic
def magnitude(typing_context, x):
    """|x|"""
    return _lanewise(lambda steps, x: [steps.call("llvm.fabs.{}", x)], x)


@intrinsic
def with_sign_of(typing_context, x, y):
    """|x| with the sign of y."""
    return _lanewise(lambda steps, *each: [steps.call("llvm.copysign.{}", *each)], x, y)


@intrinsic
def at_least(typing_context, x, low):
    """x, or low where x is below it; NaN stays."""
    return _lanewise(lambda steps, x, low: [steps.choose("<", x, low, low, x)], x, low)


@intrinsic
def at_most(typing_context, x, high):
    """x, or high where x is above it; NaN stays."""
    return _lanewise(lambda steps, x, high: [steps.choose(">", x, high, high, x)], x, high)


@intrinsic
def where_less(typing_context, a, b, yes, no):
    """yes where a < b, else no."""
    return _lanewise(lambda steps, *each: [steps.choose("<", *each)], a, b, yes, no)


@intrinsic
def quotient(typing_context, a, b):
    """a / b where neither b nor the result is infinite or subnormal.

    A register of AVX-512 takes 16 cycles for a division; an estimate of 1 / b and one step of Newton's take 3.
    """

    def write(steps, a, b):
        if not steps.avx512:
            return [steps.builder.fdiv(a, b)]
        every = ir.Constant(ir.IntType(16), -1)
        share = steps.call("llvm.x86.avx512.rcp14.ps.512", b, steps.number(0.0), every)
        first = steps.builder.fmul(a, share)
        rest = steps.call("llvm.fmuladd.{}", steps.builder.fneg(first), b, a)
        return [steps.call("llvm.fmuladd.{}", rest, share, first)]

    return _lanewise(write, a, b)


@intrinsic
def times_power_of_two(typing_context, x, shifted):
    """x * 2^n, shifted = n + TO_INTEGER, rounded once where it is subnormal; -254 <= n < 256, float32."""

    def write(steps, x, shifted):
        builder = steps.builder
        if steps.avx512:
            return [steps.avx512_step("scalef", x, builder.fsub(shifted, steps.number(TO_INTEGER)))]
        bits = steps.bits(shifted)  # two factors; what lies above their lowest bits falls off the left end
        half, places = builder.ashr(bits, steps.integer(1)), steps.integer(23)
        first, second = (builder.shl(each, places) for each in (half, builder.sub(bits, half)))
        return [builder.fmul(builder.fmul(x, steps.from_bits(first)), steps.from_bits(second))]

    return _lanewise(write, x, shifted)


@intrinsic
def power_of_two(typing_context, shifted):
    """2^n, shifted = n + TO_POWER; -126 <= n < 128, float32."""

    def write(steps, shifted):
        return [steps.from_bits(steps.builder.shl(steps.bits(shifted), steps.integer(23)))]

    return _lanewise(write, shifted)


@intrinsic
def exponent_and_rest(typing_context, x):
    """(e, r): x = 2^e (1 + r), 3/4 <= 1 + r < 3/2, float32. Of 0 and inf, e is -inf and inf; below 0, r is NaN."""
    joint = _joint((x,))

    def write(steps, x):
        builder, one = steps.builder, steps.number(1.0)
        if steps.avx512:
            high = ir.Constant(_INT32, 0b1011)  # in this interval, NaN for numbers below 0
            mantissa = steps.call(
                "llvm.x86.avx512.mask.getmant.ps.512",
                x, high, steps.number(0.0), ir.Constant(ir.IntType(16), -1), ir.Constant(_INT32, 4),
            )  # fmt: skip
            exponent = steps.avx512_step("getexp", x)
            upper = steps.choose("<", mantissa, one, builder.fadd(exponent, one), exponent)
            return [upper, builder.fsub(mantissa, one)]
        is_small = builder.fcmp_ordered("<", x, steps.number(_TINY))  # subnormal
        y = builder.select(is_small, builder.fmul(x, steps.number(2.0**23)), x)
        bits = builder.sub(steps.bits(y), steps.integer(_SMALLEST_BITS))
        exponent = builder.sitofp(builder.ashr(bits, steps.integer(23)), steps.kind)
        exponent = builder.fsub(exponent, builder.select(is_small, steps.number(23.0), steps.number(0.0)))
        mantissa = builder.add(builder.and_(bits, steps.integer(_MANTISSA)), steps.integer(_SMALLEST_BITS))
        rest = builder.fsub(steps.from_bits(mantissa), one)
        exponent = steps.choose("<", x, steps.number(float("inf")), exponent, x)  # inf and NaN
        exponent = steps.choose("==", x, steps.number(0.0), steps.number(float("-inf")), exponent)
        return [exponent, steps.choose("<", x, steps.number(0.0), steps.number(float("nan")), rest)]

    def codegen(context, builder, signature, values):
        return context.make_tuple(
            builder, signature.return_type, _written(write, joint, context, builder, signature.args, values)
        )

    return types.UniTuple(joint, 2)(x), codegen


@intrinsic
def where_inside(typing_context, count, yes, no):
    """yes in the first `count` numbers of a row, no behind them; yes is a tile."""

    def codegen(context, builder, signature, values):
        inside = iter(Writer(context, builder, signature, values, yes).masks(values[0]))

        def write(steps, yes, no):
            return [builder.select(next(inside), yes, no)]

        return _written(write, yes, context, builder, signature.args[1:], values[1:])[0]

    return yes(types.intp, yes, no), codegen


@intrinsic
def spread(typing_context, array, value):
    """One register, `value` in every lane."""
    tile = Tile(1, 1, array.dtype)
    return tile_function(
        tile, tile, (array, array.dtype), lambda writer, _array, value: writer.aggregate([writer.splat(value)])
    )
