"""Python reads this at its start because the story puts this folder on PYTHONPATH: it sets the clock of the house.

A talk can be completed only after it began and a reminder leaves the day before, so a story of a week needs a clock
that moves. Nothing in the product knows of this: web server and worker are the real ones, and every one of our doors
and tasks asks `timezone.now()`. The file says how many seconds later it is there than here; time goes on in between.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

PLACE = Path(os.environ["STORY_CLOCK"])
real_now = timezone.now


def now() -> datetime:
    return real_now() + timedelta(seconds=float(PLACE.read_text()))


timezone.now = now
