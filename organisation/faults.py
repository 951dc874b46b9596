"""How a fault is named in a log: what and where, never the values, which may be personal."""

import traceback
from pathlib import Path


def in_short(error: BaseException) -> str:
    """`ValueError in mime.py:120`."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + place
