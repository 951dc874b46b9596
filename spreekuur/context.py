"""What every page knows: who the employer is and which places this member of staff may go."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from organisation.models import Policy, User


@dataclass(frozen=True)
class Place:
    label: str
    url: str
    current: bool


def places_of(user: User, path: str) -> list[Place]:
    wanted: list[tuple[str, str]] = []
    if user.is_advisor:
        wanted += [(_("Today"), "bookings:today"), (_("Agenda"), "bookings:week"), (_("My hours"), "advisors:hours")]
    if user.is_recruiter:
        wanted += [(_("Rejections"), "candidates:rejections")]
    if user.is_advisor or user.is_recruiter:
        wanted += [(_("Invitations"), "bookings:invitations"), (_("Referrals"), "referrals:inbox")]
    if user.is_manager:
        wanted += [(_("Figures"), "insights:overview")]
    if user.is_application_manager:
        wanted += [(_("Set up"), "organisation:setup")]
    if user.is_manager or user.is_application_manager:
        wanted += [(_("Audit trail"), "organisation:audit")]
    urls = [(label, reverse(name)) for label, name in wanted]
    return [Place(label=label, url=url, current=path.startswith(url)) for label, url in urls]


def house(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    return {
        "employer": SimpleLazyObject(Policy.objects.current),
        "places": SimpleLazyObject(lambda: places_of(user, request.path) if isinstance(user, User) else []),
        "demo": settings.DEMO,
    }
