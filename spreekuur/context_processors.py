"""Template context of every page: the employer and the navigation of the signed-in user."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from organisation.models import Policy, User

AGENDA = [  # second menu of an advisor; entries after the first four are under More
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
class NavigationItem:
    label: str
    url: str
    current: bool


def main_navigation_for(user: User, path: str) -> list[NavigationItem]:
    """Main navigation for the roles of the user."""
    entries: list[tuple[str, str]] = []
    if user.is_advisor:
        entries += [(_("Agenda"), "bookings:today")]
    if user.is_recruiter:
        entries += [(_("Rejections"), "candidates:rejections")]
    if user.is_advisor or user.is_recruiter:
        entries += [(_("Invitations"), "bookings:invitations"), (_("Referrals"), "referrals:inbox")]
    if user.is_manager:
        entries += [(_("Figures"), "insights:overview")]
    if user.is_application_manager:
        entries += [(_("Set up"), "organisation:setup"), (_("Messages"), "outbox:messages")]
    if user.is_manager or user.is_application_manager:
        entries += [(_("Team"), "bookings:team"), (_("Audit trail"), "organisation:audit")]
    in_agenda = bool(agenda_navigation_for(user, path))
    return _items(entries, reverse("bookings:today") if in_agenda else path)


def agenda_navigation_for(user: User, path: str) -> list[NavigationItem]:
    """Second menu of an advisor, only on the pages that it links to."""
    items = _items([(_(label), name) for label, name in AGENDA], path) if user.is_advisor else []
    return items if any(item.current for item in items) else []


def _items(entries: list[tuple[str, str]], path: str) -> list[NavigationItem]:
    """Navigation items; the current one has the longest url with which the path starts."""
    urls = [(label, reverse(name)) for label, name in entries]
    current = max((url for _label, url in urls if path.startswith(url)), key=len, default="")
    return [NavigationItem(label=label, url=url, current=url == current) for label, url in urls]


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Values are lazy, so pages that do not use them run no query."""
    user = getattr(request, "user", None)
    return {
        "employer": SimpleLazyObject(Policy.objects.current),
        "navigation": SimpleLazyObject(
            lambda: main_navigation_for(user, request.path) if isinstance(user, User) else []
        ),
        "agenda_navigation": SimpleLazyObject(
            lambda: agenda_navigation_for(user, request.path) if isinstance(user, User) else []
        ),
        "demo": settings.DEMO,
    }
