"""Reading a stranger's calendar in a process of its own, with little time and memory.

A calendar of a few lines can ask for years of work, and the libraries keep what it says of time zones by name for
every calendar after it. Here both end with the process.
"""

import json
import resource
import subprocess
import sys
import zoneinfo
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from advisors.availability.slots import Span
from advisors.external_calendars import errors
from advisors.external_calendars.errors import CalendarTooHard, NoCalendar
from advisors.external_calendars.ics_parser import Reader, Reading, busy_times
from core.errors import Refusal

SECONDS = 10  # of work
WAIT_SECONDS = 15  # until it ends, on a machine with much to do
MEMORY = 1024 * 1024 * 1024  # bytes
PROBLEMS = {
    kind.code: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, Refusal) and kind is not Refusal
}


def read_apart(documents: Sequence[bytes], reader: Reader, *, seconds: int = SECONDS) -> Reading:
    """Like `busy_times`. Raises what that raises, and CalendarTooHard."""
    wish = json.dumps({**_words_of(reader), "sizes": [len(one) for one in documents], "seconds": seconds})
    try:
        child = subprocess.run(  # ourselves
            [sys.executable, "-m", "advisors.external_calendars.sandbox"],
            input=b"\n".join([wish.encode(), b"".join(documents)]),
            capture_output=True,
            timeout=WAIT_SECONDS,
            cwd=settings.BASE_DIR,
            env={"PYTHONPATH": str(settings.BASE_DIR), "PYTHONTZPATH": ""},
        )
    except subprocess.TimeoutExpired:
        raise CalendarTooHard from None
    if child.returncode < 0:  # ended by the limits
        raise CalendarTooHard
    if child.returncode:
        raise RuntimeError("the process that reads calendars does not work")
    said = json.loads(child.stdout)
    if "problem" in said:
        raise PROBLEMS[said["problem"]]
    return Reading([Span(*map(datetime.fromisoformat, span)) for span in said["busy"]], said["skipped"])


def main() -> None:
    """The other process: a line with who reads, then the calendars; a line with what was found."""
    zoneinfo.reset_tzpath(to=())
    wish = json.loads(sys.stdin.buffer.readline())
    resource.setrlimit(resource.RLIMIT_CPU, (wish["seconds"], wish["seconds"]))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    documents = [sys.stdin.buffer.read(size) for size in wish["sizes"]]
    json.dump(_found(documents, _reader_of(wish)), sys.stdout)


def _found(documents: list[bytes], reader: Reader) -> dict[str, object]:
    try:
        reading = busy_times(documents, reader)
    except Refusal as refusal:
        return {"problem": refusal.code}
    except (MemoryError, RecursionError):
        return {"problem": CalendarTooHard.code}
    except Exception as error:  # a stranger's text in three libraries: whatever it is, it was no calendar
        print(type(error).__name__, file=sys.stderr)
        return {"problem": NoCalendar.code}
    return {"busy": [[moment.isoformat() for moment in span] for span in reading.busy], "skipped": reading.skipped}


def _words_of(reader: Reader) -> dict[str, object]:
    return {
        "window": [moment.isoformat() for moment in reader.window],
        "zone": reader.zone.key,
        "own_addresses": sorted(reader.own_addresses),
        "own_host": reader.own_host,
    }


def _reader_of(wish: dict[str, list[str] | str]) -> Reader:
    return Reader(
        window=Span(*map(datetime.fromisoformat, wish["window"])),
        zone=zoneinfo.ZoneInfo(str(wish["zone"])),
        own_addresses=frozenset(wish["own_addresses"]),
        own_host=str(wish["own_host"]),
    )


if __name__ == "__main__":
    main()
