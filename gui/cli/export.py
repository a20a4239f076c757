"""Hand a trained network to other tools: a PyTorch script with its weights, or an ONNX file.

FILE is a checkpoint of the lab, or weights in PyTorch's form or safetensors, of LeNet, ResNet-18, -34 or -50, or linear
layers one behind the other.
"""

import argparse
import sys
from pathlib import Path

SUFFIXES = {"torch": ".py", "onnx": ".onnx"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="the weights")
    parser.add_argument("--to", choices=tuple(SUFFIXES), required=True, help="what to write")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where (default: FILE with .py or .onnx)")


def run(arguments: argparse.Namespace) -> int:
    from gui.lab.checkpoint import open_weights
    from nbgrad.vision.export import to_torch
    from nbgrad.vision.onnx import to_onnx

    known, model = open_weights(arguments.file)
    out = arguments.out or arguments.file.with_suffix(SUFFIXES[arguments.to])
    if arguments.to == "torch":
        to_torch(known, model, out)
        written = f"{out} and {out.with_suffix('.pth')}"
    else:
        to_onnx(model, out, known.input)
        written = str(out)
    print(f"{known.name}: wrote {written}", file=sys.stderr)
    return 0
