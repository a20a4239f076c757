"""Which errors are the learner's business, and in what words."""

from gui.lab.attribution import AttributionError
from gui.lab.checkpoint import CheckpointError
from gui.lab.device import DeviceError
from gui.lab.experiment import ExperimentError
from gui.lab.faults import NotFinite
from gui.lab.mine import DrawingsError
from gui.lab.photo import PictureError
from gui.lab.surgery import EditError
from gui.lab.wording import translate
from nbgrad.serialization import SerializationError
from nbgrad.vision.datasets import DatasetError

OURS = (
    AttributionError, CheckpointError, DatasetError, DeviceError, DrawingsError, EditError, ExperimentError, NotFinite,
    PictureError, SerializationError,
)  # fmt: skip


def explain(error: BaseException) -> str | None:
    """One sentence where the error says something about input, files or memory; None where nbgrad itself is wrong.

    >>> explain(FileNotFoundError(2, "No such file or directory", "digits.safetensors"))
    'digits.safetensors: No such file or directory.'
    >>> explain(IndexError("list index out of range")) is None
    True
    """
    if isinstance(error, OURS):
        return error.args[0] if error.args else str(error)
    if isinstance(error, MemoryError):
        return translate("lab", "There is not enough memory: choose a smaller batch size, or close other programs.")
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}."
    return None
