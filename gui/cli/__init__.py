"""The `nbgrad` command: the lab's window, or work without one.

Exit codes: 0 done, 1 failed (one line says why), 2 wrong usage, 130 interrupted with Ctrl-C after saving.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from gui.cli.log import log_error

DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; `--help` has the rest."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"{self.prog}: {message}\n")


# Each subcommand lives in the module of its name, with `add_arguments(parser)` and `run(arguments) -> int`. `run`
# imports what it needs: asking for help is instant, and training never loads Qt.
SUBCOMMANDS = {
    "train": "train LeNet without a window",
    "bench": "measure nbgrad beside PyTorch",
    "info": "versions, processor, threads, cache, missing system libraries",
    "warmup": "compile every kernel now, so that nothing waits later",
    "export": "write a trained network as a PyTorch script or as ONNX",
    "screenshot": "play a scripted tour of the lab and write a picture of each state",
}


def build_parser() -> Parser:
    parser = Parser(
        prog="nbgrad",
        description="Opens the lab: draw a digit and see every number a network computes about it.",
        epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.",
    )
    commands = parser.add_subparsers(dest="command", metavar="command")
    for name, purpose in SUBCOMMANDS.items():
        module = importlib.import_module(f"gui.cli.{name}")
        module.add_arguments(commands.add_parser(name, help=purpose, description=module.__doc__))
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code; never ends in a traceback."""
    arguments = build_parser().parse_args(argv)
    module: Any = importlib.import_module(f"gui.cli.{arguments.command or 'window'}")
    try:
        return module.run(arguments)
    except KeyboardInterrupt:
        return _complain("interrupted.", INTERRUPTED)
    except BrokenPipeError:  # the reader of our output went away
        return FAILED
    except Exception as error:
        return _complain(_sentence(error), USAGE if type(error).__name__ == "ExperimentError" else FAILED)


def _complain(sentence: str, code: int) -> int:
    print(f"nbgrad: {sentence}", file=sys.stderr)
    return code


def _sentence(error: Exception) -> str:
    from gui.lab.errors import explain

    if sentence := explain(error):
        return sentence
    return f"something went wrong ({type(error).__name__}: {error}); details are in {log_error(error)}"
