"""Numbers at equal distances."""

from nbgrad.kernels.registry import kernel


@kernel()
def count(start, step, out):
    """out (n,): out[i] = start + i step"""
    for i in range(len(out)):
        out[i] = start + step * i


@kernel()
def spread(start, end, step, out):
    """out (n,): n numbers from start to end; the second half counts back from the end, so that both ends are exact"""
    steps = len(out)
    for i in range(steps):
        out[i] = start + step * i if i < steps // 2 else end - step * (steps - 1 - i)


@kernel()
def powers(base, exponents, out):
    """out (n,): out[i] = base ** exponents[i]"""
    for i in range(len(out)):
        out[i] = base ** exponents[i]
