"""Every kernel of the GPU has something slow and obvious that says the same, and is compared with it."""

import numpy as np
import pytest

from nbgrad import kernels
from nbgrad.placement import why_no_gpu
from tests.cuda.compare import same

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(why_no_gpu() is not None, reason=str(why_no_gpu())),
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),  # the simulator computes NaN and inf with numpy's numbers
]


def _numbers(*shape):
    return np.random.default_rng(sum(shape)).uniform(0.1, 0.9, shape).astype(np.float32)


LABELS, PLACES = np.array([2, 0, -100]), np.array([[0, 1, 1], [1, 1, 0]])
WINDOWS = (2, 3), (1, 2), (1, 1)
CHOSEN = np.array([[[[0, 1], [3, 3]]]])

# what a function that is alike on both devices is given, where it is more than numbers (2, 3)
ARGUMENTS = {
    "adagrad": [_numbers(3), _numbers(3), _numbers(3), 0.1, 1e-8, 0.01],
    "adam": [*[_numbers(3) for _ in range(4)], 3, 0.1, 0.9, 0.99, 1e-8, 0.01],
    "adamw": [*[_numbers(3) for _ in range(5)], True, 3, 0.1, 0.9, 0.99, 1e-8, 0.01],
    "adaptive_avg_pool2d": [_numbers(1, 2, 5, 4), (2, 3)],
    "adaptive_avg_pool2d_gradient": [_numbers(1, 2, 2, 3), (1, 2, 5, 4)],
    "avg_pool2d": [_numbers(1, 2, 5, 4), *WINDOWS],
    "avg_pool2d_gradient": [_numbers(1, 2, 6, 2), (1, 2, 5, 4), *WINDOWS],
    "batch_norm": [_numbers(2, 3, 4), _numbers(3), _numbers(3), (_numbers(3), _numbers(3)), False, 0.1, 1e-5],
    "batch_norm_gradient": [*[_numbers(2, 3, 4)] * 2, *[_numbers(3)] * 3, True],
    "binary_cross_entropy": [_numbers(2, 3), _numbers(2, 3)],
    "binary_cross_entropy_with_logits": [_numbers(2, 3), _numbers(2, 3), None],
    "class_loss": [_numbers(3, 4), LABELS, -100, True],
    "class_loss_gradient": [_numbers(), LABELS, 4, -100, True],
    "conv2d_bias_gradient": [_numbers(2, 3, 4, 5)],
    "first_outside": [np.array([1, 0, 7, 9]), 5],
    "gather": [_numbers(2, 3), PLACES, 1],
    "huber": [_numbers(2, 3), _numbers(3), 0.2],
    "max_pool2d": [_numbers(1, 2, 5, 4), *WINDOWS, (1, 1), False],
    "max_pool2d_gather": [_numbers(1, 1, 2, 2), CHOSEN],
    "pick": [_numbers(3, 4), LABELS, -100],
    "place": [_numbers(3), LABELS, 4, -100],
    "places_of": [PLACES > 0],
    "rmsprop": [*[_numbers(3) + i for i in range(3)], _numbers(3), _numbers(3), 0.1, 0.9, 1e-8, 0.01, 0.5],
    "scatter_multiply_along": [_numbers(2, 3), PLACES, _numbers(2, 3), 1],
    "sgd": [*[[_numbers(3), _numbers(2)] for _ in range(3)], False, 0.1, 0.9, 0.1, 0.01, True],
    "smooth_l1": [_numbers(2, 3), _numbers(3), 0.2],
    "sort": [_numbers(2, 3), 1, False],
    "take": [_numbers(2, 3), (PLACES,)],
    "triangle": [_numbers(2, 3), 0, True],
    "where": [PLACES > 0, _numbers(2, 3), _numbers(3)],
    "write": [_numbers(2, 3), (np.array([1, 0]),), _numbers(3)],
}
OTHERS = {"cuda.optim._sgd_plain": [[_numbers(3)], [_numbers(3)], None, True, 0.1, 0, 0, 0.01, False]}


def _kernels():
    """All of the engine's, where they can be imported; other kernels only measure a GPU."""
    if why_no_gpu() is not None:
        return []
    assert kernels.cuda.__all__
    return [each for title, each in kernels.cuda_registry.KERNELS.items() if title.startswith("cuda.")]


def test_every_kernel_has_a_twin_or_is_one():
    twins = {kernel.twin for kernel in _kernels()}
    assert [kernel.name for kernel in _kernels() if kernel.twin is None and kernel not in twins] == []


@pytest.mark.parametrize("kernel", [each for each in _kernels() if isinstance(each.twin, str)], ids=lambda it: it.name)
def test_a_function_that_is_alike_on_both_devices_starts_the_kernel(monkeypatch, kernel):
    """The CPU's function is the twin: both give the same, and the GPU's did start this kernel."""
    launches = kernels.cuda_registry.Launches
    monkeypatch.setattr(launches, "seen", set())
    same(kernel.twin, *OTHERS.get(kernel.name, ARGUMENTS.get(kernel.twin, [_numbers(2, 3)])))
    assert kernel.name in {name for name, _ in launches.seen}
