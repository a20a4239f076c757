"""Pictures from outside: pasted, dropped, or chosen; as brightness in 0..1."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication, QMimeData, QSize, Qt
from PySide6.QtGui import QColor, QImage, QImageReader, QPainter

LONGEST = 1000  # px: what a digit needs, with room to spare
LARGEST = 12_000  # px of a side: beyond, a file is refused before it fills the memory


class NoPicture(ValueError):
    """One translated sentence."""


translate = QCoreApplication.translate


def brightness(image: QImage) -> np.ndarray:
    """(h, w) float32 in 0..1, at most 1000 pixels long; what is transparent counts as white paper."""
    if max(image.width(), image.height()) > LONGEST:
        size = QSize(LONGEST, LONGEST)
        image = image.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    if image.hasAlphaChannel():
        opaque = QImage(image.size(), QImage.Format.Format_RGB32)
        opaque.fill(QColor("white"))
        painter = QPainter(opaque)
        painter.drawImage(0, 0, image)
        painter.end()
        image = opaque
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(grey.constBits(), np.uint8).reshape(grey.height(), grey.bytesPerLine())
    return rows[:, : grey.width()].astype(np.float32) / 255


def from_file(path: Path) -> np.ndarray:
    """Raises NoPicture where the file is no picture."""
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)  # phones write down which way up they were held
    if max(reader.size().width(), reader.size().height()) > LARGEST:
        raise NoPicture(
            translate("pictures", "{0} is too large: at most {1} pixels a side.").format(path.name, LARGEST)
        )
    image = reader.read()
    if image.isNull():
        raise NoPicture(translate("pictures", "{0} cannot be read as a picture.").format(path.name))
    return brightness(image)


def offers_picture(data: QMimeData) -> bool:
    return data.hasImage() or any(url.isLocalFile() for url in data.urls())


def from_mime(data: QMimeData) -> np.ndarray:
    """What the clipboard or a drop holds; raises NoPicture."""
    files = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    if files:
        return from_file(files[0])
    image = data.imageData() if data.hasImage() else None
    image = image.toImage() if image is not None and not isinstance(image, QImage) else image
    if image is None or image.isNull():
        raise NoPicture(translate("pictures", "There is no picture to paste: copy one first."))
    return brightness(image)
