"""The forward pass as it was: what operations took and made, also where something is changed in place later."""

import threading

import numpy as np

import nbgrad
from nbgrad import nn
from nbgrad.autograd.graph import Recording
from nbgrad.nn import functional as F


def recorded(compute):
    with Recording() as recording:
        result = compute()
    return result, recording.operations(result)


def test_what_an_operation_takes_was_made_by_one_before():
    nbgrad.manual_seed(0)
    layer, x = nn.Linear(4, 3), nbgrad.randn(2, 4)
    loss, operations = recorded(lambda: (nbgrad.tanh(layer(x)) * 2).sum())
    assert [each.name for each in operations] == [
        "TBackward0", "AddmmBackward0", "TanhBackward0", "MulBackward0", "SumBackward0",
    ]  # fmt: skip
    turned, linear, bent, doubled, total = operations
    np.testing.assert_array_equal(turned.outputs[0], layer.weight.detach().numpy().T)
    assert linear.inputs[2] is not None and linear.inputs[1] is None  # x needs no gradient
    np.testing.assert_array_equal(linear.outputs[0], layer(x).detach().numpy())
    assert bent.inputs[0] is linear.outputs[0] and doubled.inputs[0] is bent.outputs[0]
    assert total.outputs[0] == loss.detach().numpy()


def test_a_change_in_place_does_not_reach_what_was_recorded():
    nbgrad.manual_seed(0)
    first, second, x = nn.Linear(4, 4), nn.Linear(4, 4), nbgrad.randn(2, 4)

    def compute():
        hidden = first(x)
        before = hidden.detach().clone()
        y = F.relu(hidden, inplace=True)
        y += second(y)
        return before, y.sum()

    with Recording() as recording:
        before, loss = compute()
    by_name = {each.name: each for each in recording.operations(loss)}
    linear = next(each for each in recording.operations(loss) if each.name == "AddmmBackward0")
    np.testing.assert_array_equal(linear.outputs[0], before.numpy())
    np.testing.assert_array_equal(by_name["ReluBackward0"].outputs[0], np.maximum(before.numpy(), 0))
    total = by_name["AddBackward0"]
    np.testing.assert_array_equal(total.inputs[0] + total.inputs[1], total.outputs[0])
    np.testing.assert_allclose(by_name["SumBackward0"].outputs[0], total.outputs[0].sum(), rtol=1e-6)


def test_an_operation_with_several_results():
    x = nbgrad.tensor([3.0, 1.0, 2.0], requires_grad=True)

    def compute():
        values, _places = x.sort()
        return values[0] * 2

    _, operations = recorded(compute)
    np.testing.assert_array_equal(operations[0].outputs[0], [1, 2, 3])
    assert operations[0].outputs[1] is None  # whole numbers have no place in the graph


def test_other_threads_are_not_recorded_and_nothing_stays_behind():
    x = nbgrad.tensor(2.0, requires_grad=True)
    others = []
    with Recording() as recording:
        loss = x * x
        thread = threading.Thread(target=lambda: others.append(x * x * x))
        thread.start()
        thread.join()
    assert len(recording.operations(loss)) == 1
    assert all(each.outputs == (None,) for each in recording.operations(others[0]))
    assert type(x * 1) is nbgrad.Tensor
    assert len(recording.operations(x * x)) == 1  # made afterwards: known, but not its result


def test_a_recording_ends_where_the_forward_pass_fails():
    x = nbgrad.ones(2, requires_grad=True)
    try:
        with Recording():
            x @ nbgrad.ones(3)
    except RuntimeError:
        pass
    assert type(x * 1) is nbgrad.Tensor
