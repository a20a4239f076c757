"""A network of linear layers, of any size and under any names: what a first exercise in PyTorch trains."""

from itertools import pairwise

from nbgrad import nn
from nbgrad.nn import functional as F
from nbgrad.tensor import Tensor


class MLP(nn.Module):
    """Linear layers, a ReLU after each but the last; the picture is flattened first.

    widths: how many numbers go in, then how many each layer makes; names: what each layer is called, a path for one
    inside another module. input: (N, ...) of widths[0] numbers each, output: (N, widths[-1]) logits.

    >>> print([(name, tuple(p.shape)) for name, p in MLP([784, 30, 10], ["net.0", "net.2"]).named_parameters()])
    [('net.0.weight', (30, 784)), ('net.0.bias', (30,)), ('net.2.weight', (10, 30)), ('net.2.bias', (10,))]
    """

    def __init__(self, widths: list[int], names: list[str] | None = None) -> None:
        super().__init__()
        self.paths = names or [f"fc{number}" for number in range(1, len(widths))]
        for path, (ins, outs) in zip(self.paths, pairwise(widths), strict=True):
            owner: nn.Module = self
            *above, last = path.split(".")
            for name in above:
                if name not in dict(owner.named_children()):
                    owner.add_module(name, nn.Module())
                owner = owner.get_submodule(name)
            owner.add_module(last, nn.Linear(ins, outs))

    def forward(self, x: Tensor) -> Tensor:
        x = x.flatten(1)
        for path in self.paths[:-1]:
            x = F.relu(self.get_submodule(path)(x))
        return self.get_submodule(self.paths[-1])(x)
