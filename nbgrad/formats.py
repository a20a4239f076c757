"""Orders in memory: how the numbers of a copy lie one after another."""


class memory_format:
    """An order in memory, as in PyTorch: `nbgrad.contiguous_format`.

    >>> channels_last
    torch.channels_last
    """

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"torch.{self.name}"


contiguous_format = memory_format("contiguous_format")  # as the shape says: the last axis runs fastest
preserve_format = memory_format("preserve_format")  # as the original
channels_last = memory_format("channels_last")  # images (N, C, H, W): the channels run fastest
