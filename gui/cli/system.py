"""What Qt needs from the system and a bare Linux lacks, found before Qt fails to load or aborts."""

import ctypes
import os
import sys

# library -> Debian's package. The first are needed to import Qt's widgets at all, the others to open an X window.
DRAWING = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
}
X_WINDOW = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


class MissingLibraries(OSError):
    """One sentence that names the packages to install."""


def missing_packages() -> list[str]:
    """Debian packages whose library does not load; none outside Linux."""
    if not sys.platform.startswith("linux"):
        return []
    wanted = {**DRAWING, **(X_WINDOW if _opens_x_window() else {})}
    return [package for library, package in wanted.items() if not _loads(library)]


def require_qt() -> None:
    """Raises MissingLibraries where Qt would not start here."""
    if packages := missing_packages():
        raise MissingLibraries(f"The window needs system libraries. Install them: apt install {' '.join(packages)}")
    if sys.platform.startswith("linux") and not _has_screen():
        raise MissingLibraries("There is no screen to open the window on: set DISPLAY, or QT_QPA_PLATFORM=offscreen")


def _opens_x_window() -> bool:
    platform = os.environ.get("QT_QPA_PLATFORM", "").split(":")[0]
    return platform == "xcb" or (not platform and bool(os.environ.get("DISPLAY")))


def _has_screen() -> bool:
    return any(os.environ.get(name) for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"))


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
