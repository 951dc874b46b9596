"""Schedule changes and the resolutions of their conflicts."""

from datetime import timedelta
from functools import partial

from advisors.availability.slots import Span
from advisors.hours.services import add_absence
from bookings.reassignment.change_hours import Resolution, ScheduleChange, apply_schedule_change
from core.actors import Actor
from tests.factories import NOW

ADVISOR = Actor(key="user:1", origin="web")
WEEK = Span(NOW, NOW + timedelta(days=5))


def absence_of(advisor, span=WEEK):
    apply = partial(add_absence, advisor=advisor, span=span)
    return ScheduleChange(apply=apply, advisors=(advisor.pk,), action="absence.add", about=f"advisor:{advisor.pk}")


def applied(change, remark="", now=NOW, actor=ADVISOR, **resolutions):
    by_key = {int(name[1:]): resolution for name, resolution in resolutions.items()}
    return apply_schedule_change(change=change, resolutions=by_key, remark=remark, actor=actor, now=now)


def resolved(booking, action, to=None):
    return {f"b{booking.pk}": Resolution(action, to.pk if to else None, booking.starts_at)}
