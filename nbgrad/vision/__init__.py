"""Pictures: data sets, what turns them into a network's input, and networks that read them."""

from nbgrad.vision import datasets, models, transforms

__all__ = ["datasets", "models", "transforms"]
