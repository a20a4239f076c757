"""A run with `-m gpu` ends with a line on what it ran: a GPU, the simulator, or nothing and why."""

from nbgrad.placement import why_no_gpu


def pytest_terminal_summary(terminalreporter, config):
    if config.getoption("markexpr") != "gpu":
        return
    why = why_no_gpu()
    if why is None:
        from nbgrad import cuda

        terminalreporter.write_line(f"Ran on: {cuda.get_device_name()}.")
        return
    skipped = len(terminalreporter.getreports("skipped"))
    terminalreporter.write_line(
        f"{skipped} tests were skipped, for there is no GPU to run them on: {why}. "
        "Where numba-cuda is installed, its simulator runs them: NUMBA_ENABLE_CUDASIM=1."
    )
