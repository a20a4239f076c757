"""Compile every kernel of nbgrad into the cache, one child process per core; what is there already is left alone."""

import argparse
import json
import sys
import time
from dataclasses import asdict
from typing import Any


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print what was compiled as JSON")


def run(arguments: argparse.Namespace) -> int:
    from nbgrad import runtime
    from nbgrad.kernels.registry import KERNELS

    start = time.perf_counter()
    results = compile_missing()
    seconds = time.perf_counter() - start
    compilations = sum(result.compilations for result in results)
    if arguments.json:
        summary = {
            "kernels": len(KERNELS),
            "compilations": compilations,
            "seconds": round(seconds, 3),
            "cache": str(runtime.cache_folder()),
            "compiled": [asdict(result) for result in results],
        }
        print(json.dumps(summary, indent=2))
    else:
        for result in sorted(results, key=lambda result: -result.seconds):
            print(f"{result.seconds:6.2f} s  {result.kernel}")
        print(
            f"{compilations} compilations of {len(KERNELS)} kernels in {seconds:.1f} s; cache: {runtime.cache_folder()}"
        )
    for result in results:
        if result.error:
            print(f"nbgrad: {result.error}", file=sys.stderr)
    return 1 if any(result.error for result in results) else 0


def compile_missing() -> list[Any]:
    """Compile what the cache lacks under a progress bar; returns what was compiled: nothing on a second start."""
    from tqdm import tqdm

    from gui.lab import warmup

    names = warmup.missing()
    if not names:
        return []
    results = []
    with warmup.WarmUp(names) as children, tqdm(total=len(names), desc="compiling kernels", leave=False) as bar:
        for result in children:
            results.append(result)
            bar.set_postfix_str(result.kernel, refresh=False)
            bar.update()
    return results
