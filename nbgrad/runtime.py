"""What must be settled before the first kernel: where compiled code is kept, how many threads run, who may launch.

Nothing here computes. Kernels import `kernel_options` and `launch_lock` through `nbgrad.kernels.registry`.
"""

import hashlib
import os
import sys
import tempfile
import threading
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent

# OpenMP's threads spin for milliseconds while they wait, which takes a core from others that want it; if they sleep at
# once, each launch pays for waking them, 100 us on a virtual machine. So they spin for about 200 us (GNU's
# OpenMP counts turns): awake between the kernels of one training step, asleep soon after.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("GOMP_SPINCOUNT", "20000")

# Parallel kernels of two Python threads abort the process under numba's `workqueue` layer, so launches take turns.
launch_lock = threading.Lock()


def host_lanes() -> int:
    """Number of float32 values in this machine's widest vector register: 16 (AVX-512), 8 (AVX2) or 4 (NEON, SSE).

    `NUMBA_CPU_FEATURES` overrides what the processor reports, as it does for numba itself.
    """
    override = os.environ.get("NUMBA_CPU_FEATURES")
    if override is None:
        import llvmlite.binding

        features = {name for name, on in llvmlite.binding.get_host_cpu_features().items() if on}
    else:
        features = {name[1:] for name in override.split(",") if name.startswith("+")}
    return 16 if "avx512f" in features else 8 if "avx2" in features else 4


def _user_cache_root() -> Path:
    if "NBGRAD_CACHE" in os.environ:
        return Path(os.environ["NBGRAD_CACHE"])
    if sys.platform == "win32":
        root = os.environ.get("LOCALAPPDATA")
    elif sys.platform == "darwin":
        root = "~/Library/Caches"
    else:
        root = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    try:
        return Path(root or tempfile.gettempdir()).expanduser() / "nbgrad"
    except RuntimeError:  # no home directory at all
        return Path(tempfile.gettempdir()) / "nbgrad"


def _source_digest(device: str) -> str:
    """Numba does not notice edits in files a kernel calls into, so every kernel source names the folder."""
    import numba

    digest = hashlib.sha256(f"{numba.__version__} {sys.version_info[:2]} {host_lanes()} {device}".encode())
    for path in sorted((PACKAGE / "kernels").rglob("*.py")):
        if device == "cuda" or "cuda" not in path.parts[-2:]:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def cache_folder(device: str = "cpu") -> Path:
    """Where compiled kernels of a device are kept: of these sources, versions and vectors alone."""
    name = _source_digest(device)
    for root in (_user_cache_root(), Path(tempfile.gettempdir()) / "nbgrad"):
        folder = root / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return Path(tempfile.mkdtemp(prefix="nbgrad-"))
