"""Optimizers: how parameters follow their gradients."""

from nbgrad.optim.adam import Adam
from nbgrad.optim.optimizer import Optimizer
from nbgrad.optim.sgd import SGD

__all__ = ["SGD", "Adam", "Optimizer"]
