"""Independent calendar libraries as oracles: libical and ical.js."""

from tests.oracle_process import ask


def faults_found_by_libical(content):
    return ask("libical", "check", content.decode())


def read_by_ical_js(content):
    return ask("node", "read", content.decode())


def all_read_by_ical_js(contents):
    """Many objects, each with one event."""
    return [
        {"method": one["method"], **one["events"][0]}
        | {
            "organiser": one["events"][0]["organiser"]["address"],
            "attendees": [party["address"] for party in one["events"][0]["attendees"]],
        }
        for one in (ask("node", "read", content) for content in contents)
    ]


def all_read_by_libical(contents):
    return [ask("libical", "read", content) for content in contents]


def all_kept_by_libical(calendars):
    """Object that libical keeps after each order of arrival, or None; input: (objects, orders) per calendar."""
    return [ask("libical", "keep", calendar) for calendar in calendars]


def expanded_by_ical_js(content, *, since, until, zone):
    """Occurrences between two times (ISO 8601), as `starts_at`, `ends_at` and what tells if they block time."""
    return ask("node", "expand", content.decode(), since=since, until=until, zone=zone)
