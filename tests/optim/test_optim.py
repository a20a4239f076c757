"""Optimizers follow their formulas, and PyTorch, step by step."""

import numpy as np
import pytest

import nbgrad

SETTINGS = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.01}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    ("Adam", {"lr": 0.05}),
    ("Adam", {"lr": 0.05, "betas": (0.8, 0.95), "eps": 1e-3, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.01, "momentum": 0.5, "maximize": True}),
    ("Adam", {"lr": 0.05, "amsgrad": True, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.05, "maximize": True}),
    ("AdamW", {"lr": 0.05}),
    ("AdamW", {"lr": 0.05, "amsgrad": True, "weight_decay": 0.2}),
    ("RMSprop", {"lr": 0.05}),
    ("RMSprop", {"lr": 0.05, "momentum": 0.9, "centered": True, "weight_decay": 0.1}),
    ("Adagrad", {"lr": 0.05}),
    ("Adagrad", {"lr": 0.05, "lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.3, "maximize": True}),
]


def descend(module, name, settings, steps=7):
    """A few steps down a valley; the second parameter sometimes has no gradient."""
    start = np.linspace(-1, 1, 6, dtype=np.float64).reshape(2, 3)
    a = module.from_numpy(start.copy()).requires_grad_()
    b = module.from_numpy(start[0].copy()).requires_grad_()
    optimizer = getattr(module.optim, name)([a, b], **settings)
    for step in range(steps):
        optimizer.zero_grad()
        loss = (a**2 * 3).sum()
        if step % 2 == 0:
            loss = loss + (b**3).sum()
        loss.backward()
        optimizer.step()
    return a.detach().numpy(), b.detach().numpy()


@pytest.mark.parametrize(("name", "settings"), SETTINGS)
def test_follows_pytorch(name, settings, torch):
    for ours, theirs in zip(descend(nbgrad, name, settings), descend(torch, name, settings), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)


@pytest.mark.parametrize(("name", "settings"), SETTINGS)
def test_state_and_text_are_pytorchs(name, settings, torch):
    made = []
    for module in (nbgrad, torch):
        w = module.tensor([1.0, 2.0], requires_grad=True)
        optimizer = getattr(module.optim, name)([w], **settings)
        for _ in range(2):
            optimizer.zero_grad()
            (w * w).sum().backward()
            optimizer.step()
        made.append(optimizer)
    ours, theirs = (optimizer.state_dict() for optimizer in made)
    assert repr(made[0]) == repr(made[1])
    assert ours["param_groups"] == theirs["param_groups"]
    assert list(ours["param_groups"][0]) == list(theirs["param_groups"][0])
    assert list(ours["state"]) == list(theirs["state"])
    for number, state in theirs["state"].items():
        assert list(ours["state"][number]) == list(state)
        for key, value in state.items():
            np.testing.assert_allclose(ours["state"][number][key].numpy(), value.numpy(), rtol=1e-6)
            assert str(ours["state"][number][key].dtype) == str(value.dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("nesterov", [False, True])
def test_a_shared_step_equals_an_unshared_one(monkeypatch, dtype, first, nesterov):
    from nbgrad.kernels.cpu import optim

    rng = np.random.default_rng(0)
    monkeypatch.setattr(optim, "awake", lambda: True)
    for size in (optim.SPLIT_AWAKE, 48_007):
        p, g, buffer = rng.standard_normal((3, size)).astype(dtype)
        p[5], g[-1] = np.nan, np.inf
        alone, other = p.copy(), buffer.copy()
        optim._sgd(alone, g, other, first, 0.1, 0.9, 1 - 0.3, 0.01, nesterov)
        optim.sgd([p], [g], [buffer], first, 0.1, 0.9, 0.3, 0.01, nesterov)
        np.testing.assert_array_equal(p, alone)
        np.testing.assert_array_equal(buffer, other)


def test_fused_steps_equal_their_twins():
    from nbgrad.kernels.cpu import optim

    rng = np.random.default_rng(0)

    def both(fast, slow, count, *settings):
        held = [rng.uniform(0.1, 1, 7) for _ in range(count)]
        copies = [each.copy() for each in held]
        fast(*held, *settings)
        slow(*copies, *settings)
        for mine, other in zip(held, copies, strict=True):
            np.testing.assert_allclose(mine, other, rtol=1e-12)

    for amsgrad in (False, True):
        for decoupled in (False, True):
            both(optim._adamw, optim.adamw_twin, 5, amsgrad, decoupled, 3.0, 0.1, 0.9, 0.99, 1e-8, 0.1)
    for centered in (False, True):
        both(optim._rmsprop, optim.rmsprop_twin, 5, centered, 0.1, 0.9, 1e-2, 0.1, 0.5)
    both(optim._adagrad, optim.adagrad_twin, 3, 0.1, 1e-8, 0.1)


def test_sgd_with_momentum_by_hand():
    w = nbgrad.tensor([1.0], requires_grad=True)
    optimizer = nbgrad.optim.SGD([w], lr=0.1, momentum=0.5)
    for expected in (0.8, 0.54):  # b = 2, then 0.5 * 2 + 1.6
        optimizer.zero_grad()
        (w * w).sum().backward()
        optimizer.step()
        assert w.item() == pytest.approx(expected, rel=1e-6)


def test_closure_gives_the_loss():
    w = nbgrad.tensor([1.0], requires_grad=True)
    optimizer = nbgrad.optim.SGD([w], lr=0.1)

    def closure():
        optimizer.zero_grad()
        loss = (w * w).sum()
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 1
    assert w.item() == pytest.approx(0.8)


@pytest.mark.parametrize(("name", "settings"), SETTINGS[1::3])
def test_state_goes_into_another_optimizer(name, settings):
    def run(steps, optimizer, w):
        for _ in range(steps):
            optimizer.zero_grad()
            (w**2).sum().backward()
            optimizer.step()

    make = getattr(nbgrad.optim, name)
    whole = nbgrad.tensor([1.0, -2.0], requires_grad=True)
    run(6, make([whole], **settings), whole)
    parted = nbgrad.tensor([1.0, -2.0], requires_grad=True)
    first = make([parted], **settings)
    run(3, first, parted)
    second = make([parted], lr=9.0)
    second.load_state_dict(first.state_dict())
    run(3, second, parted)
    assert parted.tolist() == whole.tolist()


def test_groups_have_settings_of_their_own():
    a, b = nbgrad.tensor([1.0], requires_grad=True), nbgrad.tensor([1.0], requires_grad=True)
    optimizer = nbgrad.optim.SGD([{"params": [a]}, {"params": [b], "lr": 0.0}], lr=0.1)
    (a + b).sum().backward()
    optimizer.step()
    assert a.item() == pytest.approx(0.9) and b.item() == 1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda w: nbgrad.optim.SGD([w], lr=-1), "Invalid learning rate: -1"),
        (lambda w: nbgrad.optim.SGD([w], lr=1, nesterov=True), "Nesterov momentum requires a momentum"),
        (lambda w: nbgrad.optim.Adam([w], betas=(1.0, 0.9)), "Invalid beta parameter at index 0"),
        (lambda w: nbgrad.optim.SGD([]), "optimizer got an empty parameter list"),
        (lambda w: nbgrad.optim.SGD([w * 2]), "can't optimize a non-leaf Tensor"),
        (
            lambda w: nbgrad.optim.SGD([{"params": [w]}, {"params": [w]}]),
            "some parameters appear in more than one parameter group",
        ),
    ],
)
def test_wrong_settings_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make(nbgrad.tensor([1.0], requires_grad=True))


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW", "RMSprop", "Adagrad"])
def test_a_learning_rate_may_be_a_tensor(name, torch):
    shown = []
    for t in (nbgrad, torch):
        weight, rate = t.tensor([1.0, 2.0], requires_grad=True), t.tensor(0.1)
        optimizer = getattr(t.optim, name)([weight], lr=rate)
        scheduler = t.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
        text = [repr(optimizer)]
        for _ in range(3):
            optimizer.zero_grad()
            (weight * weight).sum().backward()
            optimizer.step()
            scheduler.step()
            text.append(f"{weight.detach()} {rate} {scheduler.get_last_lr()} {optimizer.param_groups[0]['lr']}")
        shown.append(text)
    assert shown[0] == shown[1]


def test_a_learning_rate_of_several_numbers_is_refused():
    with pytest.raises(ValueError, match="Tensor lr must be 1-element"):
        nbgrad.optim.SGD([nbgrad.ones(1, requires_grad=True)], lr=nbgrad.tensor([0.1, 0.2]))
