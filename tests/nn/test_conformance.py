"""Layers, their text, state, first values and complaints are PyTorch's."""

import copy
import math
import pickle
import re
import warnings

import numpy as np
import pytest

import nbgrad

LAYERS = """
nn.Conv1d(2, 4, 3, padding=1)
nn.Conv1d(2, 4, 3, stride=2, bias=False, padding_mode='circular', padding=1)
nn.Conv2d(2, 4, 3, padding='same')
nn.Conv2d(2, 4, (2, 3), padding='same', padding_mode='reflect', dilation=2)
nn.Conv2d(2, 4, 3, 2, 1, 2, 2, False)
nn.Conv2d(2, 4, 3, padding='valid', padding_mode='replicate')
nn.Linear(3, 2, bias=False)
nn.Embedding(10, 4, padding_idx=-1)
nn.Embedding(10, 4)
nn.Embedding(3, 2, scale_grad_by_freq=True)
nn.MaxPool2d(2)
nn.MaxPool2d(3, 2, 1)
nn.MaxPool1d(3, 2, 1)
nn.AvgPool2d((2, 1))
nn.AvgPool1d(3, 2, 1)
nn.AdaptiveAvgPool2d((None, 3))
nn.AdaptiveAvgPool1d(3)
nn.BatchNorm1d(3)
nn.BatchNorm2d(3, affine=False)
nn.BatchNorm2d(3, momentum=None, track_running_stats=False, bias=False)
nn.LayerNorm(3)
nn.LayerNorm((2, 3), bias=False)
nn.LayerNorm([2, 3], elementwise_affine=False)
nn.Dropout(0.2, True)
nn.Flatten()
nn.Unflatten(1, (2, 3))
nn.Identity(3)
nn.ReLU()
nn.ReLU(inplace=True)
nn.ReLU6()
nn.ReLU6(True)
nn.LeakyReLU()
nn.LeakyReLU(0.2, True)
nn.ELU()
nn.ELU(2.0, True)
nn.SELU()
nn.GELU()
nn.GELU('tanh')
nn.SiLU(True)
nn.Sigmoid()
nn.Tanh()
nn.Hardtanh()
nn.Hardtanh(-2.0, 2.0, True)
nn.Softplus()
nn.LogSigmoid()
nn.Softmax(1)
nn.LogSoftmax(dim=-1)
nn.Softmin()
nn.MSELoss()
nn.L1Loss()
nn.SmoothL1Loss()
nn.HuberLoss()
nn.CrossEntropyLoss(torch.ones(3))
nn.NLLLoss()
nn.BCELoss()
nn.BCEWithLogitsLoss(pos_weight=torch.ones(3))
nn.CosineSimilarity()
nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Sequential(nn.Linear(2, 3)))
nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2), nn.ReLU(), nn.Sequential(nn.Tanh()), nn.Sequential(nn.Tanh())])
nn.ModuleDict({'a': nn.Linear(2, 2), 'b': nn.ReLU()})
nn.ParameterList([nn.Parameter(torch.ones(2, 3))])
nn.ParameterList([nn.Parameter(torch.ones(2, 3)), nn.Parameter(torch.ones(1))])
nn.ModuleList()
nn.Sequential()
""".strip().splitlines()

NET = "nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 2))"

ANSWERS = """
net.load_state_dict(copy.deepcopy(net).state_dict())
net.load_state_dict({'0.weight': torch.zeros(2, 2), 'x': torch.zeros(1)})
net.load_state_dict({'0.weight': torch.zeros(4, 3), 'x': torch.zeros(1)}, strict=False)
net.load_state_dict(3)
list(net.state_dict(prefix='a.'))
[name for name, _ in net.named_parameters('p')]
[name for name, _ in net.named_buffers()]
[name for name, _ in net.named_modules()]
net.get_submodule('0')
net.get_submodule('7')
net.get_parameter('0.weight').shape
net.get_parameter('0.wei')
net.get_buffer('1.running_mean')
net.get_buffer('0.weight')
net[1:3]
net[-1]
net[9]
net.append(nn.ReLU())
net.insert(1, nn.Tanh())
(net.pop(1), net)
(net.__delitem__(1), net)
(net.__setitem__(1, nn.Tanh()), net)
net.register_buffer('0.x', torch.zeros(1))
net.register_buffer('training', torch.zeros(1))
net.register_parameter('w', torch.zeros(1))
net.register_parameter(3, None)
net.add_module('w', 3)
setattr(net[0], 'weight', torch.zeros(1))
setattr(net[0], 'weight', 3)
setattr(net[1], 'running_mean', 3)
net.foo
net.train(3)
nn.Conv2d(3, 4, 3, groups=2)
nn.Conv2d(4, 4, 3, 2, padding='same')
nn.Dropout(2)
nn.Module()(2)
nn.BatchNorm2d(3)(torch.zeros(2, 3))
nn.BatchNorm1d(3)(torch.zeros(1, 3))
nn.BatchNorm1d(4)(torch.zeros(2, 3))
nn.Linear(2, 3)(torch.zeros(2, 4))
nn.Embedding(3, 2)(torch.tensor([3]))
nn.LayerNorm(3)(torch.zeros(2, 2))
nn.CrossEntropyLoss()(torch.zeros(2, 3), torch.tensor([0, 5]))
nn.CrossEntropyLoss()(torch.zeros(2, 3), torch.tensor([0, 1, 2]))
nn.CrossEntropyLoss(reduction='x')(torch.zeros(2, 3), torch.tensor([0, 1]))
nn.BCELoss()(torch.full((2,), 2.0), torch.zeros(2))
nn.BCEWithLogitsLoss()(torch.zeros(2, 1), torch.zeros(2))
nn.NLLLoss()(torch.zeros(2, 3), torch.zeros(2))
nn.init.kaiming_uniform_(torch.zeros(2, 2), mode='x')
nn.init.xavier_uniform_(torch.zeros(2))
nn.init.calculate_gain('x')
[nn.init.calculate_gain(name) for name in ('relu', 'linear', 'tanh', 'selu', 'leaky_relu', 'sigmoid')]
(nn.Dropout(0.4)(torch.ones(3, 4)), nn.Dropout(1.0)(torch.ones(2)), nn.Dropout(0.0)(torch.ones(2)))
nn.functional.one_hot(torch.tensor([0, 2]))
nn.functional.pad(torch.ones(1, 2, requires_grad=True), (1, 1))
nn.functional.cross_entropy(torch.zeros(2, 3, requires_grad=True), torch.tensor([0, 1])).grad_fn.next_functions
nn.functional.embedding(torch.tensor([1, 2]), torch.ones(3, 2, requires_grad=True))
nn.BatchNorm1d(3)(torch.ones(2, 3))
nn.LayerNorm(2)(torch.tensor([[1.0, 2.0]]))
nn.Unflatten(1, (2, 2))(torch.zeros(1, 4))
[name for name, _ in nn.Sequential(*[nn.Tanh()] * 2).named_modules()]
pickle.loads(pickle.dumps(net))[0].bias
copy.deepcopy(net)[0].bias
nn.utils.parameters_to_vector(net[0].parameters())
""".strip().splitlines()


def answer(module, line):
    module.manual_seed(1)
    names = {"torch": module, "nn": module.nn, "copy": copy, "pickle": pickle}
    names["net"] = eval(NET, names)
    try:
        text = repr(eval(line, names))
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
    return re.sub(r" at 0x\w+", "", text).replace("nbgrad.", "torch.")


@pytest.mark.parametrize("line", LAYERS)
def test_layers_are_pytorchs(line, torch):
    made = []
    for module in (nbgrad, torch):
        module.manual_seed(3)
        made.append(eval(line, {"torch": module, "nn": module.nn}))
    ours, theirs = made
    assert repr(ours) == repr(theirs)
    assert {name for name in vars(theirs) if name[0] != "_"} <= {name for name in vars(ours) if name[0] != "_"}
    mine, other = ours.state_dict(), theirs.state_dict()
    assert list(mine) == list(other)
    for name, tensor in other.items():
        np.testing.assert_array_equal(mine[name].numpy(), tensor.numpy())
        assert str(mine[name].dtype) == str(tensor.dtype)


@pytest.mark.parametrize("line", ANSWERS)
def test_answers_are_pytorchs(line, torch):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert answer(nbgrad, line) == answer(torch, line)


INITS = [
    "uniform_", "normal_", "ones_", "zeros_", "eye_", "xavier_uniform_", "xavier_normal_", "kaiming_uniform_",
    "kaiming_normal_",
]  # fmt: skip


@pytest.mark.parametrize("name", INITS)
def test_first_values_are_pytorchs(name, torch):
    filled = []
    for module in (nbgrad, torch):
        module.manual_seed(5)
        filled.append(getattr(module.nn.init, name)(module.empty(4, 5)).numpy())
    np.testing.assert_array_equal(*filled)


def test_clipping_is_pytorchs(torch):
    seen = []
    for module in (nbgrad, torch):
        w = module.tensor([3.0, -4.0], requires_grad=True)
        (w * w).sum().backward()
        total = module.nn.utils.clip_grad_norm_([w], 1.0)
        clipped = w.grad.clone()
        module.nn.utils.clip_grad_value_([w], 0.7)
        seen.append([total.item(), *clipped.tolist(), *w.grad.tolist()])
    np.testing.assert_allclose(seen[0], seen[1], rtol=1e-6)


def test_backward_hooks_are_pytorchs(torch):
    seen = []
    for module in (nbgrad, torch):
        module.manual_seed(2)
        net, heard = module.nn.Sequential(module.nn.Linear(3, 2), module.nn.Tanh()), []
        net[0].register_full_backward_hook(lambda _, gi, go, heard=heard: heard.append(gi[0].tolist() + go[0].tolist()))
        net[1].register_full_backward_hook(lambda _, gi, go: (gi[0] * 2,))
        net[1].register_full_backward_pre_hook(lambda _, go: (go[0] * 3,))
        net(module.ones(1, 3, requires_grad=True)).sum().backward()
        seen.append([*heard[0][0], *heard[0][1], *net[0].weight.grad.flatten().tolist()])
    np.testing.assert_allclose(seen[0], seen[1], rtol=1e-5)


def test_running_statistics_follow_pytorch(torch):
    batches = np.random.default_rng(0).normal(size=(3, 5, 4)).astype(np.float32)
    for settings in ({}, {"momentum": None}, {"momentum": 0.3, "affine": False}):
        ours, theirs = nbgrad.nn.BatchNorm1d(4, **settings), torch.nn.BatchNorm1d(4, **settings)
        for batch in batches:
            ours(nbgrad.from_numpy(batch.copy())), theirs(torch.from_numpy(batch.copy()))
        for name, value in theirs.state_dict().items():
            np.testing.assert_allclose(ours.state_dict()[name].numpy(), value.numpy(), rtol=1e-5)
        out = ours.eval()(nbgrad.from_numpy(batches[0])).detach().numpy()
        np.testing.assert_allclose(
            out, theirs.eval()(torch.from_numpy(batches[0])).detach().numpy(), rtol=1e-4, atol=1e-6
        )


def test_fused_norms_equal_their_twins():
    from nbgrad.kernels.cpu import norm

    rng = np.random.default_rng(0)

    def both(fast, slow, sizes, outputs, *settings):
        inputs = [rng.uniform(0.5, 2, size) for size in sizes]
        ours, theirs = ([np.zeros(size) for size in outputs] for _ in range(2))
        fast(*inputs, *ours, *settings)
        slow(*inputs, *theirs, *settings)
        for mine, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(mine, other, rtol=1e-10, atol=1e-12)

    both(norm._layer_norm, norm.layer_norm_twin, (24, 6, 6), (24, 4, 4), 6, 1e-5)
    both(norm._layer_norm_gradient, norm.layer_norm_gradient_twin, (24, 24, 4, 4, 6), (24, 6, 6), 6)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("shape", [(4, 3, 2), (70, 9, 1), (2, 5, 16), (3, 7, 37), (1, 2, 9001)])
@pytest.mark.parametrize(("dtype", "close"), [(np.float32, 2e-6), (np.float64, 1e-12)])
def test_batch_norm_equals_its_twin_in_any_number_of_shares(shape, training, dtype, close):
    from nbgrad.kernels.cpu import norm

    rng, channels, size = np.random.default_rng(0), shape[1], math.prod(shape)
    g, x = (rng.uniform(0.5, 2, size).astype(dtype) for _ in range(2))
    moments, table = (rng.uniform(0.5, 2, size).astype(dtype) for size in (3 * channels + 1, 4 * channels))

    def run(kernel, shares, *arrays):
        arrays = [each.copy() for each in arrays]
        for share in range(shares):
            kernel(share, tuple(arrays), np.array((shares, *shape, training)))
        return arrays

    weight, bias = table[:channels], table[-channels:]
    forward = (norm.batch_norm_channels, norm.batch_norm_small_planes) if training else (norm.batch_norm_samples,)
    backward = norm.batch_norm_gradient_channels, norm.batch_norm_gradient_small_planes
    norm.inverse_deviations(moments)
    given = x, np.zeros_like(x), moments, weight, bias
    flowing = g, x, np.zeros_like(x), table, np.zeros(channels, dtype)
    cases = [(fast, norm.batch_norm_twin, given) for fast in forward]
    cases += [(fast, norm.batch_norm_gradient_twin, flowing) for fast in backward]
    for fast, slow, arrays in cases:
        wanted, found, shared = run(slow, 1, *arrays), run(fast, 1, *arrays), run(fast, 2, *arrays)
        for mine, other, again in zip(found, wanted, shared, strict=True):
            np.testing.assert_allclose(mine, other, rtol=close, atol=close)
            np.testing.assert_array_equal(mine, again)


@pytest.mark.parametrize("bounds", [(0, 1, -2, 2), (0, 0.02, -2, 2), (1, 1, 2.5, 3), (0, 1, -0.1, 0.1)])
@pytest.mark.parametrize("shape", [(3, 4), (20, 30), (5, 2, 3)])
def test_truncated_normal_numbers_are_pytorchs(shape, bounds, torch):
    drawn = []
    for t in (nbgrad, torch):
        t.manual_seed(1)
        drawn.append(t.nn.init.trunc_normal_(t.empty(*shape), *bounds).numpy())
    np.testing.assert_array_equal(*drawn)


@pytest.mark.parametrize("shape", [(3, 4), (20, 30), (30, 20), (5, 2, 3)])
def test_orthogonal_matrices_are_pytorchs(shape, torch):
    drawn = []
    for t in (nbgrad, torch):
        t.manual_seed(1)
        drawn.append(t.nn.init.orthogonal_(t.empty(*shape), gain=2).numpy())
    np.testing.assert_allclose(*drawn, atol=1e-6)


def test_an_embedding_shortens_the_rows_it_picks(torch):
    shown = []
    for t in (nbgrad, torch):
        t.manual_seed(0)
        layer = t.nn.Embedding(5, 3, max_norm=1.0)
        shown.append([str(layer(t.tensor([0, 2, 2]))), str(layer), str(layer.weight.norm(dim=1).detach())])
    assert shown[0] == shown[1]
