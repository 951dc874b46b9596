"""Parse a calendar object with libical.

Runs with the system's Python (Debian: python3-gi, gir1.2-ical-3.0).
"""

import gi

gi.require_version("ICalGLib", "3.0")
from gi.repository import ICalGLib  # noqa: E402

ATTENDEE, ORGANISER = ICalGLib.PropertyKind.ATTENDEE_PROPERTY, ICalGLib.PropertyKind.ORGANIZER_PROPERTY


def attendees_of(event):
    found = event.get_first_property(ATTENDEE)
    while found is not None:
        yield found.get_attendee()
        found = event.get_next_property(ATTENDEE)


def understood(text):
    calendar = ICalGLib.Component.new_from_string(text)
    event = calendar.get_first_component(ICalGLib.ComponentKind.VEVENT_COMPONENT)
    return {
        "method": ICalGLib.Property.method_to_string(calendar.get_method()),
        "uid": event.get_uid(),
        "sequence": event.get_sequence(),
        "stamped_at": event.get_dtstamp().as_ical_string(),
        "starts_at": event.get_dtstart().as_ical_string(),
        "ends_at": event.get_dtend().as_ical_string(),
        "location": event.get_location(),
        "organiser": event.get_first_property(ORGANISER).get_organizer(),
        "attendees": list(attendees_of(event)),
    }
