"""What a backward pass needs and finds changed in place: PyTorch's sentence, for operands, indices, masks, targets."""

import pytest

import nbgrad


def _changed(value):
    return value.logical_not_() if "bool" in str(value.dtype) else value.add_(0)


def _write(x, index, value):
    copy = x * 1
    copy[index] = value
    return copy


def _sorted_positions(x, spare):
    values, positions = x.sort(0)
    _changed(positions)
    return values


def _pooled_positions(t, x):
    values, positions = t.nn.functional.max_pool2d(x[None, None], 2, return_indices=True)
    _changed(positions)
    return values


PLACES = {
    "index": lambda t, x, i: x[i],
    "index of int32": lambda t, x, i: x[i.int()],  # the copy is the op's own
    "index behind a slice": lambda t, x, i: x[1:, i],
    "index without axes": lambda t, x, i: x[i[0]],
    "index_select": lambda t, x, i: x.index_select(0, i),
    "index_add": lambda t, x, i: x.index_add(0, i, t.ones(2, 3, requires_grad=True)),
    "index_add of a constant": lambda t, x, i: x.index_add(0, i, t.ones(2, 3)),
    "index_put": lambda t, x, i: x.index_put((i,), t.ones(2, 3, requires_grad=True)),
    "index_put, added": lambda t, x, i: x.index_put((i,), t.ones(2, 3), accumulate=True),
    "written": lambda t, x, i: _write(x, i, 1.0),
    "written behind a slice": lambda t, x, i: _write(x, (slice(1, 3), i), 1.0),
    "embedding": lambda t, x, i: t.nn.functional.embedding(i, x),
    "nll_loss": lambda t, x, i: t.nn.functional.nll_loss(x[:2], i),
    "nll_loss of a vector": lambda t, x, i: t.nn.functional.nll_loss(x[0], i[1]),
    "nll_loss of rows": lambda t, x, i: t.nn.functional.nll_loss(x[:2, :, None, None], i.view(2, 1, 1)),
    "cross_entropy": lambda t, x, i: t.nn.functional.cross_entropy(x[:2], i),
    "cross_entropy, smoothed": lambda t, x, i: t.nn.functional.cross_entropy(x[:2], i, label_smoothing=0.1),
}
ALONG = {
    "gather": lambda t, x, i: x.gather(0, i),
    "scatter": lambda t, x, i: x.scatter(0, i, t.ones(4, 3, requires_grad=True)),
    "scatter of a number": lambda t, x, i: x.scatter(0, i, 1.0),
    "scatter_add": lambda t, x, i: x.scatter_add(0, i, t.ones(4, 3, requires_grad=True)),
    "scatter_add of a constant": lambda t, x, i: x.scatter_add(0, i, t.ones(4, 3)),
}
MASKS = {
    "masked index": lambda t, x, m: x[m],
    "masked_select": lambda t, x, m: x.masked_select(m),
    "masked_fill": lambda t, x, m: x.masked_fill(m, 1.0),
    "where": lambda t, x, m: t.where(m, x, 0.0),
    "written by a mask": lambda t, x, m: _write(x, m, 1.0),
}
WEIGHTS = {
    "weights of classes": lambda t, x, w: t.nn.functional.cross_entropy(x, t.tensor([0, 2, 1, 1]), w),
    "weights of targets": lambda t, x, w: t.nn.functional.binary_cross_entropy(x.sigmoid(), t.ones(4, 3), w),
    "weights of logits": lambda t, x, w: t.nn.functional.binary_cross_entropy_with_logits(x, t.ones(4, 3), w),
    "positive weights": lambda t, x, w: t.nn.functional.binary_cross_entropy_with_logits(
        x, t.ones(4, 3), None, pos_weight=w
    ),
    "running mean": lambda t, x, w: t.nn.functional.batch_norm(x, w, t.ones(3)),
    "running mean in training": lambda t, x, w: t.nn.functional.batch_norm(x, w, t.ones(3), training=True),
    "a bound": lambda t, x, w: x.clamp(w),
    "target": lambda t, x, w: t.nn.functional.mse_loss(x, w.expand(4, 3)),
    "places of sort": lambda t, x, w: _sorted_positions(x, w),
    "places of max_pool2d": lambda t, x, w: _pooled_positions(t, x),
}
CASES = [
    *((name, call, lambda t: t.tensor([0, 2])) for name, call in PLACES.items()),
    *((name, call, lambda t: t.zeros(4, 3, dtype=t.int64)) for name, call in ALONG.items()),
    *((name, call, lambda t: t.ones(4, 3) > 0) for name, call in MASKS.items()),
    *((name, call, lambda t: t.ones(3)) for name, call in WEIGHTS.items()),
]


def _sentence(t, call, make):
    value = make(t)
    result = call(t, t.linspace(-1, 1, 12).view(4, 3).requires_grad_(), value)
    _changed(value)
    try:
        result.sum().backward()
    except RuntimeError as error:
        return str(error)
    return "passes"


@pytest.mark.parametrize("call, make", [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_change_before_backward(call, make, torch):
    assert _sentence(nbgrad, call, make) == _sentence(torch, call, make)


@pytest.mark.parametrize("name", ["index", "gather", "masked_fill", "cross_entropy", "weights of classes"])
def test_change_of_a_tensor_without_gradient_is_noticed(name):
    call, make = next(case[1:] for case in CASES if case[0] == name)
    assert "has been modified by an inplace operation" in _sentence(nbgrad, call, make)


def test_a_weight_that_wants_a_gradient_is_refused(torch):
    for t in (nbgrad, torch):
        weight = t.ones(3, requires_grad=True)
        with pytest.raises(RuntimeError, match="'nll_loss_forward' is not differentiable with respect to argument"):
            t.nn.functional.cross_entropy(t.ones(2, 3, requires_grad=True), t.tensor([0, 1]), weight)
