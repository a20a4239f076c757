"""PyTorch's files, both ways: what one side writes, the other reads, bit for bit."""

import io
import os
import zipfile
from collections import OrderedDict

import numpy as np
import pytest

import nbgrad
from nbgrad.serialization import SerializationError, load, save, save_safetensors
from nbgrad.vision.models import LeNet

FORMS = pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
DTYPES = ("float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool")


def passed(obj, zipped=True, write=save, read=load, **how):
    file = io.BytesIO()
    write(obj, file, _use_new_zipfile_serialization=zipped)
    file.seek(0)
    return read(file, **how)


def everything(module):
    """A bit of all that a checkpoint may hold."""
    base = module.arange(24.0).reshape(4, 6)
    return {
        **{f"of {name}": module.tensor([[1, 0, 1]]).to(getattr(module, name)) for name in DTYPES},
        "ordered": OrderedDict(a=module.ones(2), b=OrderedDict()),
        "parameter": module.nn.Parameter(module.ones(2, 3)),
        "frozen": module.nn.Parameter(module.ones(2), requires_grad=False),
        "leaf": module.ones(2, requires_grad=True),
        "turned": base.t(), "every other": base[::2, 1::2], "row": base[1], "expanded": module.ones(1, 3).expand(2, 3),
        "scalar": module.tensor(2.5), "empty": module.empty(0, 3),
        "plain": [1, -1, 2**40, -(2**70), 1.5, float("inf"), True, None, (), (1, (2,)), {3}],
        "texts": ["text", "텍스트 \n", b"\x00\xff"],
        "numbers": {0: "int", 1.5: "float", True: "bool", None: "none"},
        "shape": module.Size([2, 3]), "dtype": module.float64, "device": module.device("cpu"),
    }  # fmt: skip


def same(a, b):
    assert type(a).__name__ == type(b).__name__
    if hasattr(a, "detach"):
        assert (str(a.dtype), tuple(a.shape), a.requires_grad) == (str(b.dtype), tuple(b.shape), b.requires_grad)
        np.testing.assert_array_equal(a.detach().numpy(), b.detach().numpy())
    elif isinstance(a, dict):
        assert list(a) == list(b)
        for key in a:
            same(a[key], b[key])
    elif isinstance(a, list | tuple):
        assert len(a) == len(b)
        for one, other in zip(a, b, strict=True):
            same(one, other)
    else:
        assert str(a) == str(b)


@FORMS
def test_everything_comes_back(zipped):
    same(passed(everything(nbgrad), zipped), everything(nbgrad))


@FORMS
@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_pytorchs_files_are_read(torch, zipped, protocol):
    file = io.BytesIO()
    torch.save(everything(torch), file, pickle_protocol=protocol, _use_new_zipfile_serialization=zipped)
    file.seek(0)
    same(load(file), everything(torch))


@FORMS
def test_pytorch_reads_ours(torch, zipped):
    same(passed(everything(nbgrad), zipped, read=torch.load, weights_only=True), everything(torch))


@FORMS
def test_half_precision_widens(torch, zipped):
    numbers = torch.tensor([1 / 3, -2.5, float("inf"), float("nan"), 1e-7, 0.0])
    wanted = {"half": numbers.half(), "brain": numbers.bfloat16()}
    loaded = passed(wanted, zipped, write=torch.save)
    for name, tensor in wanted.items():
        assert loaded[name].dtype is nbgrad.float32
        np.testing.assert_array_equal(loaded[name].numpy(), tensor.float().numpy())


@FORMS
def test_shared_memory_stays_shared(torch, zipped):
    for module, write, read in ((nbgrad, save, torch.load), (torch, torch.save, load), (nbgrad, save, load)):
        base = module.zeros(4, 6)
        twice = module.zeros(2)
        found = passed({"rows": base[1:3], "columns": base[:, 2:4], "a": twice, "b": twice}, zipped, write, read)
        found["rows"][0, 2] = 7
        assert found["columns"][1, 0].item() == 7
        assert found["a"] is found["b"]


def test_a_view_takes_no_more_room_than_it_covers(tmp_path):
    save(nbgrad.zeros(100_000)[10:20], tmp_path / "w.pt")
    assert (tmp_path / "w.pt").stat().st_size < 2000
    assert load(tmp_path / "w.pt").shape == (10,)


def test_equal_weights_make_equal_files(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        save(everything(nbgrad), tmp_path / folder / "w.pt")
    assert (tmp_path / "a" / "w.pt").read_bytes() == (tmp_path / "b" / "w.pt").read_bytes()


def test_the_zip_is_laid_out_as_pytorchs(torch, tmp_path):
    state = LeNet().state_dict()
    save(state, tmp_path / "net.pt")
    torch.save({name: torch.from_numpy(tensor.numpy()) for name, tensor in state.items()}, tmp_path / "theirs.pt")
    with zipfile.ZipFile(tmp_path / "net.pt") as ours, zipfile.ZipFile(tmp_path / "theirs.pt") as theirs:
        names = {name.removeprefix("net/") for name in ours.namelist()}
        assert names <= {name.removeprefix("theirs/") for name in theirs.namelist()}
        for entry in ours.infolist():
            assert (entry.header_offset + 30 + len(entry.filename) + len(entry.extra)) % 64 == 0
    assert torch.load(tmp_path / "net.pt", weights_only=True, mmap=True)["fc1.weight"].shape == (120, 400)


@FORMS
@pytest.mark.parametrize("name", ["SGD", "Adam", "RMSprop", "Adagrad"])
def test_training_goes_on_at_the_other_side(torch, torch_lenet, zipped, name):
    settings = {"lr": 0.01} | ({"momentum": 0.9} if name == "SGD" else {})
    pixels = np.random.default_rng(0).standard_normal((2, 1, 32, 32)).astype(np.float32)
    sides = {nbgrad: (LeNet, save, load), torch: (torch_lenet, torch.save, torch.load)}

    def step(module, network, optimizer):
        optimizer.zero_grad()
        network(module.from_numpy(pixels)).square().sum().backward()
        optimizer.step()

    for here, there in ((nbgrad, torch), (torch, nbgrad)):
        pair = []
        for module in (here, there):
            network = sides[module][0]()
            pair.append((module, network, getattr(module.optim, name)(network.parameters(), **settings)))
        for _ in range(2):
            step(*pair[0])
        state = {"model": pair[0][1].state_dict(), "optimizer": pair[0][2].state_dict(), "epoch": 2}
        other = passed(state, zipped, sides[here][1], sides[there][2])
        assert other["epoch"] == 2
        pair[1][1].load_state_dict(other["model"])
        pair[1][2].load_state_dict(other["optimizer"])
        for each in pair:
            step(*each)
        for mine, wanted in zip(pair[0][1].parameters(), pair[1][1].parameters(), strict=True):
            np.testing.assert_allclose(mine.detach().numpy(), wanted.detach().numpy(), atol=1e-5)


def test_buffers_and_versions(torch):
    norm = torch.nn.BatchNorm2d(3)
    norm(torch.randn(2, 3, 4, 4))
    state = passed(norm.state_dict(), write=torch.save)
    ours = nbgrad.nn.BatchNorm2d(3)
    ours.load_state_dict(state)
    np.testing.assert_array_equal(ours.running_var.numpy(), norm.running_var.numpy())
    assert ours.num_batches_tracked.item() == 1
    norm.load_state_dict(passed(ours.state_dict(), read=torch.load))


def test_map_location():
    there = nbgrad.ones(2)
    for location in (None, "cpu", nbgrad.device("cpu"), {"cpu": "cpu"}, lambda storage, place: storage):
        assert nbgrad.equal(passed(there, map_location=location), there)
    with pytest.raises(AssertionError, match="CUDA"):
        passed(there, map_location="cuda")


@FORMS
def test_a_tensor_from_another_device(zipped):
    file = io.BytesIO()
    save(nbgrad.ones(2), file, _use_new_zipfile_serialization=zipped)
    content = file.getvalue().replace(b"X\x03\x00\x00\x00cpu", b"X\x03\x00\x00\x00mps")
    if zipped:
        content = rezipped(file.getvalue(), lambda text: text.replace(b"\x00cpu", b"\x00mps"))
    with pytest.raises(SerializationError, match="its tensors lay on 'mps' and only the CPU is here"):
        load(io.BytesIO(content))
    assert load(io.BytesIO(content), map_location="cpu").sum().item() == 2


def rezipped(content, change):
    """The same zip with another pickle."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name.endswith("data.pkl") else old.read(name))
    return out.getvalue()


def test_safetensors_are_recognised(tmp_path):
    save_safetensors(tmp_path / "w", {"a": np.ones(2, np.float16), "b": nbgrad.arange(3)})
    assert repr(load(tmp_path / "w")) == "{'a': tensor([1., 1.]), 'b': tensor([0, 1, 2])}"
    save_safetensors(tmp_path / "w", {"a": np.ones(2, np.uint32)})
    with pytest.raises(SerializationError, match="'a' has the element type uint32"):
        load(tmp_path / "w")


def test_what_cannot_be_written_leaves_the_old_file(tmp_path):
    save(nbgrad.ones(2), tmp_path / "w.pt")
    loop = []
    tangled = (loop,)
    loop.append(tangled)
    for obj in (LeNet(), object(), {"a": len}, np.ones(2), tangled, nest(100_000), 1 << 10_000):
        with pytest.raises(TypeError, match=r"nbgrad\.save (writes|cannot write)"):
            save(obj, tmp_path / "w.pt")
    assert load(tmp_path / "w.pt").sum().item() == 2
    assert os.listdir(tmp_path) == ["w.pt"]


def nest(depth):
    nested = []
    for _ in range(depth):
        nested = [nested]
    return nested


def test_lists_that_contain_themselves(torch):
    loop = [1]
    loop.append(loop)
    for read in (load, torch.load):
        found = passed(loop, read=read)
        assert found[1] is found


def test_an_old_file_survives_a_full_disk(tmp_path, monkeypatch):
    save(nbgrad.zeros(3), tmp_path / "w.pt")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(SerializationError, match=r"w\.pt cannot be written: No space left on device\.$"):
            save(nbgrad.ones(3), tmp_path / "w.pt")
    assert nbgrad.equal(load(tmp_path / "w.pt"), nbgrad.zeros(3))
    assert os.listdir(tmp_path) == ["w.pt"]
    with pytest.raises(SerializationError, match="cannot be written"):
        save(nbgrad.ones(3), tmp_path)
