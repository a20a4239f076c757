"""One session: names that stay from snippet to snippet, with the engine as `torch`. Runs in the calling thread."""

import ast
import builtins
import contextlib
import linecache
import sys
import time
import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import nbgrad
from gui.lab.console import variables
from gui.lab.console.errors import fault_of
from gui.lab.console.output import NoKeyboard, Output, Stream
from gui.lab.console.passes import Passes
from gui.lab.console.records import Outcome, Piece, Root
from gui.lab.walk import TensorWalk
from gui.lab.wording import translate
from nbgrad.autograd.graph import GraphCopy

LONGEST = 50_000  # characters of a snippet
LENT = {"torch": "nbgrad", "torchvision": "nbgrad.vision"}  # what a learner imports, and gets
REMEMBERED = 200  # snippets whose lines a traceback can show


def imports(name: str, names: Any = None, local: Any = None, fromlist: Any = (), level: int = 0) -> Any:
    """`__import__` for snippets: torch is nbgrad, whether or not PyTorch is installed."""
    package, _, rest = name.partition(".")
    if level or package not in LENT:
        return builtins.__import__(name, names, local, fromlist, level)
    lent = builtins.__import__(".".join(filter(None, (LENT[package], rest))), names, local, fromlist or (), 0)
    return lent if fromlist else sys.modules[LENT[package]]


class Session:
    """`run` snippets, `walk` the backward pass of what they made; `send` is given what they write.

    module: where the names live, a fresh one if None.

    >>> written = []
    >>> session = Session(written.append)
    >>> outcome = session.run("a = torch.tensor(2., requires_grad=True)\\nQ = 3 * a**3\\nQ")
    >>> written
    [Piece(kind='value', text='tensor(24., grad_fn=<MulBackward0>)\\n')]
    >>> outcome.newest, [variable.name for variable in outcome.variables]
    ('Q', ['a', 'Q'])
    >>> walk = session.walk("Q")
    >>> walk.run()
    >>> walk.view().current.filling.parameter, walk.view().current.filling.after.values
    ('a', array(36., dtype=float32))
    """

    def __init__(self, send: Callable[[Piece], None], module: types.ModuleType | None = None) -> None:
        self.output = Output(send)
        self.number = 0
        module = module or types.ModuleType("__console__")
        self._names: dict[str, Any] = module.__dict__
        self._names["__builtins__"] = {**vars(builtins), "__import__": imports}
        self._hidden = {"torch": nbgrad, "nbgrad": nbgrad}
        self._names.update(self._hidden)
        self._passes = Passes()
        self._files: list[str] = []

    # ---- running

    def run(self, source: str) -> Outcome:
        """Run a snippet; the repr of its last expression is written, as a REPL does. Raises nothing."""
        self.number += 1
        file, start = f"<snippet {self.number}>", time.perf_counter()
        self._remember(file, source)
        self.output.begin()
        fault, stopped, tree, before = None, False, ast.Module([], []), dict(self._names)
        try:
            with self._written(file):
                tree = self._parse(source, file)
                with self._passes.watched(file, tree):
                    self._execute(tree, file)
        except KeyboardInterrupt:
            stopped = True
        except SystemExit:
            self.output.write("note", translate("console", "sys.exit() ended the snippet; the session goes on."))
        except BaseException as error:
            fault = fault_of(error, file)
        self.output.flush()
        seconds, views, roots = time.perf_counter() - start, variables.look(self._names, self._hidden), self.roots()
        return Outcome(self.number, seconds, fault, stopped, views, roots, self._newest(tree, roots, before))

    def _parse(self, source: str, file: str) -> ast.Module:
        if len(source) > LONGEST:
            raise ValueError(f"a snippet of more than {LONGEST:,} characters is too long: put it into a file")
        self._passes.newest = None
        return ast.parse(source, file)

    def _execute(self, tree: ast.Module, file: str) -> None:
        body, last = tree.body, None
        if body and isinstance(body[-1], ast.Expr):
            body, last = body[:-1], body[-1].value
        exec(compile(ast.Module(body, []), file, "exec"), self._names)
        if last is not None:
            value = eval(compile(ast.Expression(last), file, "eval"), self._names)
            if value is not None:
                self._names["_"] = value
                self.output.write("value", repr(value) + "\n")

    @contextlib.contextmanager
    def _written(self, file: str) -> Iterator[None]:
        """Prints and warnings go to the output; every warning is heard once a snippet."""

        def warn(message: Any, category: type, name: str, line: int, *_: Any) -> None:
            where = f"line {line}: " if name == file else ""
            self.output.write("warning", f"{where}{category.__name__}: {message}\n")

        out, err = Stream(self.output, "out"), Stream(self.output, "err")
        keyboard, sys.stdin = sys.stdin, NoKeyboard()
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), warnings.catch_warnings():
                warnings.simplefilter("default")
                warnings.showwarning = warn
                yield
        finally:
            sys.stdin = keyboard

    def _remember(self, file: str, source: str) -> None:
        """Let tracebacks show the lines of a snippet, also those of a function it defined."""
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        self._files.append(file)
        for old in self._files[:-REMEMBERED]:
            linecache.cache.pop(old, None)
        del self._files[:-REMEMBERED]

    # ---- what there is

    def interrupted(self) -> Outcome:
        """The outcome of a snippet that was stopped before it began, or while its variables were looked at."""
        return Outcome(self.number, 0.0, None, True, variables.look(self._names, self._hidden), self.roots(), "")

    def roots(self) -> tuple[Root, ...]:
        """Tensors with a backward pass, by name, the newest last; and what `backward()` was called on without one."""
        found, known, seen = [], set(), []
        named = sorted(variables.tensors(self._names), key=lambda pair: pair[0] == "_")
        for name, tensor in named:
            if tensor.grad_fn is not None and (name != "_" or not any(tensor is t for t in seen)):
                seen.append(tensor)
                past = self._passes.of(tensor)
                known.add(past)
                found.append(Root(name, tuple(tensor.shape), past is not None))
        names = {root.name for root in found}
        for each in reversed(list(self._passes)):
            if each not in known and each.title not in names:
                found.append(Root(each.title, tuple(each.root.shape), True))
                names.add(each.title)
        return tuple(found)

    def _newest(self, tree: ast.Module, roots: tuple[Root, ...], before: dict[str, Any]) -> str:
        """The last thing a snippet called `backward` on; without one the last walkable tensor it made."""
        names = {root.name for root in roots}
        if (newest := self._passes.newest) is not None:
            tensor = newest.tensor()
            return next((n for n, t in variables.tensors(self._names) if t is tensor and n in names), newest.title)
        stored = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
        stored.sort(key=lambda node: (node.lineno, node.col_offset))
        made = ["_", *(node.id for node in stored)]
        new = [name for name in made if name in names and self._names[name] is not before.get(name)]
        return new[-1] if new else ""

    # ---- walking

    def walk(self, name: str, zeroed: bool = True) -> TensorWalk:
        """The backward pass of a root, on a copy: the session's own tensors and gradients stay as they are.

        zeroed: begin with every `.grad` None; otherwise with what it was before `backward()`. Raises RuntimeError with
        PyTorch's sentence where the graph was freed, LookupError where there is no such root.
        """
        tensor = dict(variables.tensors(self._names)).get(name)
        past = self._passes.named(name) if tensor is None else self._passes.of(tensor)
        if past is not None:
            begins = "" if past.gradient is None else "given"
            return self._begin(name, past.copy, past.root, past.gradient, begins, zeroed)
        if tensor is None or tensor.grad_fn is None:
            raise LookupError(translate("console", "There is no backward pass of {0} to walk.").format(name))
        try:
            copied = GraphCopy(tensor)
        except RuntimeError:
            held = self._passes.holding(tensor)
            if held is None:
                raise
            copied = held.copy
        return self._begin(name, copied, copied.root(tensor), None, "", zeroed)

    def _begin(self, name: str, copied: GraphCopy, root: Any, gradient: Any, begins: str, zeroed: bool) -> TensorWalk:
        if gradient is None and root.array.size != 1:
            gradient, begins = nbgrad.ones_like(root), "ones"
        copied.restart(zeroed)
        names = {n: copied.leaves[t] for n, t in variables.tensors(self._names) if t in copied.leaves}
        return TensorWalk(root, names, gradient, title=name, begins=begins, zeroed=zeroed)
