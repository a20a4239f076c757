"""Fetch a file from the first mirror that has it: resumable, checked, and never half there under its own name."""

import hashlib
import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path

from nbgrad.vision.idx import DatasetError

CHUNK = 2**16
TIMEOUT = 20  # seconds without a byte

Progress = Callable[[str, int, int], None]  # file name, bytes so far, bytes in all (0 where the server does not say)


def fetch(
    path: Path, mirrors: Iterable[str], checksum: str, progress: Progress | None = None, algorithm: str = "md5"
) -> None:
    """Download `path.name` from one of the mirrors to `path`.

    mirrors: URLs of folders, tried in turn. A download that was cut off goes on from `<name>.part`. The file takes its
    name only when its digest begins with the checksum. Raises DatasetError, one sentence, where no mirror has it or the
    folder cannot be written.
    """
    part = path.with_name(path.name + ".part")
    trouble = "no mirror is known"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for mirror in mirrors:
            try:
                _continue_download(f"{mirror.rstrip('/')}/{path.name}", part, progress)
            except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
                trouble = str(getattr(error, "reason", error)) or type(error).__name__
                continue
            if _digest(part, algorithm).startswith(checksum):
                os.replace(part, path)
                return
            part.unlink()
            trouble = "the checksum was wrong"
    except OSError as error:
        raise DatasetError(
            f"{path.parent} cannot be written ({error.strerror or error}): choose another folder."
        ) from None
    raise DatasetError(f"{path.name} could not be downloaded ({trouble}): put the file into {path.parent} yourself.")


def _continue_download(url: str, part: Path, progress: Progress | None) -> None:
    done = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={done}-"} if done else {})
    try:
        response = urllib.request.urlopen(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        error.close()
        if done and error.code == 416:  # nothing is left to send: the checksum decides
            return
        raise
    with response:
        if response.status != 206:  # the server sends the whole file
            done = 0
        left = response.headers.get("Content-Length", "")
        total = done + int(left) if left.isdigit() else 0
        with part.open("ab" if done else "wb") as file:
            while piece := response.read(CHUNK):
                file.write(piece)
                done += len(piece)
                if progress is not None:
                    progress(part.stem, done, total)
    if done < total:
        raise ConnectionError("the connection was cut off")


def _digest(path: Path, algorithm: str) -> str:
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with path.open("rb") as file:
        while piece := file.read(2**20):
            digest.update(piece)
    return digest.hexdigest()
