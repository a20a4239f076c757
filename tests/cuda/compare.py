"""The same kernel function on both devices."""

import copy

import numpy as np

from nbgrad import kernels


def up(value):
    """A host array on the device, one in a tuple or a list too; anything else as it is."""
    if isinstance(value, tuple | list):
        return type(value)(map(up, value))
    return kernels.cuda.to_device(value) if isinstance(value, np.ndarray) else value


def close(found, wanted, tolerance=1e-5):
    found = found.get() if hasattr(found, "get") else np.asarray(found)
    assert (found.shape, found.dtype) == (wanted.shape, wanted.dtype)
    tolerance = tolerance if found.dtype != np.float64 else 1e-9
    np.testing.assert_allclose(found, wanted, rtol=tolerance, atol=tolerance)


def same(name, *arguments, tolerance=1e-5):
    """Both devices' kernels of this name give the same and leave the same in their arguments."""
    hosts, devices = copy.deepcopy(list(arguments)), [up(each) for each in arguments]
    wanted, found = getattr(kernels.cpu, name)(*hosts), getattr(kernels.cuda, name)(*devices)
    for mine, other in zip(_flat(found), _flat(wanted), strict=True):
        close(mine, np.asarray(other), tolerance)
    for mine, other in zip(_flat(devices), _flat(hosts), strict=True):
        if isinstance(other, np.ndarray):
            close(mine, other, tolerance)


def _flat(results):
    """What there is, out of tuples and lists."""
    if isinstance(results, tuple | list):
        return [part for each in results for part in _flat(each)]
    return [] if results is None else [results]
