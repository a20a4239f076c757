"""Weights on disk: PyTorch's files and safetensors, both ways. Reading a file can run nothing."""

from nbgrad.serialization.checkpoint import load, save
from nbgrad.serialization.files import SerializationError
from nbgrad.serialization.safetensors import load_safetensors, save_safetensors

__all__ = ["SerializationError", "load", "load_safetensors", "save", "save_safetensors"]
