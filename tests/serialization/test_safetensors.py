"""Weights survive the disk; whatever is wrong with a file is said in one sentence."""

import json
import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nbgrad as torch
from nbgrad.serialization import SerializationError, load_safetensors, save_safetensors
from nbgrad.serialization.safetensors import TYPES

SPELLINGS = sorted(TYPES.values())


def file_of(header, content=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + content


def entry(dtype="F32", shape=(2,), offsets=(0, 8)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_type_comes_back(tmp_path, spelling):
    arrays = {"a.weight": np.arange(6).astype(spelling).reshape(2, 3), "scalar": np.array(1, spelling)}
    save_safetensors(tmp_path / "w.safetensors", arrays, {"step": "12", "näme": "日本"})
    loaded, metadata = load_safetensors(tmp_path / "w.safetensors")
    assert metadata == {"step": "12", "näme": "日本"}
    assert list(loaded) == list(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(loaded[name], array)
        assert loaded[name].dtype == array.dtype
        assert loaded[name].flags.writeable


def test_awkward_memory(tmp_path):
    base = np.arange(24, dtype=np.float32).reshape(4, 6)
    arrays = {"turned": base.T, "strided": base[::2, ::3], "big": base.astype(">f4"), "none": base[:0], "": base}
    save_safetensors(tmp_path / "w", arrays)
    loaded, metadata = load_safetensors(tmp_path / "w")
    assert metadata == {}
    for name, array in arrays.items():
        np.testing.assert_array_equal(loaded[name], array)


def test_no_tensors(tmp_path):
    save_safetensors(tmp_path / "w", {})
    assert load_safetensors(tmp_path / "w") == ({}, {})


def test_tensors_with_gradients(tmp_path):
    weight = torch.ones(2, 3, requires_grad=True)
    save_safetensors(tmp_path / "w", {"weight": weight})
    np.testing.assert_array_equal(load_safetensors(tmp_path / "w")[0]["weight"], np.ones((2, 3), np.float32))


def test_the_published_library_reads_it(tmp_path):
    library = pytest.importorskip("safetensors.numpy", reason="compares with the safetensors package")
    arrays = {"a": np.arange(3, dtype=np.float32), "b": np.ones((2, 2), np.int64)}
    save_safetensors(tmp_path / "w", arrays, {"k": "v"})
    for name, array in library.load_file(tmp_path / "w").items():
        np.testing.assert_array_equal(array, arrays[name])


@pytest.mark.parametrize(
    ("tensors", "metadata"),
    [
        ({"x": np.ones(2, np.complex64)}, None),
        ({"x": np.array(["a"])}, None),
        ({"x": np.ones(2)}, {"step": 1}),
        ({"__metadata__": np.ones(2)}, None),
        ({3: np.ones(2)}, None),
    ],
)
def test_what_cannot_be_written_leaves_no_file(tmp_path, tensors, metadata):
    with pytest.raises(TypeError):
        save_safetensors(tmp_path / "w", tensors, metadata)
    assert list(tmp_path.iterdir()) == []


def test_an_old_file_survives_a_full_disk(tmp_path, monkeypatch):
    save_safetensors(tmp_path / "w", {"x": np.zeros(3)})

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SerializationError, match=r"w cannot be written: No space left on device\.$"):
        save_safetensors(tmp_path / "w", {"x": np.ones(3)})
    np.testing.assert_array_equal(load_safetensors(tmp_path / "w")[0]["x"], np.zeros(3))
    assert [path.name for path in tmp_path.iterdir()] == ["w"]


def test_places_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "nowhere" / "w", tmp_path / "file" / "w"):
        with pytest.raises(SerializationError, match=r"cannot be written: .*\.$"):
            save_safetensors(path, {"x": np.ones(3)})


@pytest.mark.skipif(os.name == "nt" or getattr(os, "geteuid", lambda: 0)() == 0, reason="needs a user without rights")
def test_a_folder_without_rights(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(SerializationError, match="Permission denied"):
        save_safetensors(tmp_path / "w", {"x": np.ones(3)})


def test_places_that_cannot_be_read(tmp_path):
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(SerializationError, match=r"cannot be read: .*\.$"):
            load_safetensors(path)


WRONG = {
    "empty": (b"", "too short for its header"),
    "seven bytes": (b"\0" * 7, "too short for its header"),
    "huge header": (file_of(b"{}", length=2**63), "too short for its header"),
    "not JSON": (file_of(b"hello"), "not JSON"),
    "not text": (file_of(b"\xff\xfe"), "not JSON"),
    "deep JSON": (file_of(b"[" * 100_000), "not JSON"),
    "a list": (file_of([]), "not a table"),
    "metadata": (file_of({"__metadata__": {"a": 1}}), "metadata are not strings"),
    "no offsets": (file_of({"w": {"dtype": "F32", "shape": [2]}}), "lacks its type"),
    "entry is text": (file_of({"w": "x"}), "lacks its type"),
    "type": (file_of({"w": entry("BF16")}, b"\0" * 8), "unknown element type 'BF16'"),
    "type is a list": (file_of({"w": entry(["F32"])}, b"\0" * 8), "unknown element type"),
    "fractions": (file_of({"w": entry(shape=(2.0,))}, b"\0" * 8), "not made of whole numbers"),
    "negative": (file_of({"w": entry(shape=(-2, -1))}, b"\0" * 8), "not made of whole numbers"),
    "true": (file_of({"w": entry(shape=(True, 2))}, b"\0" * 8), "not made of whole numbers"),
    "one offset": (file_of({"w": entry(offsets=(8,))}, b"\0" * 8), "not made of whole numbers"),
    "shape": (file_of({"w": entry(shape=(3,))}, b"\0" * 8), "does not fit its 8 bytes"),
    "backwards": (file_of({"w": entry(offsets=(8, 0))}, b"\0" * 8), "does not fit"),
    "overlap": (file_of({"v": entry(), "w": entry(offsets=(4, 12))}, b"\0" * 12), "do not follow"),
    "gap": (file_of({"v": entry(), "w": entry(offsets=(12, 20))}, b"\0" * 20), "do not follow"),
    "begins late": (file_of({"w": entry(offsets=(8, 16))}, b"\0" * 16), "do not follow"),
    "short": (file_of({"w": entry()}, b"\0" * 7), "holds 7 bytes of numbers where its header says 8"),
    "long": (file_of({"w": entry()}, b"\0" * 9), "holds 9 bytes of numbers"),
    "huge": (file_of({"w": entry(shape=(2**40,), offsets=(0, 2**42))}, b"\0" * 8), "holds 8 bytes"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_files(tmp_path, name):
    content, words = WRONG[name]
    (tmp_path / "w").write_bytes(content)
    with pytest.raises(SerializationError) as caught:
        load_safetensors(tmp_path / "w")
    sentence = str(caught.value)
    assert words in sentence
    assert str(tmp_path / "w") in sentence
    assert "\n" not in sentence


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "w"
    save_safetensors(path, {"a": np.arange(5, dtype=np.float32), "b": np.ones((2, 2))}, {"step": "3"})
    return path


@given(st.data())
def test_damaged_files_load_or_say_why(sound, data):
    content = bytearray(sound.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    damaged = sound.with_name("damaged")
    damaged.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        load_safetensors(damaged)
    except SerializationError as error:
        assert "\n" not in str(error)
