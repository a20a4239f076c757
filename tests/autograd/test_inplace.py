"""Changes in place, of tensors and of views, seen by the backward pass; anomalies; leaf hooks."""

import pytest

import nbgrad as torch


def leaf(*values):
    return torch.tensor(values, requires_grad=True)


def test_a_change_of_a_view_reaches_its_base():
    x = leaf([1.0, 2.0], [3.0, 4.0])
    y = x * 1
    row = y[0]
    row.mul_(10)
    assert y.grad_fn.name() == "CopySlices" and row.grad_fn.name() == "AsStridedBackward0"
    y.sum().backward()
    assert x.grad.tolist() == [[10, 10], [1, 1]]


def test_a_change_of_the_base_reaches_its_views():
    x = leaf(1.0, 2.0)
    y = x * 1
    view = y.view(2, 1)
    y.mul_(3)
    view.sum().backward()
    assert x.grad.tolist() == [3, 3]


def test_writing_a_recorded_tensor_into_a_constant_one():
    x = leaf(1.0, 2.0)
    z = torch.zeros(2, 2)
    z[1] = x * 2
    assert z.requires_grad
    (z * z).sum().backward()
    assert x.grad.tolist() == [8, 16]


def test_mixed_keys_write_where_they_read():
    x = torch.zeros(2, 3, 4)
    key = (0, slice(None), torch.tensor([0, 2, 3]))
    x[key] = torch.arange(1.0, 10.0).reshape(3, 3)
    assert x[key].tolist() == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    assert x.sum().item() == 45


def test_what_was_overwritten_gets_no_gradient():
    x = leaf(1.0, 2.0, 3.0)
    y = x * 1
    y[0] = 9.0
    y[torch.tensor([False, True, False])] = 8.0
    y.sum().backward()
    assert y.tolist() == [9, 8, 3]
    assert x.grad.tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x: x.add_(1), "a leaf Variable that requires grad is being used in an in-place operation"),
        (lambda x: x[0].add_(1), "a view of a leaf Variable that requires grad is being used"),
        (lambda x: x.__setitem__(0, 1.0), "a view of a leaf Variable that requires grad is being used"),
    ],
)
def test_leaves_are_not_changed(change, message):
    x = leaf(1.0, 2.0)
    with pytest.raises(RuntimeError, match=message):
        change(x)
    assert x.tolist() == [1, 2]


def test_a_value_is_kept_only_where_its_partner_needs_it():
    x, w = leaf(1.0, 2.0), torch.tensor([3.0, 4.0])
    y = x * w
    x2 = y * 1
    y.add_(1)  # `y * 1` keeps the number alone
    x2.sum().backward()
    assert x.grad.tolist() == [3, 4]


def test_in_place_results_keep_dtype_and_shape():
    x = torch.tensor([1, 2])
    with pytest.raises(RuntimeError, match="result type Float can't be cast to the desired output type Long"):
        x.mul_(1.5)
    with pytest.raises(RuntimeError, match=r"output with shape \[2\] doesn't match the broadcast shape \[3, 2\]"):
        x.add_(torch.ones(3, 2, dtype=torch.int64))
    assert x.tolist() == [1, 2]


def test_anomaly_detection_names_the_forward_line():
    x = leaf(0.0, 4.0)
    with torch.autograd.detect_anomaly():
        y = torch.sqrt(x)
        with (
            pytest.warns(UserWarning, match=r"Error detected in SqrtBackward0(.|\n)*y = torch.sqrt\(x\)"),
            pytest.raises(RuntimeError, match="Function 'SqrtBackward0' returned nan values in its 0th output"),
        ):
            (y * 0).sum().backward()


def test_hooks_after_accumulation_see_the_sum():
    x, seen = leaf(1.0, 2.0), []
    handle = x.register_post_accumulate_grad_hook(lambda leaf: seen.append(leaf.grad.tolist()))
    (x * 2).sum().backward()
    (x * 2).sum().backward()
    handle.remove()
    (x * 2).sum().backward()
    assert seen == [[2, 2], [4, 4]]


def test_saved_values_have_pytorchs_names():
    x = leaf(1.0, 2.0)
    assert torch.exp(x).grad_fn._saved_result.tolist() == torch.exp(x).tolist()
    assert (x * x).grad_fn._saved_other.tolist() == [1, 2]
    with pytest.raises(AttributeError, match="_saved_nothing"):
        _ = (x * x).grad_fn._saved_nothing
