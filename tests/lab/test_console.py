"""A session of the console in this process: what snippets write, what is said of errors, what can be walked."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.lab.console.mirror import Mirror
from gui.lab.console.output import MOST
from gui.lab.console.records import ChooseInWalk, LeaveWalk, MoveWalk, NoWalk, SaveDot, WalkPart
from gui.lab.console.session import LONGEST, Session
from gui.lab.console.walking import SessionWalk

Q = """\
a = torch.tensor([2., 3.], requires_grad=True)
b = torch.tensor([6., 4.], requires_grad=True)
Q = 3*a**3 - b**2
"""


class Console:
    """A session and what it wrote."""

    def __init__(self):
        self.pieces = []
        self.session = Session(self.pieces.append)

    def run(self, source):
        self.pieces.clear()
        return self.session.run(source)

    def text(self, kind):
        return "".join(piece.text for piece in self.pieces if piece.kind == kind)

    def variable(self, name):
        return {v.name: v for v in self.session.run("").variables}[name]


@pytest.fixture
def console():
    return Console()


def gradients(walk):
    walk.run()
    return {s.filling.parameter: s.filling.after.values for s in walk.view().steps if s.filling}


def test_the_last_expression_is_shown_as_in_a_repl(console):
    console.run("x = torch.tensor([1., 2.])\nx + 1\nx * 2")
    assert console.text("value") == "tensor([2., 4.])\n" and not console.text("out")
    console.run("print(x)\nNone")
    assert console.text("out") == "tensor([1., 2.])\n" and not console.text("value")
    console.run("x;")  # Python's own rule: a semicolon changes nothing
    assert console.text("value") == "tensor([1., 2.])\n"


def test_names_stay_and_torch_is_the_engine(console):
    source = (
        "import torch, torchvision\nimport torch.nn as nn\nimport torch.nn.functional as F\nfrom torch import optim\n"
    )
    outcome = console.run(source + "from torch.utils.data import DataLoader\nimport torchvision.models as models\n")
    assert outcome.fault is None and outcome.variables[0].name == "DataLoader"
    console.run("n = 3")
    assert console.run("m = n + 1\ntorch is nbgrad, models.__name__, m").fault is None
    assert console.text("value") == "(True, 'nbgrad.vision.models', 4)\n"
    assert "no_such" in console.run("import torch.no_such").fault.sentence


@pytest.mark.parametrize(
    ("source", "kind", "line", "words"),
    [
        ("a = torch.ones(3)\n\na + torch.ones(4)", "RuntimeError", 3, "The size of tensor a (3) must match"),
        ("x = (1,\n", "SyntaxError", 1, "never closed"),
        ("if True:\nx = 1", "IndentationError", 2, "expected an indented block"),
        ("def f():\n    return f()\n\nf()", "RecursionError", 2, "maximum recursion depth exceeded"),
        ("\ninput('name')", "EOFError", 2, "nobody types"),
        ("import numpy as np\nnp.ones(10**14)", "MemoryError", 2, "Unable to allocate"),
        ("class E(Exception):\n    def __str__(self): raise ValueError\nraise E", "E", 3, "E"),
        ("torch.ones(2, requires_grad=True).backward()", "RuntimeError", 1, "only for scalar outputs"),
        ("x = '\0'", ("SyntaxError", "ValueError"), None, "null bytes"),
        ("#" * (LONGEST + 1), "ValueError", None, "too long"),
        ("raise MemoryError", "MemoryError", 1, "not enough memory"),
    ],
)
def test_errors_have_a_sentence_and_a_line(console, source, kind, line, words):
    fault = console.run(source).fault
    assert fault.kind in kind and fault.line == line and words in fault.sentence
    assert "gui/lab" not in fault.traceback.replace("\\", "/") and fault.kind in fault.traceback
    assert console.run("1").fault is None  # the session goes on


def test_an_error_in_a_function_of_an_earlier_snippet_shows_its_line_there(console):
    console.run("def f(x):\n    return x / 0")
    fault = console.run("y = 1\nf(y)").fault
    assert fault.line == 2 and "return x / 0" in fault.traceback


def test_exit_stops_the_snippet_alone(console):
    outcome = console.run("x = 1\nimport sys\nsys.exit(2)\nx = 2")
    assert outcome.fault is None and "session goes on" in console.text("note")
    assert console.variable("x").text == "1"
    assert console.run("exit()").fault is None and console.run("raise KeyboardInterrupt").stopped


def test_warnings_name_their_line_and_come_again(console):
    for _ in range(2):
        console.run("import warnings\nfor _ in range(3): warnings.warn('careful')")
        assert console.text("warning") == "line 2: UserWarning: careful\n"
    console.run(Q + "y = a * 2\ny.grad")
    assert "non-leaf" in console.text("warning") or "not a leaf" in console.text("warning")


def test_prints_without_end_are_cut(console):
    console.run("for i in range(100_000): print('한글 🎉', i)")
    assert len(console.text("out")) == MOST and "cut here" in console.text("note")
    console.run("print('\\ud800 é')")
    assert console.text("out") == "? é\n"


def test_variables_are_seen_as_they_are(console):
    console.run(
        Q + "n, s, big, xs = 3, 'hi' * 100, 10**5000, [1, 2]\nclass Odd:\n    def __repr__(self): 1 / 0\nodd = Odd()"
    )
    a, q = console.variable("a"), console.variable("Q")
    assert a.shape == (2,) and a.dtype == "float32" and a.values == (2.0, 3.0) and a.requires_grad and a.leaf
    assert a.gradient is None and q.grad_fn == "SubBackward0" and not q.leaf
    assert console.variable("s").text.endswith("…") and console.variable("xs").text == "(2)"
    assert console.variable("odd").type == "Odd"
    console.run("Q.sum().backward()\nnet = torch.nn.Linear(3, 2)")
    assert console.variable("a").gradient == (36.0, 81.0) and console.variable("net").parameters == 8


def test_what_a_snippet_made_last_is_what_opens(console):
    assert console.run(Q).newest == "Q"
    assert console.run("1 + 1").newest == "" and console.run("a * 2").newest == "_"
    assert console.run("z = a * b\nz").newest == "z"
    assert [root.name for root in console.session.roots()] == ["Q", "z"]
    outcome = console.run("loss = Q.sum()\nloss.backward()")
    assert outcome.newest == "loss" and next(r for r in outcome.roots if r.name == "loss").past
    assert console.run("(a * b).sum().backward()").newest == "(a * b).sum()"


def test_a_walk_of_no_scalar_begins_with_ones_and_disturbs_nothing(console):
    console.run(Q)
    walk = console.session.walk("Q")
    found = gradients(walk)
    assert walk.view().begins == "ones" and walk.view().loss is None and walk.view().title == "Q"
    np.testing.assert_array_equal(found["a"], [36, 81])
    np.testing.assert_array_equal(found["b"], [-12, -8])
    assert console.variable("a").gradient is None


def test_the_gradient_that_backward_was_given_begins_the_walk(console):
    console.run(Q + "Q.backward(gradient=torch.tensor([1., 10.]))")
    walk = console.session.walk("Q")
    np.testing.assert_array_equal(gradients(walk)["a"], [36, 810])
    assert walk.view().begins == "given"


def test_a_pass_can_be_walked_after_the_step_that_followed_it(console):
    source = """
net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(5):
    loss = (net(torch.ones(2, 3)) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
    assert console.run(source).newest == "loss"
    found = gradients(console.session.walk("loss"))
    assert set(found) == {"net.0.weight", "net.0.bias", "net.2.weight", "net.2.bias"}
    np.testing.assert_array_equal(found["net.2.bias"], console.session._names["net"][2].bias.grad.numpy())


def test_without_zero_grad_the_walk_adds_to_what_was_there(console):
    console.run(Q + "Q.sum().backward()\nR = (a * b).sum()\nR.backward()")
    filled = console.session.walk("R", zeroed=False)
    filled.run()
    a = next(s.filling for s in filled.view().steps if s.filling and s.filling.parameter == "a")
    np.testing.assert_array_equal(a.before.values, [36, 81])
    np.testing.assert_array_equal(a.after.values, [42, 85])
    np.testing.assert_array_equal(gradients(console.session.walk("R"))["a"], [6, 4])


def test_what_cannot_be_walked_says_why(console):
    console.run(Q + "g = torch.autograd.grad(Q.sum(), a)\nn = 3")
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        console.session.walk("Q")
    for name in ("a", "n", "nothing"):
        with pytest.raises(LookupError, match="no backward pass"):
            console.session.walk(name)
    console.run("c = torch.ones(2, requires_grad=True)\nd = c.exp()\ne = d * d\nwith torch.no_grad(): d.add_(1)")
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        console.session.walk("e")


def test_parts_of_a_walk_put_together_are_the_walk(console, tmp_path):
    console.run(Q)
    walk, mirror = SessionWalk(console.session), Mirror()
    whole = console.session.walk("Q")
    for move in ("rewind", "forward", "forward", "back", "forward", "run", "rewind", "run"):
        part = walk.answer(MoveWalk("Q", move))
        whole.move(move)
        view, expected = mirror.view(part), whole.view()
        assert [s.name for s in view.steps] == [s.name for s in expected.steps] and view.finished == expected.finished
        for mine, theirs in zip(view.steps, expected.steps, strict=True):
            for one, other in zip(mine.sent, theirs.sent, strict=True):
                if one.gradient is not None:
                    np.testing.assert_array_equal(one.gradient.values, other.gradient.values)
    assert isinstance(walk.answer(ChooseInWalk(1, 0, (1,))), WalkPart)
    walk.answer(SaveDot(tmp_path / "q.dot"))
    assert "digraph" in (tmp_path / "q.dot").read_text("utf-8")
    assert walk.answer(SaveDot(tmp_path / "no" / "q.dot")).error
    assert isinstance(walk.answer(LeaveWalk()), NoWalk) and isinstance(walk.answer(MoveWalk("n", "run")), NoWalk)
    assert Mirror().view(WalkPart(9, part.view, 3, (), 0)) is None


expressions = st.recursive(
    st.sampled_from(["a", "b", "c", "2 * c"]),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*"), inner),
        st.builds("({}).{}()".format, inner, st.sampled_from(["tanh", "exp", "relu"])),
    ),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)
@given(expressions, st.lists(st.sampled_from(["forward", "back", "rewind", "run"]), max_size=6))
def test_stepping_any_expression_equals_backward_bit_by_bit(expression, moves):
    console = Console()
    leaves = "torch.manual_seed(3)\na, b, c = (torch.randn(2, 3, requires_grad=True) for _ in range(3))\n"
    assert console.run(f"{leaves}out = ({expression}) * torch.tanh(a) + 0 * b").fault is None
    walk = console.session.walk("out")
    for move in (*moves, "rewind"):
        walk.move(move)
    found = gradients(walk)
    console.run("out.backward(torch.ones_like(out))")
    names = console.session._names
    expected = {name: names[name].grad.numpy() for name in "abc" if names[name].grad is not None}
    assert found.keys() == expected.keys()
    for name, gradient in expected.items():
        assert found[name].tobytes() == gradient.tobytes()


def test_objects_that_are_broken_break_nothing(console):
    source = """
half = torch.Tensor.__new__(torch.Tensor)
class Liar:
    @property
    def __class__(self): raise ValueError
liar = Liar()
class Net(torch.nn.Module):
    def __init__(self): self.x = 1
net = Net.__new__(Net)
"""
    outcome = console.run(source)
    assert outcome.fault is None and {"half", "liar", "net"} <= {view.name for view in outcome.variables}


def test_a_hook_that_raises_ends_in_a_sentence(console):
    console.run(Q + "def refuse(gradient): raise ValueError('not this way')\na.register_hook(refuse)")
    answer = SessionWalk(console.session).answer(MoveWalk("Q", "run"))
    assert answer == NoWalk("ValueError: not this way")
