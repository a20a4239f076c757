"""The functions of `nbgrad.ops` as methods of Tensor, and their twins that change it in place."""

from collections.abc import Callable
from typing import Any

import numpy as np

from nbgrad import creation, sampling
from nbgrad.autograd.value import Value, mark_changed
from nbgrad.ops import (
    arithmetic,
    blend,
    cast,
    comparison,
    extremes,
    inplace,
    logic,
    matmul,
    moments,
    pick,
    pointwise,
    prod,
    reduce,
    rounding,
    scan,
    scatter,
    softmax,
    sort,
    spread,
    trigonometry,
    views,
)
from nbgrad.ops import shape as shaping


def _in_place(function: Callable[..., Any], repeated: bool = False) -> Callable[..., Any]:
    """`x.add_(y)` from `add(x, y)`: the result goes into x's own memory. repeated: some of it may serve two places."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        self._require_changeable()
        if not repeated:
            _require_one_place_each(self.array)
        return self._change(function(self, *args, **kwargs))

    method.__name__ = method.__qualname__ = f"{function.__name__}_"
    method.__doc__ = f"`{function.__name__}`, in place."
    return method


def _seen_anew(function: Callable[..., Any]) -> Callable[..., Any]:
    """`x.t_()`: x becomes the view of itself."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        self._require_changeable()
        seen = function(self, *args, **kwargs)
        self.array, self.node, self.output_nr = seen.array, seen.node, seen.output_nr
        mark_changed(self)
        return self

    method.__name__ = method.__qualname__ = function.__name__
    method.__doc__ = f"`{function.__name__[:-1]}`, in place."
    return method


def _require_one_place_each(array: np.ndarray) -> None:
    if 0 in array.strides and any(step == 0 and n > 1 for step, n in zip(array.strides, array.shape, strict=True)):
        raise RuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a single memory "
            "location. Please clone() the tensor before performing the operation."
        )


class Methods(Value):
    """Each function takes the tensor as its first argument; `nbgrad.tensor.Tensor` adds the rest."""

    __slots__ = ()

    # ---- in place

    add_, sub_, mul_, div_ = (_in_place(f) for f in (arithmetic.add, arithmetic.sub, arithmetic.mul, arithmetic.div))
    copy_, fill_ = _in_place(inplace.copy), _in_place(inplace.fill, repeated=True)
    neg_, reciprocal_, remainder_ = map(_in_place, (arithmetic.neg, arithmetic.reciprocal, arithmetic.remainder))
    fmod_, floor_divide_, true_divide_ = map(
        _in_place, (arithmetic.fmod, arithmetic.floor_divide, arithmetic.true_divide)
    )  # fmt: skip
    eq_, ne_, lt_, le_, gt_, ge_ = map(
        _in_place, (comparison.eq, comparison.ne, comparison.lt, comparison.le, comparison.gt, comparison.ge)
    )  # fmt: skip
    masked_fill_ = _in_place(comparison.masked_fill, repeated=True)
    logical_and_, logical_or_, logical_xor_, logical_not_ = map(
        _in_place, (logic.logical_and, logic.logical_or, logic.logical_xor, logic.logical_not)
    )  # fmt: skip
    exp_, exp2_, expm1_, log_, log2_, log10_ = map(
        _in_place, (pointwise.exp, pointwise.exp2, pointwise.expm1, pointwise.log, pointwise.log2, pointwise.log10)
    )  # fmt: skip
    log1p_, sqrt_, rsqrt_, erf_, erfc_, sigmoid_ = map(
        _in_place, (pointwise.log1p, pointwise.sqrt, pointwise.rsqrt, pointwise.erf, pointwise.erfc, pointwise.sigmoid)
    )  # fmt: skip
    relu_, pow_, square_, abs_, sign_, sgn_ = map(
        _in_place, (pointwise.relu, pointwise.pow, pointwise.square, pointwise.abs, pointwise.sign, pointwise.sgn)
    )  # fmt: skip
    sin_, cos_, tan_, atan2_ = map(
        _in_place, (trigonometry.sin, trigonometry.cos, trigonometry.tan, trigonometry.atan2)
    )  # fmt: skip
    asin_, acos_, atan_ = map(_in_place, (trigonometry.asin, trigonometry.acos, trigonometry.atan))
    sinh_, cosh_, tanh_ = map(_in_place, (trigonometry.sinh, trigonometry.cosh, trigonometry.tanh))
    floor_, ceil_, trunc_, round_, clamp_, clamp_max_ = map(
        _in_place, (rounding.floor, rounding.ceil, rounding.trunc, rounding.round, rounding.clamp, rounding.clamp_max)
    )  # fmt: skip
    clamp_min_ = _in_place(rounding.clamp_min)
    addcmul_, addcdiv_, lerp_ = map(
        _in_place, (blend.addcmul, blend.addcdiv, blend.lerp)
    )  # fmt: skip
    absolute_, negative_, multiply_, subtract_, divide_ = abs_, neg_, mul_, sub_, div_
    clip_, fix_, arctan_ = clamp_, trunc_, atan_
    index_add_, index_put_, cumsum_ = map(_in_place, (pick.index_add, pick.index_put, scan.cumsum))
    scatter_, scatter_add_, tril_, triu_ = map(
        _in_place, (scatter.scatter, scatter.scatter_add, spread.tril, spread.triu)
    )  # fmt: skip
    addmm_, addmv_, baddbmm_ = map(_in_place, (matmul.addmm, matmul.addmv, matmul.baddbmm))
    t_, transpose_, squeeze_, unsqueeze_ = map(
        _seen_anew, (shaping.t_, shaping.transpose_, shaping.squeeze_, shaping.unsqueeze_)
    )  # fmt: skip

    # ---- new tensors as results

    add, sub, mul, div, neg = arithmetic.add, arithmetic.sub, arithmetic.mul, arithmetic.div, arithmetic.neg
    maximum, minimum, reciprocal = arithmetic.maximum, arithmetic.minimum, arithmetic.reciprocal
    remainder, fmod, floor_divide = arithmetic.remainder, arithmetic.fmod, arithmetic.floor_divide
    subtract, multiply, divide, true_divide, negative, positive = (
        arithmetic.sub, arithmetic.mul, arithmetic.div, arithmetic.true_divide, arithmetic.neg, arithmetic.positive,
    )  # fmt: skip
    eq, ne, lt, le = comparison.eq, comparison.ne, comparison.lt, comparison.le
    gt, ge, masked_fill = comparison.gt, comparison.ge, comparison.masked_fill
    not_equal, less, less_equal = comparison.ne, comparison.lt, comparison.le
    greater, greater_equal = comparison.gt, comparison.ge
    bitwise_and, bitwise_or, bitwise_xor = logic.bitwise_and, logic.bitwise_or, logic.bitwise_xor
    bitwise_not = logic.bitwise_not
    logical_and, logical_or, logical_xor = logic.logical_and, logic.logical_or, logic.logical_xor
    logical_not, isnan, isinf, isfinite = logic.logical_not, logic.isnan, logic.isinf, logic.isfinite
    isclose, allclose, equal = logic.isclose, logic.allclose, logic.equal
    exp, exp2, expm1, log = pointwise.exp, pointwise.exp2, pointwise.expm1, pointwise.log
    log2, log10, log1p, sqrt = pointwise.log2, pointwise.log10, pointwise.log1p, pointwise.sqrt
    rsqrt, erf, erfc, sigmoid = pointwise.rsqrt, pointwise.erf, pointwise.erfc, pointwise.sigmoid
    relu, pow, square, float_power = pointwise.relu, pointwise.pow, pointwise.square, pointwise.float_power
    abs, absolute, sign, sgn = pointwise.abs, pointwise.abs, pointwise.sign, pointwise.sgn
    sin, cos, tan = trigonometry.sin, trigonometry.cos, trigonometry.tan
    hypot, hypot_ = trigonometry.hypot, _in_place(trigonometry.hypot)
    asin, acos, atan, atan2 = trigonometry.asin, trigonometry.acos, trigonometry.atan, trigonometry.atan2
    arcsin, arccos, arctan, arctan2 = asin, acos, atan, atan2
    sinh, cosh, tanh = trigonometry.sinh, trigonometry.cosh, trigonometry.tanh
    floor, ceil, trunc, fix, round = rounding.floor, rounding.ceil, rounding.trunc, rounding.trunc, rounding.round
    clamp, clip = rounding.clamp, rounding.clamp
    clamp_max, clamp_min = rounding.clamp_max, rounding.clamp_min
    addcmul, addcdiv, lerp = blend.addcmul, blend.addcdiv, blend.lerp
    sum, mean, all, any, count_nonzero = reduce.sum, reduce.mean, reduce.all, reduce.any, reduce.count_nonzero
    max, min, amax, amin = extremes.max, extremes.min, extremes.amax, extremes.amin
    argmax, argmin, prod = extremes.argmax, extremes.argmin, prod.prod
    var, std, norm, logsumexp = moments.var, moments.std, moments.norm, moments.logsumexp
    cumsum, diff, sort, argsort, topk = scan.cumsum, scan.diff, sort.sort, sort.argsort, sort.topk
    gather, scatter, scatter_add = scatter.gather, scatter.scatter, scatter.scatter_add
    index_select, index_add, index_put = pick.index_select, pick.index_add, pick.index_put
    masked_select, nonzero = pick.masked_select, pick.nonzero
    addmm, addmv, baddbmm, mv, outer = matmul.addmm, matmul.addmv, matmul.baddbmm, matmul.mv, matmul.outer
    matmul, mm, bmm, dot = matmul.matmul, matmul.mm, matmul.bmm, matmul.dot
    view, reshape, flatten, transpose, t = shaping.view, shaping.reshape, shaping.flatten, shaping.transpose, shaping.t
    permute, expand, squeeze, unsqueeze = shaping.permute, shaping.expand, shaping.squeeze, shaping.unsqueeze
    swapaxes = swapdims = shaping.transpose
    select, narrow, clone = shaping.select, shaping.narrow, cast.clone
    diagonal, unbind, split, chunk, movedim = views.diagonal, views.unbind, views.split, views.chunk, views.movedim
    moveaxis, unflatten, broadcast_to, expand_as = views.movedim, views.unflatten, views.broadcast_to, views.expand_as
    view_as, reshape_as, ravel = views.view_as, views.reshape_as, views.ravel
    flip, fliplr, flipud, roll = spread.flip, spread.fliplr, spread.flipud, spread.roll
    repeat, tile, repeat_interleave = spread.repeat, spread.tile, spread.repeat_interleave
    tril, triu, diag = spread.tril, spread.triu, spread.diag
    softmax, log_softmax = softmax.softmax, softmax.log_softmax
    new_tensor, new_zeros, new_ones = creation.new_tensor, creation.new_zeros, creation.new_ones
    new_empty, new_full = creation.new_empty, creation.new_full
    uniform_, normal_, random_ = sampling.uniform_, sampling.normal_, sampling.random_
    bernoulli_, bernoulli = sampling.bernoulli_, sampling.bernoulli
