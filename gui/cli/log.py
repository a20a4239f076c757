"""Where the traceback of an unexpected error goes."""

import tempfile
import time
import traceback
from pathlib import Path


def log_error(error: BaseException) -> str:
    """Append the traceback to the log; returns the log's path, or why there is none."""
    text = "".join(traceback.format_exception(error))
    path = Path(tempfile.gettempdir()) / "nbgrad.log"
    try:
        with path.open("a", encoding="utf-8") as log:
            log.write(f"---- {time.strftime('%Y-%m-%d %H:%M:%S')}\n{text}\n")
    except OSError as reason:
        return f"no log ({reason.strerror})"
    return str(path)
