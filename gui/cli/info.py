"""Say what nbgrad runs on: versions, processor, threads, devices, compiled code, missing system libraries."""

import argparse
import json
import platform
import sys
from importlib import metadata
from typing import Any

PACKAGES = ("nbgrad", "numba", "llvmlite", "numpy", "PySide6-Essentials", "pyqtgraph")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print it as JSON")


def run(arguments: argparse.Namespace) -> int:
    facts = gather()
    if arguments.json:
        print(json.dumps(facts, indent=2))
        return 0
    width = max(map(len, facts))
    for name, value in facts.items():
        print(f"{name:{width}}  {_text(value)}")
    return 0


def gather() -> dict[str, Any]:
    import llvmlite.binding
    import numba

    from gui.cli.system import missing_packages
    from gui.lab import warmup
    from nbgrad import cuda, runtime
    from nbgrad.kernels.registry import KERNELS
    from nbgrad.placement import why_no_gpu

    features = llvmlite.binding.get_host_cpu_features()
    return {
        "python": sys.version.split()[0],
        **{name: _version(name) for name in PACKAGES},
        "system": platform.platform(),
        "processor": llvmlite.binding.get_host_cpu_name(),
        "processor features": sorted(name for name, on in features.items() if on),
        "float32 per vector": runtime.host_lanes(),
        "threads": numba.get_num_threads(),
        "threading layer": _threading_layer(),
        "devices": ["cpu", "cuda:0"] if cuda.is_available() else ["cpu"],
        "GPU": why_no_gpu() or cuda.get_device_name(),
        "cache folder": str(runtime.cache_folder()),
        "kernels": len(KERNELS),
        "kernels not compiled yet": len(warmup.missing()),
        "missing system packages": missing_packages(),
    }


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _threading_layer() -> str:
    """The first layer of numba's priority list that loads, as numba will choose it."""
    import importlib

    from numba.core import config

    modules = {"tbb": "tbbpool", "omp": "omppool", "workqueue": "workqueue"}
    for layer in config.THREADING_LAYER_PRIORITY:  # pyright: ignore[reportAttributeAccessIssue]
        try:
            importlib.import_module(f"numba.np.ufunc.{modules[layer]}")
        except ImportError:
            continue
        return layer
    return "none"


def _text(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(value) or "none"
    return str(value)
