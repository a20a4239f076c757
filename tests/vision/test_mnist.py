"""MNIST files are read as published, and every way in which they can be wrong gives one sentence naming the file."""

import gzip
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from nbgrad.vision.datasets import MNIST, DatasetError, data_folder

RNG = np.random.default_rng(0)
PICTURES = RNG.integers(0, 256, (12, 28, 28), np.uint8)
LABELS = RNG.integers(0, 10, 12).astype(np.uint8)


def idx(array, kind=8):
    shape = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, kind, array.ndim]) + shape + array.tobytes()


@pytest.fixture
def root(tmp_path):
    for kind, count in (("train", 12), ("t10k", 5)):
        (tmp_path / f"{kind}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(PICTURES[:count])))
        (tmp_path / f"{kind}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(LABELS[:count])))
    return tmp_path


def fails(root, *words):
    with pytest.raises(DatasetError) as caught:
        MNIST(root)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    for word in words:
        assert word in sentence


def test_reads_what_was_written(root):
    train, test = MNIST(root), MNIST(root, train=False)
    assert (len(train), len(test)) == (12, 5)
    np.testing.assert_array_equal(train.pictures, PICTURES)
    np.testing.assert_array_equal(train.labels, LABELS)
    assert train.labels.dtype == np.int64
    assert train.data.shape == (12, 28, 28)
    assert train.targets.tolist() == LABELS.tolist()
    picture, label = train[3]
    np.testing.assert_array_equal(picture, PICTURES[3])
    assert label == LABELS[3]


def test_transforms(root):
    dataset = MNIST(root, transform=lambda picture: picture.mean(), target_transform=str)
    assert dataset[0] == (PICTURES[0].mean(), str(LABELS[0]))


def test_unpacked_files_and_torchvisions_folders(root, tmp_path):
    raw = tmp_path / "other" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for path in root.glob("*.gz"):
        (raw / path.stem).write_bytes(gzip.decompress(path.read_bytes()))
    np.testing.assert_array_equal(MNIST(tmp_path / "other").pictures, PICTURES)


def test_the_folder_of_the_environment(root, monkeypatch):
    monkeypatch.setenv("NBGRAD_DATA", str(root))
    assert len(MNIST()) == 12
    monkeypatch.delenv("NBGRAD_DATA")
    assert data_folder() == Path.home() / ".nbgrad" / "data"


def test_missing_folder(tmp_path):
    fails(tmp_path / "nowhere", "train-images-idx3-ubyte.gz", "nowhere", "download")


def test_missing_file(root):
    (root / "train-labels-idx1-ubyte.gz").unlink()
    fails(root, "train-labels-idx1-ubyte.gz is not in")


def test_a_folder_where_the_file_should_be(root):
    path = root / "train-labels-idx1-ubyte.gz"
    path.unlink()
    path.mkdir()
    fails(root, path.name, "cannot be read")


@pytest.mark.skipif(os.name == "nt" or getattr(os, "geteuid", lambda: 0)() == 0, reason="needs a user without rights")
def test_unreadable_file(root):
    path = root / "train-labels-idx1-ubyte.gz"
    path.chmod(0)
    fails(root, path.name, "cannot be read")


IMAGES = "train-images-idx3-ubyte.gz"
WRONG = {
    "empty": (b"", "cut short"),
    "two bytes": (b"\0\0", "cut short"),
    "header cut": (idx(PICTURES)[:9], "cut short"),
    "plain, short": (idx(PICTURES)[:-1], "9408 bytes of pictures but holds only 9407"),
    "plain, long": (idx(PICTURES) + b"\0", "holds more"),
    "zipped, long": (gzip.compress(idx(PICTURES) + b"\0"), "holds more"),
    "zip cut short": (gzip.compress(idx(PICTURES))[:-2000], "cut short"),
    "checksum cut off": (gzip.compress(idx(PICTURES))[:-8], "cut short"),
    "text": (b"<!DOCTYPE html>", "is not an IDX file of pictures (it begins with 3c21444f, not 00000803)"),
    "labels": (gzip.compress(idx(LABELS)), "is not an IDX file of pictures (it begins with 00000801"),
    "floats": (idx(PICTURES.astype(np.float32), 0x0D), "elements of type 0x0d"),
    "lying header": (bytes([0, 0, 8, 3, 255, 255, 255, 255, 0, 0, 0, 28, 0, 0, 0, 28]), "claims a shape"),
    "large header": (bytes([0, 0, 8, 3, 0, 15, 255, 255, 0, 0, 0, 28, 0, 0, 0, 28]), "holds only 0"),
    "other size": (idx(PICTURES.reshape(12, 14, 56)), "pictures of 14 x 56, not 28 x 28"),
    "other count": (idx(PICTURES[:7]), "12 labels for the 7 pictures"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_pictures(root, name):
    content, words = WRONG[name]
    (root / IMAGES).write_bytes(content)
    fails(root, words, "train-images-idx3-ubyte.gz")


def test_corrupt_zip(root):
    content = bytearray((root / IMAGES).read_bytes())
    content[len(content) // 2] ^= 0xFF
    (root / IMAGES).write_bytes(content)
    fails(root, IMAGES)
    content = bytearray(gzip.compress(idx(PICTURES)))
    content[-6] ^= 0xFF  # the checksum itself
    (root / IMAGES).write_bytes(content)
    fails(root, IMAGES, "corrupt", "download it again")


def test_no_pictures(root):
    for name, array in (("images-idx3", PICTURES), ("labels-idx1", LABELS)):
        (root / f"train-{name}-ubyte.gz").write_bytes(idx(array[:0]))
    fails(root, "holds no pictures")


def test_a_label_that_is_no_digit(root):
    (root / "train-labels-idx1-ubyte.gz").write_bytes(idx(np.full(12, 10, np.uint8)))
    fails(root, "train-labels-idx1-ubyte.gz", "holds the label 10")


@pytest.mark.skipif("NBGRAD_DATA" not in os.environ, reason="reads the real files from NBGRAD_DATA")
def test_the_real_files():
    train, test = MNIST(), MNIST(train=False)
    assert (len(train), len(test)) == (60_000, 10_000)
    assert train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert round(float(train.pictures.mean() / 255), 4) == 0.1307
    assert round(float(train.pictures.std() / 255), 4) == 0.3081


def test_a_copy_is_not_needed(root):
    dataset = MNIST(root)
    dataset.data[0, 0, 0] = 7
    assert dataset.pictures[0, 0, 0] == 7
    shutil.rmtree(root)
    assert len(dataset) == 12
