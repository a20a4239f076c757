"""Data sets, and loaders that make batches of them: `torch.utils.data`."""

from nbgrad.utils.data.collate import default_collate
from nbgrad.utils.data.dataloader import DataLoader
from nbgrad.utils.data.dataset import Dataset, Subset, TensorDataset, random_split
from nbgrad.utils.data.sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler

__all__ = [
    "BatchSampler",
    "DataLoader",
    "Dataset",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "Subset",
    "TensorDataset",
    "default_collate",
    "random_split",
]
