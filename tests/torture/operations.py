"""What people do at once, drawn by lot. Candidates come by HTTP, staff and the timetable call the services.

Every operation gives a note of what was answered: the audit compares these notes with the tables afterwards.
"""

from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial

from django.utils import timezone

from advisors import services as advisors_services
from advisors.availability.queries import Hours
from advisors.availability.slots import Span
from advisors.models import Absence, Advisor, Opening
from bookings.appointments.cancel import cancel
from bookings.availability.slot_listing import value_of
from bookings.models import Booking, Hold, Invitation
from bookings.reassignment.change_hours import Answer, Change, TalksInTheWay, What, carry_out
from bookings.reassignment.reassign import hand_over
from bookings.reassignment.takeover import Takeover, take_over
from bookings.reassignment.takeover_plan import talks_to_take_over
from bookings.waitlist.offers import end_what_is_over, offer_free_moments
from bookings.waitlist.services import Waiting, decline, leave, wait
from core.actors import SYSTEM
from core.errors import Refusal
from tests.bench.client import Asked
from tests.web import booking_of, told

ANYBODY = 0.3  # of the wishes
HELD = 0.7  # of the wishes of who has moments held for them
AWAKE_AT = 12  # o'clock: nobody is offered anything at night, also when the tests run at night
CHANNELS = ("phone", "video", "onsite")


class Somebody:
    """One of many who act at the same time, for candidates who are nobody else's.

    `client` is a connection, `lot` a die, and `mix` how often each operation is drawn.
    """

    def __init__(self, world, own, client, lot, mix):
        self.world, self.own, self.client, self.lot, self.mix = world, own, client, lot, mix

    def act(self):
        names, weights = zip(*self.mix.items(), strict=True)
        [name] = self.lot.choices(names, weights)
        try:
            return {"what": name, "said": "done"} | (getattr(self, f"_{name}")() or {})
        except TalksInTheWay:
            return {"what": name, "said": "talks_in_the_way"}
        except Refusal as refusal:
            return {"what": name, "said": refusal.code}
        except Exception as error:
            return {"what": name, "said": f"{type(error).__name__}: {error}"}

    # candidates, by HTTP

    def _book(self):
        return self._wish("POST", expects=201)

    def _move(self):
        return self._wish("PUT", expects=200)

    def _wish(self, method, *, expects):
        number = self.lot.choice(self.own)
        asked = booking_of(self.world.programs[number], method=method, **self._moment_for(number))
        answered = self.client.try_sending(replace(asked, expects=expects))
        if answered.status != expects:
            return {"said": told(answered)}
        got = answered.json()
        return {name: got[name] for name in ("starts_at", "advisor", "moved_count")} | {"booking": self._latest(number)}

    def _moment_for(self, number):
        held = self._any(Hold.objects.offered().filter(invitation=self.world.invitations[number]))
        if held and self.lot.random() < HELD:
            return {"starts_at": value_of(held.starts_at), "advisor": held.advisor_id, "channel": held.channel}
        advisor = None if self.lot.random() < ANYBODY else self.lot.choice(self.world.advisors)
        starts_at, channel = self.lot.choice(self.world.starts), self.lot.choice(CHANNELS)
        return {"starts_at": starts_at, "advisor": advisor, "channel": channel}

    def _cancel(self):
        number = self.lot.choice(self.own)
        token, key = self.world.programs[number]
        answered = self.client.try_sending(Asked("DELETE", f"/api/v1/invitations/{key}/booking", token=token))
        return {"said": told(answered), "booking": self._latest(number)}

    def _latest(self, number):
        """Nobody else books for this candidate, so the latest is the one that the answer was about."""
        mine = Booking.objects.filter(invitation=self.world.invitations[number]).order_by("-pk")
        return mine.values_list("pk", flat=True).first()

    # candidates, by the services

    def _wait(self):
        wishes = Waiting(language="nl", channels=tuple(self.lot.sample(CHANNELS, 2)))
        wait(invitation=self._candidate(), wishes=wishes, actor=SYSTEM, now=timezone.now())

    def _leave(self):
        leave(invitation=self._candidate(), actor=SYSTEM, now=timezone.now())

    def _decline(self):
        decline(invitation=self._candidate(), actor=SYSTEM, now=timezone.now())

    def _candidate(self):
        return Invitation.objects.get(pk=self.world.invitations[self.lot.choice(self.own)])

    # the timetable

    def _offer(self):
        offer_free_moments(now=noon_to_come())

    def _end(self):
        hours = self.lot.choice((0, 0, 9))  # nine hours later every offer has gone unanswered
        end_what_is_over(now=noon_to_come() + timedelta(hours=hours))

    # staff

    def _cancel_by_advisor(self):
        booking = self._any(Booking.objects.standing())
        if booking is None:
            return {"said": "nothing to do"}
        by = Booking.CancelledBy.ADVISOR
        cancel(booking=booking, by=by, actor=SYSTEM, now=timezone.now())
        return {"booking": booking.pk}

    def _be_away(self):
        advisor = Advisor.objects.get(pk=self.lot.choice(self.world.advisors))
        start = datetime.fromisoformat(self.lot.choice(self.world.starts))
        span = Span(start, start + timedelta(minutes=self.lot.choice((10, 30, 60))))
        absence = advisors_services.add_absence(advisor=advisor, span=span, actor=SYSTEM, now=timezone.now())
        return {"absence": absence.pk, "advisor": advisor.pk, "from": str(span.start), "until": str(span.end)}

    def _be_back(self):
        absence = self._any(Absence.objects.all())
        if absence is None:
            return {"said": "nothing to do"}
        gone = absence.pk
        advisors_services.remove_absence(absence=absence, actor=SYSTEM, now=timezone.now())
        return {"absence": gone}

    def _change_hours(self):
        opening = Opening.objects.get(pk=self.lot.choice(self.world.openings))
        starts, ends = self.lot.choice(((time(9), time(12)), (time(9, 5), time(12)), (time(9), time(11))))
        where = {"weekday": opening.weekday, "location_id": opening.location_id}
        hours = Hours(starts=starts, ends=ends, channels=frozenset(CHANNELS), **where)
        make, about = partial(advisors_services.change_hours, opening=opening, hours=hours), f"opening:{opening.pk}"
        change = Change(make=make, advisors=(opening.advisor_id,), action="hours.change", about=about)
        try:
            carry_out(change=change, answers={}, word="", actor=SYSTEM, now=timezone.now())
        except TalksInTheWay as hit:
            talks = [one.booking for one in hit.hits]
            answers = {talk.pk: self._answer(What.KEEP, What.OFFER)._replace(seen=talk.starts_at) for talk in talks}
            carry_out(change=change, answers=answers, word="Sorry", actor=SYSTEM, now=timezone.now())
            return {"settled": _plain(answers)}

    def _hand_over(self):
        booking = self._any(Booking.objects.standing())
        if booking is None:
            return {"said": "nothing to do"}
        to = self.lot.choice(self.world.advisors)
        hand_over(booking=booking, to=to, word="Ziek", actor=SYSTEM, now=timezone.now())
        return {"settled": [[booking.pk, What.HAND_OVER, to]]}

    def _take_over(self):
        advisor = Advisor.objects.get(pk=self.lot.choice(self.world.advisors))
        start = datetime.fromisoformat(self.lot.choice(self.world.starts))
        span, now = Span(start, start + timedelta(minutes=90)), timezone.now()
        talks = talks_to_take_over(advisor, span, now=now)
        answers = {talk.pk: self._answer(*What) for talk in talks}
        seen = {talk.pk: talk.starts_at for talk in talks}
        takeover = Takeover(advisor=advisor, span=span, answers=answers, seen=seen, word="Ziek")
        take_over(takeover=takeover, actor=SYSTEM, now=now)
        return {"settled": _plain(answers)}

    def _answer(self, *allowed):
        what = self.lot.choice(allowed)
        return Answer(what, self.lot.choice(self.world.advisors) if what == What.HAND_OVER else None)

    def _any(self, things):
        keys = list(things.order_by("pk").values_list("pk", flat=True))
        return things.filter(pk=self.lot.choice(keys)).first() if keys else None


def noon_to_come():
    now = timezone.localtime()
    noon = now.replace(hour=AWAKE_AT, minute=0, second=0, microsecond=0)
    return noon if noon > now else noon + timedelta(days=1)


def _plain(answers):
    return [[key, answer.what, answer.to] for key, answer in answers.items()]


OPERATIONS = {  # and how often
    "book": 40,
    "move": 20,
    "cancel": 8,
    "wait": 5,
    "leave": 1,
    "decline": 2,
    "offer": 3,
    "end": 2,
    "cancel_by_advisor": 4,
    "be_away": 4,
    "be_back": 4,
    "change_hours": 3,
    "hand_over": 4,
    "take_over": 3,
}
