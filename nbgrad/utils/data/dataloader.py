"""Batches of a data set, in order or shuffled: `torch.utils.data.DataLoader`."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from nbgrad import random
from nbgrad.utils.data.collate import as_tensors, default_collate
from nbgrad.utils.data.dataset import fetches_its_samples
from nbgrad.utils.data.sampler import BatchSampler, RandomSampler, SequentialSampler


class DataLoader:
    """Iterate over `dataset` in batches; each pass is a new one, shuffled anew where `shuffle` is set.

    sampler: sample numbers in the order wanted (excludes shuffle). batch_sampler: lists of sample numbers (excludes
    batch_size, shuffle, sampler and drop_last). collate_fn: makes a batch of a list of samples. drop_last: leave out a
    last batch that is not full. generator: source of the order; the same seed gives PyTorch's order. A data set with
    `fetch_batch` is gathered a batch at a time unless `collate_fn` is given.

    num_workers and pin_memory are accepted for PyTorch's sake and change nothing: batches are made in the calling
    thread, by kernels that outrun worker processes. Raises ValueError for arguments that exclude each other.

    >>> import nbgrad as torch
    >>> from nbgrad.utils.data import TensorDataset
    >>> loader = DataLoader(TensorDataset(torch.arange(5)), batch_size=2)
    >>> len(loader), [batch for (batch,) in loader]
    (3, [tensor([0, 1]), tensor([2, 3]), tensor([4])])
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int = 1,
        shuffle: bool | None = None,
        sampler: Iterable[int] | None = None,
        batch_sampler: Iterable[list[int]] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[list[Any]], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        generator: random.Generator | None = None,
    ) -> None:
        if num_workers < 0:
            raise ValueError("num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.")
        if sampler is not None and shuffle:
            raise ValueError("sampler option is mutually exclusive with shuffle")
        if batch_sampler is not None and (batch_size != 1 or shuffle or sampler is not None or drop_last):
            raise ValueError(
                "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last"
            )
        if sampler is None:
            sampler = RandomSampler(dataset, generator) if shuffle else SequentialSampler(dataset)
        self.dataset = dataset
        self.batch_size = batch_size
        self.drop_last = drop_last
        self.sampler = sampler
        self.batch_sampler = BatchSampler(sampler, batch_size, drop_last) if batch_sampler is None else batch_sampler
        self.num_workers = num_workers
        self.collate_fn = collate_fn
        self.pin_memory = pin_memory
        self.generator = generator

    def __len__(self) -> int:
        return len(self.batch_sampler)  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[Any]:
        # PyTorch draws a seed for its workers here, even where it has none: the stream must move on as it does there.
        (self.generator or random.default_generator).word64()
        at_once = self.collate_fn is None and fetches_its_samples(type(self.dataset))
        return map(self._gathered if at_once else self._batch, iter(self.batch_sampler))

    def _gathered(self, indices: list[int]) -> Any:
        batch = self.dataset.fetch_batch(indices)
        return self._batch(indices) if batch is None else as_tensors(batch)

    def _batch(self, indices: list[int]) -> Any:
        if hasattr(self.dataset, "__getitems__"):
            samples = self.dataset.__getitems__(indices)
        else:
            samples = [self.dataset[i] for i in indices]
        return (self.collate_fn or default_collate)(samples)
