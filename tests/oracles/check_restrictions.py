"""Check a calendar object with libical.

Runs with the system's Python (Debian: python3-gi, gir1.2-ical-3.0).
"""

import gi

gi.require_version("ICalGLib", "3.0")
from gi.repository import ICalGLib  # noqa: E402


def faults(text):
    calendar = ICalGLib.Component.new_from_string(text)
    if calendar is None:
        return "not a calendar object"
    follows_the_rules = calendar.check_restrictions()
    lines = calendar.as_ical_string().replace("\r\n ", "").splitlines()
    errors = "\n".join(line for line in lines if "X-LIC-ERROR" in line)
    return errors or ("" if follows_the_rules else "does not follow the rules")
