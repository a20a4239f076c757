"""Where the lab keeps what belongs to the learner."""

import os
from pathlib import Path


def user_folder() -> Path:
    """$NBGRAD_HOME, else `.nbgrad` in the home folder."""
    named = os.environ.get("NBGRAD_HOME")
    return Path(named) if named else Path.home() / ".nbgrad"
