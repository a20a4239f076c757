"""LeNet, the small network that the lab teaches."""

from nbgrad import nn
from nbgrad.nn import functional as F
from nbgrad.tensor import Tensor


class LeNet(nn.Module):
    """The network of PyTorch's tutorial: two convolutions, three linear layers, 61,706 parameters.

    input: (N, 1, 32, 32), output: (N, 10) logits. Source: LeCun et al. 1998, «Gradient-based learning applied to
    document recognition», with ReLU and max-pooling.

    >>> sum(p.numel() for p in LeNet().parameters())
    61706
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.flatten(1)
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)
