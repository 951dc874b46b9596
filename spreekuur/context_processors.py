"""What every page knows: who the employer is and which places this member of staff may go."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from organisation.models import Policy, User

AGENDA = [  # an advisor's second menu; what comes after the first four stands under More
    (gettext_noop("Day"), "bookings:today"),
    (gettext_noop("Week"), "bookings:week"),
    (gettext_noop("Month"), "bookings:month"),
    (gettext_noop("Hours"), "advisors:hours"),
    (gettext_noop("Take over"), "bookings:takeover"),
    (gettext_noop("Other calendars"), "advisors:calendars"),
    (gettext_noop("Subscribe"), "advisors:feed"),
    (gettext_noop("Why not free"), "advisors:why"),
]


@dataclass(frozen=True)
class Place:
    label: str
    url: str
    current: bool


def places_of(user: User, path: str) -> list[Place]:
    wanted: list[tuple[str, str]] = []
    if user.is_advisor:
        wanted += [(_("Agenda"), "bookings:today")]
    if user.is_recruiter:
        wanted += [(_("Rejections"), "candidates:rejections")]
    if user.is_advisor or user.is_recruiter:
        wanted += [(_("Invitations"), "bookings:invitations"), (_("Referrals"), "referrals:inbox")]
    if user.is_manager:
        wanted += [(_("Figures"), "insights:overview")]
    if user.is_application_manager:
        wanted += [(_("Set up"), "organisation:setup"), (_("Messages"), "outbox:messages")]
    if user.is_manager or user.is_application_manager:
        wanted += [(_("Team"), "bookings:team"), (_("Audit trail"), "organisation:audit")]
    in_agenda = bool(agenda_of(user, path))
    return _places(wanted, reverse("bookings:today") if in_agenda else path)


def agenda_of(user: User, path: str) -> list[Place]:
    """Day, week and what else an advisor has to do with time, on the pages that it leads to."""
    places = _places([(_(label), name) for label, name in AGENDA], path) if user.is_advisor else []
    return places if any(place.current for place in places) else []


def _places(wanted: list[tuple[str, str]], path: str) -> list[Place]:
    """The current one has the longest address with which the path starts."""
    urls = [(label, reverse(name)) for label, name in wanted]
    here = max((url for _label, url in urls if path.startswith(url)), key=len, default="")
    return [Place(label=label, url=url, current=url == here) for label, url in urls]


def house(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    return {
        "employer": SimpleLazyObject(Policy.objects.current),
        "places": SimpleLazyObject(lambda: places_of(user, request.path) if isinstance(user, User) else []),
        "agenda_places": SimpleLazyObject(lambda: agenda_of(user, request.path) if isinstance(user, User) else []),
        "demo": settings.DEMO,
    }
