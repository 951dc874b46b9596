"""A change of an advisor's time, with answers for the talks that it hits."""

from datetime import timedelta
from functools import partial

from advisors.availability.slots import Span
from advisors.services import add_absence
from bookings.reassignment.change_hours import Answer, Change, carry_out
from core.actors import Actor
from tests.factories import NOW

ADVISOR = Actor(key="user:1", origin="web")
WEEK = Span(NOW, NOW + timedelta(days=5))


def absence_of(advisor, span=WEEK):
    make = partial(add_absence, advisor=advisor, span=span)
    return Change(make=make, advisors=(advisor.pk,), action="absence.add", about=f"advisor:{advisor.pk}")


def carried_out(change, word="", now=NOW, actor=ADVISOR, **answers):
    by_number = {int(name[1:]): answer for name, answer in answers.items()}
    return carry_out(change=change, answers=by_number, word=word, actor=actor, now=now)


def answered(booking, what, to=None):
    return {f"b{booking.pk}": Answer(what, to.pk if to else None, booking.starts_at)}
