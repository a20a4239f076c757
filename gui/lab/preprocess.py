"""From what the learner drew to what the network reads, keeping every stage on the way for the strip.

Each stage but the first can be left out, to see what it is good for.
"""

from dataclasses import dataclass

import numpy as np

from gui.lab.drawing import Drawing, smooth
from gui.lab.snapshot import Stage
from gui.lab.wording import translate
from nbgrad.kernels.cpu.image import stretch
from nbgrad.vision.ink import PICTURE, Sheet, Steps, draw_ink, stroke_segments
from nbgrad.vision.transforms import INPUT, normalize

STROKE = (
    "stroke",
    translate("stages", "What you drew: a round pen, darker where it covers more of a pixel."),
    "",
)
PHOTO = (
    "photo",
    translate(
        "stages", "Your picture as it came: dark ink on bright paper, or the other way round, under uneven light."
    ),
    "",
)
CLEANED = (
    "ink",
    translate(
        "stages",
        "Light evened out, ink made white, paper black, specks dropped: the network has only seen white ink on black.",
    ),
    translate("stages", "Left out: the network gets the picture as it came, paper and shadows included."),
)
BOX = (
    "box",
    translate("stages", "Only the part that holds ink, so that it does not matter where you drew."),
    translate("stages", "Left out: the whole sheet goes on, with the digit wherever you drew it."),
)
SMALL = (
    "20 x 20",
    translate("stages", "Scaled, shape kept, until its longer side is 20 pixels, so that size does not matter either."),
    translate("stages", "Left out: the digit keeps the size you drew it in, the sheet being 28 pixels wide."),
)
CENTRED = (
    "centre of mass",
    translate("stages", "Placed in 28 x 28 so that the ink balances in the middle: this is what MNIST looks like."),
    translate("stages", "Left out: the box lies in the middle instead, so that a 4 or a 7 hangs to one side."),
)
PADDED = (
    "32 x 32",
    translate("stages", "A border of 2 pixels, so that strokes at the edge lie in the middle of some 5 x 5 window."),
    translate(
        "stages", "Left out: the 28 x 28 are blown up to 32 x 32 instead, larger than any digit the network has seen."
    ),
)
SAMPLE = (
    "sample",
    translate("stages", "A picture of the data set: 28 x 28, boxed and centred already."),
    "",
)
ON_SHEET = (BOX, SMALL, CENTRED)


@dataclass(frozen=True)
class Prepared:
    """network_input: (1, 1, 32, 32) float32; picture: (28, 28) uint8, the same before the border and normalisation;
    window: left, top, side of the square of the sheet that network_input shows."""

    network_input: np.ndarray
    picture: np.ndarray
    stages: tuple[Stage, ...]
    window: tuple[float, float, float]


def preprocess(drawing: Drawing, off: frozenset[str] = frozenset()) -> Prepared | None:
    """The network's input and the stages that led to it; None where there is no ink to see. off: stages left out.

    Strokes pass through MNIST's own steps (`nbgrad.vision.ink`); a sample picture has passed through them already.

    >>> from gui.lab.drawing import Stroke
    >>> prepared = preprocess(Drawing(1, (Stroke(((0.5, 0.1), (0.5, 0.9)), 0.1),)))
    >>> prepared.network_input.shape, [stage.name for stage in prepared.stages]
    ((1, 1, 32, 32), ['stroke', 'box', '20 x 20', 'centre of mass', '32 x 32'])
    >>> preprocess(Drawing(2)) is None
    True
    """
    if drawing.picture is not None:
        picture = np.rint(np.clip(np.nan_to_num(drawing.picture), 0, 1) * 255).astype(np.uint8)
        return _finish(picture, (_stage(SAMPLE, picture / np.float32(255)),), (0.0, 0.0, 1.0), off)
    ink = draw_ink(sheet_of(drawing, off), Steps(*(name not in off for name, *_ in ON_SHEET)))
    if ink is None:
        return None
    first = [_stage(STROKE, ink.canvas)]
    if drawing.photo is not None:
        first = [_stage(PHOTO, drawing.photo), _stage(CLEANED, ink.canvas, off)]
    pictures = (ink.box, ink.small, ink.picture / np.float32(255))
    stages = (_stage(words, picture, off) for words, picture in zip(ON_SHEET, pictures, strict=True))
    return _finish(ink.picture, (*first, *stages), ink.window, off)


def sheet_of(drawing: Drawing, off: frozenset[str] = frozenset()) -> Sheet:
    """Ground and strokes as the pen's own arithmetic has them, neighbours of one kind together."""
    ground = drawing.photo if CLEANED[0] in off and drawing.photo is not None else drawing.ground
    groups: list[tuple[list, bool]] = []
    for stroke in drawing.strokes:
        if not groups or groups[-1][1] != stroke.erases:
            groups.append(([], stroke.erases))
        points = np.array(stroke.points, np.float64).reshape(-1, 2)
        groups[-1][0].append((smooth(points), stroke.width))
    return Sheet(ground, tuple((stroke_segments(pens), erases) for pens, erases in groups))


def _finish(
    picture: np.ndarray, stages: tuple[Stage, ...], window: tuple[float, float, float], off: frozenset[str]
) -> Prepared:
    grey = picture / np.float32(255)
    border = (INPUT - PICTURE) // 2
    if PADDED[0] in off:
        padded = np.empty((INPUT, INPUT), np.float32)
        stretch(grey, 0.0, 0.0, 1.0, padded)
    else:
        padded = np.pad(grey, border)
        pixel = window[2] / PICTURE
        window = (window[0] - border * pixel, window[1] - border * pixel, INPUT * pixel)
    return Prepared(normalize(padded)[None, None], picture, (*stages, _stage(PADDED, padded, off)), window)


def _stage(words: tuple[str, str, str], picture: np.ndarray, off: frozenset[str] = frozenset()) -> Stage:
    picture = np.array(picture, np.float32)
    picture.flags.writeable = False
    name, explanation, without = words
    return Stage(name, explanation, picture, without, name not in off)
