"""Downloads go on where they were cut off, are checked, and leave nothing half done."""

import functools
import hashlib
import http.server
import threading

import pytest

from nbgrad.vision.datasets import DatasetError
from nbgrad.vision.download import fetch

CONTENT = bytes(range(256)) * 1000
MD5 = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()


class Server(http.server.BaseHTTPRequestHandler):
    """Answers by folder: /good, /ranges, /broken (cuts off half way), /wrong (other bytes); 404 elsewhere."""

    requests: list[tuple[str, str | None]]

    def __init__(self, seen, *arguments):
        self.seen = seen
        super().__init__(*arguments)

    def do_GET(self):
        wanted = self.headers.get("Range")
        self.seen.append((self.path, wanted))
        kind = self.path.split("/")[1]
        if kind not in ("good", "ranges", "broken", "wrong"):
            self.send_error(404)
            return
        first = int(wanted[6:-1]) if wanted and kind == "ranges" else 0
        if first >= len(CONTENT):
            self.send_error(416)
            return
        content = CONTENT[::-1] if kind == "wrong" else CONTENT[first:]
        self.send_response(206 if first else 200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if kind == "broken" else content)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def site():
    seen = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Server, seen))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_file_arrives_with_progress(site, tmp_path):
    steps = []
    fetch(tmp_path / "new" / "data.gz", [f"{site[0]}/good"], MD5, lambda *step: steps.append(step))
    assert (tmp_path / "new" / "data.gz").read_bytes() == CONTENT
    assert steps[-1] == ("data.gz", len(CONTENT), len(CONTENT))
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["data.gz"]


def test_the_next_mirror_serves_where_one_does_not(site, tmp_path):
    mirrors = [f"{site[0]}/{kind}/" for kind in ("nowhere", "wrong", "good")]
    fetch(tmp_path / "data.gz", mirrors, MD5)
    assert (tmp_path / "data.gz").read_bytes() == CONTENT


def test_a_cut_off_download_goes_on(site, tmp_path):
    with pytest.raises(DatasetError):
        fetch(tmp_path / "data.gz", [f"{site[0]}/broken"], MD5)
    half = (tmp_path / "data.gz.part").stat().st_size
    assert half == len(CONTENT) // 2
    assert not (tmp_path / "data.gz").exists()
    fetch(tmp_path / "data.gz", [f"{site[0]}/ranges"], MD5)
    assert site[1][-1] == ("/ranges/data.gz", f"bytes={half}-")
    assert (tmp_path / "data.gz").read_bytes() == CONTENT


def test_a_server_without_ranges_starts_over(site, tmp_path):
    (tmp_path / "data.gz.part").write_bytes(b"something else")
    fetch(tmp_path / "data.gz", [f"{site[0]}/good"], MD5)
    assert (tmp_path / "data.gz").read_bytes() == CONTENT


def test_a_complete_part_is_taken(site, tmp_path):
    (tmp_path / "data.gz.part").write_bytes(CONTENT)
    fetch(tmp_path / "data.gz", [f"{site[0]}/ranges"], MD5)
    assert (tmp_path / "data.gz").read_bytes() == CONTENT


def test_a_wrong_part_is_thrown_away(site, tmp_path):
    (tmp_path / "data.gz.part").write_bytes(b"x" * len(CONTENT))
    with pytest.raises(DatasetError, match="checksum was wrong"):
        fetch(tmp_path / "data.gz", [f"{site[0]}/ranges"], MD5)
    assert list(tmp_path.iterdir()) == []


def test_no_network_is_one_sentence(tmp_path):
    with pytest.raises(DatasetError, match=r"data\.gz could not be downloaded .*: put the file into .* yourself\."):
        fetch(tmp_path / "data.gz", ["http://127.0.0.1:1/"], MD5)


def test_a_folder_that_cannot_be_made(site, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DatasetError, match=r"cannot be written .*: choose another folder\."):
        fetch(tmp_path / "file" / "data.gz", [f"{site[0]}/good"], MD5)
