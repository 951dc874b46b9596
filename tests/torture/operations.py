"""Random concurrent operations. Candidates use HTTP; staff and periodic tasks call the services.

Each operation returns a note of its response; audit.py compares these notes with the database afterwards.
"""

from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial

from django.utils import timezone

from advisors.availability.queries import Hours
from advisors.availability.slots import Span
from advisors.hours.services import add_absence, change_hours, remove_absence
from advisors.models import Absence, Advisor, Opening
from bookings.appointments.cancel import cancel_booking
from bookings.availability.slot_listing import format_start
from bookings.models import Booking, Hold, Invitation
from bookings.reassignment.change_hours import (
    ConflictAction,
    Resolution,
    ScheduleChange,
    UnresolvedConflicts,
    apply_schedule_change,
)
from bookings.reassignment.reassign import reassign_booking
from bookings.reassignment.takeover import Takeover, take_over_bookings
from bookings.reassignment.takeover_plan import bookings_to_take_over
from bookings.waitlist.offers import end_expired_offers, offer_free_slots
from bookings.waitlist.services import WaitlistRequest, decline_offer, join_waitlist, leave_waitlist
from core.actors import SYSTEM
from core.errors import Refusal
from tests.bench.client import HttpRequest
from tests.web import booking_request, result_of

ANY_ADVISOR = 0.3  # share of the requests
TAKES_HOLD = 0.7  # share of the requests by candidates with slots on hold
NOON = 12  # time of the offers, which are not made at night
CHANNELS = ("phone", "video", "onsite")


class RandomUser:
    """Performs random operations, for its own candidates only.

    `client` is an HTTP connection, `rng` a random generator, and `mix` the weights of the operations.
    """

    def __init__(self, data, own, client, rng, mix):
        self.data, self.own, self.client, self.rng, self.mix = data, own, client, rng, mix

    def act(self):
        names, weights = zip(*self.mix.items(), strict=True)
        [name] = self.rng.choices(names, weights)
        try:
            return {"what": name, "said": "done"} | (getattr(self, f"_{name}")() or {})
        except UnresolvedConflicts:
            return {"what": name, "said": "talks_in_the_way"}
        except Refusal as refusal:
            return {"what": name, "said": refusal.code}
        except Exception as error:
            return {"what": name, "said": f"{type(error).__name__}: {error}"}

    # candidates, by HTTP

    def _book(self):
        return self._request("POST", expects=201)

    def _move(self):
        return self._request("PUT", expects=200)

    def _request(self, method, *, expects):
        number = self.rng.choice(self.own)
        request = booking_request(self.data.credentials[number], method=method, **self._slot_for(number))
        response = self.client.try_sending(replace(request, expects=expects))
        if response.status != expects:
            return {"said": result_of(response)}
        body = response.json()
        note = {name: body[name] for name in ("starts_at", "advisor", "moved_count")}
        return note | {"booking": self._latest(number)}

    def _slot_for(self, number):
        hold = self._any(Hold.objects.offered().filter(invitation=self.data.invitations[number]))
        if hold and self.rng.random() < TAKES_HOLD:
            return {"starts_at": format_start(hold.starts_at), "advisor": hold.advisor_id, "channel": hold.channel}
        advisor = None if self.rng.random() < ANY_ADVISOR else self.rng.choice(self.data.advisors)
        starts_at, channel = self.rng.choice(self.data.starts), self.rng.choice(CHANNELS)
        return {"starts_at": starts_at, "advisor": advisor, "channel": channel}

    def _cancel(self):
        number = self.rng.choice(self.own)
        token, key = self.data.credentials[number]
        response = self.client.try_sending(HttpRequest("DELETE", f"/api/v1/invitations/{key}/booking", token=token))
        return {"said": result_of(response), "booking": self._latest(number)}

    def _latest(self, number):
        """Latest booking of this candidate: the one in the response, since no other user books for this candidate."""
        own = Booking.objects.filter(invitation=self.data.invitations[number]).order_by("-pk")
        return own.values_list("pk", flat=True).first()

    # candidates, by the services

    def _wait(self):
        request = WaitlistRequest(language="nl", channels=tuple(self.rng.sample(CHANNELS, 2)))
        join_waitlist(invitation=self._candidate(), request=request, actor=SYSTEM, now=timezone.now())

    def _leave(self):
        leave_waitlist(invitation=self._candidate(), actor=SYSTEM, now=timezone.now())

    def _decline(self):
        decline_offer(invitation=self._candidate(), actor=SYSTEM, now=timezone.now())

    def _candidate(self):
        return Invitation.objects.get(pk=self.data.invitations[self.rng.choice(self.own)])

    # periodic tasks

    def _offer(self):
        offer_free_slots(now=next_noon())

    def _end(self):
        hours = self.rng.choice((0, 0, 9))  # nine hours later every offer has expired
        end_expired_offers(now=next_noon() + timedelta(hours=hours))

    # staff

    def _cancel_by_advisor(self):
        booking = self._any(Booking.objects.booked())
        if booking is None:
            return {"said": "nothing to do"}
        by = Booking.CancelledBy.ADVISOR
        cancel_booking(booking=booking, by=by, actor=SYSTEM, now=timezone.now())
        return {"booking": booking.pk}

    def _be_away(self):
        advisor = Advisor.objects.get(pk=self.rng.choice(self.data.advisors))
        start = datetime.fromisoformat(self.rng.choice(self.data.starts))
        span = Span(start, start + timedelta(minutes=self.rng.choice((10, 30, 60))))
        absence = add_absence(advisor=advisor, span=span, actor=SYSTEM, now=timezone.now())
        return {"absence": absence.pk, "advisor": advisor.pk, "from": str(span.start), "until": str(span.end)}

    def _be_back(self):
        absence = self._any(Absence.objects.all())
        if absence is None:
            return {"said": "nothing to do"}
        gone = absence.pk
        remove_absence(absence=absence, actor=SYSTEM, now=timezone.now())
        return {"absence": gone}

    def _change_hours(self):
        opening = Opening.objects.get(pk=self.rng.choice(self.data.openings))
        starts, ends = self.rng.choice(((time(9), time(12)), (time(9, 5), time(12)), (time(9), time(11))))
        where = {"weekday": opening.weekday, "location_id": opening.location_id}
        hours = Hours(starts=starts, ends=ends, channels=frozenset(CHANNELS), **where)
        make, about = partial(change_hours, opening=opening, hours=hours), f"opening:{opening.pk}"
        change = ScheduleChange(apply=make, advisors=(opening.advisor_id,), action="hours.change", about=about)
        try:
            apply_schedule_change(change=change, resolutions={}, remark="", actor=SYSTEM, now=timezone.now())
        except UnresolvedConflicts as found:
            bookings = [one.booking for one in found.conflicts]
            answers = {
                booking.pk: self._answer(ConflictAction.KEEP, ConflictAction.OFFER)._replace(
                    seen_starts_at=booking.starts_at
                )
                for booking in bookings
            }
            resolved = apply_schedule_change(
                change=change, resolutions=answers, remark="Sorry", actor=SYSTEM, now=timezone.now()
            )
            return {"settled": _plain({one.booking.pk: answers[one.booking.pk] for one in resolved})}

    def _hand_over(self):
        booking = self._any(Booking.objects.booked())
        if booking is None:
            return {"said": "nothing to do"}
        to = self.rng.choice(self.data.advisors)
        reassign_booking(booking=booking, to_advisor_id=to, remark="Ziek", actor=SYSTEM, now=timezone.now())
        return {"settled": [[booking.pk, ConflictAction.REASSIGN, to]]}

    def _take_over(self):
        advisor = Advisor.objects.get(pk=self.rng.choice(self.data.advisors))
        start = datetime.fromisoformat(self.rng.choice(self.data.starts))
        span, now = Span(start, start + timedelta(minutes=90)), timezone.now()
        bookings = bookings_to_take_over(advisor, span, now=now)
        answers = {booking.pk: self._answer(*ConflictAction) for booking in bookings}
        seen = {booking.pk: booking.starts_at for booking in bookings}
        takeover = Takeover(advisor=advisor, span=span, resolutions=answers, seen_starts=seen, remark="Ziek")
        take_over_bookings(takeover=takeover, actor=SYSTEM, now=now)
        return {"settled": _plain(answers)}

    def _answer(self, *allowed):
        what = self.rng.choice(allowed)
        return Resolution(what, self.rng.choice(self.data.advisors) if what == ConflictAction.REASSIGN else None)

    def _any(self, rows):
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        return rows.filter(pk=self.rng.choice(keys)).first() if keys else None


def next_noon():
    now = timezone.localtime()
    noon = now.replace(hour=NOON, minute=0, second=0, microsecond=0)
    return noon if noon > now else noon + timedelta(days=1)


def _plain(answers):
    return [[key, answer.action, answer.advisor_id] for key, answer in answers.items()]


OPERATIONS = {  # with their weights
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
