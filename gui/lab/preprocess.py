"""From what the learner drew to what the network reads, keeping every stage on the way for the strip.

Names and explanations are plain English source strings: the window translates them.
"""

import numpy as np

from gui.lab.drawing import Drawing
from gui.lab.snapshot import Stage
from nbgrad.vision.ink import PICTURE, draw_ink, stroke_segments
from nbgrad.vision.transforms import INPUT, network_input

STROKE = ("stroke", "What you drew: a round pen, darker where it covers more of a pixel.")
BOX = ("box", "Only the part that holds ink, so that it does not matter where you drew.")
SMALL = ("20 x 20", "Scaled, shape kept, until its longer side is 20 pixels, so that size does not matter either.")
CENTRED = ("centre of mass", "Placed in 28 x 28 so that the ink balances in the middle: this is what MNIST looks like.")
PADDED = ("32 x 32", "A border of 2 pixels, so that strokes at the edge lie in the middle of some 5 x 5 window.")
SAMPLE = ("sample", "A picture of the data set: 28 x 28, boxed and centred already.")


def preprocess(drawing: Drawing) -> tuple[np.ndarray, tuple[Stage, ...]] | None:
    """The network's input (1, 1, 32, 32) float32 and the stages that led to it; None where there is no ink to see.

    Strokes pass through MNIST's own steps (`nbgrad.vision.ink`); a sample picture has passed through them already.

    >>> from gui.lab.drawing import Stroke
    >>> network_input, stages = preprocess(Drawing(1, (Stroke(((0.5, 0.1), (0.5, 0.9)), 0.1),)))
    >>> network_input.shape, [stage.name for stage in stages]
    ((1, 1, 32, 32), ['stroke', 'box', '20 x 20', 'centre of mass', '32 x 32'])
    >>> preprocess(Drawing(2)) is None
    True
    """
    if drawing.picture is not None:
        picture = np.rint(np.clip(np.nan_to_num(drawing.picture), 0, 1) * 255).astype(np.uint8)
        return _finish(picture, (_stage(SAMPLE, picture / np.float32(255)),))
    ink = draw_ink(stroke_segments((np.array(stroke.points), stroke.width) for stroke in drawing.strokes))
    if ink is None:
        return None
    pictures = (ink.canvas, ink.box, ink.small, ink.picture / np.float32(255))
    return _finish(ink.picture, tuple(map(_stage, (STROKE, BOX, SMALL, CENTRED), pictures)))


def _finish(picture: np.ndarray, stages: tuple[Stage, ...]) -> tuple[np.ndarray, tuple[Stage, ...]]:
    padded = np.pad(picture, (INPUT - PICTURE) // 2) / np.float32(255)
    return network_input(picture[None]), (*stages, _stage(PADDED, padded))


def _stage(words: tuple[str, str], picture: np.ndarray) -> Stage:
    picture = np.array(picture, np.float32)
    picture.flags.writeable = False
    return Stage(*words, picture)
