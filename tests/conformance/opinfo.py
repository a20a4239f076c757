"""PyTorch's own test database (OpInfo) against nbgrad, op by op.

    python -m tests.conformance.opinfo add nn.functional.relu    what differs for these ops
    python -m tests.conformance.opinfo                           every name of names.txt
    python -m tests.conformance.opinfo -a cat                    all failures, not only the first of each kind
    python -m tests.conformance.opinfo --table docs/conformance.md
    python -m tests.conformance.opinfo --gaps                    rewrite known_gaps.txt

An op's samples are PyTorch's `sample_inputs` in float32: values, shapes, dtypes and gradients (random cotangents) agree
within 1e-5, as function, as method and in place. Second gradients are compared in float64, and crossed with finite
differences where a sample is small. `error_inputs` must raise the same type with PyTorch's sentence. Random ops start
from the same seed on both sides. PyTorch and the package `expecttest` must be installed.
"""

import argparse
from pathlib import Path

from tests.conformance.check import Outcome, check

HERE = Path(__file__).parent
HEADER = """# Conformance with PyTorch

Written by `python -m tests.conformance.opinfo --table docs/conformance.md`: PyTorch's own OpInfo samples on the CPU
against nbgrad. Values and gradients: float32, within 1e-5. Second gradients: float64, against PyTorch's and against
finite differences. Errors: the same type and sentence. A name passes where every column is complete.

| op | values | gradients | second gradients | error inputs | why not |
|---|---|---|---|---|---|
"""


def names() -> list[str]:
    """Every operator nbgrad promises to be complete in."""
    return (HERE / "names.txt").read_text().split()


def known_gaps() -> dict[str, str]:
    """Name → reason, for the ops that do not pass yet."""
    lines = (HERE / "known_gaps.txt").read_text().splitlines()
    return dict(line.split(": ", 1) for line in lines if line and not line.startswith("#"))


def first_reason(outcome: Outcome) -> str:
    """The first failure of the first column that has one, in one line."""
    for kind, tally in outcome.tallies().items():
        if tally.failures:
            return f"{kind} {' '.join(tally.failures[0].split())}"[:200]
    return ""


def table_row(outcome: Outcome) -> str:
    reason = first_reason(outcome).replace("|", "\\|")
    return f"| {outcome.name} | {' | '.join(map(str, outcome.tallies().values()))} | {reason} |\n"


def summary(outcomes: list[Outcome]) -> str:
    parts = [f"{sum(o.passes for o in outcomes)} of {len(outcomes)} names pass"]
    for kind in ("value", "gradient", "second", "error"):
        tallies = [outcome.tallies()[kind] for outcome in outcomes]
        parts.append(f"{kind} {sum(t.passed for t in tallies)}/{sum(t.total for t in tallies)}")
    return ", ".join(parts)


def _report(outcome: Outcome, show_all: bool) -> None:
    columns = ", ".join(f"{kind} {tally}" for kind, tally in outcome.tallies().items())
    print(f"{'ok  ' if outcome.passes else 'FAIL'} {outcome.name}: {columns}", flush=True)
    for kind, tally in outcome.tallies().items():
        for failure in tally.failures if show_all or kind == "error" else tally.failures[:3]:
            print(f"       {kind} {failure}")


def _write_gaps(outcomes: list[Outcome]) -> None:
    old = known_gaps()
    lines = [f"{o.name}: {old.get(o.name, first_reason(o))}\n" for o in outcomes if not o.passes]
    (HERE / "known_gaps.txt").write_text("# Ops of names.txt that do not pass yet, and why.\n" + "".join(lines))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="names as in OpInfo; all of names.txt where none is given")
    parser.add_argument("-a", "--all", action="store_true", help="show every failure")
    parser.add_argument("--table", type=Path, help="write the markdown table here")
    parser.add_argument("--gaps", action="store_true", help="rewrite known_gaps.txt (all names; reasons stay)")
    given = parser.parse_args()
    if given.gaps and given.names:
        parser.error("--gaps takes all names")
    outcomes = []
    for name in given.names or names():
        outcomes.append(check(name))
        _report(outcomes[-1], given.all)
    print(summary(outcomes))
    if given.table:
        given.table.write_text(HEADER + "".join(map(table_row, outcomes)) + f"\n{summary(outcomes)}.\n")
    if given.gaps:
        _write_gaps(outcomes)


if __name__ == "__main__":
    main()
