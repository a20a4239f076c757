"""Files that want harm: nothing in them runs, nothing loads halfway, and one sentence says why."""

import io
import os
import pickle
import struct
import tracemalloc
import zipfile
from collections import OrderedDict

import pytest

from nbgrad.serialization import SerializationError, load
from nbgrad.vision.models import LeNet

FLOATS = b"ctorch\nFloatStorage\n"
REBUILD = b"ctorch._utils\n_rebuild_tensor_v2\n"
ORDERED = b"ccollections\nOrderedDict\n"


def text(value):
    return b"X" + len(value.encode()).to_bytes(4, "little") + value.encode()


def number(value):
    content = pickle.encode_long(value)
    return b"\x8a" + bytes([len(content)]) + content


def storage(key="0", count=4, kind=FLOATS, place="cpu"):
    return b"(" + text("storage") + kind + text(key) + text(place) + number(count) + b"tQ"


def tensor(offset=0, size=(4,), stride=(1,), where=None, hooks=ORDERED + b")R", requires_grad=b"\x89"):
    shape, steps = (b"(" + b"".join(map(number, each)) + b"t" for each in (size, stride))
    return REBUILD + b"(" + (where or storage()) + number(offset) + shape + steps + requires_grad + hooks + b"tR"


def zipped(code, name="archive/", data=bytes(16), more=(), compression=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        archive.writestr(f"{name}data.pkl", b"\x80\x02" + code + b".")
        archive.writestr(f"{name}data/0", data)
        for entry, content in more:
            archive.writestr(entry, content)
    return out.getvalue()


FOUR = struct.pack("<q4f", 4, 1, 2, 3, 4)


def legacy(code, data=FOUR, keys=("0",), system=None):
    system = {"protocol_version": 1001, "little_endian": True} if system is None else system
    head = b"".join(pickle.dumps(each, 2) for each in (0x1950A86A20F9469CFC6C, 1001, system))
    return head + b"\x80\x02" + code + b"." + pickle.dumps(list(keys), 2) + data


class Run:
    """What a pickle that runs a command looks like."""

    def __reduce__(self):
        return os.system, ("touch pwned",)


def patched(content, place, value):
    return content[:place] + value + content[place + len(value) :]


SOUND = zipped(tensor())
CALL = pickle.dumps(Run(), 2)[2:-1]
BAD = {
    "empty": (b"", "neither a zip nor a pickle"),
    "noise": (b"hello, world", "neither a zip nor a pickle"),
    "only the head of a zip": (b"PK\x03\x04", "damaged zip"),
    "half a zip": (SOUND[: len(SOUND) // 2], "damaged zip"),
    "a flipped number": (SOUND.replace(bytes(16), bytes(15) + b"\1", 1), "damaged zip"),
    "encrypted": (SOUND.replace(b"PK\x01\x02\x14\x03\x14\0\0", b"PK\x01\x02\x14\x03\x14\0\1"), "damaged zip"),
    "compressed": (zipped(tensor(), compression=zipfile.ZIP_DEFLATED), "compressed"),
    "a zip bomb": (zipped(tensor(), data=bytes(2**24), compression=zipfile.ZIP_DEFLATED), "compressed"),
    "no pickle": (zipped(tensor()).replace(b"data.pkl", b"data.txt"), "without one data.pkl"),
    "two pickles": (zipped(tensor(), more=[("b/data.pkl", b"N.")]), "without one data.pkl"),
    "byte order": (zipped(tensor(), more=[("archive/byteorder", b"middle")]), "unknown byte order"),
    "a path as key": (zipped(tensor(where=storage("../../etc/passwd"))), "lacks the storage '../../etc/passwd'"),
    "no such storage": (zipped(tensor(where=storage("7"))), "lacks the storage '7'"),
    "a short storage": (zipped(tensor(), data=bytes(12)), "storage '0' has 12 bytes, not 4 × 4"),
    "a huge storage": (zipped(tensor(where=storage(count=2**40))), "has 16 bytes, not 1099511627776 × 4"),
    "an endless storage": (zipped(tensor(where=storage(count=2**70))), "impossible size"),
    "a negative storage": (zipped(tensor(where=storage(count=-4))), "impossible size"),
    "a shape too large": (zipped(tensor(size=(5,))), "shape [5] reaches beyond its storage of 4"),
    "a huge shape": (zipped(tensor(size=(2**61,), stride=(0,))), "impossible shape"),
    "a step too large": (zipped(tensor(size=(2,), stride=(4,))), "reaches beyond"),
    "an offset": (zipped(tensor(offset=1)), "reaches beyond"),
    "an offset of nothing": (zipped(tensor(offset=5, size=(0,))), "reaches beyond"),
    "a negative offset": (zipped(tensor(offset=-1)), "not made of whole numbers"),
    "a negative step": (zipped(tensor(offset=3, stride=(-1,))), "not made of whole numbers"),
    "a negative shape": (zipped(tensor(size=(-1,))), "not made of whole numbers"),
    "steps that lack": (zipped(tensor(size=(2, 2))), "do not fit each other"),
    "too many axes": (zipped(tensor(size=(1,) * 33, stride=(1,) * 33)), "do not fit each other"),
    "hooks": (zipped(tensor(hooks=b"]q\0K\1a")), "carries hooks"),
    "a gradient of integers": (
        zipped(tensor(where=storage(kind=b"ctorch\nIntStorage\n"), requires_grad=b"\x88")), "integers asks for"),
    "another module": (zipped(tensor(where=storage(place="mps"))), "lay on 'mps'"),
    "complex": (zipped(tensor(where=storage(kind=b"ctorch\nComplexFloatStorage\n"))), "torch.ComplexFloatStorage"),
    "a command": (zipped(CALL), "refers to posix.system" if os.name == "posix" else "refers to nt.system"),
    "a command in an old file": (legacy(CALL), "refers to"),
    "eval": (zipped(b"c__builtin__\neval\n" + text("1") + b"\x85R"), "refers to __builtin__.eval"),
    "a dotted name": (zipped(b"\x8c\x0bcollections\x8c\x16OrderedDict.fromkeys.x\x93"), "OrderedDict.fromkeys"),
    "a module by name": (zipped(b"c__main__\nNet\n)\x81"), "refers to __main__.Net, and weights are made of"),
    "a name with colours": (zipped(b"ca\x1b[31m\nb\n"), "refers to a?[31m.b"),
    "new objects": (zipped(ORDERED + b")\x81"), "opcode NEWOBJ, which weights do not need"),
    "instances": (zipped(b"(ios\nsystem\n"), "opcode INST"),
    "a method by build": (zipped(text("x") + b"}b"), "attributes to a value that has none"),
    "an extension": (zipped(b"\x82\1"), "opcode EXT1"),
    "an old text": (zipped(b"S'\\d'\n"), "opcode STRING"),
    "protocol": (b"", "neither"),
    "a bare class": (zipped(ORDERED), "neither a tensor nor a plain value"),
    "a bare storage": (zipped(storage()), "neither a tensor nor a plain value"),
    "a class in a list": (zipped(b"]" + FLOATS + b"a"), "neither a tensor nor a plain value"),
    "a tuple as key": (zipped(b"})Ns"), "by something else"),
    "a list as key": (zipped(b"}]NS"[:-1] + b"s"), "by something else than texts and numbers"),
    "a huge key": (zipped(b"}" + number(2**64) + b"Ns"), "by something else"),
    "an odd dict": (zipped(b"}(Nu"), "damaged"),
    "a stack run dry": (zipped(b"a"), "damaged"),
    "an unknown memo": (zipped(b"h\x07"), "damaged"),
    "a lone mark": (zipped(b"t"), "damaged"),
    "calls of a list": (zipped(b"])R"), "damaged"),
    "too many arguments": (zipped(ORDERED + b"KKK"[:0] + b"(NNNtR"), "damaged"),
    "a huge text": (zipped(b"\x8d" + (2**62).to_bytes(8, "little") + b"x"), "damaged"),
    "a huge line": (zipped(b"c" + b"a" * 1000), "ends early"),
    "unknown opcode": (zipped(b"\xff"), "unknown opcode"),
    "no stop": (zipped(b"N").replace(b"N.", b"NN"), "damaged zip"),
    "copies of a text": (zipped(text("a" * 9999) + b"q\0" + b"c_codecs\nencode\nq\1" + b"".join(
        [b"h\1h\0" + text("latin1") + b"\x86R"] * 99) + b"N"), "many times its size"),
    "copies of a list": (zipped(b"](" + b"N" * 9999 + b"eq\0c__builtin__\nset\nq\1" + b"h\1h\0\x85R" * 99), "many"),
    "no legacy magic": (pickle.dumps(5, 2), "does not begin as a file of PyTorch"),
    "another legacy version": (pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickle.dumps(9, 2), "does not begin"),
    "legacy system": (legacy(tensor(), system=[]), "how its numbers are spelled"),
    "legacy keys": (legacy(tensor(), keys=["0", "1"]), "other storages than its tensors need"),
    "legacy keys twice": (legacy(tensor(), keys=["0", "0"]), "other storages"),
    "legacy huge": (legacy(tensor(where=storage(count=2**40))), "claim more bytes than the file has"),
    "legacy count": (legacy(tensor(), data=struct.pack("<q4f", 3, 1, 2, 3, 4)), "two sizes"),
    "legacy short": (legacy(tensor(), data=struct.pack("<q3f", 4, 1, 2, 3)), "ends early"),
    "legacy two sizes": (legacy(b"]" + tensor() + b"a" + tensor(where=storage(count=3)) + b"a"), "two sizes"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_one_sentence(tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    content, words = BAD[kind]
    (tmp_path / "w.pt").write_bytes(content)
    with pytest.raises(SerializationError) as caught:
        load(tmp_path / "w.pt")
    sentence = str(caught.value)
    assert words in sentence
    assert "w.pt is not a sound PyTorch file: " in sentence
    assert sentence.endswith(".")
    assert len(sentence.splitlines()) == 1
    assert len(sentence) < 400
    assert os.listdir(tmp_path) == ["w.pt"]


def test_the_sound_ones_load():
    assert load(io.BytesIO(SOUND)).tolist() == [0, 0, 0, 0]
    assert load(io.BytesIO(zipped(tensor(), name=""))).shape == (4,)
    assert load(io.BytesIO(legacy(tensor()))).tolist() == [1, 2, 3, 4]
    assert type(load(io.BytesIO(zipped(ORDERED + b"]]" + text("a") + b"aNaa\x85R")))) is OrderedDict
    assert load(io.BytesIO(zipped(tensor(size=(0, 3), stride=(3, 1))))).shape == (0, 3)


def test_big_endian_files():
    content = zipped(tensor(), data=struct.pack(">4f", 1, 2, 3, 4), more=[("archive/byteorder", b"big")])
    assert load(io.BytesIO(content)).tolist() == [1, 2, 3, 4]
    content = legacy(tensor(), struct.pack(">q4f", 4, 1, 2, 3, 4), system={"little_endian": False})
    assert load(io.BytesIO(content)).tolist() == [1, 2, 3, 4]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_entries_of_one_name():
    with pytest.raises(SerializationError, match="two entries of one name"):
        load(io.BytesIO(zipped(tensor(), more=[("archive/data/0", bytes(16))])))


def test_entries_that_share_their_bytes():
    """One stored megabyte that a hundred entries claim."""
    content = bytearray(zipped(b"]", data=bytes(2**20)))
    directory = content.rindex(b"PK\x01\x02")
    end = content.rindex(b"PK\x05\x06")
    entry = bytes(content[directory:end])
    more = b"".join(entry.replace(b"data/0", b"data/" + bytes([i])) for i in range(65, 91))
    count = struct.unpack("<H", content[end + 10 : end + 12])[0] + 26
    size = struct.unpack("<I", content[end + 12 : end + 16])[0] + len(more)
    tail = patched(bytes(content[end:]), 8, struct.pack("<HHI", count, count, size))
    with pytest.raises(SerializationError, match="claim more bytes than the file has"):
        load(io.BytesIO(bytes(content[:end]) + more + tail))


def test_places_that_cannot_be_read(tmp_path):
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(SerializationError, match=r"cannot be read: .*\.$"):
            load(path)


def test_a_model_that_does_not_load_stays_as_it_was():
    network = LeNet()
    before = network.conv1.weight.clone()
    state = network.state_dict() | {"fc3.weight": load(io.BytesIO(SOUND))}
    with pytest.raises(RuntimeError, match=r"size mismatch for fc3\.weight"):
        network.load_state_dict(state)
    assert (network.conv1.weight == before).all()


GREEDY = {
    "sets": b"]" + b"(" + b"\x8f" * 50_000 + b"e",
    "ordered dicts": b"](" + ORDERED + b"q\0)R" + b"h\0)R" * 20_000 + b"e",
    "tensors": b"](" + REBUILD + b"q\2(" + storage() + number(0) + (b"(" + number(1) * 32 + b"t") * 2
    + b"\x89Ntq\3R" + b"h\2h\3R" * 20_000 + b"e",
    "texts": b"](" + text("\N{GRINNING FACE}" + "a" * 100_000) + b"e",
    "lists in lists": b"]" * 100_000 + b"a" * 99_999,
    "tuples in tuples": b")" + b"\x85" * 100_000,
    "doubling tuples": b")" + b"q\0h\0\x86" * 30_000,
}  # fmt: skip


@pytest.mark.parametrize("kind", GREEDY)
def test_memory_is_bounded_by_the_pickle(kind):
    """At most 320 bytes for each byte of the pickle, whatever it asks for."""
    content = zipped(GREEDY[kind])
    tracemalloc.start()
    try:
        found = load(io.BytesIO(content))
        assert found is not None
        assert tracemalloc.get_traced_memory()[1] < 320 * len(content)
    finally:
        tracemalloc.stop()
