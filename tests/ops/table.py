"""One row for every op: how to call it, on inputs of which shapes. The tests cross the rows with everything else.

A row's function takes a module that looks like torch (nbgrad or PyTorch itself) and the inputs.
"""

import operator
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Row:
    """ops: the names in `nbgrad.autograd.record.OPS` that the call exercises, forwards or backwards."""

    ops: str
    call: Callable[..., Any]
    shapes: tuple[tuple[int, ...], ...]
    domain: tuple[float, float] = (-2.0, 2.0)
    apart: bool = False  # keep numbers apart, where the derivative jumps
    name: str = field(default="")
    exact: bool = False  # comparisons: no gradient, equal results


TARGET = np.array([2, 0, 1], np.int64)
PLACES = np.array([[0, 2, 1], [1, 0, 0]], np.int64)
TWICE = np.array([1, 0, 1], np.int64)


def _positive(**settings: Any) -> dict[str, Any]:
    return {"domain": (0.5, 2.5), **settings}


def _changed(tensor: Any, change: Callable[[Any], Any]) -> Any:
    """A copy of the tensor after a change in place, multiplied by the original."""
    copy = tensor * 1
    change(copy)
    return copy * tensor


def _set(tensor: Any, key: Any, value: Any) -> None:
    tensor[key] = value * 2


def _quietly(call: Callable[[], Any]) -> Any:
    """What PyTorch warns of: its `scatter_reduce` is to be preferred."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call()


def _seen_through_a_view(tensor: Any) -> Any:
    copy = tensor * 1
    view = copy.t()
    copy.add_(tensor * tensor)
    return view * view


def _hooked(t: Any) -> Any:
    module = t.nn.Tanh()
    module.register_full_backward_hook(lambda _module, grad_input, _grad_output: grad_input)
    return module


ROWS = [
    Row("arithmetic.add", lambda t, a, b: t.add(a, b, alpha=3), ((2, 3), (2, 3))),
    Row("arithmetic.add", lambda t, a, b: a + b, ((2, 3), (3,)), name="broadcast"),
    Row("arithmetic.add", lambda t, a, b: a + b, ((2, 1, 3), (4, 1)), name="both broadcast"),
    Row("arithmetic.add", lambda t, a: 2 + a + 1.5, ((),), name="numbers"),
    Row("arithmetic.sub", lambda t, a, b: a - b, ((2, 3), (2, 1))),
    Row("arithmetic.rsub_number", lambda t, a: (1 - a) * t.rsub(a, 3, alpha=2), ((2, 3),)),
    Row("arithmetic.rsub", lambda t, a, b: t.rsub(a, b, alpha=2) * a, ((2, 3), (3,))),
    Row("arithmetic.add_scaled", lambda t, a, b: t.add(a, b, alpha=3) * a, ((2, 3), (3,))),
    Row("arithmetic.sub_scaled", lambda t, a, b: t.sub(a, b, alpha=3) * a, ((2, 3), (3,))),
    Row("arithmetic.floor_divide", lambda t, a, b: t.floor_divide(a, b), ((2, 3), (3,)), exact=True),
    Row("arithmetic.floor_divide_number", lambda t, a: a // 2, ((2, 3),), exact=True),
    Row("arithmetic.remainder_of_number", lambda t, a: 2 % a, ((2, 3),), exact=True),
    Row("arithmetic.mul", lambda t, a, b: a * b, ((2, 3), (3,))),
    Row("arithmetic.div", lambda t, a, b: a / b, ((2, 3), (2, 3)), **_positive()),
    Row("arithmetic.reciprocal", lambda t, a: 1 / a, ((2, 3),), **_positive()),
    Row("arithmetic.neg", lambda t, a: -a, ((2, 3),)),
    Row("arithmetic.maximum", lambda t, a, b: t.maximum(a, b), ((2, 3), (3,)), apart=True),
    Row("arithmetic.minimum", lambda t, a, b: t.minimum(a, b), ((2, 3), (3,)), apart=True),
    Row(
        "arithmetic.div_rounded",
        lambda t, a, b: t.div(a, b * 1.037, rounding_mode="floor") * a,
        ((2, 3), (3,)),
        apart=True,
    ),
    Row(
        "arithmetic.div_rounded",
        lambda t, a: a.div(0.71, rounding_mode="trunc") * a,
        ((2, 3),),
        apart=True,
        name="to 0",
    ),
    Row(
        "arithmetic.remainder arithmetic.remainder_number",
        lambda t, a, b: (a % 0.71) * t.remainder(a, b * 1.037),
        ((2, 3), (3,)),
        apart=True,
    ),
    Row(
        "arithmetic.fmod arithmetic.fmod_number",
        lambda t, a, b: t.fmod(a, 0.71) * t.fmod(a, b * 1.037),
        ((2, 3), (3,)),
        apart=True,
    ),
    Row("comparison.masked_fill_number", lambda t, a: a.masked_fill(a.detach() > 0, 2.0) ** 2, ((2, 3),), apart=True),
    Row("comparison.masked_fill", lambda t, a, b: t.masked_fill(a, a.detach() > 0, b) ** 2, ((2, 3), ()), apart=True),
    *[
        Row(f"logic.{name}", lambda t, a, b, name=name: getattr(t, name)(a, b), ((2, 3), (3,)), exact=True)
        for name in ("logical_and", "logical_or", "logical_xor", "isclose")
    ],
    *[
        Row(f"logic.bitwise_{name}", lambda t, a, b, do=do: do(a > 0, b > 0), ((2, 3), (3,)), exact=True)
        for name, do in (("and", operator.and_), ("or", operator.or_), ("xor", operator.xor))
    ],
    *[
        Row(f"logic.{name}", lambda t, a, name=name: getattr(t, name)(a), ((2, 3),), exact=True)
        for name in ("logical_not", "isnan", "isinf", "isfinite")
    ],
    Row("comparison.where", lambda t, a, b: t.where(a.detach() > 0, a, b), ((2, 3), (3,)), apart=True),
    *[
        Row(f"comparison.{name}", lambda t, a, b, name=name: getattr(t, name)(a, b), ((2, 3), (3,)), exact=True)
        for name in ("eq", "ne", "lt", "le", "gt", "ge")
    ],
    Row(
        "draws.normal_of_both",
        lambda t, a, b: (t.manual_seed(0), t.normal(a, b))[1],
        ((2, 1), (3,)),
        (0, 1),
        exact=True,
    ),
    Row("draws.normal_of_mean", lambda t, a: (t.manual_seed(0), t.normal(a, 0.5))[1], ((2, 3),), exact=True),
    Row("draws.normal_of_std", lambda t, a: (t.manual_seed(0), t.normal(0.5, a))[1], ((2, 3),), (0, 1), exact=True),
    Row("draws.coins", lambda t, a: (t.manual_seed(0), t.bernoulli(a))[1], ((2, 9),), (0, 1), exact=True),
    *[
        Row(f"{family}.{name}", lambda t, a, name=name: getattr(t, name)(a), ((2, 3),))
        for family, names in (
            ("pointwise", "exp exp2 expm1 erf erfc sigmoid"),
            ("trigonometry", "sin cos atan sinh cosh tanh"),
        )
        for name in names.split()
    ],
    *[
        Row(f"pointwise.{name}", lambda t, a, name=name: getattr(t, name)(a), ((2, 3),), **_positive())
        for name in ("log", "log2", "log10", "log1p", "sqrt", "rsqrt")
    ],
    *[
        Row(f"trigonometry.{name}", lambda t, a, name=name: getattr(t, name)(a), ((2, 3),), (-0.9, 0.9))
        for name in ("asin", "acos", "tan")
    ],
    Row("trigonometry.hypot", lambda t, a, b: t.hypot(a, b), ((2, 3), (3,)), **_positive()),
    Row("trigonometry.atan2", lambda t, a, b: t.atan2(a, b), ((2, 3), (3,)), apart=True),
    Row("pointwise.relu pointwise.threshold_backward", lambda t, a: t.relu(a), ((2, 3),), apart=True),
    Row("pointwise.abs", lambda t, a: t.abs(a), ((2, 3),), apart=True),
    *[
        Row(f"{ops}", lambda t, a, name=name: getattr(t, name)(a) * a, ((2, 3),), apart=True)
        for ops, name in (
            ("pointwise.sign", "sign"),
            ("pointwise.sgn", "sgn"),
            ("rounding.floor", "floor"),
            ("rounding.ceil", "ceil"),
            ("rounding.trunc", "trunc"),
            ("rounding.round", "round"),
        )
    ],
    Row("rounding.round_decimals", lambda t, a: t.round(a, decimals=1) * a, ((2, 3),), apart=True),
    Row("rounding.clamp_numbers", lambda t, a: t.clamp(a, -1, 1) * a.clamp(max=0.5), ((3, 4),), apart=True),
    Row("rounding.clamp", lambda t, a, b, c: t.clamp(a, b, c) ** 2, ((3, 4), (4,), (4,)), apart=True),
    Row(
        "rounding.clamp_max rounding.clamp_min",
        lambda t, a, b: a.clamp_max(b) * a.clamp_min(b),
        ((2, 3), (3,)),
        apart=True,
    ),
    Row(
        "rounding.clamp_max_number rounding.clamp_min_number",
        lambda t, a: a.clamp_max(1) * a.clamp_min(-1),
        ((2, 3),),
        apart=True,
    ),
    Row("blend.addcmul", lambda t, a, b, c: t.addcmul(a, b, c, value=2), ((2, 3), (2, 3), (3,))),
    Row("blend.addcdiv", lambda t, a, b, c: t.addcdiv(a, b, c, value=2), ((2, 3), (2, 3), (3,)), **_positive()),
    Row("blend.lerp_number", lambda t, a, b: t.lerp(a, b, 0.3), ((2, 3), (3,))),
    Row("blend.lerp", lambda t, a, b, c: t.lerp(a, b, c), ((2, 3), (3,), (2, 3))),
    *[
        Row(f"activation.{name}", lambda t, a, name=name: getattr(t.nn.functional, name)(a), ((3, 4),), apart=True)
        for name in ("hardtanh", "leaky_relu", "elu", "silu", "softplus", "logsigmoid", "gelu")
    ],
    Row("activation.elu", lambda t, a: t.nn.functional.selu(a), ((3, 4),), apart=True, name="selu"),
    Row("activation.gelu", lambda t, a: t.nn.functional.gelu(a, approximate="tanh"), ((3, 4),), name="tanh"),
    Row("activation.softplus", lambda t, a: t.nn.functional.softplus(a, 2, 1), ((3, 4),), apart=True, name="linear"),
    Row("pointwise.pow_number", lambda t, a: a**3 + a**2 + a**0, ((2, 3),)),
    Row("pointwise.pow_number", lambda t, a: a**-1.5, ((2, 3),), name="fraction", **_positive()),
    Row("pointwise.pow", lambda t, a, b: t.pow(a, b), ((2, 3), (3,)), **_positive()),
    Row("pointwise.number_pow", lambda t, a: 2.0**a, ((2, 3),)),
    Row("reduce.sum_all", lambda t, a: a.sum(), ((2, 3),)),
    Row("reduce.sum", lambda t, a: a.sum(1), ((2, 3, 4),)),
    Row("reduce.sum_all_as", lambda t, a: (a * a).sum(dtype=t.float64), ((2, 3, 4),)),
    Row("reduce.sum", lambda t, a: t.sum(a, (0, -1), keepdim=True), ((2, 3, 4),), name="two axes"),
    Row("reduce.mean_all", lambda t, a: a.mean(), ((2, 3),)),
    Row("reduce.mean", lambda t, a: t.mean(a, (0, 2)), ((2, 3, 4),)),
    Row("extremes.max_dim", lambda t, a: a.max(1)[0], ((2, 5),), apart=True),
    Row("extremes.max_all", lambda t, a: a.max(), ((2, 5),), apart=True, name="all"),
    Row("extremes.max_dim", lambda t, a: t.max(a, 0, keepdim=True)[0], ((3, 2, 2),), apart=True, name="keepdim"),
    Row("extremes.min_dim", lambda t, a: a.min(-1)[0], ((2, 5),), apart=True),
    Row("cast.to_dtype", lambda t, a: a.to(t.float64) * 2, ((2, 3),)),
    Row("cast.moved", lambda t, a: (a.cpu() ** 2).to(a.device), ((2, 3),)),
    Row("cast.clone", lambda t, a: a.clone() * a, ((2, 3),)),
    Row("shape.view", lambda t, a: a.view(3, -1) * 2, ((2, 3),)),
    Row("shape.view", lambda t, a: a.t().reshape(6) * a.flatten(), ((2, 3),), name="reshape copies"),
    Row("shape.transpose", lambda t, a: a.transpose(0, 2) * 2, ((2, 3, 4),)),
    Row("shape.t", lambda t, a: a.t() * 2, ((2, 3),)),
    Row("shape.permute", lambda t, a: a.permute(2, 0, 1) * 2, ((2, 3, 4),)),
    Row("shape.expand", lambda t, a: a.expand(4, 2, 3) * a, ((2, 1),)),
    Row("shape.alias", lambda t, a: a[...] * a, ((2, 3),)),
    Row("shape.reshape_alias", lambda t, a: a.mT.reshape(2, 4, 1, 3) ** 2, ((2, 3, 4),)),
    Row("shape.squeeze", lambda t, a: a.squeeze(1) * a.squeeze(), ((2, 1, 3),)),
    Row("shape.unsqueeze", lambda t, a: a.unsqueeze(1) * a.unsqueeze(-1), ((2, 2),)),
    Row("join.cat", lambda t, a, b: t.cat([a, b], 1) ** 2, ((2, 3), (2, 1))),
    Row("join.cat", lambda t, a, b: t.stack([a, b], -1) ** 2, ((2, 3), (2, 3)), name="stack"),
    Row("shape.slice_ shape.embed", lambda t, a: a[1:, ::2] * 2, ((3, 4),)),
    Row("shape.select", lambda t, a: a[1] * a[..., None, -1, 0], ((3, 3, 2),)),
    Row("index.index index.added", lambda t, a: a[t.tensor([0, 2, 0])] ** 2, ((3, 2),)),
    Row("index.index", lambda t, a: a[t.tensor([[0, 1], [1, 1]]), :, 1:] ** 2, ((2, 2, 3),), name="with slices"),
    Row("index.index", lambda t, a: a[a.detach() > 0] ** 2, ((3, 4),), apart=True, name="mask"),
    Row("index.index_put", lambda t, a, b: _changed(a, lambda x: _set(x, t.tensor([0, 2]), b)), ((3, 2), (2, 2))),
    Row("inplace.fill_number", lambda t, a: _changed(a, lambda x: x[0].fill_(3.0)), ((2, 3),)),
    Row("inplace.fill", lambda t, a, b: _changed(a, lambda x: x[0].fill_(b)), ((2, 3), ())),
    Row("inplace.zero", lambda t, a: _changed(a, lambda x: x[0].zero_()), ((2, 3),)),
    Row("inplace.copy", lambda t, a, b: _changed(a, lambda x: x[0].addmm_(b, b)), ((1, 3, 3), (3, 3)), name="several"),
    Row("inplace.copy", lambda t, a, b: _changed(a, lambda x: x.copy_(b)), ((2, 3), (3,))),
    Row(
        "inplace.as_strided",
        lambda t, a, b: _changed(a, lambda x: x.t()[1:].add_(b * b)),
        ((2, 3), (2, 2)),
    ),
    Row("inplace.copy", lambda t, a, b: _changed(a, lambda x: _set(x, (slice(None), 1), b)), ((2, 3), (2,))),
    Row("inplace.as_strided", lambda t, a: _seen_through_a_view(a), ((2, 3),), name="view of a changed tensor"),
    Row("matmul.mm", lambda t, a, b: a @ b, ((2, 3), (3, 4))),
    Row("matmul.mm", lambda t, a, b: t.mm(a.t(), b.t()), ((3, 2), (4, 3)), name="transposed"),
    Row("matmul.mm", lambda t, a, b: t.matmul(a, b), ((2, 3, 4), (4, 2)), name="stack and matrix"),
    Row("matmul.mm", lambda t, a, b: a @ b, ((3, 4), (4,)), name="matrix and vector"),
    Row("matmul.mm", lambda t, a, b: a @ b, ((3,), (3, 4)), name="vector and matrix"),
    Row("matmul.mm", lambda t, a, b: a @ b, ((3,), (3,)), name="vectors"),
    Row("matmul.bmm", lambda t, a, b: a @ b, ((2, 1, 3, 4), (5, 4, 2))),
    Row("matmul.addmm_scaled", lambda t, c, a, b: t.addmm(c, a, b, beta=2, alpha=3), ((4,), (2, 3), (3, 4))),
    Row("matmul.addmm", lambda t, x, w, b: t.nn.functional.linear(x, w, b), ((2, 3), (4, 3), (4,)), name="linear"),
    Row(
        "matmul.addmm", lambda t, x, w, b: t.nn.functional.linear(x, w, b), ((2, 2, 3), (4, 3), (4,)), name="linear 3d"
    ),
    Row(
        "conv.conv2d conv.input_gradient conv.weight_gradient conv.bias_gradient",
        lambda t, x, w, b: t.nn.functional.conv2d(x, w, b),
        ((2, 2, 5, 4), (3, 2, 3, 2), (3,)),
    ),
    Row(
        "conv.conv2d",
        lambda t, x, w: t.nn.functional.conv2d(x, w, None, stride=(2, 1), padding=1, dilation=(1, 2), groups=2),
        ((1, 2, 5, 5), (4, 1, 2, 2)),
        name="stride, padding, dilation, groups",
    ),
    Row("conv.conv2d", lambda t, x, w: t.nn.functional.conv2d(x, w), ((2, 4, 4), (1, 2, 2, 2)), name="one image"),
    Row("conv.conv1d", lambda t, x, w, b: t.nn.functional.conv1d(x, w, b, 2, 1), ((2, 2, 6), (3, 2, 3), (3,))),
    Row("conv.conv1d", lambda t, x, w: t.nn.functional.conv1d(x, w, padding="same"), ((2, 5), (1, 2, 3)), name="a row"),
    Row(
        "pool.max_pool2d pool.unpool pool.gather",
        lambda t, x: t.nn.functional.max_pool2d(x, 2),
        ((2, 2, 4, 5),),
        apart=True,
    ),
    Row(
        "pool.max_pool2d",
        lambda t, x: t.nn.functional.max_pool2d(x, 3, stride=2, padding=1, ceil_mode=True),
        ((1, 2, 6, 5),),
        apart=True,
        name="overlapping",
    ),
    Row("extremes.min_all", lambda t, a: a.min(), ((2, 5),), apart=True),
    Row("extremes.amax", lambda t, a: a.amax(1), ((2, 5),), apart=True),
    Row("extremes.amin", lambda t, a: t.amin(a, (0, 2), keepdim=True), ((2, 3, 2),), apart=True),
    Row("extremes.argmax", lambda t, a: t.argmax(a, 1), ((2, 5),), exact=True),
    Row("extremes.argmin", lambda t, a: a.argmin(), ((2, 5),), exact=True),
    Row("reduce.all", lambda t, a: t.all(a > 0, 1), ((3, 2),), exact=True),
    Row("reduce.any", lambda t, a: t.any(a > 0, 1), ((3, 2),), exact=True),
    Row("reduce.sum", lambda t, a: t.count_nonzero(a > 0, 1), ((3, 2),), exact=True, name="count_nonzero"),
    Row("prod.prod_all", lambda t, a: a.prod(), ((2, 3),)),
    Row("prod.prod", lambda t, a: a.prod(1), ((2, 5),)),
    Row("prod.prod", lambda t, a: (a * (a.detach() > 0)).prod(0, keepdim=True), ((4, 3),), apart=True, name="zeros"),
    Row("prod.prod prod.ones", lambda t, a: a.prod(1) * a.prod(0), ((1, 3),), name="of one"),
    Row("moments.var", lambda t, a: a.var(1), ((2, 4),)),
    Row("moments.std", lambda t, a: t.std(a, (0, 1), correction=0), ((2, 4),)),
    Row("moments.var_mean", lambda t, a: t.var_mean(a, 1)[0] * t.var_mean(a, 1)[1], ((2, 4),)),
    Row("moments.std_mean", lambda t, a: t.std_mean(a, 0)[0] + t.std_mean(a)[1], ((2, 4),)),
    Row("moments.logsumexp", lambda t, a: t.logsumexp(a, 1), ((2, 4),)),
    *[
        Row("moments.vector_norm", lambda t, a, p=p: t.norm(a, p, 1), ((2, 4),), apart=True, name=f"p = {p}")
        for p in (2, 1, 3, 0.5, 1.5, float("inf"))
    ],
    Row("nuclear.aligned", lambda t, a: t.norm(a, "nuc"), ((2, 3),), apart=True),
    Row("cast.view_dtype", lambda t, a: a.view(t.int32), ((2, 3),), exact=True),
    Row("shape.unsafe_view", lambda t, a: a.t().reshape(6) ** 2, ((2, 3),)),
    Row("scan.cumsum", lambda t, a: a.cumsum(1), ((2, 4),)),
    Row("arithmetic.sub", lambda t, a, b: t.diff(a, 2, 1, prepend=b), ((2, 4), (2, 1)), name="diff"),
    Row("sort.sort", lambda t, a: a.sort(1)[0] ** 2, ((2, 5),), apart=True),
    Row("sort.sort_stably", lambda t, a: a.sort(dim=1, stable=True)[0] ** 2, ((2, 5),), apart=True),
    Row(
        "arithmetic.mul_number arithmetic.add_number arithmetic.div_number",
        lambda t, a, b: t.nn.functional.cross_entropy(a, b.softmax(1), label_smoothing=0.1),
        ((2, 3), (2, 3)),
        name="cross_entropy of probabilities",
    ),
    Row("sort.topk", lambda t, a: a.topk(2, 0)[0] ** 2, ((4, 2),), apart=True),
    Row("scatter.gather scatter.scattered", lambda t, a: a.gather(1, t.from_numpy(PLACES)) ** 2, ((2, 3),)),
    Row(
        "scatter.scatter",
        lambda t, a, b: a.scatter(1, t.from_numpy(PLACES)[:, :2], b) ** 2,
        ((2, 3), (2, 2)),
    ),
    Row("scatter.scatter_number", lambda t, a: a.scatter(1, t.from_numpy(PLACES), 2.5) * a, ((2, 4),)),
    Row(
        "scatter.scatter_add",
        lambda t, a, b: t.scatter_add(a, 1, t.from_numpy(PLACES), b) ** 2,
        ((2, 3), (2, 3)),
    ),
    Row(
        "scatter.scatter_reduce_number",
        lambda t, a: a.scatter(1, t.from_numpy(PLACES), 2.5, reduce="multiply"),
        ((2, 3),),
        exact=True,
    ),
    Row(
        "scatter.scatter_reduce",
        lambda t, a: _quietly(lambda: a.scatter(1, t.from_numpy(PLACES), a * 2, reduce="add")),
        ((2, 3),),
        exact=True,
    ),
    Row("pick.index_select pick.slices_added", lambda t, a: a.index_select(1, t.from_numpy(TWICE)) ** 2, ((2, 3),)),
    Row("pick.index_add", lambda t, a, b: a.index_add(1, t.from_numpy(TWICE), b, alpha=2) ** 2, ((2, 4), (2, 3))),
    Row(
        "index.index_put",
        lambda t, a, b: a.index_put((t.from_numpy(TWICE),), b, accumulate=True) ** 2,
        ((2, 4), (3, 4)),
    ),
    Row(
        "index.index_put",
        lambda t, a, b: a.index_put((t.from_numpy(TARGET),), b) ** 2,
        ((3, 2), (1,)),
        name="index_put",
    ),
    Row(
        "pick.masked_select pick.masked_place", lambda t, a: a.masked_select(a.detach() > 0) ** 2, ((3, 4),), apart=True
    ),
    Row("shape.squeeze_all", lambda t, a: a.squeeze() * 2, ((2, 1, 3),)),
    Row("shape.squeeze_several", lambda t, a: a.squeeze((1, 2)) * 2, ((2, 1, 1),)),
    Row("join.stack", lambda t, a, b: t.stack([a, b], 1) ** 2, ((2, 3), (2, 3))),
    Row("join.cat", lambda t, a, b: t.hstack([a, b]) ** 2, ((2, 3), (2, 1)), name="hstack"),
    Row("matmul.mv", lambda t, a, b: a.mv(b), ((2, 3), (3,))),
    Row("matmul.dot", lambda t, a, b: a.dot(b), ((3,), (3,))),
    Row("matmul.addmv", lambda t, c, a, b: t.addmv(c, a, b, beta=2, alpha=3), ((2,), (2, 3), (3,))),
    Row("matmul.baddbmm", lambda t, c, a, b: t.baddbmm(c, a, b, beta=2, alpha=3), ((4,), (2, 2, 3), (2, 3, 4))),
    Row("arithmetic.mul", lambda t, a, b: t.outer(a, b), ((2,), (3,)), name="outer"),
    Row("spread.flip", lambda t, a: a.flip(0, 1) * a, ((2, 3),)),
    Row("spread.roll", lambda t, a: a.roll((1, -1), (0, 1)) * a.roll(2), ((2, 3),)),
    Row("spread.repeat", lambda t, a: a.repeat(2, 1, 3) ** 2, ((2, 3),)),
    Row("shape.expand", lambda t, a: a.repeat_interleave(2, 1) ** 2, ((2, 3),), name="repeat_interleave"),
    Row("spread.tril", lambda t, a: a.tril(1) * a, ((3, 4),)),
    Row("spread.triu", lambda t, a: a.triu(1) * a, ((2, 3, 3),)),
    Row("spread.diag_embed", lambda t, a: a.diag(1) * 2, ((3,),)),
    Row("spread.diagonal_copy", lambda t, a: a.diag(-1) ** 2, ((3, 4),)),
    Row("views.diagonal views.embed_diagonal", lambda t, a: a.diagonal(1, 0, 2) ** 2, ((3, 2, 4),)),
    Row("views.unbind", lambda t, a: a.unbind(1)[0] * a.unbind(1)[2], ((2, 3),)),
    Row("views.split views.assemble", lambda t, a: a.split(2)[0] * a.split(2)[1], ((4, 2),)),
    Row("views.split_with_sizes", lambda t, a: a.split([1, 3], 1)[1] ** 2, ((2, 4),)),
    Row("softmax.softmax softmax.softmax_gradient", lambda t, a: t.softmax(a, 1), ((3, 4),)),
    Row("softmax.softmax", lambda t, a: a.softmax(0), ((3, 2, 2),), name="first axis"),
    Row("softmax.log_softmax softmax.log_softmax_gradient", lambda t, a: t.log_softmax(a, -1), ((3, 4),)),
    Row("loss.mse_loss", lambda t, a, b: t.nn.functional.mse_loss(a, b), ((2, 3), (2, 3))),
    Row("loss.smooth_l1_loss", lambda t, a, b: t.nn.functional.smooth_l1_loss(a, b, beta=0.7), ((2, 3), (2, 3))),
    Row("loss.huber_loss", lambda t, a, b: t.nn.functional.huber_loss(a, b, delta=0.7), ((2, 3), (2, 3))),
    Row(
        "loss.binary_cross_entropy",
        lambda t, a, b: t.nn.functional.binary_cross_entropy(a, b),
        ((2, 3), (2, 3)),
        domain=(0.1, 0.9),
    ),
    Row(
        "loss.binary_cross_entropy_with_logits",
        lambda t, a, b: t.nn.functional.binary_cross_entropy_with_logits(
            a, b, pos_weight=t.full((3,), 2.0, dtype=a.dtype)
        ),
        ((2, 3), (2, 3)),
    ),
    Row(
        "nll.nll_loss2d",
        lambda t, a: t.nn.functional.nll_loss(
            a, t.from_numpy(TARGET).reshape(1, 3, 1), t.full((4,), 2.0, dtype=a.dtype), reduction="none"
        ),
        ((1, 4, 3, 1),),
    ),
    Row(
        "norm.batch_norm norm.fused_batch_norm_gradient",
        lambda t, x, w, b: t.nn.functional.batch_norm(x, None, None, w, b, True),
        ((4, 2, 3), (2,), (2,)),
    ),
    Row(
        "norm.layer_norm norm.fused_layer_norm_gradient",
        lambda t, x, w, b: t.nn.functional.layer_norm(x, (2, 3), w, b),
        ((4, 2, 3), (2, 3), (2, 3)),
    ),
    Row("pool.avg_pool2d pool.spread", lambda t, x: t.nn.functional.avg_pool2d(x, 2, padding=1), ((1, 2, 4, 5),)),
    Row(
        "pool.adaptive_avg_pool2d pool.adaptive_spread",
        lambda t, x: t.nn.functional.adaptive_avg_pool2d(x, (3, 2)),
        ((1, 2, 4, 5),),
    ),
    Row("pad.constant_pad", lambda t, x: t.nn.functional.pad(x, (1, -1, 2, 0), value=0.5) ** 2, ((2, 3),)),
    Row("pad.pad pad.scatter", lambda t, x: t.nn.functional.pad(x, (1, 2), "reflect") ** 2, ((1, 2, 3),)),
    Row(
        "embedding.embedding embedding.sum_rows",
        lambda t, w: t.nn.functional.embedding(t.from_numpy(TARGET), w) ** 2,
        ((3, 4),),
    ),
    Row("passing.pass_through", lambda t, a: _hooked(t)(a), ((2, 3),)),
    Row(
        "nll.nll_loss nll.class_gradient",
        lambda t, a: t.nn.functional.nll_loss(a, t.from_numpy(TARGET)),
        ((3, 4),),
    ),
    Row(
        "nll.nll_loss",
        lambda t, a: t.nn.functional.cross_entropy(a, t.from_numpy(TARGET), ignore_index=0),
        ((3, 4),),
        name="cross entropy",
    ),
    Row(
        "nll.nll_loss nll.place",
        lambda t, a: t.nn.functional.cross_entropy(a, t.from_numpy(TARGET), reduction="none"),
        ((3, 4),),
        name="cross entropy of each",
    ),
    Row(
        "softmax.log_softmax",
        lambda t, a, b: t.nn.functional.cross_entropy(a, b.softmax(1)),
        ((3, 4), (3, 4)),
        name="cross entropy of probabilities",
    ),
]


def label(row: Row) -> str:
    return f"{row.ops.split()[0]} {row.name}".strip()


def arrays(row: Row, dtype: type) -> list[np.ndarray]:
    """Inputs of a row, the same at every call."""
    rng = np.random.default_rng(len(row.ops) + len(row.shapes))
    made = []
    for number, shape in enumerate(row.shapes):
        low, high = row.domain
        array = rng.uniform(low, high, shape)
        if row.apart:  # distinct, and none near 0
            places = rng.permutation(array.size).reshape(shape)
            array = (places + 0.3 + 0.15 * number) / max(array.size, 1) * (high - low) + low
            array = np.where(np.abs(array) < 0.05, array + 0.1, array)
        made.append(np.asarray(array, dtype))
    return made
