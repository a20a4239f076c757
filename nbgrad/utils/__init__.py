"""Around training: `nbgrad.utils.data` feeds it."""

from nbgrad.utils import data

__all__ = ["data"]
