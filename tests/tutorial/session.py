"""Type a script statement by statement, as a learner would, and write down what each one shows.

`python -m tests.tutorial.session` stores what PyTorch shows in expected.json.
"""

import ast
import contextlib
import io
import json
import re
import warnings
from pathlib import Path

HERE = Path(__file__).parent
EXPECTED = HERE / "expected.json"
SCRIPTS = ("tensors", "autograd", "network", "resnet")

# What a learner writes in place of the tutorial's names, and what stands in for torchvision beside PyTorch.
SPELLINGS = {
    "nbgrad": {
        "import torch": "import nbgrad",
        "from torch ": "from nbgrad ",
        "from torchvision": "from nbgrad.vision",
    },
    "torch": {"from torchvision": "from tests.torchvision"},
}


def statements(name):
    """The statements of a script as text."""
    source = (HERE / f"{name}.txt").read_text("utf-8")
    return [ast.get_source_segment(source, node) for node in ast.parse(source).body]


def shown(name, library="torch"):
    """What each statement prints, warns of, evaluates to or raises, with `import torch` meaning `library`."""
    namespace = {}
    return [_run(spelled(each, library), library, namespace) for each in statements(name)]


def spelled(statement, library):
    """The statement as it is written for a library."""
    for theirs, ours in SPELLINGS[library].items():
        if statement.startswith(theirs):
            return ours + statement.removeprefix(theirs)
    return statement


def _run(statement, library, namespace):
    if statement == f"import {library}":
        statement += " as torch"
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            try:
                code = compile(statement, "<learner>", "eval")
            except SyntaxError:
                exec(compile(statement, "<learner>", "exec"), namespace)
            else:
                value = eval(code, namespace)
                if value is not None:
                    print(repr(value))
        except Exception as error:
            print(f"{type(error).__name__}: {error}")
    warned = "".join(f"{each.category.__name__}: {each.message}\n" for each in caught)
    return masked(warned + printed.getvalue())


def masked(text):
    """Without addresses, places in PyTorch's sources, and trailing spaces."""
    text = re.sub(r"0x[0-9a-fA-F]+", "0x...", text)
    text = re.sub(r" \(Triggered internally at [^)]*\)", "", text)
    return re.sub(r"[ ]+$", "", text, flags=re.MULTILINE)


if __name__ == "__main__":
    records = {name: list(zip(statements(name), shown(name), strict=True)) for name in SCRIPTS}
    EXPECTED.write_text(json.dumps(records, ensure_ascii=False, indent=1) + "\n", "utf-8")
