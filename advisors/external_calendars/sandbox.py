"""Parse untrusted calendars in a subprocess with limits on CPU time and memory.

A calendar of a few lines can take years to expand, and the libraries keep time zone definitions by name, also for
later calendars. Both end with the subprocess.
"""

import json
import resource
import subprocess
import sys
import zoneinfo
from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings

from advisors.availability.slots import Span
from advisors.external_calendars import errors
from advisors.external_calendars.errors import CalendarTooHard, NoCalendar
from advisors.external_calendars.ics_parser import BusyTimes, ParseOptions, busy_times
from core.errors import Refusal

CPU_SECONDS = 10
WAIT_SECONDS = 15  # wall clock time, on a busy machine
MEMORY = 1024 * 1024 * 1024  # bytes
PROBLEMS = {
    kind.code: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, Refusal) and kind is not Refusal
}


def parse_in_sandbox(
    documents: Sequence[bytes],
    options: ParseOptions,
    *,
    seconds: int = CPU_SECONDS,
    wait_seconds: int = WAIT_SECONDS,
) -> BusyTimes:
    """Run `busy_times` in a subprocess, within `seconds` of CPU time. Raises what that raises, and CalendarTooHard."""
    options_json = json.dumps(
        {**_options_to_json(options), "sizes": [len(one) for one in documents], "seconds": seconds}
    )
    try:
        child = subprocess.run(
            [sys.executable, "-m", "advisors.external_calendars.sandbox"],
            input=b"\n".join([options_json.encode(), b"".join(documents)]),
            capture_output=True,
            timeout=wait_seconds,
            cwd=settings.BASE_DIR,
            env={"PYTHONPATH": str(settings.BASE_DIR), "PYTHONTZPATH": ""},
        )
    except subprocess.TimeoutExpired:
        raise CalendarTooHard from None
    if child.returncode < 0:  # killed by the limits
        raise CalendarTooHard
    if child.returncode:
        raise RuntimeError("the subprocess that parses calendars failed")
    result = json.loads(child.stdout)
    if "problem" in result:
        raise PROBLEMS[result["problem"]]
    return BusyTimes(
        [Span(*map(datetime.fromisoformat, span)) for span in result["busy"]],
        result["skipped"],
        [date.fromisoformat(day) for day in result["skipped_days"]],
    )


def main() -> None:
    """Entry point of the subprocess. Input: a line of JSON options, then the calendars; output: a line of JSON."""
    zoneinfo.reset_tzpath(to=())
    options_json = json.loads(sys.stdin.buffer.readline())
    resource.setrlimit(resource.RLIMIT_CPU, (options_json["seconds"], options_json["seconds"]))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    documents = [sys.stdin.buffer.read(size) for size in options_json["sizes"]]
    json.dump(_result(documents, _options_from_json(options_json)), sys.stdout)


def _result(documents: list[bytes], options: ParseOptions) -> dict[str, object]:
    try:
        parsed = busy_times(documents, options)
    except Refusal as refusal:
        return {"problem": refusal.code}
    except (MemoryError, RecursionError):
        return {"problem": CalendarTooHard.code}
    except Exception as error:  # untrusted text in three libraries: any error means that it is no calendar
        print(type(error).__name__, file=sys.stderr)
        return {"problem": NoCalendar.code}
    return {
        "busy": [[time.isoformat() for time in span] for span in parsed.busy],
        "skipped": parsed.skipped,
        "skipped_days": [day.isoformat() for day in parsed.skipped_days],
    }


def _options_to_json(options: ParseOptions) -> dict[str, object]:
    return {
        "window": [time.isoformat() for time in options.window],
        "zone": options.zone.key,
        "own_addresses": sorted(options.own_addresses),
        "own_host": options.own_host,
    }


def _options_from_json(options_json: dict[str, list[str] | str]) -> ParseOptions:
    return ParseOptions(
        window=Span(*map(datetime.fromisoformat, options_json["window"])),
        zone=zoneinfo.ZoneInfo(str(options_json["zone"])),
        own_addresses=frozenset(options_json["own_addresses"]),
        own_host=str(options_json["own_host"]),
    )


if __name__ == "__main__":
    main()
