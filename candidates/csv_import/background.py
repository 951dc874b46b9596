"""Check and import files in a worker: in parts of less than a minute, by one worker per file at a time."""

import logging
from datetime import datetime, timedelta
from time import monotonic

from candidates.csv_import.services import check_batch, import_batch
from candidates.models import IntakeFile
from core.batch import describe_error

PART_SECONDS = 40.0  # less than the queue's limit of a task
LEASE = timedelta(minutes=2)  # longer than a batch; a worker that dies holds a file up for so long
logger = logging.getLogger(__name__)
STEPS = {IntakeFile.State.CHECKING: check_batch, IntakeFile.State.IMPORTING: import_batch}


def is_work_left(*, now: datetime) -> bool:
    return IntakeFile.objects.free(now).exists()


def work_on_files(*, now: datetime, seconds: float = PART_SECONDS) -> bool:
    """Work on the files that no other worker has, oldest first. True when there is something left to do."""
    stop_at = monotonic() + seconds
    while monotonic() < stop_at and (file := _claim(now)) is not None:
        try:
            _work_on(file, now=now, stop_at=stop_at)
        except Exception as error:  # a file that fails is tried again when its lease is over, after the others
            logger.error("%s: %s", file, describe_error(error))
        else:
            IntakeFile.objects.filter(pk=file.pk).update(leased_until=None)
    return is_work_left(now=now)


def _work_on(file: IntakeFile, *, now: datetime, stop_at: float) -> None:
    while file.is_in_progress:
        STEPS[IntakeFile.State(file.state)](file.pk, now=now)
        file.refresh_from_db(fields=["state"])
        if monotonic() >= stop_at:
            break


def _claim(now: datetime) -> IntakeFile | None:
    """The oldest free file, now leased; None when there is none, or another worker was first."""
    file = IntakeFile.objects.free(now).order_by("created_at", "pk").first()
    if file is None or not IntakeFile.objects.free(now).filter(pk=file.pk).update(leased_until=now + LEASE):
        return None
    return file
