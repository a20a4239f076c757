"""Files: written whole or not at all, read with one kind of error."""

import contextlib
import glob
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

ABANDONED = 3600  # seconds after which a half-written file belongs to a process that was killed


class SerializationError(RuntimeError):
    """A file of weights cannot be written or read; the one sentence says which and why."""


class FormatError(ValueError):
    """What is wrong inside a file, without the file's name."""


@contextlib.contextmanager
def reading(name: Any, form: str) -> Iterator[None]:
    """Whatever goes wrong with the file inside becomes a SerializationError that names it."""
    try:
        yield
    except FormatError as error:
        raise SerializationError(f"{name} is not a sound {form} file: {error}.") from None
    except OSError as error:
        raise SerializationError(f"{name} cannot be read: {error.strerror or error}.") from None


def replace(path: Path, write: Callable[[IO[bytes]], Any]) -> None:
    """Write beside `path`, make sure it is on disk, then take the name in one step.

    Raises SerializationError where the folder cannot be written or the disk is full; an old file then still stands.
    """
    try:
        if path.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        _replace(path, write)
    except OSError as error:
        raise SerializationError(f"{path} cannot be written: {error.strerror or error}.") from None


def _replace(path: Path, write: Callable[[IO[bytes]], Any]) -> None:
    _clear_abandoned(path)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        if os.name == "posix":  # mkstemp makes it private; an ordinary file follows the umask
            os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _clear_abandoned(path: Path) -> None:
    """Remove what a process that was killed while it wrote `path` left beside it."""
    for part in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        with contextlib.suppress(OSError):  # another process was faster
            if time.time() - part.stat().st_mtime > ABANDONED:
                part.unlink()


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
