"""Write tests/creation.json, what PyTorch answers, for places without it: `python -m tests.creation_store`."""

import json

from tests.test_creation import EXPRESSIONS, STORED, outcome

if __name__ == "__main__":
    import torch

    known = {line: outcome(torch, line) for lines in EXPRESSIONS.values() for line in lines}
    STORED.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", "utf-8")
