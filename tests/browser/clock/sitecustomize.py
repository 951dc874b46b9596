"""Sets the clock of an installation in browser tests. Python imports this file at start, from PYTHONPATH.

A talk can be completed only after its start, and reminders are sent the day before, so a test of a week needs a clock
that moves. The product knows nothing of this: web server and worker are real, and all views and tasks call
`timezone.now()`. The file has the offset from the real time in seconds; time passes normally in between.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

OFFSET_FILE = Path(os.environ["STORY_CLOCK"])
real_now = timezone.now


def now() -> datetime:
    return real_now() + timedelta(seconds=float(OFFSET_FILE.read_text()))


timezone.now = now
