"""Where the lab keeps what belongs to the learner."""

import os
from pathlib import Path


def user_folder() -> Path:
    """$NBGRAD_HOME, else `.nbgrad` in the home folder."""
    named = os.environ.get("NBGRAD_HOME")
    return Path(named) if named else Path.home() / ".nbgrad"


def earlier_run() -> Path:
    """The checkpoint of the run that another took the place of, or that was there when the lab was closed."""
    return user_folder() / "earlier-run.safetensors"


def run_before_lesson() -> Path:
    """The checkpoint of the run that a lesson's first trial took the place of."""
    return user_folder() / "before-lesson.safetensors"
