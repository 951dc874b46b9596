"""Independent calendar libraries as oracles: libical and ical.js."""

import json
import os
import subprocess
from pathlib import Path

ORACLES = Path(__file__).parent / "oracles"


def faults_found_by_libical(content):
    command = ["/usr/bin/python3", ORACLES / "check_restrictions.py"]
    result = subprocess.run(command, input=content, capture_output=True)
    return result.stdout.decode().strip() + result.stderr.decode().strip()


def read_by_ical_js(content):
    result = subprocess.run(["node", ORACLES / "read_ical.mjs"], input=content, capture_output=True, check=True)
    return json.loads(result.stdout)


def all_read_by_ical_js(contents):
    """Many objects, each with one event, in one process."""
    command = ["node", ORACLES / "read_ical.mjs", "many"]
    result = subprocess.run(command, input=json.dumps(contents).encode(), capture_output=True, check=True)
    return [
        {"method": one["method"], **one["events"][0]}
        | {
            "organiser": one["events"][0]["organiser"]["address"],
            "attendees": [party["address"] for party in one["events"][0]["attendees"]],
        }
        for one in json.loads(result.stdout)
    ]


def all_read_by_libical(contents):
    command = ["/usr/bin/python3", ORACLES / "read_libical.py"]
    result = subprocess.run(command, input=json.dumps(contents).encode(), capture_output=True, check=True)
    return json.loads(result.stdout)


def all_kept_by_libical(calendars):
    """Object that libical keeps after each order of arrival, or None; input: (objects, orders) per calendar."""
    command = ["/usr/bin/python3", ORACLES / "keep_libical.py"]
    result = subprocess.run(command, input=json.dumps(calendars).encode(), capture_output=True, check=True)
    return json.loads(result.stdout)


def expanded_by_ical_js(content, *, since, until, zone):
    """Occurrences between two times (ISO 8601), as `starts_at`, `ends_at` and what tells if they block time."""
    result = subprocess.run(
        ["node", ORACLES / "expand_ical.mjs", since, until],
        input=content,
        capture_output=True,
        check=True,
        env={**os.environ, "TZ": zone},
    )
    return json.loads(result.stdout)
