"""Play a scripted tour of the lab with real mouse and key events, and write a PNG of each state, light and dark."""

import argparse
import os
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("directory", type=Path, metavar="DIR", help="where the pictures go")


def run(arguments: argparse.Namespace) -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    arguments.directory.mkdir(parents=True, exist_ok=True)
    from gui.cli.system import require_qt

    require_qt()
    from gui import tour

    return tour.run(arguments.directory)
