"""The functions that layers are made of, without parameters of their own: `torch.nn.functional`."""

import warnings
from typing import Any

from nbgrad.ops import embedding as embeddings
from nbgrad.ops import softmax as softmaxes
from nbgrad.ops.activation import elu, gelu, hardtanh, leaky_relu, logsigmoid, relu, relu6, selu, silu, softplus
from nbgrad.ops.conv import conv1d, conv2d
from nbgrad.ops.dropout import dropout
from nbgrad.ops.embedding import embedding
from nbgrad.ops.linear import linear
from nbgrad.ops.loss import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    huber_loss,
    l1_loss,
    mse_loss,
    smooth_l1_loss,
)
from nbgrad.ops.nll import cross_entropy, nll_loss
from nbgrad.ops.norm import batch_norm, layer_norm
from nbgrad.ops.pad import pad
from nbgrad.ops.pointwise import sigmoid
from nbgrad.ops.pool import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    avg_pool1d,
    avg_pool2d,
    max_pool1d,
    max_pool2d,
)
from nbgrad.ops.trigonometry import tanh
from nbgrad.ops.unit import cosine_similarity, normalize
from nbgrad.tensor import Tensor

__all__ = [
    "adaptive_avg_pool1d", "adaptive_avg_pool2d", "avg_pool1d", "avg_pool2d", "batch_norm", "binary_cross_entropy",
    "binary_cross_entropy_with_logits", "conv1d", "conv2d", "cosine_similarity", "cross_entropy", "dropout", "elu",
    "embedding", "gelu", "hardtanh", "huber_loss", "l1_loss", "layer_norm", "leaky_relu", "linear", "log_softmax",
    "logsigmoid", "max_pool1d", "max_pool2d", "mse_loss", "nll_loss", "normalize", "one_hot", "pad", "relu",
    "relu6", "selu", "sigmoid", "silu", "smooth_l1_loss", "softmax", "softmin", "softplus", "tanh",
]  # fmt: skip


def _axis(name: str, dim: int | None, rank: int, stacklevel: int) -> int:
    if dim is None:
        warnings.warn(
            f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an "
            "argument.",
            stacklevel=stacklevel,
        )
        return 0 if rank in (0, 1, 3) else 1
    return dim


def softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """out = e^x / Σ e^x along `dim`."""
    return softmaxes.softmax(input, _axis("softmax", dim, input.ndim, _stacklevel), dtype)


def softmin(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """out = e^-x / Σ e^-x along `dim`."""
    return softmaxes.softmin(input, _axis("softmin", dim, input.ndim, _stacklevel), dtype)


def log_softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """out = x - log Σ e^x along `dim`."""
    return softmaxes.log_softmax(input, _axis("log_softmax", dim, input.ndim, _stacklevel), dtype)


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """Zeros with a one at the place of each class; the classes are counted where `num_classes` is -1."""
    return Tensor(embeddings.one_hot(tensor, num_classes))
