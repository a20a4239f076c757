"""Write tests/printing.json, the texts PyTorch prints, for places without it: `python -m tests.printing_store`."""

import json

from tests.test_printing import STORED, cases, shown

if __name__ == "__main__":
    import torch

    texts = [
        {"shape": case[0], "dtype": case[1], "kind": case[2], "seed": case[3], "text": shown(torch, *case)}
        for i, case in enumerate(cases())
        if i % 10 == 0
    ]
    STORED.write_text(json.dumps(texts, ensure_ascii=False) + "\n", "utf-8")
