"""Errors of reading and writing external calendars; those of the HTTP request are in core/errors.py."""

from django.utils.translation import gettext_lazy as _

from core.errors import Refusal


class PageInsteadOfCalendar(Refusal):
    """The response is HTML, usually a sign-in page."""

    code = "page_instead_of_calendar"
    sentence = _("A web page stands at this address, not a calendar. Publish the calendar and copy the ICS address.")


class NoCalendar(Refusal):
    code = "no_calendar"
    sentence = _("What stands at this address is not a calendar.")


class CalendarCutOff(Refusal):
    code = "calendar_cut_off"
    sentence = _("The calendar stops half-way. It is read again soon.")


class CalendarTooFull(Refusal):
    code = "calendar_too_full"
    sentence = _("The calendar has more appointments than we can read. Publish a calendar with fewer.")


class CalendarTooDense(Refusal):
    """A recurrence rule with too many occurrences: hourly or more often."""

    code = "calendar_too_dense"
    sentence = _("An appointment in this calendar repeats more often than we can read: every hour or more.")


class CalendarTooHard(Refusal):
    code = "calendar_too_hard"
    sentence = _("It takes too long to work out the appointments in this calendar.")


class CalendarEmptied(Refusal):
    """All appointments of a calendar are gone at once, as when a server answers by mistake."""

    code = "calendar_emptied"
    sentence = _("This calendar is suddenly empty. If it still is after a few hours, your busy times from it go.")


class NotOneCalendar(Refusal):
    code = "not_one_calendar"
    sentence = _("This is not the address of one calendar. Look it up in the settings of that calendar.")


class CalDavMissing(Refusal):
    """The optional extra `caldav` is not installed."""

    code = "caldav_missing"
    sentence = _("CalDAV is not installed on this site. Use an ICS address, or ask who runs this site.")


class TooManyCalendars(Refusal):
    code = "too_many_calendars"
    sentence = _("Five calendars is the most. Remove one that you no longer need.")
