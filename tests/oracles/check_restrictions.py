"""Check a calendar object from standard input with libical; print its errors, exit code 1 if there are any.

Runs with the system's Python (Debian: python3-gi, gir1.2-ical-3.0).
"""

import sys

import gi

gi.require_version("ICalGLib", "3.0")
from gi.repository import ICalGLib  # noqa: E402

calendar = ICalGLib.Component.new_from_string(sys.stdin.buffer.read().decode())
if calendar is None:
    sys.exit("not a calendar object")
follows_the_rules = calendar.check_restrictions()
errors = [line for line in calendar.as_ical_string().replace("\r\n ", "").splitlines() if "X-LIC-ERROR" in line]
print("\n".join(errors))
sys.exit(0 if follows_the_rules and not errors else 1)
