"""What the threads of a block do together: sums and extremes of one value each, in an order that never changes."""

from nbgrad.kernels.cuda.driver import SIMULATOR, cuda, device_function

EVERYONE = 0xFFFFFFFF  # the lanes of a warp
THREADS = 8 if SIMULATOR else 128  # of a block that folds a line


@device_function
def added(a, b):
    """a + b."""
    return a + b


@device_function
def larger(a, b):
    """The larger of two, NaN before any number."""
    return b if b > a or b != b else a


@device_function
def smaller(a, b):
    """The smaller of two, NaN before any number."""
    return b if b < a or b != b else a


def _fold(combine):
    """(value of each thread, shared room for one value a thread) -> what all of them combine to, known to all."""

    def through_memory(value, room):
        """In halves, through shared memory; the block's size is a power of two."""
        here = cuda.threadIdx.x
        room[here] = value
        cuda.syncthreads()
        half = cuda.blockDim.x // 2
        while half > 0:
            if here < half:
                room[here] = combine(room[here], room[here + half])
            cuda.syncthreads()
            half //= 2
        value = room[0]
        cuda.syncthreads()
        return value

    def through_registers(value, room):
        """Within each warp by shuffles, between the warps through shared memory."""
        half = 16
        while half > 0:
            value = combine(value, cuda.shfl_xor_sync(EVERYONE, value, half))
            half //= 2
        if cuda.laneid == 0:
            room[cuda.threadIdx.x // 32] = value
        cuda.syncthreads()
        value = room[0]
        for warp in range(1, cuda.blockDim.x // 32):
            value = combine(value, room[warp])
        cuda.syncthreads()
        return value

    return device_function(through_memory if SIMULATOR else through_registers)


block_sum, block_largest, block_smallest = _fold(added), _fold(larger), _fold(smaller)
